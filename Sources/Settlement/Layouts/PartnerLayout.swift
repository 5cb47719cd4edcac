import CivilTime
import StrictJSON

/// How a partner that cannot produce our format writes its list of transactions.
///
/// A layout is a JSON object, read strictly; `docs/partner-layouts.md` explains every member.
public struct PartnerLayout: Hashable, Sendable {
    let encoding: LayoutEncoding
    /// Nothing for records of fixed width.
    let table: TableForm?
    /// The columns of a table's transactions.
    let columnCount: Int?
    /// The exact bytes of a record of fixed width, without its line end.
    let lineByteCount: Int?
    let trimsSpaces: Bool
    let fileName: FileNamePattern?
    let mayBeEmpty: Bool
    let skippedLineCount: Int
    /// What lines begin with that are no part of the table, wherever they stand.
    let commentPrefix: String?
    let head: LayoutSummary?
    let header: LayoutHeader?
    /// What every line of a transaction begins with.
    let detailPrefix: String?
    let trailer: LayoutSummary?
    let zone: ZoneOffset
    let fields: LayoutFields

    /// What kind of list it is, as the layout says it: `csv` or `fixed_width`.
    public var kind: String {
        (table == nil ? LayoutColumns.Kind.fixedWidth : .csv).rawValue
    }

    /// Reads a layout.
    ///
    /// - Throws: `JSONError` that names the member, and says what to do.
    public init(_ json: [UInt8]) throws(JSONError) {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(json))
        let kind = try object.enumeration("kind", LayoutColumns.Kind.self)
        encoding = try object.enumeration("encoding", LayoutEncoding.self)
        table = try kind == .csv ? TableForm(&object) : nil
        fileName = try Self.fileName(&object)
        mayBeEmpty = try object.optionalBool("may_be_empty") ?? false
        trimsSpaces = try object.optionalBool("trim_spaces") ?? (kind == .fixedWidth)
        skippedLineCount = Int(
            try object.optionalInteger(
                "skip_lines", in: 0...Int64(LayoutLimits.maximumExtraLineCount)) ?? 0)
        let wordLength = 1...LayoutLimits.maximumWordCharacterCount
        commentPrefix = try object.optionalString("comment_prefix", lengthIn: wordLength)
        detailPrefix = try object.optionalString("detail_prefix", lengthIn: wordLength)
        header = try LayoutHeader.optional(&object, kind)
        zone = try Self.zone(&object)
        let columns = try Self.columns(kind, header, &object)
        columnCount = columns.count
        lineByteCount = try Self.lineByteCount(kind, &object)
        var fields = try object.object("fields")
        self.fields = try LayoutFields(&fields, columns)
        let hasCommission = self.fields.commission != nil
        head = try LayoutSummary.head(&object, columns, hasCommission: hasCommission)
        trailer = try LayoutSummary.trailer(
            &object, columns, hasCommission: hasCommission)
        try object.finish()
        try checkDate(object)
    }

    private static func fileName(
        _ object: inout JSONObjectDecoder
    ) throws(JSONError) -> FileNamePattern? {
        let text = try object.optionalString(
            "file_name", lengthIn: 1...LayoutLimits.maximumPatternCharacterCount)
        guard let text else { return nil }
        guard let pattern = FileNamePattern(text) else {
            throw object.refusal(
                of: "file_name", .valueNotAllowed,
                "send a name such as SETTLE_{yyyyMMdd}.csv with at most one date and one *")
        }
        return pattern
    }

    private static func zone(_ object: inout JSONObjectDecoder) throws(JSONError) -> ZoneOffset {
        let allowed = ZoneOffset.supportedMinutes
        let minutes = try object.optionalInteger(
            "zone_minutes", in: Int64(allowed.lowerBound)...Int64(allowed.upperBound))
        return minutes.flatMap { ZoneOffset(minutes: Int($0)) } ?? FieldGrammar.zone
    }

    /// The columns of a transaction, by the header or by their number.
    private static func columns(
        _ kind: LayoutColumns.Kind, _ header: LayoutHeader?,
        _ object: inout JSONObjectDecoder
    ) throws(JSONError) -> LayoutColumns {
        var columns = LayoutColumns(kind: kind)
        guard kind == .csv else { return columns }
        if let header {
            columns.names = header.names
            columns.count = header.names.count
        }
        let limit = Int64(LayoutLimits.maximumColumnCount)
        if let count = try object.optionalInteger("columns", in: 1...limit) {
            columns.count = Int(count)
        }
        guard columns.count != nil else {
            throw object.refusal(
                of: "columns", .missingName,
                "the number of columns is not known; give columns, or the header line")
        }
        columns.names = Array(columns.names.prefix(columns.count ?? 0))
        return columns
    }

    private static func lineByteCount(
        _ kind: LayoutColumns.Kind, _ object: inout JSONObjectDecoder
    ) throws(JSONError) -> Int? {
        guard kind == .fixedWidth else { return nil }
        let limit = Int64(LayoutLimits.maximumLineByteCount - 1)
        return try object.optionalInteger("line_bytes", in: 1...limit).map { Int($0) }
    }

    /// Refuses lines of which nothing tells the date.
    private func checkDate(_ object: JSONObjectDecoder) throws(JSONError) {
        switch fields.time {
        case .one, .two(date: _?, clock: _): return
        case .two(date: nil, clock: _): break
        }
        guard fileName?.hasDate == true || head?.date != nil else {
            throw object.refusal(
                of: "fields", .missingName,
                "nothing tells the date of a line; name time or date among the fields, "
                    + "or take the date from file_name or head")
        }
    }
}
