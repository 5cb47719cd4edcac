import Foundation
import PartnerAPI
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct SimulatorBehaviourTests {
    /// What one post hears, and what the simulator has booked afterwards.
    struct Row: Sendable, CustomTestStringConvertible {
        let behaviour: String
        var more: KeyValuePairs<String, JSONValue> = [:]
        var totalMilliseconds = SimulatorProcess.patienceMilliseconds
        let heard: String
        /// The status in its book; nil for a serial that it does not know.
        let status: String?
        var bookedFen: Int64 = 0
        var queried: String

        var testDescription: String { behaviour }
    }

    static let rows = [
        Row(
            behaviour: "normal", heard: "booked", status: "booked", bookedFen: 5_230,
            queried: "booked"),
        Row(
            behaviour: "slow", more: ["delay_ms": 50], heard: "booked", status: "booked",
            bookedFen: 5_230, queried: "booked"),
        Row(
            behaviour: "drop_before_booking", heard: "unknown broken", status: nil,
            queried: "notFound"),
        Row(
            behaviour: "drop_before_booking", more: ["delay_ms": 600_000],
            totalMilliseconds: 2_000, heard: "unknown timeout", status: nil, queried: "notFound"),
        Row(
            behaviour: "drop_after_booking", heard: "unknown broken", status: "booked",
            bookedFen: 5_230, queried: "booked"),
        Row(
            behaviour: "drop_after_booking", more: ["delay_ms": 600_000],
            totalMilliseconds: 2_000, heard: "unknown timeout", status: "booked",
            bookedFen: 5_230, queried: "booked"),
        Row(
            behaviour: "late", more: ["delay_ms": 600_000], totalMilliseconds: 2_000,
            heard: "unknown timeout", status: "pending", queried: "inProgress"),
        Row(
            behaviour: "late_unseen", more: ["delay_ms": 600_000], totalMilliseconds: 2_000,
            heard: "unknown timeout", status: nil, queried: "notFound"),
        Row(behaviour: "go_away", heard: "unknown broken", status: nil, queried: "notFound"),
        Row(
            behaviour: "unavailable", heard: "notSent partnerFault", status: nil,
            queried: "notFound"),
        Row(
            behaviour: "disagree", heard: "disagreed 5231", status: "booked", bookedFen: 5_231,
            queried: "disagreed 5231"),
        Row(
            behaviour: "disagree", more: ["amount_fen": 1], heard: "disagreed 1",
            status: "booked", bookedFen: 1, queried: "disagreed 1"),
        Row(
            behaviour: "misreport", heard: "disagreed 5231", status: "booked", bookedFen: 5_230,
            queried: "booked"),
        Row(
            behaviour: "refuse", more: ["code": "closed", "reason": "下班"],
            heard: "refused closed 下班", status: "refused", queried: "refused closed 下班"),
        Row(
            behaviour: "bad_signature", heard: "unknown unsigned", status: "booked",
            bookedFen: 5_230, queried: "booked"),
        Row(
            behaviour: "unsigned", heard: "unknown unsigned", status: "booked", bookedFen: 5_230,
            queried: "booked"),
        Row(
            behaviour: "garbage", heard: "unknown malformed", status: "booked", bookedFen: 5_230,
            queried: "booked"),
        Row(
            behaviour: "answer_twice", heard: "booked", status: "booked", bookedFen: 5_230,
            queried: "booked"),
    ]

    @Test("each behaviour is heard as the protocol says", arguments: rows)
    func behaves(_ row: Row) throws {
        let simulator = try SimulatorProcess()
        try simulator.behave("post", row.behaviour, row.more)
        let answer = try simulator.gateway(totalMilliseconds: row.totalMilliseconds)
            .post(try .sample())
        #expect(Self.text(answer) == row.heard)
        let serial = try PartnerSerial.sample()
        let known = try simulator.booking(serial)
        #expect(known?["status"]?.text == row.status)
        #expect(known?["booked_fen"]?.number ?? 0 == row.bookedFen)
        let isBooked = row.status == "booked"
        #expect(known?["times_booked"]?.number ?? 0 == (isBooked ? 1 : 0))
        #expect(Self.text(try simulator.gateway().query(try .sample())) == row.queried)
        #expect(try simulator.callCount("post") == 1)
    }

    @Test func `a behaviour for some calls ends with the last of them`() throws {
        let simulator = try SimulatorProcess()
        try simulator.behave("any", "go_away", ["calls": 2])
        let gateway = try simulator.gateway()
        for number in 1...3 {
            let answer = Self.text(gateway.post(try .sample(number)))
            #expect(answer == (number < 3 ? "unknown broken" : "booked"))
        }
        // Each operation has its own count.
        for number in 1...3 {
            let answer = gateway.query(try .sample(number))
            if number < 3 {
                #expect(Self.text(answer) == "unanswered broken")
            } else {
                #expect(Self.text(answer) == "booked")
            }
        }
    }

    @Test func `a booking that is denied by the query is there all the same`() throws {
        let simulator = try SimulatorProcess()
        let gateway = try simulator.gateway()
        #expect(Self.text(gateway.post(try .sample())) == "booked")
        try simulator.behave("query", "disagree", ["calls": 1])
        #expect(gateway.query(try .sample()) == .notFound)
        try simulator.behave("query", "misreport", ["amount_fen": 9, "calls": 1])
        #expect(Self.text(gateway.query(try .sample())) == "disagreed 9")
        #expect(Self.text(gateway.query(try .sample())) == "booked")
    }

    @Test func `who answers twice books a second post again under another reference`() throws {
        let simulator = try SimulatorProcess()
        try simulator.behave("post", "answer_twice")
        let gateway = try simulator.gateway()
        guard case .booked(let first) = gateway.post(try .sample()),
            case .booked(let second) = gateway.post(try .sample())
        else {
            Issue.record("not booked")
            return
        }
        #expect(first.reference != second.reference)
        #expect(try simulator.booking(try .sample())?["times_booked"]?.number == 2)
    }

    @Test func `a late post books after its client has given up`() throws {
        let simulator = try SimulatorProcess()
        try simulator.behave("post", "late_unseen", ["delay_ms": 1_000, "calls": 1])
        let answer = try simulator.gateway(totalMilliseconds: 200).post(try .sample())
        #expect(Self.text(answer) == "unknown timeout")
        try simulator.waitUntil(try .sample(), is: "booked")
        #expect(Self.text(try simulator.gateway().query(try .sample())) == "booked")
    }

    @Test func `a reversal wins over the post that arrives after it`() throws {
        let simulator = try SimulatorProcess()
        try simulator.behave("post", "late_unseen", ["delay_ms": 700, "calls": 1])
        let answer = try simulator.gateway(totalMilliseconds: 200).post(try .sample())
        #expect(Self.text(answer) == "unknown timeout")
        let gateway = try simulator.gateway()
        #expect(gateway.reverse(try .sample()) == .reversed)
        // The same thread carries out the late post before this one, which comes later.
        try simulator.behave("query", "slow", ["delay_ms": 1_000, "calls": 1])
        #expect(gateway.query(try .sample()) == .reversed)
        #expect(try simulator.booking(try .sample())?["times_booked"]?.number == 0)
        #expect(Self.text(gateway.post(try .sample())).hasPrefix("refused reversed"))
    }

    @Test func `a reversal without an answer can be repeated`() throws {
        let simulator = try SimulatorProcess()
        let gateway = try simulator.gateway()
        #expect(Self.text(gateway.post(try .sample())) == "booked")
        try simulator.behave("reverse", "drop_after_booking", ["calls": 1])
        guard case .unanswered = gateway.reverse(try .sample()) else {
            Issue.record("the dropped answer arrived")
            return
        }
        for _ in 0..<2 { #expect(gateway.reverse(try .sample()) == .reversed) }
        let known = try simulator.booking(try .sample())
        #expect(known?["status"]?.text == "reversed")
        #expect(known?["times_reversed"]?.number == 1)
        try simulator.behave("reverse", "refuse", ["calls": 1])
        guard case .refused = gateway.reverse(try .sample()) else {
            Issue.record("told to refuse, it did not")
            return
        }
    }

    @Test(arguments: [
        (#"{"operation":"pay","behaviour":"normal"}"#, "/operation"),
        (#"{"operation":"post","behaviour":"nice"}"#, "/behaviour"),
        (#"{"operation":"post","behaviour":"slow","delay_ms":600001}"#, "/delay_ms"),
        (#"{"operation":"post","behaviour":"slow","calls":0}"#, "/calls"),
        (#"{"operation":"post","behaviour":"slow","x":0}"#, "/x"),
    ])
    func `an order that it does not understand is refused`(body: String, path: String) throws {
        let simulator = try SimulatorProcess()
        let answer = try APIClient(port: simulator.port).call(
            "POST", "/simulator/behaviour", body: Array(body.utf8))
        #expect(answer.status == 400)
        #expect(try answer.json()["detail"]?.text?.contains(path) == true)
    }

    static func text(_ answer: PartnerPostAnswer) -> String {
        switch answer {
        case .booked: "booked"
        case .disagreed(let booking): "disagreed \(booking.amountFen)"
        case .refused(let refusal): "refused \(refusal.code) \(refusal.reason)"
        case .unknown(let failure): "unknown \(failure.kind.rawValue)"
        case .notSent(let failure): "notSent \(failure.kind.rawValue)"
        }
    }

    static func text(_ answer: PartnerQueryAnswer) -> String {
        switch answer {
        case .booked: "booked"
        case .disagreed(let booking): "disagreed \(booking.amountFen)"
        case .refused(let refusal): "refused \(refusal.code) \(refusal.reason)"
        case .reversed: "reversed"
        case .notFound: "notFound"
        case .inProgress: "inProgress"
        case .unanswered(let failure): "unanswered \(failure.kind.rawValue)"
        }
    }
}
