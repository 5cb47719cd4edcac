import CivilTime
import Dispatch
import Foundation
import ScriptedServer
import Synchronization
import Testing

@testable import PartnerAPI

@Suite struct PartnerLineTests {
    /// Everything at once: one attempt, one failure opens.
    static func configuration(
        _ change: (inout PartnerLineConfiguration) -> Void = { _ in }
    ) -> PartnerLineConfiguration {
        var configuration = PartnerLineConfiguration()
        configuration.failuresToOpen = 1_000
        change(&configuration)
        return configuration
    }

    static let failure = PartnerFailure(kind: .timeout, detail: "test")

    @Test func `answers of all four calls come through`() throws {
        let gateway = FakeGateway()
        let line = try PartnerLine(
            name: "P", gateway: gateway, configuration: Self.configuration(),
            clock: TestClock().clock, seed: 1)
        let booking = PartnerBooking(reference: "R", amountFen: 5_230)
        gateway.posts.set([.booked(booking)])
        gateway.queries.set([.notFound])
        #expect(try wait { line.post(try Sample.post(), completion: $0) } == .booked(booking))
        #expect(try wait { line.query(try Sample.query(), completion: $0) } == .notFound)
        #expect(try wait { line.reverse(try Sample.reversal(), completion: $0) } == .reversed)
        let inquiry = PartnerInquiry(kind: .offers, product: "T")
        #expect(try wait { line.inquire(inquiry, completion: $0) } == .offers([]))
        line.stop()
        #expect(line.snapshot.failuresInRow == 0)
        #expect(line.snapshot.lastSuccess == TestClock.start)
        #expect(line.snapshot.circuit == .closed)
    }

    @Test func `a post without an answer is made once, whatever the failure`() throws {
        let gateway = FakeGateway()
        let clock = TestClock()
        let line = try PartnerLine(
            name: "P", gateway: gateway, configuration: Self.configuration(), clock: clock.clock,
            seed: 1)
        for answer in [PartnerPostAnswer.unknown(Self.failure), .notSent(Self.failure)] {
            gateway.posts.set([answer])
            #expect(try wait { line.post(try Sample.post(), completion: $0) } == answer)
        }
        #expect(gateway.posts.count == 2)
        #expect(clock.waitingCount == 0)
        line.stop()
    }

    @Test func `a query is repeated with growing pauses and ends with the last failure`() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        let gateway = FakeGateway()
        let clock = TestClock()
        let line = try PartnerLine(
            name: "P", gateway: gateway,
            configuration: Self.configuration {
                $0.maximumAttempts = 5
                $0.retryMilliseconds = 100
                $0.maximumRetryMilliseconds = 300
            }, clock: clock.clock, seed: seed)
        gateway.queries.set(Array(repeating: .unanswered(Self.failure), count: 5))
        let answered = Waited<PartnerQueryAnswer>()
        line.query(try Sample.query()) { answered.set($0) }
        for (attempt, longest) in [(1, 100), (2, 200), (3, 300), (4, 300)] {
            let pause = try clock.waitForTimer()
            #expect(gateway.queries.count == attempt)
            #expect((Int64(longest) / 2...Int64(longest)).contains(pause), "\(pause)")
            #expect(line.snapshot.pausingCount == 1)
            clock.fire()
        }
        #expect(try answered.value() == .unanswered(Self.failure))
        #expect(gateway.queries.count == 5)
        #expect(clock.waitingCount == 0)
        line.stop()
    }

    @Test func `a repeat that is answered ends the repeats`() throws {
        let gateway = FakeGateway()
        let clock = TestClock()
        let line = try PartnerLine(
            name: "P", gateway: gateway, configuration: Self.configuration(), clock: clock.clock,
            seed: 7)
        gateway.reversals.set([.unanswered(Self.failure), .reversed])
        let answered = Waited<PartnerReversalAnswer>()
        line.reverse(try Sample.reversal()) { answered.set($0) }
        _ = try clock.waitForTimer()
        clock.fire()
        #expect(try answered.value() == .reversed)
        #expect(gateway.reversals.count == 2)
        line.stop()
    }

    @Test func `a full queue answers at once that nothing was sent`() throws {
        let gateway = FakeGateway()
        let line = try PartnerLine(
            name: "P", gateway: gateway,
            configuration: Self.configuration {
                $0.threadCount = 1
                $0.maximumQueueLength = 2
            }, clock: TestClock().clock, seed: 1)
        gateway.hold()
        let ended = Waited<[PartnerPostAnswer]>()
        let answers = Mutex<[PartnerPostAnswer]>([])
        line.post(try Sample.post(0)) { _ in }
        try gateway.waitUntilAsked()
        for number in 1...2 {
            line.post(try Sample.post(number)) { answer in
                let all = answers.withLock {
                    $0.append(answer); return $0
                }
                if all.count == 2 { ended.set(all) }
            }
        }
        #expect(line.snapshot.queuedCount == 2 && line.snapshot.runningCount == 1)
        let refused = Waited<PartnerPostAnswer>()
        line.post(try Sample.post(3)) { refused.set($0) }
        guard case .notSent(let failure) = try refused.value() else {
            Issue.record("the queue took more than its limit")
            return
        }
        #expect(failure.kind == .busy)
        #expect(line.snapshot.failuresInRow == 0, "a full queue is no fault of the partner")
        gateway.release()
        #expect(try ended.value().count == 2)
        line.stop()
    }

    @Test func `a call that waited too long is not made`() throws {
        let gateway = FakeGateway()
        let clock = TestClock()
        let line = try PartnerLine(
            name: "P", gateway: gateway,
            configuration: Self.configuration {
                $0.threadCount = 1
                $0.maximumWaitMilliseconds = 1_000
            }, clock: clock.clock, seed: 1)
        gateway.hold()
        line.post(try Sample.post(0)) { _ in }
        try gateway.waitUntilAsked()
        let late = Waited<PartnerPostAnswer>()
        line.post(try Sample.post(1)) { late.set($0) }
        clock.advance(milliseconds: 1_001)
        gateway.release()
        guard case .notSent(let failure) = try late.value() else {
            Issue.record("the late call was made")
            return
        }
        #expect(failure.kind == .busy)
        #expect(gateway.posts.count == 1)
        line.stop()
    }

    @Test func `an open line makes no call until its time, then one probe`() throws {
        let gateway = FakeGateway()
        let clock = TestClock()
        let line = try PartnerLine(
            name: "P", gateway: gateway,
            configuration: Self.configuration {
                $0.failuresToOpen = 2
                $0.openMilliseconds = 1_000
                $0.maximumAttempts = 1
            }, clock: clock.clock, seed: 1)
        gateway.posts.set(Array(repeating: .unknown(Self.failure), count: 2))
        for _ in 0..<2 { _ = try wait { line.post(try Sample.post(), completion: $0) } }
        #expect(line.snapshot.circuit == .open)
        #expect(line.snapshot.openMilliseconds == 1_000)
        #expect(line.snapshot.failure == Self.failure)
        guard
            case .notSent(let failure) = try wait({ line.post(try Sample.post(), completion: $0) })
        else {
            Issue.record("an open line made a call")
            return
        }
        #expect(failure.kind == .circuitOpen)
        guard case .unanswered = try wait({ line.query(try Sample.query(), completion: $0) })
        else {
            Issue.record("an open line made a query")
            return
        }
        #expect(gateway.posts.count == 2 && gateway.queries.count == 0)

        clock.advance(milliseconds: 1_000)
        gateway.hold()
        let probe = Waited<PartnerPostAnswer>()
        line.post(try Sample.post(1)) { probe.set($0) }
        try gateway.waitUntilAsked()
        #expect(line.snapshot.circuit == .halfOpen)
        guard case .notSent = try wait({ line.post(try Sample.post(2), completion: $0) }) else {
            Issue.record("a second call was made beside the probe")
            return
        }
        gateway.release()
        #expect(try probe.value() == FakeGateway.booked)
        #expect(line.snapshot.circuit == .closed)
        #expect(gateway.posts.count == 3)
        line.stop()
    }

    @Test func `a stopped line answers what waits and takes nothing more`() throws {
        let gateway = FakeGateway()
        let clock = TestClock()
        let line = try PartnerLine(
            name: "P", gateway: gateway, configuration: Self.configuration { $0.threadCount = 1 },
            clock: clock.clock, seed: 1)
        gateway.queries.set([.unanswered(Self.failure)])
        let pausing = Waited<PartnerQueryAnswer>()
        line.query(try Sample.query()) { pausing.set($0) }
        _ = try clock.waitForTimer()
        gateway.hold()
        let running = Waited<PartnerPostAnswer>()
        line.post(try Sample.post(1)) { running.set($0) }
        try gateway.waitUntilAsked()
        let queued = Waited<PartnerPostAnswer>()
        line.post(try Sample.post(2)) { queued.set($0) }
        let stopping = Thread { line.stop() }
        stopping.start()
        #expect(try pausing.value() == .unanswered(Self.failure))
        guard case .notSent(let failure) = try queued.value() else {
            Issue.record("what waited was made")
            return
        }
        #expect(failure.kind == .stopped)
        gateway.release()
        #expect(try running.value() == FakeGateway.booked)
        line.stop()
        guard case .notSent = try wait({ line.post(try Sample.post(3), completion: $0) }) else {
            Issue.record("a stopped line made a call")
            return
        }
        #expect(gateway.posts.count == 1)
    }

    @Test func `a partner that does not answer delays no other partner`() throws {
        let slow = try ScriptedPartner { _ in .steps([.hold]) }
        let quick = try ScriptedPartner { request in
            let serial = String(decoding: request.body, as: UTF8.self)
                .components(separatedBy: #""serial":""#)[1].prefix { $0 != "\"" }
            return .signed(200, HTTPPartnerGatewayTests.booked(serial: String(serial)))
        }
        defer { quick.stop() }
        let slowLine = try PartnerLine(name: "slow", gateway: try slow.gateway())
        let quickLine = try PartnerLine(name: "quick", gateway: try quick.gateway())
        let slowEnded = Atomic(0)
        // More than the slow line has threads: each waits for as long as the test wants.
        for number in 0..<20 {
            slowLine.post(try Sample.post(number)) { _ in
                slowEnded.add(1, ordering: .relaxed)
            }
        }
        for number in 0..<50 {
            let answer = try wait { quickLine.post(try Sample.post(number), completion: $0) }
            guard case .booked = answer else {
                Issue.record("\(answer)")
                return
            }
        }
        // Not by the clock: every payment of the quick partner ended while none of the slow did.
        #expect(slowEnded.load(ordering: .relaxed) == 0)
        #expect(slowLine.snapshot.runningCount == 2 && slowLine.snapshot.queuedCount == 18)
        slow.stop()
        slowLine.stop()
        quickLine.stop()
        #expect(slowEnded.load(ordering: .relaxed) == 20)
    }

    @Test(arguments: [
        ("threadCount", 0), ("maximumQueueLength", 0), ("maximumWaitMilliseconds", 0),
        ("failuresToOpen", 0), ("openMilliseconds", 0), ("maximumOpenMilliseconds", 4_999),
        ("maximumAttempts", 0), ("retryMilliseconds", 0), ("maximumRetryMilliseconds", 199),
    ])
    func `numbers that cannot be used are refused by name`(field: String, value: Int) throws {
        var configuration = PartnerLineConfiguration()
        switch field {
        case "threadCount": configuration.threadCount = value
        case "maximumQueueLength": configuration.maximumQueueLength = value
        case "maximumWaitMilliseconds": configuration.maximumWaitMilliseconds = value
        case "failuresToOpen": configuration.failuresToOpen = value
        case "openMilliseconds": configuration.openMilliseconds = value
        case "maximumOpenMilliseconds": configuration.maximumOpenMilliseconds = value
        case "maximumAttempts": configuration.maximumAttempts = value
        case "retryMilliseconds": configuration.retryMilliseconds = value
        case _: configuration.maximumRetryMilliseconds = value
        }
        let error = #expect(throws: PartnerLineError.self) { try configuration.validate() }
        guard case .numberOutOfRange(field, value, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    /// Makes a call and waits for its answer.
    private func wait<Answer: Sendable>(
        _ call: (@escaping @Sendable (Answer) -> Void) throws -> Void
    ) throws -> Answer {
        let answered = Waited<Answer>()
        try call { answered.set($0) }
        return try answered.value()
    }
}
