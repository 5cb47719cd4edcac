import Foundation
import Synchronization
import Testing

/// A step that one side of a handover or transfer sent, and the answer if one came.
struct CashStep: Sendable {
    let key: String
    let path: String
    let body: String
    let token: String
    var answer: [UInt8]?
}

/// Stations that hand their till to and fro and send cash to the centre, until the server is gone.
///
/// Each station goes on where it was: a step without answer is sent again under its key.
final class CashLoad: Sendable {
    /// Cash of one transfer, in fen.
    static let transferFen = 300

    private struct Station {
        let name: String
        /// Of the operators A and B.
        let tokens: [String]
        let staff: [String]
        var holder = 0
        var shift: String
        var cashFen: Int
        var nextStep = 0
        var steps: [CashStep] = []
    }

    private let supervisor: (token: String, staff: String, pin: String)
    private let stations: Mutex<[Station]>
    private let stationCount: Int
    private let failures = Mutex<[String]>([])

    init(stations count: Int, port: UInt16, credentials: [String: Any]) throws {
        let login = try CashLogin(credentials: credentials, client: CounterClient(port: port))
        let pin = try login.pin(of: "SV-T01")
        supervisor = (try login.token(of: "SV-T01"), "SV-T01", pin)
        stationCount = count
        let opened = try (1...count).map { number in
            let name = "S000\(number)"
            let staff = ["OP000\(number)01", "OP000\(number)02"]
            let tokens = try staff.map { try login.token(of: $0, at: name + "-T1") }
            let shift = try login.client.post(
                "/v1/shifts", #"{"till_id":"\#(name)-C1"}"#, token: tokens[0])
            try #require(shift.status == 201)
            return Station(
                name: name, tokens: tokens, staff: staff,
                shift: try PaymentLoad.text("shift_id", in: shift.body),
                cashFen: try Self.fen("opening_cash_fen", in: shift.body))
        }
        stations = Mutex(opened)
    }

    /// What was not answered as it should.
    var unexpected: [String] { failures.withLock { $0 } }
    /// All steps of all stations.
    var steps: [CashStep] { stations.withLock { $0.flatMap(\.steps) } }

    /// Lets every station work on a thread of its own until its connection is lost.
    func run(port: UInt16) -> DispatchGroup {
        let group = DispatchGroup()
        for index in 0..<stationCount {
            group.enter()
            Thread { [self] in
                do {
                    let client = try CounterClient(port: port)
                    while unexpected.isEmpty { try play(index, client) }
                } catch {
                    // The server is gone.
                }
                group.leave()
            }.start()
        }
        return group
    }

    /// Ends the step that each station was at, and sends its last answered one again.
    func finish(port: UInt16) throws {
        let client = try CounterClient(port: port)
        for index in 0..<stationCount {
            if let last = stations.withLock({ $0[index].steps.last { $0.answer != nil } }) {
                let again = try client.post(last.path, last.body, token: last.token, key: last.key)
                #expect(again.body == last.answer, "\(last.key) got another answer than at first")
            }
            let isOpen = stations.withLock { $0[index].steps.last?.answer == nil }
            if isOpen { try play(index, client) }
        }
    }

    /// Sends a station's next step, or again the one that was not answered.
    private func play(_ index: Int, _ client: CounterClient) throws {
        let step = try stations.withLock { stations in
            if let last = stations[index].steps.last, last.answer == nil { return last }
            let step = try next(of: stations[index])
            stations[index].steps.append(step)
            return step
        }
        let response = try client.post(step.path, step.body, token: step.token, key: step.key)
        guard response.status / 100 == 2 else {
            let text = String(decoding: response.body, as: UTF8.self)
            failures.withLock { $0.append("\(step.key): \(response.status) \(text)") }
            return
        }
        try stations.withLock { stations in
            var station = stations[index]
            station.steps[station.steps.count - 1].answer = response.body
            if station.nextStep % 4 == 0 { station.cashFen -= Self.transferFen }
            if station.nextStep % 4 == 3 {
                station.shift = try PaymentLoad.text("shift_id", in: response.body)
                station.holder = 1 - station.holder
            }
            station.nextStep += 1
            stations[index] = station
        }
    }

    /// Send to the centre, receive there, offer the till, accept it; then the other way round.
    private func next(of station: Station) throws -> CashStep {
        let key = "\(station.name)-step-\(station.nextStep)"
        let (holder, other) = (station.holder, 1 - station.holder)
        switch station.nextStep % 4 {
        case 0:
            return CashStep(
                key: key, path: "/v1/cash-transfers",
                body:
                    #"{"from_kind":"till","to_kind":"centre","to_id":"T01",\#(Self.counts(Self.transferFen))}"#,
                token: station.tokens[holder])
        case 1:
            let answer = try #require(station.steps.last?.answer)
            let transfer = try PaymentLoad.text("transfer_id", in: answer)
            return CashStep(
                key: key, path: "/v1/cash-transfers/\(transfer)/receive",
                body: "{\(Self.counts(Self.transferFen))}", token: supervisor.token)
        case 2:
            return CashStep(
                key: key, path: "/v1/shifts/\(station.shift)/handover",
                body: #"{"successor_id":"\#(station.staff[other])","witness_id":"SV-T01","#
                    + #""witness_pin":"\#(supervisor.pin)",\#(Self.counts(station.cashFen))}"#,
                token: station.tokens[holder])
        case _:
            return CashStep(
                key: key, path: "/v1/shifts/\(station.shift)/handover/accept",
                body: "{\(Self.counts(station.cashFen))}", token: station.tokens[other])
        }
    }

    private static func counts(_ fen: Int) -> String {
        var rest = fen
        var lines: [String] = []
        for value in [10_000, 5_000, 2_000, 1_000, 500, 200, 100] where rest >= value {
            lines.append(#"{"denomination_fen":\#(value),"count":\#(rest / value)}"#)
            rest %= value
        }
        return #""counts":[\#(lines.joined(separator: ","))]"#
    }

    private static func fen(_ name: String, in body: [UInt8]) throws -> Int {
        let object = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        return try #require(object?[name] as? NSNumber).intValue
    }
}

/// Signs people of the demo network in.
struct CashLogin {
    let credentials: [String: Any]
    let client: CounterClient

    func pin(of staff: String) throws -> String {
        try secret("user_pins", "user_id", "pin", staff)
    }

    func token(of staff: String, at terminal: String? = nil) throws -> String {
        var body = #"{"staff_id":"\#(staff)","pin":"\#(try pin(of: staff))""#
        if let terminal {
            let secret = try secret("terminal_secrets", "terminal_id", "secret_hex", terminal)
            body += #","terminal_id":"\#(terminal)","terminal_secret":"\#(secret)""#
        }
        let session = try client.post("/v1/sessions", body + "}")
        try #require(session.status == 201)
        return try PaymentLoad.text("token", in: session.body)
    }

    private func secret(
        _ list: String, _ id: String, _ value: String, _ name: String
    ) throws -> String {
        let rows = try #require(credentials[list] as? [[String: String]])
        return try #require(rows.first { $0[id] == name }?[value])
    }
}
