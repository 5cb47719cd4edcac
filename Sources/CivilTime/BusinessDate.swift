/// A civil calendar date, held as days since 1970-01-01, with integer arithmetic only.
///
/// The institution's business date is assigned by the server and is not the clock's date.
public struct BusinessDate: Hashable, Comparable, Sendable {
    /// The years that four digits can name; every constructor keeps to them.
    public static let supportedYears = 1...9999

    /// 1970-01-01.
    public static let epoch = BusinessDate(unchecked: 0)

    /// Days since 1970-01-01, negative before it.
    public let daysSinceEpoch: Int32

    private static let firstDay = days(year: 1, month: 1, day: 1)
    private static let lastDay = days(year: 9999, month: 12, day: 31)

    /// Makes a date from its day number, or nothing outside years 1 to 9999.
    public init?(daysSinceEpoch: Int) {
        guard (Self.firstDay...Self.lastDay).contains(daysSinceEpoch) else { return nil }
        self.daysSinceEpoch = Int32(daysSinceEpoch)
    }

    /// Makes a date from its parts, or nothing when the calendar has no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard Self.supportedYears.contains(year), (1...12).contains(month),
            (1...Self.length(ofMonth: month, year: year)).contains(day)
        else { return nil }
        daysSinceEpoch = Int32(Self.days(year: year, month: month, day: day))
    }

    /// Parses exactly `YYYY-MM-DD`, or gives nothing.
    public init?(_ text: some StringProtocol) {
        var digits: [Int] = []
        digits.reserveCapacity(8)
        var position = 0
        for byte in text.utf8 {
            switch (position, byte) {
            case (4, 0x2D), (7, 0x2D): break
            case (0...3, 0x30...0x39), (5...6, 0x30...0x39), (8...9, 0x30...0x39):
                digits.append(Int(byte) - 0x30)
            case (_, _): return nil
            }
            position += 1
        }
        guard position == 10, digits.count == 8 else { return nil }
        self.init(
            year: digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3],
            month: digits[4] * 10 + digits[5], day: digits[6] * 10 + digits[7])
    }

    /// The year, the month from 1 and the day from 1.
    public var parts: (year: Int, month: Int, day: Int) {
        // Days are counted from 0000-03-01 so that a leap day ends its year.
        let shifted = Int(daysSinceEpoch) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, day)
    }

    /// The date as eight digits, `YYYYMMDD`, as file names use it.
    public var compact: String {
        var bytes: [UInt8] = []
        append(to: &bytes, isCompact: true)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the date as `YYYY-MM-DD`, or as `YYYYMMDD`, to a buffer; for hot paths.
    public func append(to bytes: inout [UInt8], isCompact: Bool = false) {
        let (year, month, day) = parts
        appendDigits(year, 4, to: &bytes)
        if !isCompact { bytes.append(0x2D) }
        appendDigits(month, 2, to: &bytes)
        if !isCompact { bytes.append(0x2D) }
        appendDigits(day, 2, to: &bytes)
    }

    /// The date a number of days later, or earlier when negative; held inside the supported years.
    public func adding(days: Int) -> BusinessDate {
        let (sum, hasOverflow) = Int(daysSinceEpoch).addingReportingOverflow(days)
        let target = hasOverflow ? (days < 0 ? Self.firstDay : Self.lastDay) : sum
        let moved = min(max(target, Self.firstDay), Self.lastDay)
        return BusinessDate(unchecked: Int32(moved))
    }

    public static func < (left: BusinessDate, right: BusinessDate) -> Bool {
        left.daysSinceEpoch < right.daysSinceEpoch
    }

    private init(unchecked days: Int32) {
        daysSinceEpoch = days
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        case _: 31
        }
    }

    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

extension BusinessDate: CustomStringConvertible {
    /// The date as `YYYY-MM-DD`.
    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Appends a non-negative number with leading zeros; digits beyond the width are kept.
public func appendDigits(_ number: Int, _ width: Int, to bytes: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<width { divisor *= 10 }
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
        bytes.append(UInt8(truncatingIfNeeded: 0x30 + number / divisor % 10))
        divisor /= 10
    }
}
