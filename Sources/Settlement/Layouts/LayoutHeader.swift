import StrictJSON

/// A line of column names, which has to be the same in every file.
enum LayoutHeader: Hashable, Sendable {
    /// The names of a table's columns.
    case columns([String])
    /// The line before records of fixed width.
    case line(String)

    /// Takes the member `header`: a list of names for a table, else a text.
    static func optional(
        _ object: inout JSONObjectDecoder, _ kind: LayoutColumns.Kind
    ) throws(JSONError) -> LayoutHeader? {
        let name = "header"
        let limit = LayoutLimits.maximumHeaderCharacterCount
        switch kind {
        case .fixedWidth:
            return try object.optionalString(name, lengthIn: 1...limit).map { .line($0) }
        case .csv:
            let maximumCount = LayoutLimits.maximumColumnCount
            let values = try object.optionalArray(name, maximumCount: maximumCount)
            guard let values else { return nil }
            var names: [String] = []
            for value in values {
                guard case .string(let text) = value else {
                    throw object.refusal(of: name, .wrongType, "each element must be a text")
                }
                names.append(text)
            }
            guard !names.isEmpty else {
                throw object.refusal(
                    of: name, .lengthOutOfRange, "the list is empty; give the names in their order")
            }
            return .columns(names)
        }
    }

    /// The names of the columns, where there are some.
    var names: [String] {
        switch self {
        case .columns(let names): names
        case .line: []
        }
    }

    /// The header for messages.
    var text: String {
        switch self {
        case .columns(let names): "the columns " + names.joined(separator: ", ")
        case .line(let line): line
        }
    }

    /// Whether a line is this header.
    func isEqual(_ line: ArraySlice<UInt8>, _ layout: PartnerLayout) -> Bool {
        func isEqual(_ bytes: ArraySlice<UInt8>, _ text: String) -> Bool {
            (layout.trimsSpaces ? bytes.trimmed : bytes).elementsEqual(text.utf8)
        }
        switch self {
        case .line(let text): return isEqual(line, text)
        case .columns(let names):
            guard let fields = layout.table?.headerFields(of: line), fields.count == names.count
            else { return false }
            return zip(fields, names).allSatisfy(isEqual)
        }
    }
}
