import Glibc

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
public struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since the Unix epoch.
    public let millisecondsSinceEpoch: Int64

    public init(millisecondsSinceEpoch: Int64) {
        self.millisecondsSinceEpoch = millisecondsSinceEpoch
    }

    /// The wall clock's time now.
    public static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(
            millisecondsSinceEpoch: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.millisecondsSinceEpoch < right.millisecondsSinceEpoch
    }

    /// The instant a number of milliseconds later, or earlier when negative.
    public func adding(milliseconds: Int64) -> Instant {
        Instant(millisecondsSinceEpoch: millisecondsSinceEpoch + milliseconds)
    }
}

/// The institution's fixed offset from UTC, in minutes; China keeps +08:00 the year round.
public struct ZoneOffset: Hashable, Sendable {
    /// The offsets in use on earth, in minutes.
    public static let supportedMinutes = -720...840

    /// Asia/Shanghai, +08:00 without summer time since 1991.
    public static let china = ZoneOffset(unchecked: 480)

    /// Minutes east of UTC.
    public let minutes: Int

    /// Makes an offset, or nothing outside −12:00 to +14:00.
    public init?(minutes: Int) {
        guard Self.supportedMinutes.contains(minutes) else { return nil }
        self.minutes = minutes
    }

    private init(unchecked minutes: Int) {
        self.minutes = minutes
    }

    /// The calendar date that a wall clock in this zone shows at an instant.
    public func date(at instant: Instant) -> BusinessDate {
        let local = localMilliseconds(instant)
        let days = Int(floorDivide(local, 86_400_000))
        // Instants of an Int64 of milliseconds reach past year 9999; hold the date inside.
        return BusinessDate.epoch.adding(days: days)
    }

    /// The first instant of a date in this zone.
    public func midnight(startOf date: BusinessDate) -> Instant {
        Instant(
            millisecondsSinceEpoch: (Int64(date.daysSinceEpoch) * 1440 - Int64(minutes)) * 60_000)
    }

    /// Milliseconds of the local day that have passed at an instant, 0 to 86,399,999.
    public func millisecondsOfDay(at instant: Instant) -> Int {
        let local = localMilliseconds(instant)
        let remainder = Int(local % 86_400_000)
        return remainder < 0 ? remainder + 86_400_000 : remainder
    }

    /// The instant in RFC 3339 with whole seconds and this offset, `2026-11-21T09:05:07+08:00`.
    public func text(_ instant: Instant) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(25)
        append(instant, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the RFC 3339 text of an instant to a buffer; for hot paths.
    public func append(_ instant: Instant, to bytes: inout [UInt8]) {
        let (year, month, day) = date(at: instant).parts
        let second = millisecondsOfDay(at: instant) / 1000
        appendDigits(year, 4, to: &bytes)
        bytes.append(0x2D)
        appendDigits(month, 2, to: &bytes)
        bytes.append(0x2D)
        appendDigits(day, 2, to: &bytes)
        bytes.append(0x54)
        appendDigits(second / 3600, 2, to: &bytes)
        bytes.append(0x3A)
        appendDigits(second / 60 % 60, 2, to: &bytes)
        bytes.append(0x3A)
        appendDigits(second % 60, 2, to: &bytes)
        bytes.append(minutes < 0 ? 0x2D : 0x2B)
        appendDigits(abs(minutes) / 60, 2, to: &bytes)
        bytes.append(0x3A)
        appendDigits(abs(minutes) % 60, 2, to: &bytes)
    }

    /// The instant of a text as ``text(_:)`` writes it, and of no other.
    public func instant(_ text: String) -> Instant? {
        let bytes = Array(text.utf8)
        guard bytes.count == 25, let date = BusinessDate(String(text.prefix(10))) else {
            return nil
        }
        func number(_ place: Int) -> Int64 {
            Int64(bytes[place]) * 10 + Int64(bytes[place + 1]) - 11 * 0x30
        }
        let (hour, minute, second) = (number(11), number(14), number(17))
        guard 0..<24 ~= hour, 0..<60 ~= minute, 0..<60 ~= second else { return nil }
        let instant = midnight(startOf: date)
            .adding(milliseconds: ((hour * 60 + minute) * 60 + second) * 1_000)
        // Whatever else the text holds, what is written for the instant is not the same.
        return self.text(instant) == text ? instant : nil
    }

    private func localMilliseconds(_ instant: Instant) -> Int64 {
        let offset = Int64(minutes) * 60_000
        let (sum, hasOverflow) = instant.millisecondsSinceEpoch.addingReportingOverflow(offset)
        return hasOverflow ? (offset < 0 ? .min : .max) : sum
    }
}

private func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}
