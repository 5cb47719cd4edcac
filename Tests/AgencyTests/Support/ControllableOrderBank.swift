import Dispatch
import Synchronization
import Testing

@testable import Agency

/// A bank that answers orders, queries and reversals as the test has written down for it.
final class ControllableOrderBank: BankOrderGateway {
    private struct State {
        var booked: [BankOrder] = []
        var waiting: [Int64: @Sendable (BankOrderAnswer) -> Void] = [:]
        var queries: [BankQueryAnswer]
        var reversals: [Bool]
        var queryCount = 0
        var reversalCount = 0
    }

    private let answers: [BankOrderAnswer]
    private let state: Mutex<State>

    /// - Parameters:
    ///   - answers: what each order is answered, one after the other; none holds the answer.
    ///   - queries: the answers to queries, the last one for ever.
    ///   - reversals: whether reversals are confirmed, the last one for ever.
    init(
        answering answers: BankOrderAnswer..., queries: [BankQueryAnswer] = [.noAnswer],
        reversals: [Bool] = [true]
    ) {
        self.answers = answers
        state = Mutex(State(queries: queries, reversals: reversals))
    }

    var booked: [BankOrder] { state.withLock { $0.booked } }
    var queryCount: Int { state.withLock { $0.queryCount } }
    var reversalCount: Int { state.withLock { $0.reversalCount } }

    func book(_ order: BankOrder, completion: @escaping @Sendable (BankOrderAnswer) -> Void) {
        state.withLock {
            $0.booked.append(order)
            $0.waiting[order.order.serial] = completion
        }
        for answer in answers { completion(answer) }
    }

    func query(
        _ order: PendingBankOrder, completion: @escaping @Sendable (BankQueryAnswer) -> Void
    ) {
        let answer = state.withLock { state in
            state.queryCount += 1
            return state.queries.count > 1 ? state.queries.removeFirst() : state.queries[0]
        }
        completion(answer)
    }

    func reverse(_ order: PendingBankOrder, completion: @escaping @Sendable (Bool) -> Void) {
        let isConfirmed = state.withLock { state in
            state.reversalCount += 1
            return state.reversals.count > 1 ? state.reversals.removeFirst() : state.reversals[0]
        }
        completion(isConfirmed)
    }

    func inquireBalance(
        _ inquiry: BankBalanceInquiry,
        completion: @escaping @Sendable (BankBalanceAnswer) -> Void
    ) {
        completion(.noAnswer)
    }

    /// Gives an order an answer, the first or a further one.
    func answer(_ answer: BankOrderAnswer, serial: Int64) throws {
        let completion = try #require(state.withLock { $0.waiting[serial] })
        completion(answer)
    }
}
