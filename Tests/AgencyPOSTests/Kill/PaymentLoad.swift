import Foundation
import Synchronization
import Testing

/// One payment that a terminal sent, and the answer if one came.
struct SentPayment: Sendable {
    let teller: Int
    let key: String
    let body: String
    /// What the book must hold exactly once: a blind account number, or a bill's number.
    let target: Target
    var answer: [UInt8]?

    enum Target: Hashable, Sendable {
        case account(String)
        case bill(Int64)
    }
}

/// Operators at their terminals who pay without pause until their server is gone.
final class PaymentLoad: Sendable {
    private struct State {
        var sent: [SentPayment] = []
        var nextNumber = 0
        var nextBill: Int64 = 0
        var unexpected: [String] = []
        var failedCount = 0
    }

    private let tokens: [String]
    private let mayFail: Bool
    private let state = Mutex(State())

    /// Signs operator A of each of the first stations in and on.
    ///
    /// - Parameter mayFail: an answer of 5xx counts as none, for the server's disk fails.
    init(
        stations: Int, port: UInt16, credentials: [String: Any], mayFail: Bool = false
    ) throws {
        self.mayFail = mayFail
        let client = try CounterClient(port: port)
        tokens = try (1...stations).map { try client.signOn(station: $0, credentials) }
    }

    /// All that was sent, in the order in which it was sent by each operator.
    var sent: [SentPayment] { state.withLock { $0.sent } }
    /// How many payments have their answer.
    var answeredCount: Int { state.withLock { $0.sent.count { $0.answer != nil } } }
    /// How many were answered that the server failed.
    var failedCount: Int { state.withLock { $0.failedCount } }
    /// Answers that no payment of this load should get.
    var unexpected: [String] { state.withLock { $0.unexpected } }

    /// Starts every operator's thread; the group is left when the server is gone for all of them.
    func run(port: UInt16) -> DispatchGroup {
        let group = DispatchGroup()
        for teller in tokens.indices {
            group.enter()
            let thread = Thread { [self] in
                do {
                    let client = try CounterClient(port: port)
                    while true { try pay(teller, client) }
                } catch {
                    // The server is gone.
                }
                group.leave()
            }
            thread.start()
        }
        return group
    }

    /// Sends again what was never answered, and some of what was.
    ///
    /// - Returns: how many had no answer.
    func repeatUnanswered(port: UInt16, answeredToo count: Int) throws -> Int {
        let client = try CounterClient(port: port)
        let all = state.withLock { $0.sent }
        let unanswered = all.indices.filter { all[$0].answer == nil }
        for index in unanswered + all.indices.filter({ all[$0].answer != nil }).suffix(count) {
            let payment = all[index]
            let response = try client.post(
                "/v1/bill-payments", payment.body, token: tokens[payment.teller],
                key: payment.key)
            #expect(response.status == 201, "\(payment.key)")
            let isFirstAnswer = payment.answer.map { $0 == response.body } ?? true
            #expect(isFirstAnswer, "\(payment.key) got another answer than at first")
            state.withLock { $0.sent[index].answer = response.body }
        }
        return unanswered.count
    }

    private func pay(_ teller: Int, _ client: CounterClient) throws {
        let number = state.withLock {
            $0.nextNumber += 1
            return $0.nextNumber
        }
        let key = "terminal-\(teller)-\(number)"
        if number % 3 == 0 {
            guard let (quote, bill, amountFen) = try quote(teller, client) else { return }
            try send(
                SentPayment(
                    teller: teller, key: key,
                    body: #"{"quote_id":"\#(quote)","amount_fen":\#(amountFen)}"#,
                    target: .bill(bill)),
                client)
        } else {
            let account = "139" + String(10_000_000 + number)
            try send(
                SentPayment(
                    teller: teller, key: key,
                    body: """
                        {"product_id":"MOBILE","account_number":"\(account)",\
                        "amount_fen":\(1_000 + number % 7_000)}
                        """,
                    target: .account(account)),
                client)
        }
    }

    private func quote(
        _ teller: Int, _ client: CounterClient
    ) throws -> (quote: String, bill: Int64, amountFen: Int64)? {
        let bill = state.withLock {
            $0.nextBill += 1
            return $0.nextBill
        }
        let response = try client.post(
            "/v1/bill-quotes", #"{"bill_id":"\#(bill)"}"#, token: tokens[teller])
        // The demo's arrears may be used up; the blind payments go on.
        guard response.status == 201 else { return nil }
        let amount = try Self.member("amount_fen", in: response.body) as? NSNumber
        return (
            try Self.text("quote_id", in: response.body), bill, try #require(amount).int64Value
        )
    }

    private func send(_ payment: SentPayment, _ client: CounterClient) throws {
        let index = state.withLock {
            $0.sent.append(payment)
            return $0.sent.count - 1
        }
        let response = try client.post(
            "/v1/bill-payments", payment.body, token: tokens[payment.teller], key: payment.key)
        state.withLock {
            if response.status == 201 {
                $0.sent[index].answer = response.body
            } else if mayFail, response.status / 100 == 5 {
                $0.failedCount += 1
            } else {
                $0.unexpected.append(
                    "\(payment.key): \(response.status) "
                        + String(decoding: response.body, as: UTF8.self))
            }
        }
    }

    private static func member(_ name: String, in body: [UInt8]) throws -> Any? {
        let object = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        return try #require(object)[name]
    }

    static func text(_ name: String, in body: [UInt8]) throws -> String {
        try #require(try member(name, in: body) as? String)
    }
}
