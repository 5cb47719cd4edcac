import Dispatch
import SQL
import Synchronization

/// Sells stock and leads each card through its activation, outside the writer.
public final class StockDesk: Sendable {
    /// Hears how a sale stands.
    private typealias Heard = @Sendable (PaymentOutcome?) -> Void

    private let writer: Writer<AgencySession>
    private let activator: any StockActivator
    private let after: PartnerDesk.Timer
    private let report: @Sendable (String) -> Void
    private let isStopped = Atomic(false)

    /// - Parameters:
    ///   - after: a timer; tests give their own.
    ///   - report: hears of what is not finished and is tried again.
    public init(
        writer: Writer<AgencySession>, activator: any StockActivator,
        after: @escaping PartnerDesk.Timer = PartnerDesk.systemTimer,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.writer = writer
        self.activator = activator
        self.after = after
        self.report = report
    }

    /// Sells once for each key; `completion` hears when the sale is durable, and a card's network
    /// was heard, or not.
    ///
    /// The sale is durable before the network is asked. A known key is told how the sale stands now.
    /// - Throws: `WriterError` when the sale could not be queued; then nothing was begun.
    public func sell(
        _ request: StockSaleRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping PartnerDesk.Completion
    ) throws {
        try writer.submit({ [activator] session in
            let (outcome, sale) = try session.sellStock(
                request, claim: claim, by: principal, reaching: activator.reaches)
            guard let sale else {
                return (try session.asItStands(outcome), StockActivation?.none)
            }
            // Cards are sold one by one.
            var card = try session.dueActivations(ofSale: sale).first
            card?.question = .activate
            return (PaymentOutcome(outcome: outcome, isSettled: card == nil), card)
        }) { [self] result in
            guard case .success(let (outcome, card?)) = result else {
                return completion(result.map(\.0))
            }
            ask(card, attempt: 0) { completion(.success($0 ?? outcome)) }
        }
    }

    /// Asks for every card whose answer a crash may have lost; call it before the first request.
    ///
    /// The network may have heard of each: none is activated a second time.
    public func resolveInterrupted() throws {
        for card in try writer.perform({ try $0.dueActivations() }) {
            ask(card, attempt: 0) { _ in }
        }
    }

    /// Asks nobody further; call it before the networks' lines are stopped.
    public func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Asks about a card and records the answer; what stays open is asked again later.
    ///
    /// - Parameter heard: called once, with the sale as it stands after the first answer; with
    ///   nothing when there was none, or it could not be recorded yet.
    private func ask(
        _ card: StockActivation, attempt: Int, _ heard: @escaping Heard
    ) {
        guard !isStopped.load(ordering: .relaxed) else { return heard(nil) }
        activator.ask(card) { [self] answer in
            switch answer {
            case .noAnswer:
                heard(nil)
                report("the network did not answer for the card of sale \(card.sale) yet")
                var next = card
                if next.question == .activate { next.question = .query }
                askLater(next, attempt: attempt)
            case .activated, .refused, .notFound, .notCancelled:
                record(answer, card, attempt: attempt, heard)
            }
        }
    }

    private func askLater(_ card: StockActivation, attempt: Int) {
        after(PartnerDesk.pauseMilliseconds(attempt)) { [self] in
            ask(card, attempt: attempt + 1) { _ in }
        }
    }

    private func record(
        _ answer: StockActivationAnswer, _ card: StockActivation, attempt: Int,
        _ heard: @escaping Heard
    ) {
        do {
            try writer.submit({ session in
                try session.recordActivation(answer, ofSale: card.sale)
                return (
                    try session.stockSaleAsItStands(card.sale),
                    try session.dueActivations(ofSale: card.sale).first
                )
            }) { [self] result in
                switch result {
                case .success(let (standing, nil)): heard(standing)
                case .success(let (standing, next?)):
                    heard(standing)
                    // A new question is asked at once, the same one after a pause.
                    next.question == .cancel && answer == .notFound
                        ? ask(next, attempt: 0) { _ in } : askLater(next, attempt: attempt)
                case .failure(let error):
                    heard(nil)
                    recordLater(answer, card, attempt, after: error)
                }
            }
        } catch {
            heard(nil)
            recordLater(answer, card, attempt, after: error)
        }
    }

    /// Tries again to record, as after a full disk; at shut-down it is left to the next start.
    private func recordLater(
        _ answer: StockActivationAnswer, _ card: StockActivation, _ attempt: Int,
        after error: any Error
    ) {
        report("the activation of sale \(card.sale) is not recorded yet: \(error)")
        if case WriterError.stopped = error { return }
        after(PartnerDesk.pauseMilliseconds(attempt)) { [self] in
            record(answer, card, attempt: attempt + 1) { _ in }
        }
    }
}
