import Dispatch
import SQL
import Synchronization

/// Sells stock and leads each card through its activation, outside the writer.
public final class StockDesk: Sendable {
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
    /// The sale is durable before the network is asked.
    /// - Throws: `WriterError` when the sale could not be queued; then nothing was begun.
    public func sell(
        _ request: StockSaleRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping @Sendable (Result<CommandOutcome, any Error>) -> Void
    ) throws {
        try writer.submit({ [activator] session in
            let (outcome, sale) = try session.sellStock(
                request, claim: claim, by: principal, reaching: activator.reaches)
            // Cards are sold one by one.
            var card = try sale.flatMap { try session.dueActivations(ofSale: $0).first }
            card?.question = .activate
            return (outcome, card)
        }) { [self] result in
            guard case .success(let (outcome, card?)) = result else {
                return completion(result.map(\.0))
            }
            ask(card, attempt: 0) { completion(.success(outcome)) }
        }
    }

    /// Asks for every card whose answer a crash may have lost; call it before the first request.
    ///
    /// The network may have heard of each: none is activated a second time.
    public func resolveInterrupted() throws {
        for card in try writer.perform({ try $0.dueActivations() }) {
            ask(card, attempt: 0) {}
        }
    }

    /// Asks nobody further; call it before the networks' lines are stopped.
    public func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Asks about a card and records the answer; what stays open is asked again later.
    ///
    /// - Parameter heard: called once, after the first answer is recorded or is none.
    private func ask(
        _ card: StockActivation, attempt: Int, _ heard: @escaping @Sendable () -> Void
    ) {
        guard !isStopped.load(ordering: .relaxed) else { return heard() }
        activator.ask(card) { [self] answer in
            switch answer {
            case .noAnswer:
                heard()
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
            ask(card, attempt: attempt + 1) {}
        }
    }

    private func record(
        _ answer: StockActivationAnswer, _ card: StockActivation, attempt: Int,
        _ heard: @escaping @Sendable () -> Void
    ) {
        do {
            try writer.submit({ session in
                try session.recordActivation(answer, ofSale: card.sale)
                return try session.dueActivations(ofSale: card.sale).first
            }) { [self] result in
                heard()
                switch result {
                case .success(nil): break
                case .success(let next?):
                    // A new question is asked at once, the same one after a pause.
                    next.question == .cancel && answer == .notFound
                        ? ask(next, attempt: 0) {} : askLater(next, attempt: attempt)
                case .failure(let error): recordLater(answer, card, attempt, after: error)
                }
            }
        } catch {
            heard()
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
            record(answer, card, attempt: attempt + 1) {}
        }
    }
}
