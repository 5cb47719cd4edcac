import Testing

@testable import PartnerAPI

@Suite struct CircuitBreakerTests {
    typealias State = CircuitBreaker.State
    typealias Event = CircuitBreaker.Event
    typealias Admission = CircuitBreaker.Admission

    /// Opens after three failures, for 100 ms, then 200, 400, 500 at the most.
    static var configuration: PartnerLineConfiguration {
        var configuration = PartnerLineConfiguration()
        configuration.failuresToOpen = 3
        configuration.openMilliseconds = 100
        configuration.maximumOpenMilliseconds = 500
        return configuration
    }

    /// A breaker in a state, brought there by events; the clock stands at 1,000 ms.
    static func breaker(_ state: State) -> CircuitBreaker {
        var breaker = CircuitBreaker(configuration)
        switch state {
        case .closed(let failures):
            for _ in 0..<failures { _ = breaker.handle(.callFailed, 1_000) }
        case .open(let until, _):
            for _ in 0..<3 { _ = breaker.handle(.callFailed, until - 100) }
        case .halfOpen:
            for _ in 0..<3 { _ = breaker.handle(.callFailed, 900) }
            _ = breaker.handle(.asked, 1_000)
        }
        precondition(breaker.state == state, "the way to \(state) ends in \(breaker.state)")
        return breaker
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let from: State
        let event: Event
        let to: State
        var answer: Admission?

        var testDescription: String { "\(from) × \(event)" }
    }

    static let open = State.open(untilMilliseconds: 1_050, openMilliseconds: 100)
    static let over = State.open(untilMilliseconds: 1_000, openMilliseconds: 100)
    static let opened = State.open(untilMilliseconds: 1_100, openMilliseconds: 100)
    static let half = State.halfOpen(openMilliseconds: 100)

    static let rows = [
        Row(from: .closed(failures: 0), event: .asked, to: .closed(failures: 0), answer: .call),
        Row(from: .closed(failures: 2), event: .asked, to: .closed(failures: 2), answer: .call),
        Row(from: .closed(failures: 2), event: .callSucceeded, to: .closed(failures: 0)),
        Row(from: .closed(failures: 0), event: .callFailed, to: .closed(failures: 1)),
        Row(from: .closed(failures: 2), event: .callFailed, to: opened),
        Row(
            from: open, event: .asked, to: open,
            answer: .refused(retryAfterMilliseconds: 50)),
        Row(from: over, event: .asked, to: half, answer: .probe),
        Row(from: open, event: .callSucceeded, to: open),
        Row(from: open, event: .callFailed, to: open),
        Row(
            from: half, event: .asked, to: half, answer: .refused(retryAfterMilliseconds: 100)),
        Row(from: half, event: .callSucceeded, to: half),
        Row(from: half, event: .callFailed, to: half),
        Row(from: half, event: .probeSucceeded, to: .closed(failures: 0)),
        Row(
            from: half, event: .probeFailed,
            to: .open(untilMilliseconds: 1_200, openMilliseconds: 200)),
        Row(
            from: half, event: .probeAbandoned,
            to: .open(untilMilliseconds: 1_000, openMilliseconds: 100)),
    ]

    @Test(arguments: rows)
    func `each event leads where the table says`(row: Row) {
        var breaker = Self.breaker(row.from)
        #expect(breaker.handle(row.event, 1_000) == row.answer)
        #expect(breaker.state == row.to)
    }

    @Test func `a probe that ends while none is under way is a mistake of ours`() async {
        await #expect(processExitsWith: .failure) {
            var breaker = CircuitBreakerTests.breaker(.closed(failures: 0))
            _ = breaker.handle(.probeSucceeded, 1_000)
        }
        await #expect(processExitsWith: .failure) {
            var breaker = CircuitBreakerTests.breaker(.closed(failures: 0))
            _ = breaker.handle(.probeFailed, 1_000)
        }
        await #expect(processExitsWith: .failure) {
            var breaker = CircuitBreakerTests.breaker(.closed(failures: 0))
            _ = breaker.handle(.probeAbandoned, 1_000)
        }
        await #expect(processExitsWith: .failure) {
            var breaker = CircuitBreakerTests.breaker(CircuitBreakerTests.open)
            _ = breaker.handle(.probeSucceeded, 1_000)
        }
        await #expect(processExitsWith: .failure) {
            var breaker = CircuitBreakerTests.breaker(CircuitBreakerTests.open)
            _ = breaker.handle(.probeFailed, 1_000)
        }
        await #expect(processExitsWith: .failure) {
            var breaker = CircuitBreakerTests.breaker(CircuitBreakerTests.open)
            _ = breaker.handle(.probeAbandoned, 1_000)
        }
    }

    @Test func `the table and the mistakes cover every pair of state and event`() {
        let names = ["closed", "open", "halfOpen"]
        func name(_ state: State) -> String {
            switch state {
            case .closed: names[0]
            case .open: names[1]
            case .halfOpen: names[2]
            }
        }
        var covered = Set(Self.rows.map { "\(name($0.from)) \($0.event)" })
        for state in names.prefix(2) {
            for event in [Event.probeSucceeded, .probeFailed, .probeAbandoned] {
                covered.insert("\(state) \(event)")
            }
        }
        #expect(covered.count == names.count * Event.allCases.count)
    }

    @Test func `each failed probe doubles the time up to the longest`() {
        var breaker = Self.breaker(Self.over)
        var now: Int64 = 1_000
        for expected in [200, 400, 500, 500] as [Int64] {
            #expect(breaker.admit(nowMilliseconds: now) == .probe)
            breaker.end(.probe, .failed, nowMilliseconds: now)
            #expect(
                breaker.refusal(nowMilliseconds: now)
                    == .refused(retryAfterMilliseconds: expected))
            now += expected
            #expect(breaker.refusal(nowMilliseconds: now) == nil)
        }
        #expect(breaker.admit(nowMilliseconds: now) == .probe)
        breaker.end(.probe, .succeeded, nowMilliseconds: now)
        // After a success the time begins anew with the shortest.
        for _ in 0..<3 { breaker.end(.call, .failed, nowMilliseconds: now) }
        #expect(breaker.refusal(nowMilliseconds: now) == .refused(retryAfterMilliseconds: 100))
    }
}
