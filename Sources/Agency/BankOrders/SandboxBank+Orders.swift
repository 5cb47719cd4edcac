import Dispatch
import Synchronization

/// Orders that the sandbox bank booked without saying so.
final class SilentOrders: Sendable {
    /// The most that are remembered.
    static let maximumCount = 10_000

    private let serials = Mutex<Set<Int64>>([])

    func insert(_ serial: Int64) {
        serials.withLock { if $0.count < Self.maximumCount { $0.insert(serial) } }
    }

    func remove(_ serial: Int64) {
        serials.withLock { _ = $0.remove(serial) }
    }

    func contains(_ serial: Int64) -> Bool { serials.withLock { $0.contains(serial) } }
}

/// Orders go by the end of the account that the money is for, balances by the card's.
///
/// | ends in | the bank |
/// |---|---|
/// | 0051 | declines: insufficient funds |
/// | 0055 | declines: wrong PIN |
/// | 0067 | does not answer, and did not book |
/// | 0068 | does not answer, and booked |
/// | anything else | books |
extension SandboxBank: BankOrderGateway {
    public func book(
        _ order: BankOrder, completion: @escaping @Sendable (BankOrderAnswer) -> Void
    ) {
        let reference = "B" + Receipt.serialText(order.order.serial)
        switch order.toAccountNumber.suffix(4) {
        case "0051": line.async { completion(.declined(reason: "insufficient funds")) }
        case "0055": line.async { completion(.declined(reason: "wrong PIN")) }
        case "0067": afterTimeout { completion(.noAnswer) }
        case "0068":
            silentOrders.insert(order.order.serial)
            afterTimeout { completion(.noAnswer) }
        case _:
            line.async { completion(.booked(reference: reference)) }
        }
    }

    public func query(
        _ order: PendingBankOrder, completion: @escaping @Sendable (BankQueryAnswer) -> Void
    ) {
        let isBooked = silentOrders.contains(order.serial)
        let reference = "B" + Receipt.serialText(order.serial)
        line.async { completion(isBooked ? .booked(reference: reference) : .notBooked) }
    }

    public func reverse(
        _ order: PendingBankOrder, completion: @escaping @Sendable (Bool) -> Void
    ) {
        silentOrders.remove(order.serial)
        line.async { completion(true) }
    }

    public func inquireBalance(
        _ inquiry: BankBalanceInquiry,
        completion: @escaping @Sendable (BankBalanceAnswer) -> Void
    ) {
        switch inquiry.cardNumber.suffix(4) {
        case "0055": line.async { completion(.declined(reason: "wrong PIN")) }
        case "0068": afterTimeout { completion(.noAnswer) }
        case let ending:
            let availableFen = 100_000 + (Int64(ending) ?? 0) * 100
            line.async { completion(.balance(availableFen: availableFen)) }
        }
    }

    private func afterTimeout(_ work: @escaping @Sendable () -> Void) {
        line.asyncAfter(deadline: .now() + .milliseconds(timeoutMilliseconds), execute: work)
    }
}
