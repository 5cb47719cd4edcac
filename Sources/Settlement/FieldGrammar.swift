import CivilTime
import Cryptography

/// The bytes that have a meaning of their own in a settlement file.
enum Ascii {
    static let lineFeed: UInt8 = 0x0A
    static let space: UInt8 = 0x20
    static let asterisk: UInt8 = 0x2A
    static let plus: UInt8 = 0x2B
    static let hyphen: UInt8 = 0x2D
    static let zero: UInt8 = 0x30
    static let colon: UInt8 = 0x3A
    static let pipe: UInt8 = 0x7C
}

/// What each kind of field may hold; the writer and the reader both ask here.
enum FieldGrammar {
    /// Stands for the digits of a card number that nobody may keep.
    static let cardMask = "************"
    /// The years whose dates and times can be written.
    static let allowedYears = 2000...9999
    /// More digits than any number of the format has.
    static let maximumIntegerDigitCount = 19

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    static func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }

    static func isLowerHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x66).contains(byte)
    }

    static func isCurrency(_ text: some Collection<UInt8>) -> Bool {
        text.count == 3 && text.allSatisfy(isCapital)
    }

    static func isWritable(_ date: BusinessDate) -> Bool {
        allowedYears.contains(date.parts.year)
    }

    static func isWritable(_ time: Instant) -> Bool {
        (firstTime...lastTime).contains(time)
    }

    static func identifier(
        _ text: some Collection<UInt8>
    ) throws(SettlementFieldCause) -> SettlementIdentifier {
        guard let first = text.first else { throw .empty }
        guard text.count <= SettlementIdentifier.maximumCharacterCount else {
            throw .tooLong(limit: SettlementIdentifier.maximumCharacterCount)
        }
        guard first != Ascii.hyphen, text.allSatisfy(isIdentifierByte) else {
            throw .characterForbidden
        }
        return SettlementIdentifier(checked: String(decoding: text, as: UTF8.self))
    }

    static func text(_ bytes: ArraySlice<UInt8>) throws(SettlementFieldCause) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    static func currency(_ bytes: ArraySlice<UInt8>) throws(SettlementFieldCause) -> String {
        guard isCurrency(bytes) else { throw .currencyMalformed }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func digest(_ bytes: ArraySlice<UInt8>) throws(SettlementFieldCause) -> SHA256Digest {
        guard bytes.allSatisfy(isLowerHexadecimal), let raw = Hexadecimal.decode(utf8: bytes),
            let digest = SHA256Digest(bytes: raw)
        else { throw .digestMalformed }
        return digest
    }

    /// A decimal integer in its only spelling: no sign but a minus, no zero in front.
    static func integer(
        _ bytes: ArraySlice<UInt8>, in range: ClosedRange<Int64>
    ) throws(SettlementFieldCause) -> Int64 {
        let isNegative = bytes.first == Ascii.hyphen
        let digits = isNegative ? bytes.dropFirst() : bytes
        guard let first = digits.first, digits.allSatisfy(isDigit),
            first != Ascii.zero || (digits.count == 1 && !isNegative)
        else { throw .notAnInteger }
        guard digits.count <= maximumIntegerDigitCount else { throw .outOfRange(range) }
        var value: Int64 = 0
        for digit in digits {
            let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isStillTooLarge) = tens.addingReportingOverflow(Int64(digit - Ascii.zero))
            guard !isTooLarge, !isStillTooLarge else { throw .outOfRange(range) }
            value = sum
        }
        value = isNegative ? -value : value
        guard range.contains(value) else { throw .outOfRange(range) }
        return value
    }

    private static func isIdentifierByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || isCapital(byte) || (0x61...0x7A).contains(byte) || byte == Ascii.hyphen
    }

    private static let firstTime = zone.midnight(startOf: day(2000, 1, 1))
    private static let lastTime = zone.midnight(startOf: day(9999, 12, 31))
        .adding(milliseconds: 86_399_999)

    private static func day(_ year: Int, _ month: Int, _ day: Int) -> BusinessDate {
        guard let date = BusinessDate(year: year, month: month, day: day) else {
            preconditionFailure("not a date of the calendar")
        }
        return date
    }
}
