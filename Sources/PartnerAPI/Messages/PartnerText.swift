/// Our serial of a transaction, by which both sides know it: 1 to 32 of `A-Z a-z 0-9 -`.
public struct PartnerSerial: Hashable, Sendable, CustomStringConvertible {
    /// How long a serial may be, in characters.
    public static let lengths = 1...32

    /// The serial as both sides write it.
    public let text: String

    /// Takes a serial, or gives nothing for a text that cannot be one.
    public init?(_ text: String) {
        guard Self.lengths.contains(text.utf8.count),
            text.utf8.allSatisfy({ byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"): true
                case _: false
                }
            })
        else { return nil }
        self.text = text
    }

    public var description: String { text }
}

/// A named value that only the two sides of one product understand, such as a passenger's name.
public struct PartnerDetail: Hashable, Sendable {
    public let name: String
    public let value: String

    /// Makes a detail.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// The sizes that the fields of messages may have, in characters, elements and fen.
public enum PartnerLimits {
    /// Products, accounts, references, codes.
    public static let identifiers = 1...64
    /// Names, periods, titles, reasons.
    public static let texts = 0...200
    /// Prepaid tokens and ticket numbers.
    public static let tokens = 1...256
    /// Bills, offers, lines and details in one message.
    public static let maximumItems = 200
    public static let maximumDetails = 32
    /// No single amount is larger, in fen: a hundred million yuan.
    public static let maximumAmountFen: Int64 = 10_000_000_000
    /// Amounts that move money.
    public static let amountsFen: ClosedRange<Int64> = 1...maximumAmountFen
    /// Amounts that may be nothing.
    public static let amountsOrZeroFen: ClosedRange<Int64> = 0...maximumAmountFen
}
