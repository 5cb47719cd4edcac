import CivilTime
import Foundation
import Testing

@Suite("An instant")
struct InstantTests {
    @Test("now is what the system's clock says")
    func now() {
        let before = Int64(Date().timeIntervalSince1970 * 1_000)
        let now = Instant.now.millisecondsSinceEpoch
        let after = Int64(Date().timeIntervalSince1970 * 1_000)
        #expect((before - 1...after + 1).contains(now))
    }

    @Test("moves by milliseconds, and is ordered by time")
    func order() {
        let instant = Instant(millisecondsSinceEpoch: 1_000)
        #expect(instant.adding(milliseconds: -1_001) < Instant(millisecondsSinceEpoch: 0))
        #expect(instant.adding(milliseconds: 5).millisecondsSinceEpoch == 1_005)
        #expect(instant < instant.adding(milliseconds: 1))
    }
}
