/// Reads a comma-separated table (RFC 4180 in UTF-8) line by line in constant memory.
///
/// Stricter than the RFC: lines end with LF, the header is fixed, a field holds no line break and
/// no control character, and the last line is ended too, so that a file cut short is noticed.
final class TableReader {
    /// Where one field lies in the buffer, without its outer quotes.
    struct Field {
        var range: Range<Int>
        var hasDoubledQuotes = false
    }

    /// Bytes read from the file at once; several lines of the greatest length.
    private static let bufferBytes = 64 * DataFileLimits.maximumLineBytes

    /// The columns, in order.
    private(set) var columns: [String]
    /// The current line, from 1; 0 before the first.
    private(set) var line = 0

    let file: FileBytes
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private var start = 0
    private var end = 0
    private var fields: [Field] = []

    private static let newline = UInt8(ascii: "\n")
    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")

    /// Opens a table and checks its header.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - columns: The names that the first line must have, in this order.
    ///   - furtherColumns: Names that may follow them, all or none.
    /// - Throws: `DataFileError`.
    init(
        path: String, columns: [String], furtherColumns: [String] = []
    ) throws(DataFileError) {
        file = try FileBytes(path: path)
        buffer = .allocate(capacity: Self.bufferBytes)
        self.columns = columns
        fields.reserveCapacity(columns.count + furtherColumns.count)
        let expected = columns.joined(separator: ",")
        let header = try nextLine()
        if let header, !furtherColumns.isEmpty {
            let all = columns + furtherColumns
            if buffer[header].elementsEqual(all.joined(separator: ",").utf8) {
                self.columns = all
                return
            }
        }
        guard let header, buffer[header].elementsEqual(expected.utf8) else {
            throw DataFileError(
                file: file.name, line: 1, .wrongHeader,
                "the first line is not the header; write exactly: \(expected)"
                    + (furtherColumns.isEmpty
                        ? "" : " (,\(furtherColumns.joined(separator: ",")))"))
        }
    }

    deinit {
        buffer.deallocate()
    }

    /// Goes to the next line and finds its fields.
    ///
    /// - Returns: False at the end of the file.
    /// - Throws: `DataFileError`.
    func advance() throws(DataFileError) -> Bool {
        guard let range = try nextLine() else { return false }
        fields.removeAll(keepingCapacity: true)
        var position = range.lowerBound
        while true {
            guard fields.count < columns.count else { throw wrongFieldCount("more") }
            let field = try nextField(from: position, lineEnd: range.upperBound)
            fields.append(field.value)
            guard field.next < range.upperBound else { break }
            position = field.next + 1  // past the comma
        }
        guard fields.count == columns.count else { throw wrongFieldCount("fewer") }
        return true
    }

    /// The bytes of a field as written, valid until the next `advance()`.
    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: buffer[fields[column].range])
    }

    /// The text of a field.
    ///
    /// - Throws: `DataFileError` of kind `encoding`.
    func text(_ column: Int) throws(DataFileError) -> String {
        let text: String? =
            if fields[column].hasDoubledQuotes {
                String(validating: withoutDoubledQuotes(bytes(column)), as: UTF8.self)
            } else {
                String(validating: bytes(column), as: UTF8.self)
            }
        guard let text else {
            throw refusal(column, .encoding, "the bytes are not UTF-8; save the file as UTF-8")
        }
        return text
    }

    /// An error about a field of the current line.
    ///
    /// - Parameter value: The value to show, where it is neither a secret nor a customer's.
    func refusal(
        _ column: Int, _ kind: DataFileError.Kind, value: String? = nil, _ problem: String
    ) -> DataFileError {
        DataFileError(
            file: file.name, line: line, path: columns[column], kind, value: value, problem)
    }

    private func wrongFieldCount(_ direction: String) -> DataFileError {
        DataFileError(
            file: file.name, line: line, .fieldCount,
            "the line has \(direction) than \(columns.count) fields; quote fields with commas")
    }

    private func withoutDoubledQuotes(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var content: [UInt8] = []
        var wasQuote = false
        for byte in bytes {
            wasQuote = byte == Self.quote && !wasQuote
            if byte != Self.quote || wasQuote { content.append(byte) }
        }
        return content
    }
}

extension TableReader {
    /// Finds a field and the position after it, which is a comma or the line's end.
    private func nextField(
        from start: Int, lineEnd: Int
    ) throws(DataFileError) -> (value: Field, next: Int) {
        var position = start
        guard position < lineEnd, buffer[position] == Self.quote else {
            while position < lineEnd, buffer[position] != Self.comma {
                let byte = buffer[position]
                if byte == Self.quote { throw strayQuote() }
                if byte < 0x20 || byte == 0x7F { throw controlCharacter(byte) }
                position += 1
            }
            return (Field(range: start..<position), position)
        }
        position += 1
        var field = Field(range: position..<position)
        while position < lineEnd {
            let byte = buffer[position]
            if byte < 0x20 || byte == 0x7F { throw controlCharacter(byte) }
            guard byte == Self.quote else {
                position += 1
                continue
            }
            if position + 1 < lineEnd, buffer[position + 1] == Self.quote {
                field.hasDoubledQuotes = true
                position += 2
                continue
            }
            field.range = start + 1..<position
            position += 1
            guard position == lineEnd || buffer[position] == Self.comma else {
                throw strayQuote()
            }
            return (field, position)
        }
        throw strayQuote()
    }

    /// Finds the next line in the buffer, without its line feed.
    private func nextLine() throws(DataFileError) -> Range<Int>? {
        var searched = start
        while true {
            if let feed = buffer[searched..<end].firstIndex(of: Self.newline) {
                line += 1
                let range = start..<feed
                start = feed + 1
                guard range.count < DataFileLimits.maximumLineBytes else { throw lineTooLong() }
                return range
            }
            if end - start >= DataFileLimits.maximumLineBytes {
                line += 1
                throw lineTooLong()
            }
            let rest = end - start
            searched = rest
            guard try refill() else {
                if rest == 0 { return nil }
                line += 1
                throw DataFileError(
                    file: file.name, line: line, .unfinishedLine,
                    "the last line has no line feed; check that the file is whole, then add it")
            }
        }
    }

    /// Moves the unfinished line to the front and reads on; false at the end of the file.
    private func refill() throws(DataFileError) -> Bool {
        let rest = end - start
        if start > 0, rest > 0, let base = buffer.baseAddress {
            // The two ranges may overlap, which `update(from:count:)` allows.
            base.update(from: base + start, count: rest)
        }
        start = 0
        end = rest
        let room = UnsafeMutableRawBufferPointer(
            UnsafeMutableBufferPointer(rebasing: buffer[rest...]))
        let count = try file.read(into: room)
        end += count
        return count > 0
    }

    private func strayQuote() -> DataFileError {
        DataFileError(
            file: file.name, line: line, .quoting,
            "a quote stands alone; quote the whole field and double the quotes inside it")
    }

    private func lineTooLong() -> DataFileError {
        DataFileError(
            file: file.name, line: line, .lineTooLong,
            "the line has \(DataFileLimits.maximumLineBytes) bytes or more; shorten it")
    }

    private func controlCharacter(_ byte: UInt8) -> DataFileError {
        DataFileError(
            file: file.name, line: line, .controlCharacter,
            byte == UInt8(ascii: "\r")
                ? "the line ends with CR LF or holds a CR; save the file with LF line ends"
                : "the line holds a control character; remove it")
    }
}
