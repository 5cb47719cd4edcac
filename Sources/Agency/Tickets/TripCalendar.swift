import CivilTime

/// On which days a trip runs, an attraction is open, or an event takes place.
public struct TripCalendar: Sendable, Equatable {
    /// Every day of the week.
    public static let everyDay: Int64 = 0b111_1111

    /// One bit for each day of the week, Monday's the lowest.
    public let weekdays: Int64
    /// The first day, or nothing.
    public let from: BusinessDate?
    /// The last day, or nothing.
    public let to: BusinessDate?

    public init(
        weekdays: Int64 = TripCalendar.everyDay, from: BusinessDate? = nil,
        to: BusinessDate? = nil
    ) {
        self.weekdays = weekdays
        self.from = from
        self.to = to
    }

    /// Whether it runs on a date.
    public func includes(_ date: BusinessDate) -> Bool {
        let isWeekday = weekdays >> Self.weekday(of: date) & 1 == 1
        return isWeekday && from.map { $0 <= date } ?? true && to.map { date <= $0 } ?? true
    }

    /// The day of the week, Monday 0.
    static func weekday(of date: BusinessDate) -> Int64 {
        // 1970-01-01 was a Thursday.
        let day = (Int64(date.daysSinceEpoch) + 3) % 7
        return day < 0 ? day + 7 : day
    }
}
