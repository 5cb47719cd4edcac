import StrictJSON

/// How the fields of a table are parted.
struct TableForm: Hashable, Sendable {
    let delimiter: [UInt8]
    /// Whether fields may stand in quotes.
    let hasQuotes: Bool
    /// What every field begins with, such as the backtick of WeChat's bills.
    let fieldPrefix: UInt8?

    private static let delimiterCharacters = ",;|^~!@#$%&*/\\:=+_"
    private static let tabWord = "tab"
    private static let prefixCharacters = "`'~^$#@!*"

    init(_ object: inout JSONObjectDecoder) throws(JSONError) {
        let text =
            try object.optionalString(
                "delimiter", lengthIn: 1...LayoutLimits.maximumDelimiterCharacterCount) ?? ","
        guard text == Self.tabWord || text.allSatisfy(Self.delimiterCharacters.contains) else {
            throw object.refusal(
                of: "delimiter", .valueNotAllowed,
                "send the word tab, or up to \(LayoutLimits.maximumDelimiterCharacterCount) of "
                    + Self.delimiterCharacters)
        }
        delimiter = text == Self.tabWord ? [Ascii.tab] : Array(text.utf8)
        let prefix = try object.optionalString("field_prefix", lengthIn: 1...1)
        guard prefix.map(Self.prefixCharacters.contains) ?? true else {
            throw object.refusal(
                of: "field_prefix", .valueNotAllowed, "send one of \(Self.prefixCharacters)")
        }
        fieldPrefix = prefix?.utf8.first
        hasQuotes = try object.optionalBool("quote") ?? (fieldPrefix == nil)
        guard !hasQuotes || fieldPrefix == nil else {
            throw object.refusal(
                of: "quote", .valueNotAllowed,
                "fields cannot have both quotes and a prefix; leave one of them out")
        }
    }

    /// The fields of a header line, which has no prefixes; nothing for a wrong quote.
    func headerFields(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        hasQuotes
            ? CSVLine.fields(of: line, delimiter: delimiter)
            : CSVLine.unquotedFields(of: line, delimiter: delimiter)
    }

    /// The fields of a line, or why it is refused.
    func fields(
        of line: ArraySlice<UInt8>, number: Int
    ) throws(LayoutError) -> [ArraySlice<UInt8>] {
        if let fieldPrefix {
            guard line.first == fieldPrefix else { throw .prefixMissing(line: number) }
            return CSVLine.unquotedFields(
                of: line.dropFirst(), delimiter: delimiter + [fieldPrefix])
        }
        guard hasQuotes else { return CSVLine.unquotedFields(of: line, delimiter: delimiter) }
        guard let fields = CSVLine.fields(of: line, delimiter: delimiter) else {
            throw .quoteWrong(line: number)
        }
        return fields
    }
}

extension ArraySlice<UInt8> {
    /// The bytes without spaces and tabs at their ends.
    var trimmed: ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == Ascii.space || byte == Ascii.tab }
        guard let last = lastIndex(where: { !isBlank($0) }) else { return self[endIndex...] }
        return self[...last].drop(while: isBlank)
    }
}
