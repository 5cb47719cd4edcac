import CivilTime
import Testing

@Suite("A business date")
struct BusinessDateTests {
    /// Walks the calendar one day at a time, by the rules a child learns.
    struct DayCounter {
        var year = 1
        var month = 1
        var day = 1

        static func isLeap(_ year: Int) -> Bool {
            if year % 400 == 0 { return true }
            if year % 100 == 0 { return false }
            return year % 4 == 0
        }

        var monthLength: Int {
            let lengths = [31, Self.isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            return lengths[month - 1]
        }

        mutating func advance() {
            day += 1
            if day > monthLength { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    // 0001-01-01 is 719,162 days before 1970-01-01 in the proleptic Gregorian calendar.
    static let firstDay = -719_162
    static let lastDay = 2_932_896

    @Test("agrees with a walk through every day of the years 1 to 9999")
    func everyDay() {
        var counter = DayCounter()
        var mismatches: [Int] = []
        for number in Self.firstDay...Self.lastDay {
            let made = BusinessDate(
                year: counter.year, month: counter.month, day: counter.day)
            let parts = BusinessDate(daysSinceEpoch: number)?.parts
            if made?.daysSinceEpoch != Int32(number)
                || parts?.year != counter.year || parts?.month != counter.month
                || parts?.day != counter.day
            {
                mismatches.append(number)
            }
            counter.advance()
        }
        #expect(mismatches.isEmpty, "first \(mismatches.first ?? 0)")
        #expect(counter.year == 10_000)
    }

    static let known: [(text: String, days: Int32)] = [
        ("0001-01-01", -719_162), ("1969-12-31", -1), ("1970-01-01", 0), ("1972-02-29", 789),
        ("1999-12-31", 10_956), ("2000-02-29", 11_016), ("2000-03-01", 11_017),
        ("2024-02-29", 19_782), ("2026-11-21", 20_778), ("2100-02-28", 47_540),
        ("2100-03-01", 47_541), ("9999-12-31", 2_932_896),
    ]

    @Test("has the day number that other software gives it", arguments: known)
    func knownDays(text: String, days: Int32) throws {
        let date = try #require(BusinessDate(text))
        #expect(date.daysSinceEpoch == days)
        #expect("\(date)" == text)
        #expect(date.compact == text.filter { $0 != "-" })
    }

    static let malformed = [
        "", "2026", "2026-11", "2026-11-2", "2026-11-211", "2026-1-21", "26-11-21",
        "2026/11/21", "20261121", "2026-11-21 ", " 2026-11-21", "2026-11-21T", "+2026-11-2",
        "-026-11-21", "2026-+1-21", "2026--1-21", "202a-11-21", "２０２６-11-21", "2026-11-2\u{0}",
        "2026-00-10", "2026-13-10", "2026-11-00", "2026-11-31", "2026-04-31", "2026-02-29",
        "2100-02-29", "1900-02-29", "0000-01-01", "2026-12-32", "10000-01-01", "2026年11月21日",
    ]

    @Test("is parsed from exactly YYYY-MM-DD and refuses all else", arguments: malformed)
    func refuses(text: String) {
        #expect(BusinessDate(text) == nil)
    }

    @Test("has no day outside the calendar")
    func noSuchDay() {
        #expect(BusinessDate(daysSinceEpoch: Self.firstDay - 1) == nil)
        #expect(BusinessDate(daysSinceEpoch: Self.lastDay + 1) == nil)
        #expect(BusinessDate(daysSinceEpoch: .max) == nil)
        #expect(BusinessDate(daysSinceEpoch: .min) == nil)
        #expect(BusinessDate(year: 0, month: 1, day: 1) == nil)
        #expect(BusinessDate(year: 10_000, month: 1, day: 1) == nil)
        #expect(BusinessDate(year: 2026, month: 2, day: 29) == nil)
        #expect(BusinessDate(year: 2026, month: .max, day: 1) == nil)
        #expect(BusinessDate(year: 2026, month: 1, day: -1) == nil)
    }

    @Test("moves by days over months and leap days")
    func adding() throws {
        let date = try #require(BusinessDate("2024-02-28"))
        #expect("\(date.adding(days: 1))" == "2024-02-29")
        #expect("\(date.adding(days: 2))" == "2024-03-01")
        #expect("\(date.adding(days: -59))" == "2023-12-31")
        #expect(date.adding(days: 0) == date)
        #expect(date < date.adding(days: 1))
    }

    @Test("is held inside the supported years when it moves", arguments: [1, 4_000_000, Int.max])
    func addingFar(days: Int) throws {
        let last = try #require(BusinessDate(daysSinceEpoch: Self.lastDay))
        let first = try #require(BusinessDate(daysSinceEpoch: Self.firstDay))
        #expect(last.adding(days: days) == last)
        #expect(first.adding(days: -days) == first)
    }
}
