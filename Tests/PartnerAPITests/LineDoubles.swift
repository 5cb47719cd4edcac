import CivilTime
import Dispatch
import Foundation
import Synchronization

@testable import PartnerAPI

/// A value that another thread sets once.
final class Waited<Value: Sendable>: Sendable {
    struct Missing: Error {}

    /// How long a test waits before it fails, in seconds.
    static var patienceSeconds: Int { 20 }

    private let stored = Mutex<Value?>(nil)
    private let arrived = DispatchSemaphore(value: 0)

    func set(_ value: Value) {
        stored.withLock { stored in
            precondition(stored == nil, "a completion was called twice")
            stored = value
        }
        arrived.signal()
    }

    func value() throws -> Value {
        guard arrived.wait(timeout: .now() + .seconds(Self.patienceSeconds)) == .success,
            let value = stored.withLock({ $0 })
        else { throw Missing() }
        return value
    }
}

/// Answers prepared by a test, and how many were asked for.
final class Prepared<Answer: Sendable>: Sendable {
    private struct State {
        var answers: [Answer] = []
        var count = 0
    }

    private let state = Mutex(State())
    private let usual: Answer

    init(usual: Answer) { self.usual = usual }

    func set(_ answers: [Answer]) { state.withLock { $0.answers = answers } }

    var count: Int { state.withLock { $0.count } }

    func next() -> Answer {
        state.withLock { state in
            state.count += 1
            return state.answers.isEmpty ? usual : state.answers.removeFirst()
        }
    }
}

/// A gateway without a partner, which can be held up.
final class FakeGateway: PartnerGateway {
    static let booked = PartnerPostAnswer.booked(PartnerBooking(reference: "R", amountFen: 5_230))

    let posts = Prepared(usual: FakeGateway.booked)
    let queries = Prepared<PartnerQueryAnswer>(usual: .notFound)
    let reversals = Prepared<PartnerReversalAnswer>(usual: .reversed)
    private let isHeld = Mutex(false)
    private let asked = DispatchSemaphore(value: 0)
    private let released = DispatchSemaphore(value: 0)

    /// From now on the next post waits for `release()`; those after it do not.
    func hold() { isHeld.withLock { $0 = true } }

    func release() { released.signal() }

    /// Waits until the held post has come.
    func waitUntilAsked() throws {
        guard asked.wait(timeout: .now() + .seconds(20)) == .success else { throw SampleError() }
    }

    func post(_ post: PartnerPost) -> PartnerPostAnswer {
        let answer = posts.next()
        let mustWait = isHeld.withLock { isHeld in
            defer { isHeld = false }
            return isHeld
        }
        if mustWait {
            asked.signal()
            released.wait()
        }
        return answer
    }

    func inquire(_ inquiry: PartnerInquiry) -> PartnerInquiryAnswer { .offers([]) }
    func query(_ query: PartnerQuery) -> PartnerQueryAnswer { queries.next() }
    func reverse(_ reversal: PartnerReversal) -> PartnerReversalAnswer { reversals.next() }
}

/// A clock and a timer that a test moves.
final class TestClock: Sendable {
    static let start = Instant(millisecondsSinceEpoch: 1_795_000_000_000)

    private struct State {
        var milliseconds: Int64 = 0
        var work: [@Sendable () -> Void] = []
        var pauses: [Int64] = []
    }

    private let state = Mutex(State())
    private let started = DispatchSemaphore(value: 0)

    var clock: PartnerClock {
        PartnerClock(
            now: { [self] in Self.start.adding(milliseconds: milliseconds) },
            monotonicMilliseconds: { [self] in milliseconds },
            after: { [self] pause, work in
                state.withLock { state in
                    state.work.append(work)
                    state.pauses.append(pause)
                }
                started.signal()
            })
    }

    var milliseconds: Int64 { state.withLock { $0.milliseconds } }
    var waitingCount: Int { state.withLock { $0.work.count } }

    func advance(milliseconds: Int64) { state.withLock { $0.milliseconds += milliseconds } }

    /// Waits until one more timer was started, and tells its time.
    func waitForTimer() throws -> Int64 {
        guard started.wait(timeout: .now() + .seconds(20)) == .success else { throw SampleError() }
        return state.withLock { $0.pauses[$0.pauses.count - 1] }
    }

    /// Runs what waits for a timer.
    func fire() {
        let work = state.withLock { state in
            defer { state.work = [] }
            return state.work
        }
        for each in work { each() }
    }
}
