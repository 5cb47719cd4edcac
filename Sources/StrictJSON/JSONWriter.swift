/// Writes one JSON text into a growing buffer; commas and escapes are its business.
///
///     var answer = JSONWriter()
///     answer.beginObject()
///     answer.field("receipt_id", "R1")
///     answer.field("amount_fen", 1_250)
///     answer.endObject()
///
/// Names are literals of the program, so they are written as they are: a name that would need an
/// escape is a mistake of ours and stops the program. Use `key(escaping:)` for other names.
public struct JSONWriter: Sendable {
    /// Room for a usual answer, so that it needs one allocation, in bytes.
    public static let usualBytes = 512

    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    private var needsComma = false
    private var needsLineBreak = false
    private var depth = 0

    /// Makes an empty writer.
    ///
    /// - Parameter reservedBytes: The length the text is likely to have.
    public init(reservedBytes: Int = JSONWriter.usualBytes) {
        bytes.reserveCapacity(reservedBytes)
    }

    /// The text written so far; for tests and messages.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Empties the writer and keeps its memory, for a stream of texts.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
        needsLineBreak = false
        depth = 0
    }

    /// Starts the next member, element or closing bracket on a line of its own.
    ///
    /// For files that people read and compare; answers stay on one line.
    public mutating func lineBreak() { needsLineBreak = true }

    public mutating func beginObject() { begin(Byte.openBrace) }
    public mutating func endObject() { end(Byte.closeBrace) }
    public mutating func beginArray() { begin(Byte.openBracket) }
    public mutating func endArray() { end(Byte.closeBracket) }

    /// Writes a member's name; its value comes next.
    public mutating func key(_ name: StaticString) {
        precondition(name.hasPointerRepresentation, "a one-character name needs key(escaping:)")
        let content = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        assert(!content.contains(where: Self.needsEscape), "a name needs escapes")
        separate()
        bytes.append(Byte.quote)
        bytes.append(contentsOf: content)
        bytes.append(Byte.quote)
        bytes.append(Byte.colon)
        needsComma = false
    }

    /// Writes a member's name that is not a literal of the program.
    public mutating func key(escaping name: String) {
        string(name)
        bytes.append(Byte.colon)
        needsComma = false
    }

    /// Writes a string value.
    public mutating func string(_ value: String) {
        separate()
        bytes.append(Byte.quote)
        let written: Void? = value.utf8.withContiguousStorageIfAvailable { appendEscaped($0) }
        if written == nil { Array(value.utf8).withUnsafeBufferPointer { appendEscaped($0) } }
        bytes.append(Byte.quote)
        needsComma = true
    }

    /// Writes a string value that `append` adds to the buffer, for hot paths.
    ///
    /// - Parameter append: adds printable ASCII without quotes and backslashes, and nothing else.
    public mutating func string(appending append: (inout [UInt8]) -> Void) {
        separate()
        bytes.append(Byte.quote)
        let start = bytes.count
        append(&bytes)
        assert(!bytes[start...].contains(where: Self.needsEscape), "a string needs escapes")
        bytes.append(Byte.quote)
        needsComma = true
    }

    /// Writes a whole number.
    public mutating func integer(_ value: Int64) {
        separate()
        if value < 0 { bytes.append(Byte.minus) }
        appendDigits(of: value.magnitude)
        needsComma = true
    }

    public mutating func bool(_ value: Bool) {
        separate()
        append(value ? "true" : "false")
        needsComma = true
    }

    public mutating func null() {
        separate()
        append("null")
        needsComma = true
    }

    /// Writes a parsed value back.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .object(let members):
            beginObject()
            for member in members {
                key(escaping: member.name)
                self.value(member.value)
            }
            endObject()
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .string(let text): string(text)
        case .integer(let number): integer(number)
        case .bool(let truth): bool(truth)
        case .null: null()
        }
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        depth += 1
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        precondition(depth > 0, "an object or array is closed that was not opened")
        breakLine()
        bytes.append(bracket)
        depth -= 1
        needsComma = true
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(Byte.comma) }
        breakLine()
    }

    @inline(__always)
    private mutating func breakLine() {
        guard needsLineBreak else { return }
        bytes.append(Byte.newline)
        needsLineBreak = false
    }

    private mutating func append(_ word: StaticString) {
        bytes.append(
            contentsOf: UnsafeBufferPointer(
                start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    private mutating func appendDigits(of magnitude: UInt64) {
        // The longest magnitude has 20 digits; they come out backwards.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = digits.count
            var rest = magnitude
            repeat {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                first -= 1
                digits[first] = Byte.zero + UInt8(truncatingIfNeeded: digit)
                rest = quotient
            } while rest > 0
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[first...]))
        }
    }

    private mutating func appendEscaped(_ content: UnsafeBufferPointer<UInt8>) {
        guard let first = content.firstIndex(where: Self.needsEscape) else {
            bytes.append(contentsOf: content)
            return
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: content[..<first]))
        for byte in content[first...] {
            guard Self.needsEscape(byte) else {
                bytes.append(byte)
                continue
            }
            bytes.append(Byte.backslash)
            switch byte {
            case Byte.quote, Byte.backslash: bytes.append(byte)
            case 0x08: bytes.append(Byte.b)
            case 0x0C: bytes.append(Byte.f)
            case Byte.newline: bytes.append(Byte.n)
            case Byte.carriageReturn: bytes.append(Byte.r)
            case Byte.tab: bytes.append(Byte.t)
            case _:
                append("u00")
                bytes.append(Self.hexadecimalDigit(byte >> 4))
                bytes.append(Self.hexadecimalDigit(byte & 0x0F))
            }
        }
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < Byte.space || byte == Byte.quote || byte == Byte.backslash
    }

    private static func hexadecimalDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? Byte.zero + nibble : 0x61 + nibble - 10
    }
}
