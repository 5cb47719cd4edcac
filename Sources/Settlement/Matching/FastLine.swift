/// What the reader needs of a line that has nothing unusual in it.
///
/// It takes ASCII without quotes, as nearly all lines are, eight bytes at a time. Whatever it does
/// not take goes to the careful parsers, which accept it or say what is wrong.
struct FastLine {
    let serial: UnsafePointer<UInt8>
    let serialByteCount: Int
    let account: UnsafePointer<UInt8>
    let accountByteCount: Int
    let amountFen: Int64
    let isReversed: Bool
    /// Where the next line begins.
    let end: UnsafePointer<UInt8>

    /// Reads a line of the table; nothing when there is anything unusual in it.
    ///
    /// - Parameter start: A line that ends with a line feed, with ``FastScanner/paddingByteCount``
    ///   readable bytes behind it.
    @inline(__always)
    static func table(_ start: UnsafePointer<UInt8>, _ dates: inout DateMemory) -> FastLine? {
        var scanner = FastScanner(start, separator: Ascii.comma)
        guard let serialByteCount = scanner.text(limit: MatchLimits.maximumSerialCharacterCount),
            scanner.text(limit: SettlementDetail.maximumPartnerReferenceCharacterCount) != nil,
            let type = scanner.type(mayBeEmpty: true)
        else { return nil }
        let account = scanner.place
        guard
            let accountByteCount = scanner.account(type: type, mayBeEmpty: true),
            let amountFen = scanner.amount(mayBeZero: false),
            let isReversed = scanner.isReversed(),
            scanner.time(&dates)
        else { return nil }
        if scanner.place.pointee == Ascii.carriageReturn { scanner.place += 1 }
        guard scanner.place.pointee == Ascii.lineFeed else { return nil }
        return FastLine(
            serial: start, serialByteCount: serialByteCount, account: account,
            accountByteCount: accountByteCount, amountFen: amountFen, isReversed: isReversed,
            end: scanner.place + 1)
    }

    /// Reads a detail line of a settlement file; nothing when it is unusual or of another record.
    @inline(__always)
    static func detail(_ start: UnsafePointer<UInt8>, _ dates: inout DateMemory) -> FastLine? {
        var scanner = FastScanner(start, separator: Ascii.pipe)
        guard scanner.word("D"), scanner.amount(mayBeZero: false).map({ $0 > 0 }) == true
        else { return nil }
        let serial = scanner.place
        guard
            let serialByteCount = scanner.identifier(),
            scanner.text(limit: SettlementDetail.maximumPartnerReferenceCharacterCount) != nil,
            let type = scanner.type(mayBeEmpty: false)
        else { return nil }
        let account = scanner.place
        guard
            let accountByteCount = scanner.account(type: type, mayBeEmpty: false),
            let amountFen = scanner.amount(mayBeZero: false), amountFen > 0,
            let feeFen = scanner.amount(mayBeZero: true), feeFen >= 0,
            let commissionFen = scanner.amount(mayBeZero: true), commissionFen >= 0,
            let isReversed = scanner.isReversed(),
            scanner.time(&dates), scanner.place.pointee == Ascii.pipe,
            // A correction is rare and names its original: that is for the careful parser.
            (scanner.place + 1).pointee == Ascii.lineFeed
        else { return nil }
        return FastLine(
            serial: serial, serialByteCount: serialByteCount, account: account,
            accountByteCount: accountByteCount, amountFen: amountFen, isReversed: isReversed,
            end: scanner.place + 2)
    }
}

/// The date that was checked last; most lines of a file have the same one.
struct DateMemory {
    var first: UInt64 = 0
    var last: UInt64 = 0
}

/// Goes over the fields of a line; each call ends behind the separator that follows the field.
struct FastScanner {
    /// How many bytes behind a line may be read, whatever they hold.
    static let paddingByteCount = 64

    var place: UnsafePointer<UInt8>
    let separator: UInt8

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    @inline(__always)
    init(_ start: UnsafePointer<UInt8>, separator: UInt8) {
        place = start
        self.separator = separator
    }

    /// A text of plain characters without a space at its edges; gives its length.
    @inline(__always)
    mutating func text(limit: Int) -> Int? {
        let start = place
        let separators = Self.ones &* UInt64(separator)
        while true {
            let word = load64(place)
            // Bytes are looked at from the lowest on, so a borrow or carry from the first byte
            // that stops does not matter.
            let stop =
                Self.zeros(word ^ separators) | Self.zeros(word ^ (Self.ones &* 0x22))
                | ((word &- Self.ones &* 0x20) & ~word)
                // From 0x7C on: bar, control, and what is not ASCII.
                | (word &+ Self.ones &* 0x04) | word
            let found = stop & Self.highs
            if found != 0 {
                place += found.trailingZeroBitCount &>> 3
                break
            }
            place += 8
        }
        let count = place - start
        guard place.pointee == separator, count <= limit else { return nil }
        place += 1
        guard count == 0 || (start.pointee != Ascii.space && start[count &- 1] != Ascii.space)
        else { return nil }
        return count
    }

    /// A high bit at the first zero byte, and perhaps at some behind it.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }

    /// The letter of a record.
    @inline(__always)
    mutating func word(_ letter: Unicode.Scalar) -> Bool {
        guard place.pointee == UInt8(ascii: letter), place[1] == separator else { return false }
        place += 2
        return true
    }

    /// One to 32 letters, digits and hyphens.
    @inline(__always)
    mutating func identifier() -> Int? {
        let start = place
        while FastScanner.isIdentifierByte(place.pointee) { place += 1 }
        let count = place - start
        guard place.pointee == separator, start.pointee != Ascii.hyphen,
            (1...SettlementIdentifier.maximumCharacterCount).contains(count)
        else { return nil }
        place += 1
        return count
    }

    @inline(__always)
    private static func isIdentifierByte(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == Ascii.hyphen
    }

    /// An integer in its only spelling, within what an amount may be.
    @inline(__always)
    mutating func amount(mayBeZero: Bool) -> Int64? {
        let isNegative = place.pointee == Ascii.hyphen
        if isNegative { place += 1 }
        let start = place
        var value: Int64 = 0
        while place.pointee &- Ascii.zero < 10, place - start < 12 {
            value = value &* 10 &+ Int64(place.pointee &- Ascii.zero)
            place += 1
        }
        let count = place - start
        guard place.pointee == separator, (1...11).contains(count) else { return nil }
        guard start.pointee != Ascii.zero || (mayBeZero && count == 1 && !isNegative) else {
            return nil
        }
        place += 1
        return isNegative ? 0 &- value : value
    }

    /// Whether the status is the one of a reversed line; nothing for another word.
    @inline(__always)
    mutating func isReversed() -> Bool? {
        let word = load64(place)
        let bar = UInt64(separator)
        if word & 0xFF_FFFF_FFFF_FFFF == FastWord.posted | bar << 48 {
            place += 7
            return false
        }
        guard word == FastWord.reversed, place[8] == separator else { return nil }
        place += 9
        return true
    }

    /// A time as `2026-11-21T09:05:07+08:00`; ends behind it, where no separator may follow.
    @inline(__always)
    mutating func time(_ dates: inout DateMemory) -> Bool {
        let first = load64(place)
        // Two digits of the day and the letter T.
        let last = load64(place + 8) & 0xFF_FFFF
        guard (first == dates.first && last == dates.last) || Self.check(first, last, &dates)
        else { return false }
        let hour = pair(11), minute = pair(14), second = pair(17)
        guard place[13] == Ascii.colon, place[16] == Ascii.colon, hour < 24, minute < 60,
            second < 60, load64(place + 17) >> 16 == FastWord.offset
        else { return false }
        place += 25
        return true
    }

    /// Two digits as a number, or 255.
    @inline(__always)
    private func pair(_ position: Int) -> UInt8 {
        let tens = place[position] &- Ascii.zero, units = place[position + 1] &- Ascii.zero
        return tens < 10 && units < 10 ? tens &* 10 &+ units : 255
    }
}
