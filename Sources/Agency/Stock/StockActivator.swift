import Dispatch
import Ledger
import SQL

/// A card that its network must make usable.
public struct StockActivation: Sendable, Equatable {
    /// The serial number of the sale; an activator answers the same for the same one.
    public let sale: Int64
    public let serial: String
    public let phoneNumber: String
    public let partnerCode: String
}

/// What a network says of a card.
public enum StockActivationAnswer: Sendable, Equatable {
    case activated
    /// It will never be usable; the customer gets everything back.
    case refused
    /// Nobody knows; it is asked again.
    case noAnswer
}

/// Makes cards usable that were sold from stock; asked again and again until it answers.
///
/// It may be asked twice for one sale, after a crash, and must activate at most once.
public protocol StockActivator: Sendable {
    func activate(
        _ activation: StockActivation,
        completion: @escaping @Sendable (StockActivationAnswer) -> Void)
}

/// Stands in for the networks: it activates at once, and refuses phone numbers ending in 0051.
public struct LocalActivator: StockActivator {
    public init() {}

    public func activate(
        _ activation: StockActivation,
        completion: @escaping @Sendable (StockActivationAnswer) -> Void
    ) {
        completion(activation.phoneNumber.hasSuffix("0051") ? .refused : .activated)
    }
}

/// Sells stock and leads each card through its activation, outside the writer.
public final class StockDesk: Sendable {
    private let writer: Writer<AgencySession>
    private let activator: any StockActivator
    private let report: @Sendable (String) -> Void

    /// - Parameter report: hears of what is not finished and is tried again.
    public init(
        writer: Writer<AgencySession>, activator: any StockActivator = LocalActivator(),
        report: @escaping @Sendable (String) -> Void
    ) {
        self.writer = writer
        self.activator = activator
        self.report = report
    }

    /// Sells once for each key; `completion` hears when the sale is durable.
    ///
    /// The network is asked before that, so that a sale whose answer has come is known when the
    /// terminal asks for it next.
    /// - Throws: `WriterError` when the sale could not be queued; then nothing was begun.
    public func sell(
        _ request: StockSaleRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping @Sendable (Result<CommandOutcome, any Error>) -> Void
    ) throws {
        try writer.submit({ session in
            let (outcome, sale) = try session.sellStock(request, claim: claim, by: principal)
            return (outcome, try sale.map { try session.dueActivations(ofSale: $0) } ?? [])
        }) { [self] result in
            if case .success(let (_, due)) = result { for card in due { activate(card) } }
            completion(result.map(\.0))
        }
    }

    /// Asks for every card whose answer a crash may have lost; call it before the first request.
    public func resolveInterrupted() throws {
        for card in try writer.perform({ try $0.dueActivations() }) { activate(card) }
    }

    private func activate(_ card: StockActivation, attempt: Int = 0) {
        activator.activate(card) { [self] answer in
            guard answer != .noAnswer else {
                report("the network did not answer for the card of sale \(card.sale) yet")
                return retry(attempt) { [self] in activate(card, attempt: attempt + 1) }
            }
            do {
                try writer.submit({ try $0.recordActivation(answer, ofSale: card.sale) }) {
                    [self] result in
                    guard case .failure(let error) = result else { return }
                    report("the activation of sale \(card.sale) is not recorded yet: \(error)")
                    if case WriterError.stopped = error { return }
                    retry(attempt) { [self] in activate(card, attempt: attempt + 1) }
                }
            } catch {
                report("the activation of sale \(card.sale) waits for the next start: \(error)")
            }
        }
    }

    private func retry(_ attempt: Int, _ work: @escaping @Sendable () -> Void) {
        let doubled = WithdrawalDesk.firstRetryMilliseconds << min(attempt, 6)
        let milliseconds = min(doubled, WithdrawalDesk.lastRetryMilliseconds)
        DispatchQueue.global().asyncAfter(
            deadline: .now() + .milliseconds(milliseconds), execute: work)
    }
}
