/// Takes the line of a table apart, as RFC 4180 has it; no field holds a line break.
enum CSVLine {
    /// The fields of a line, quoted ones without their quotes.
    ///
    /// - Returns: Nothing when a quote is not closed or stands inside a field.
    static func fields(
        of line: ArraySlice<UInt8>, delimiter: [UInt8] = [Ascii.comma]
    ) -> [ArraySlice<UInt8>]? {
        var fields: [ArraySlice<UInt8>] = []
        var rest = line
        while true {
            if rest.first == Ascii.quote {
                guard let field = quoted(&rest) else { return nil }
                fields.append(field)
            } else {
                let field = upToDelimiter(rest, delimiter)
                guard !field.contains(Ascii.quote) else { return nil }
                fields.append(field)
                rest = rest[field.endIndex...]
            }
            if rest.isEmpty { return fields }
            guard rest.starts(with: delimiter) else { return nil }
            rest = rest.dropFirst(delimiter.count)
        }
    }

    /// The fields of a line in which a quote is a character as any other.
    static func unquotedFields(
        of line: ArraySlice<UInt8>, delimiter: [UInt8]
    ) -> [ArraySlice<UInt8>] {
        var fields: [ArraySlice<UInt8>] = []
        var rest = line
        while true {
            let field = upToDelimiter(rest, delimiter)
            fields.append(field)
            rest = rest[field.endIndex...]
            if rest.isEmpty { return fields }
            rest = rest.dropFirst(delimiter.count)
        }
    }

    private static func upToDelimiter(
        _ rest: ArraySlice<UInt8>, _ delimiter: [UInt8]
    ) -> ArraySlice<UInt8> {
        var place = rest.startIndex
        while place < rest.endIndex {
            if rest[place] == delimiter[0], rest[place...].starts(with: delimiter) { break }
            place += 1
        }
        return rest[..<place]
    }

    private static func quoted(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var field: [UInt8] = []
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            if byte != Ascii.quote {
                field.append(byte)
            } else if rest.first == Ascii.quote {
                field.append(byte)
                rest = rest.dropFirst()
            } else {
                return field[...]
            }
        }
        return nil
    }
}
