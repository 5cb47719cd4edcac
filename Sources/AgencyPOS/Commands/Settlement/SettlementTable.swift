import Printing
import Settlement

/// The lines of a settlement file or an acknowledgement in columns; amounts in yuan, and the net in
/// fen as well.
struct SettlementTable {
    /// The rows of one kind of record that are shown, each without its letter.
    private struct Section {
        let record: SettlementRecord
        var rows: [[String]] = []
    }

    private let lineCount: Int
    private var sections = SettlementRecord.allCases.map { Section(record: $0) }
    private var hiddenCount = 0
    /// Lines of no known record, in files of which nothing has been checked.
    private var others: [String] = []

    /// - Parameter lineCount: How many details, and how many lines of each other kind, are shown.
    init(lineCount: Int) {
        self.lineCount = lineCount
    }

    /// The fields of the next line, as the file has them.
    mutating func append(_ fields: [String]) {
        let place = sections.firstIndex { $0.record.rawValue == fields.first }
        // A file has few lines of the other kinds; one that has not been checked may have many.
        guard let place else {
            guard others.count < Self.otherLineCount else { return hiddenCount += 1 }
            others.append(fields.joined(separator: "|"))
            return
        }
        let limit = Self.isLong(sections[place].record) ? lineCount : Self.otherLineCount
        guard sections[place].rows.count < limit else { return hiddenCount += 1 }
        sections[place].rows.append(
            fields.dropFirst().enumerated().map { position, text in
                let field = Self.field(sections[place].record, position + 2)
                return Self.isMoney(field) ? Self.yuan(text) : text
            })
    }

    /// The most lines that are shown of each kind other than details.
    private static let otherLineCount = 100

    var text: String {
        var lines: [String] = []
        for section in sections where !section.rows.isEmpty {
            switch section.record {
            case .header, .trailer, .acknowledgement, .end: lines += Self.list(section)
            case .detail, .subtotal, .item: lines += Self.columns(section)
            }
            if Self.isLong(section.record), hiddenCount > 0 {
                lines.append("and \(hiddenCount) lines more; see --lines")
            }
            lines.append("")
        }
        let areLongHidden = sections.allSatisfy { !Self.isLong($0.record) || $0.rows.isEmpty }
        if areLongHidden, hiddenCount > 0 {
            lines += ["\(hiddenCount) lines; see --lines", ""]
        }
        if !others.isEmpty { lines += ["lines of no known record:"] + others + [""] }
        return lines.dropLast().map { $0 + "\n" }.joined()
    }

    /// Whether a file may have thousands of such lines.
    private static func isLong(_ record: SettlementRecord) -> Bool {
        switch record {
        case .detail, .item: true
        case .header, .subtotal, .trailer, .acknowledgement, .end: false
        }
    }

    /// One field a line, under its name.
    private static func list(_ section: Section) -> [String] {
        section.rows.flatMap { row in
            row.enumerated().map { position, text in
                let field = field(section.record, position + 2)
                let label = field.map { "\($0)" } ?? "\(section.record.rawValue)\(position + 2)"
                return TextColumns.line([(label, .left(labelWidth)), (text, .left(0))])
            }
        }
    }

    private static let labelWidth = 28

    /// One record a line; numbers to the right.
    private static func columns(_ section: Section) -> [String] {
        let columnCount = section.rows.map(\.count).max() ?? 0
        let fields = (0..<columnCount).map { field(section.record, $0 + 2) }
        let head = fields.map { $0?.name ?? "" }
        let rows = [head] + section.rows
        let widths = (0..<columnCount).map { column in
            rows.map { column < $0.count ? DisplayWidth.columns($0[column]) : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, text in
                (
                    text,
                    isNumber(fields[column])
                        ? TextColumns.Alignment.right(widths[column]) : .left(widths[column])
                )
            }
            let line = TextColumns.line(cells)
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private static func field(_ record: SettlementRecord, _ position: Int) -> SettlementField? {
        fields.first { $0.record == record && $0.position == position }
    }

    private static let fields = SettlementField.all + SettlementField.ofAcknowledgement

    private static func isMoney(_ field: SettlementField?) -> Bool {
        guard let field else { return false }
        return ["amount", "fee", "commission", "net"].contains(field.name)
    }

    private static func isNumber(_ field: SettlementField?) -> Bool {
        guard let field else { return false }
        return isMoney(field) || field.name.hasSuffix("count") || field.name.hasSuffix("number")
    }

    /// A text that is no number stays as it is.
    private static func yuan(_ text: String) -> String {
        Int64(text).map(YuanText.plain) ?? text
    }
}
