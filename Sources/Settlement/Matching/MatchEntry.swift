/// What the matcher keeps of a line: 32 bytes, whatever the line's length.
///
/// Texts are read again from the file for the few lines that need them.
struct MatchEntry {
    /// A digest of what this step compares: serial, reference, or the rule's fields.
    var key: MatchKey
    /// Where the line begins in its input (40 bits), and its number there (24 bits).
    private let place: UInt64
    /// Amount (40 bits), reversed (1), carried (1), tag (22).
    private var facts: UInt64

    static let tagMask: UInt64 = (1 << 22) - 1
    private static let carriedBit: UInt64 = 1 << 22
    private static let reversedBit: UInt64 = 1 << 23
    private static let amountBias: Int64 = 1 << 39

    @inline(__always)
    init(
        key: MatchKey, offset: Int64, lineNumber: Int, amountFen: Int64, isReversed: Bool,
        isCarried: Bool, tag: UInt64
    ) {
        self.key = key
        place = UInt64(truncatingIfNeeded: offset) << 24 | UInt64(truncatingIfNeeded: lineNumber)
        facts =
            UInt64(truncatingIfNeeded: amountFen &+ Self.amountBias) << 24
            | (isReversed ? Self.reversedBit : 0) | (isCarried ? Self.carriedBit : 0)
            | tag & Self.tagMask
    }

    var offset: Int64 { Int64(place >> 24) }
    var lineNumber: Int { Int(place & 0xFF_FFFF) }
    var amountFen: Int64 { Int64(facts >> 24) - Self.amountBias }
    var isReversed: Bool { facts & Self.reversedBit != 0 }
    var isCarried: Bool { facts & Self.carriedBit != 0 }

    /// What the line adds to its file's total.
    var movedFen: Int64 { isReversed ? 0 : amountFen }

    /// In the first step 22 bits of the account's digest, in the third the day's number.
    var tag: UInt64 {
        get { facts & Self.tagMask }
        set { facts = facts & ~Self.tagMask | newValue & Self.tagMask }
    }

    /// Whether two lines have the same amount and the same status.
    @inline(__always)
    func agrees(with other: MatchEntry) -> Bool {
        (facts ^ other.facts) & ~(Self.tagMask | Self.carriedBit) == 0
    }
}

/// A digest of 122 bits of a text.
struct MatchKey: Hashable {
    var high: UInt64
    var low: UInt64

    /// The key of lines that are not looked for in this step.
    static let none = MatchKey(high: 0, low: 0)
}

/// Makes digests for one match, with numbers that nobody can know before.
///
/// The text is cut into words of 56 bits, each multiplied by a random number modulo 2⁶¹ − 1, and
/// the products are added, twice over. Two different texts then have the same digest with a
/// probability of at most 2⁻¹²⁰, whoever chose them; among ten million lines of each side that
/// is below 10⁻²¹, which no disk promises. The outcome of a match does not depend on the numbers.
final class MatchKeyer: Sendable {
    /// More bytes than a text of a line, or what a rule makes of one, can have.
    static let maximumByteCount = 7 * (wordLimit - 1)
    /// How many bytes behind a text may be read, whatever they hold.
    static let paddingByteCount = 8

    private static let wordLimit = 48
    private static let modulus: UInt64 = (1 << 61) - 1
    // Written once in `init` and only read after that, so any thread may read them.
    private nonisolated(unsafe) let multipliers: UnsafeMutablePointer<UInt64>

    init() {
        multipliers = .allocate(capacity: 2 * Self.wordLimit)
        for index in 0..<(2 * Self.wordLimit) {
            (multipliers + index).initialize(to: .random(in: 1..<Self.modulus))
        }
    }

    deinit { multipliers.deallocate() }

    /// The digest of a text behind which ``paddingByteCount`` bytes may be read.
    @inline(__always)
    func key(of text: UnsafePointer<UInt8>, byteCount: Int) -> MatchKey {
        precondition(byteCount <= Self.maximumByteCount, "a text longer than any of a line")
        // The length tells "a" from "a" with a zero byte.
        let length = UInt64(truncatingIfNeeded: byteCount)
        var high = multipliers[0].multipliedFullWidth128(by: length)
        var low = multipliers[1].multipliedFullWidth128(by: length)
        var done = 0
        var place = 2
        while done < byteCount {
            let rest = byteCount &- done
            let bits = rest >= 7 ? 56 : rest &* 8
            let word = load64(text + done) & ((1 << bits) &- 1)
            high &+= multipliers[place].multipliedFullWidth128(by: word)
            low &+= multipliers[place &+ 1].multipliedFullWidth128(by: word)
            done &+= 7
            place &+= 2
        }
        return MatchKey(high: Self.reduce(high), low: Self.reduce(low))
    }

    /// The digest of bytes in an array.
    func key(of bytes: [UInt8]) -> MatchKey {
        let padded = bytes + [UInt8](repeating: 0, count: Self.paddingByteCount)
        return padded.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("never empty") }
            return key(of: base, byteCount: bytes.count)
        }
    }

    @inline(__always)
    private static func reduce(_ sum: UInt128) -> UInt64 {
        let once = (sum & UInt128(modulus)) &+ (sum >> 61)
        let twice =
            UInt64(truncatingIfNeeded: once & UInt128(modulus))
            &+ UInt64(truncatingIfNeeded: once >> 61)
        return twice >= modulus ? twice &- modulus : twice
    }
}

extension UInt64 {
    @inline(__always)
    fileprivate func multipliedFullWidth128(by other: UInt64) -> UInt128 {
        let (high, low) = multipliedFullWidth(by: other)
        return UInt128(high) << 64 | UInt128(low)
    }
}

/// Eight bytes from any address, the first one lowest.
@inline(__always)
func load64(_ place: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
}
