/// The fields of one line of a partner's file.
struct LayoutRecord {
    private enum Content {
        case columns([ArraySlice<UInt8>])
        case bytes(ArraySlice<UInt8>, TextDecoder)
    }

    let number: Int
    private let content: Content
    private let trimsSpaces: Bool

    /// Takes a line apart.
    ///
    /// - Parameters:
    ///   - raw: The line as the file has it.
    ///   - text: The same line in UTF-8.
    ///   - columnCount: How many columns the line must have, where that is known.
    ///   - byteCount: How many bytes a line of fixed width must have, where that is known.
    init(
        _ raw: ArraySlice<UInt8>, text: ArraySlice<UInt8>, number: Int, _ layout: PartnerLayout,
        _ decoder: TextDecoder, columnCount: Int?, byteCount: Int? = nil
    ) throws(LayoutError) {
        self.number = number
        trimsSpaces = layout.trimsSpaces
        guard let table = layout.table else {
            if let byteCount, raw.count != byteCount {
                throw .lineByteCountWrong(
                    line: number, byteCount: raw.count, expected: byteCount)
            }
            content = .bytes(raw, decoder)
            return
        }
        let columns = try table.fields(of: text, number: number)
        if let columnCount, columns.count != columnCount {
            throw .columnCountWrong(line: number, count: columns.count, expected: columnCount)
        }
        content = .columns(columns)
    }

    /// The field at a place, in UTF-8.
    func bytes(
        _ place: LayoutPlace, _ field: LayoutField
    ) throws(LayoutError) -> ArraySlice<UInt8> {
        let bytes = try untrimmed(place, field)
        return trimsSpaces ? bytes.trimmed : bytes
    }

    private func untrimmed(
        _ place: LayoutPlace, _ field: LayoutField
    ) throws(LayoutError) -> ArraySlice<UInt8> {
        switch (content, place) {
        case (.columns(let columns), .column(let index)):
            guard index < columns.count else {
                throw .columnCountWrong(line: number, count: columns.count, expected: index + 1)
            }
            return columns[index]
        case (.bytes(let line, let decoder), .bytes(let range)):
            guard range.upperBound <= line.count else {
                throw .lineByteCountWrong(
                    line: number, byteCount: line.count, expected: range.upperBound)
            }
            let start = line.startIndex
            let part = line[start + range.lowerBound..<start + range.upperBound]
            // What is before must be whole too: the second byte of a character may look like a letter.
            guard decoder.decode(line[..<part.startIndex]) != nil, let text = decoder.decode(part)
            else {
                throw .fieldInvalid(
                    line: number, field: field, value: "(\(part.count) bytes)",
                    cause: .undecodable)
            }
            return text
        case (.columns, .bytes), (.bytes, .column):
            preconditionFailure("a place of another kind of file")
        }
    }

    /// Reads a field; what refuses it is told with the field's text, an account's without.
    func value<Value>(
        _ place: LayoutPlace, _ field: LayoutField,
        _ read: (ArraySlice<UInt8>) throws(LayoutFieldCause) -> Value
    ) throws(LayoutError) -> Value {
        let bytes = try bytes(place, field)
        do throws(LayoutFieldCause) {
            return try read(bytes)
        } catch {
            let place: SettlementField? = field == .account ? .accountReference : nil
            throw .fieldInvalid(
                line: number, field: field, value: SafeText.of(bytes, field: place),
                cause: error)
        }
    }
}
