import CivilTime
import Ledger
import Printing
import Settlement

/// What is not MATCHED as a table for spreadsheets, as RFC 4180 has it.
struct DifferenceTable {
    /// The size of the pieces that a table is written in, in bytes.
    private static let pieceByteCount = 65_536

    private static let columns = [
        "line", "serial", "reference", "type", "account", "amount_fen", "status", "time", "carried",
    ]
    private static let header =
        (["class", "found_by", "difference_fen"] + columns.map { "ours_" + $0 }
        + columns.map { "theirs_" + $0 } + ["explanation"]).joined(separator: ",") + "\r\n"

    private var bytes = Array(header.utf8)

    /// Adds a row; gives a piece when enough has come together.
    mutating func add(_ difference: MatchDifference) -> [UInt8]? {
        var cells = [
            difference.matchClass.rawValue, difference.basis?.rawValue ?? "",
            "\(difference.differenceFen)",
        ]
        for line in [difference.ours, difference.theirs] { cells += Self.cells(line) }
        let explanations = difference.explanations.map { $0.text(of: difference) }
        cells.append(CSVCell.text(explanations.joined(separator: "; ")))
        bytes += cells.joined(separator: ",").utf8
        bytes += "\r\n".utf8
        return bytes.count >= Self.pieceByteCount ? rest() : nil
    }

    /// What has not been given yet.
    mutating func rest() -> [UInt8] {
        defer { bytes.removeAll() }
        return bytes
    }

    private static func cells(_ line: MatchLine?) -> [String] {
        guard let line else { return columns.map { _ in "" } }
        return [
            "\(line.lineNumber)", CSVCell.text(line.serial), CSVCell.text(line.partnerReference),
            line.type?.rawValue ?? "", CSVCell.text(line.accountReference), "\(line.amountFen)",
            line.status.rawValue, ZoneOffset.china.text(line.time), line.isCarried ? "yes" : "no",
        ]
    }
}

/// The summary of a match as a table for people.
enum MatchTable {
    static func text(_ summary: MatchSummary) -> String {
        var rows = [["class", "ours", "yuan", "theirs", "yuan", "difference"]]
        func add(_ name: String, _ sums: MatchSums) {
            rows.append([
                name, "\(sums.ours.count)", YuanText.plain(sums.ours.amountFen),
                "\(sums.theirs.count)", YuanText.plain(sums.theirs.amountFen),
                YuanText.plain(sums.differenceFen),
            ])
        }
        for matchClass in MatchClass.allCases { add(matchClass.rawValue, summary[matchClass]) }
        add("total", summary.total)
        if summary.carried.ours.count + summary.carried.theirs.count > 0 {
            add("carried", summary.carried)
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var text = ""
        for row in rows {
            for (column, cell) in row.enumerated() {
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                text += column == 0 ? cell + gap : "  " + gap + cell
            }
            text += "\n"
        }
        let pairs = MatchBasis.allCases.map {
            "\($0.rawValue.lowercased()) \(summary.pairCounts[$0] ?? 0)"
        }
        text += "pairs by " + pairs.joined(separator: ", ") + "\n"
        if summary.unexplainedCount > 0 {
            text += "\(summary.unexplainedCount) lines are beyond the limit of explanations\n"
        }
        return text
    }
}
