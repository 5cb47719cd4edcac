import CivilTime
import Foundation
import Testing

@Suite("A zone's offset")
struct ZoneOffsetTests {
    // Milliseconds of 2026-11-21T00:00:00Z.
    static let midnight: Int64 = 1_795_219_200_000

    static let dates: [(milliseconds: Int64, minutes: Int, date: String)] = [
        (midnight, 0, "2026-11-21"), (midnight - 1, 0, "2026-11-20"),
        (midnight + 86_399_999, 0, "2026-11-21"), (midnight + 86_400_000, 0, "2026-11-22"),
        // Midnight in China is 16:00 UTC of the day before.
        (midnight - 28_800_000, 480, "2026-11-21"), (midnight - 28_800_001, 480, "2026-11-20"),
        (midnight + 57_599_999, 480, "2026-11-21"), (midnight + 57_600_000, 480, "2026-11-22"),
        (midnight, -720, "2026-11-20"), (midnight, 840, "2026-11-21"),
        (midnight + 43_200_000, -720, "2026-11-21"), (midnight - 1, 1, "2026-11-21"),
        (0, 0, "1970-01-01"), (-1, 0, "1969-12-31"), (-1, 480, "1970-01-01"),
        (-86_400_000, 0, "1969-12-31"), (-86_400_001, 0, "1969-12-30"),
    ]

    @Test("puts an instant on its calendar date, around midnight too", arguments: dates)
    func date(milliseconds: Int64, minutes: Int, date: String) throws {
        let zone = try #require(ZoneOffset(minutes: minutes))
        let instant = Instant(millisecondsSinceEpoch: milliseconds)
        let found = zone.date(at: instant)
        #expect("\(found)" == date)
        let start = zone.midnight(startOf: found)
        #expect(start <= instant && instant < start.adding(milliseconds: 86_400_000))
        #expect(zone.date(at: start) == found)
        #expect(zone.date(at: start.adding(milliseconds: -1)) == found.adding(days: -1))
        let passed = instant.millisecondsSinceEpoch - start.millisecondsSinceEpoch
        #expect(zone.millisecondsOfDay(at: instant) == Int(passed))
    }

    static let texts: [(milliseconds: Int64, minutes: Int, text: String)] = [
        (midnight, 0, "2026-11-21T00:00:00+00:00"),
        (midnight, 480, "2026-11-21T08:00:00+08:00"),
        (midnight - 1, 480, "2026-11-21T07:59:59+08:00"),
        (midnight + 57_600_000, 480, "2026-11-22T00:00:00+08:00"),
        (midnight + 57_599_999, 480, "2026-11-21T23:59:59+08:00"),
        (midnight + 3_907_000, 480, "2026-11-21T09:05:07+08:00"),
        (midnight, -210, "2026-11-20T20:30:00-03:30"),
        (midnight, 345, "2026-11-21T05:45:00+05:45"),
        (midnight, -720, "2026-11-20T12:00:00-12:00"),
        (midnight, 840, "2026-11-21T14:00:00+14:00"),
        (-1, 0, "1969-12-31T23:59:59+00:00"),
        (951_782_400_000, 0, "2000-02-29T00:00:00+00:00"),
    ]

    @Test("writes an instant as RFC 3339 with whole seconds", arguments: texts)
    func text(milliseconds: Int64, minutes: Int, text: String) throws {
        let zone = try #require(ZoneOffset(minutes: minutes))
        let instant = Instant(millisecondsSinceEpoch: milliseconds)
        #expect(zone.text(instant) == text)
        var bytes = Array("at ".utf8)
        zone.append(instant, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "at " + text)
    }

    @Test("writes texts that Foundation reads back as the same second")
    func foundation() throws {
        let formatter = ISO8601DateFormatter()
        for step in 0..<2_000 {
            let seconds = Int64(step) * 7_777_777 - 2_000_000_000
            let zone = try #require(ZoneOffset(minutes: step % 1_561 - 720))
            let text = zone.text(Instant(millisecondsSinceEpoch: seconds * 1_000 + 999))
            let read = try #require(formatter.date(from: text), "\(text)")
            #expect(Int64(read.timeIntervalSince1970) == seconds, "\(text)")
        }
    }

    @Test("is one in use on earth")
    func supported() {
        #expect(ZoneOffset(minutes: -720) != nil && ZoneOffset(minutes: 840) != nil)
        #expect(ZoneOffset(minutes: -721) == nil && ZoneOffset(minutes: 841) == nil)
        #expect(ZoneOffset.china.minutes == 480)
    }

    static let farInstants: [Int64] = [.min, .min + 1, .max - 1, .max]

    @Test("holds instants beyond the calendar inside it", arguments: farInstants)
    func farInstant(milliseconds: Int64) throws {
        let instant = Instant(millisecondsSinceEpoch: milliseconds)
        for minutes in [-720, 0, 480, 840] {
            let zone = try #require(ZoneOffset(minutes: minutes))
            let expected = milliseconds < 0 ? "0001-01-01" : "9999-12-31"
            #expect("\(zone.date(at: instant))" == expected)
            #expect((0..<86_400_000).contains(zone.millisecondsOfDay(at: instant)))
            #expect(zone.text(instant).hasPrefix(expected + "T"))
        }
    }

    @Test("reads what it writes", arguments: texts)
    func reads(milliseconds: Int64, minutes: Int, text: String) throws {
        let zone = try #require(ZoneOffset(minutes: minutes))
        guard let read = zone.instant(text) else {
            // Years past 9999 have no text of their own.
            #expect(text.utf8.count != 25 || zone.text(zone.midnight(startOf: .epoch)) != text)
            return
        }
        #expect(zone.text(read) == text)
        #expect(
            read.millisecondsSinceEpoch == milliseconds - (milliseconds % 1_000 + 1_000) % 1_000)
    }

    @Test(
        "reads nothing else",
        arguments: [
            "", "2026-11-21", "2026-11-21T09:05:07Z", "2026-11-21T09:05:07+07:00",
            "2026-11-21 09:05:07+08:00", "2026-11-21T24:00:00+08:00", "2026-11-21T09:60:07+08:00",
            "2026-11-21T09:05:60+08:00", "2026-02-30T09:05:07+08:00", "2026-11-21t09:05:07+08:00",
            "2026-11-21T0a:05:07+08:00", "2026-11-21T09:05:07+08:0０", "2026-11-21T-9:05:07+08:00",
            "2026-11-21T09:05:07+08:00 ", "2026-11-21T09.05:07+08:00",
        ])
    func refuses(text: String) {
        #expect(ZoneOffset.china.instant(text) == nil)
    }
}
