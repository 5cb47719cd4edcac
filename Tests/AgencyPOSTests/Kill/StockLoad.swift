import Foundation
import Synchronization
import Testing

/// One sale from stock that a terminal sent, and the answer if one came.
struct SentStockSale: Sendable {
    let teller: Int
    let key: String
    let body: String
    var answer: [UInt8]?
    var status = 0
}

/// Operators who sell tickets and cards from their station's packs until their server is gone.
final class StockLoad: Sendable {
    private struct State {
        var sent: [SentStockSale] = []
        var unexpected: [String] = []
    }

    private let tokens: [String]
    private let state = Mutex(State())

    /// - Parameter tokens: operators who are signed on and whose packs are open.
    init(tokens: [String]) {
        self.tokens = tokens
    }

    var sent: [SentStockSale] { state.withLock { $0.sent } }
    var unexpected: [String] { state.withLock { $0.unexpected } }

    /// Starts every operator's thread; the group is left when the server is gone for all of them.
    ///
    /// - Parameter round: parts the keys of a round from those of the others.
    func run(port: UInt16, round: Int) -> DispatchGroup {
        let group = DispatchGroup()
        for teller in tokens.indices {
            group.enter()
            let thread = Thread { [self] in
                do {
                    let client = try CounterClient(port: port)
                    var number = 0
                    while true {
                        number += 1
                        try sell(teller, round, number, client)
                    }
                } catch {
                    // The server is gone.
                }
                group.leave()
            }
            thread.start()
        }
        return group
    }

    private func sell(
        _ teller: Int, _ round: Int, _ number: Int, _ client: CounterClient
    ) throws {
        let count = number % 2 + 1
        let tickets = """
            {"product_id":"SCRATCH10","count":\(count),"amount_fen":\(count * 1_000)}
            """
        // Each third card is one that the demo's network refuses.
        let phone = "1390000" + (number % 3 == 0 ? "0051" : "0001")
        let card = """
            {"product_id":"SIMCARD","count":1,"amount_fen":5000,"phone_number":"\(phone)",\
            "identity_number":"990001199001010013","identity_checked":true}
            """
        var sale = SentStockSale(
            teller: teller, key: "stock-\(teller)-\(round)-\(number)",
            body: number % 4 == 0 ? card : tickets)
        let index = state.withLock { state in
            state.sent.append(sale)
            return state.sent.count - 1
        }
        let response = try client.post(
            "/v1/stock-sales", sale.body, token: tokens[teller], key: sale.key)
        sale.answer = response.body
        sale.status = response.status
        note(sale, at: index)
    }

    private func note(_ sale: SentStockSale, at index: Int) {
        state.withLock { state in
            state.sent[index] = sale
            // 409 is a pack that has too few serials left, or none.
            if sale.status != 201, sale.status != 409 {
                state.unexpected.append(String(decoding: sale.answer ?? [], as: UTF8.self))
            }
        }
    }

    /// Sends again what was never answered, and what was; an answer never changes.
    ///
    /// - Returns: how many had no answer.
    func repeatAll(port: UInt16) throws -> Int {
        let client = try CounterClient(port: port)
        var unansweredCount = 0
        for (index, sale) in sent.enumerated() {
            var again = sale
            let response = try client.post(
                "/v1/stock-sales", sale.body, token: tokens[sale.teller], key: sale.key)
            again.answer = response.body
            again.status = response.status
            if sale.answer == nil {
                unansweredCount += 1
                note(again, at: index)
            } else if sale.status == 201 {
                #expect(response.body == sale.answer, "\(sale.key) got another answer")
            }
        }
        return unansweredCount
    }
}
