import Foundation
import Printing
import Settlement
import StrictJSON

/// Turns a partner's own layout into the table of lines.
enum SettlementConvertCommand: Command {
    static let name = "settlement convert"
    static let abstract = "turn a partner's own layout into the table that `match` reads"
    static let discussion = """
        agencypos settlement convert IN OUT.csv --layout LAYOUT.json

        The whole file is checked first, its counts and sums too: OUT is written only when no
        line is wrong, and appears when it is whole. A packed file is to be unpacked before.
        docs/partner-layouts.md explains layouts; fixtures/layouts has examples.

        Exit codes: 0 written, 2 the layout or the file is wrong, 3 OUT cannot be written.
        """
    static let options: [Arguments.Option] = [
        Arguments.Option(
            name: "--layout", value: "FILE", help: "how the partner writes its file, as JSON")
    ]

    static func run(_ arguments: Arguments) throws {
        guard arguments.operands.count == 2 else {
            throw CommandError.usage("name the partner's file and the table to write; see --help")
        }
        let layout = try layout(try arguments.required("--layout"))
        let (path, tablePath) = (arguments.operands[0], arguments.operands[1])
        let place = FilePlace(path)
        do {
            let file = try LayoutReader(layout).check(place.name, in: place.folder)
            let output = try ExportOutput(path: tablePath)
            try file.writeTable { try output.write($0) }
            try output.finish()
            print(text(file), terminator: "")
        } catch let error as LayoutError {
            throw CommandError.usage("\(path): \(error)")
        }
    }

    private static func layout(_ path: String) throws -> PartnerLayout {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError.usage("--layout \(path) cannot be read; name a file with a layout")
        }
        do throws(JSONError) {
            return try PartnerLayout(Array(data))
        } catch {
            throw CommandError.usage("\(path): \(error.message)")
        }
    }

    private static func text(_ file: CheckedLayoutFile) -> String {
        let totals = file.totals
        var rows = [
            ("business date", file.businessDate.map { "\($0)" } ?? "not told"),
            ("posted lines", "\(totals.postedCount)"),
            ("reversed lines", "\(totals.reversedCount)"),
            ("skipped lines", "\(totals.skippedCount)"),
            ("posted amount", YuanText.plain(totals.amountFen)),
            ("net before commission", YuanText.plain(totals.netFen)),
        ]
        if let commissionFen = totals.commissionFen {
            rows.append(("commission", YuanText.plain(commissionFen)))
        }
        return rows.map { name, value in
            name + String(repeating: " ", count: 23 - name.count) + value + "\n"
        }.joined()
    }
}
