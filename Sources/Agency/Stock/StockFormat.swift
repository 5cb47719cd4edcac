/// How a serial of stock is printed: a prefix, the number with its zeros, and check digits.
public struct StockFormat: Sendable, Equatable {
    /// What stands behind the number to find a digit that was misread.
    public enum CheckDigits: String, CaseIterable, Sendable {
        case none
        /// One digit after Luhn (ISO/IEC 7812-1, annex B).
        case modulo10 = "mod_10"
        /// Two digits, 98 less the number's hundredfold modulo 97, as in ISO 7064 MOD 97-10.
        case modulo97 = "mod_97"

        /// How many they are.
        var count: Int {
            switch self {
            case .none: 0
            case .modulo10: 1
            case .modulo97: 2
            }
        }
    }

    /// The lengths that a prefix may have; it has capital letters and digits.
    public static let prefixLengths = 0...8
    /// The digits that a number may have, check digits apart.
    public static let digitCounts: ClosedRange<Int64> = 1...15
    /// The most characters of a serial.
    public static let maximumLength = 25

    public let prefix: String
    public let digitCount: Int
    public let checkDigits: CheckDigits

    public init(prefix: String, digitCount: Int, checkDigits: CheckDigits) {
        self.prefix = prefix
        self.digitCount = digitCount
        self.checkDigits = checkDigits
    }

    /// The serial of a number, as it is printed.
    public func text(_ number: Int64) -> String {
        let digits = Self.padded(number, digitCount)
        return switch checkDigits {
        case .none: prefix + digits
        case .modulo10:
            prefix + digits + String(Luhn.checkDigit(of: digits.utf8.map { Int($0 - 0x30) }))
        case .modulo97: prefix + digits + Self.padded(98 - number * 100 % 97, 2)
        }
    }

    /// The number of a serial as it is printed, or nothing when it is none of this format.
    func number(_ text: String) -> Int64? {
        let length = prefix.utf8.count + digitCount + checkDigits.count
        guard text.utf8.count == length, text.hasPrefix(prefix) else { return nil }
        let digits = text.utf8.dropFirst(prefix.utf8.count).prefix(digitCount)
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int64(String(decoding: digits, as: UTF8.self)), self.text(number) == text
        else { return nil }
        return number
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
