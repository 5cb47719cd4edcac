import Dispatch
import SQL

/// Leads a sale of tickets through its steps where the principal issues them itself.
///
/// The intent is durable before the principal is asked, outside the writer, so that a slow one
/// delays nobody else. What nobody answered is asked again until it is known, and never issued
/// under another serial number.
public final class TicketDesk: Sendable {
    /// How long until it is asked again, in milliseconds: doubled from the first to the last.
    static let firstRetryMilliseconds = 1_000
    static let lastRetryMilliseconds = 64_000

    /// What is done with an outcome once it is durable.
    public typealias Completion = @Sendable (Result<CommandOutcome, any Error>) -> Void

    private let writer: Writer<AgencySession>
    private let issuer: any TicketIssuer
    private let report: @Sendable (String) -> Void

    /// - Parameter report: hears of what is not known yet.
    public init(
        writer: Writer<AgencySession>, issuer: any TicketIssuer,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.writer = writer
        self.issuer = issuer
        self.report = report
    }

    /// Sells the tickets of a reservation, once for each key; `completion` hears when it is durable.
    ///
    /// - Throws: `WriterError` when the sale could not be queued; then nothing was begun.
    public func sell(
        _ request: TicketIssueRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping Completion
    ) throws {
        try writer.submit({ session in
            try session.startTicketSale(request, claim: claim, by: principal)
        }) { [self] started in
            switch started {
            case .failure(let error): completion(.failure(error))
            case .success(.known(let outcome)): completion(.success(outcome))
            case .success(.paid(let order)):
                issuer.issue(order) { [self] answer in
                    record(answer, of: order, attempt: 0, completion: completion)
                }
            }
        }
    }

    /// Finds what a crash left between paying and issuing and asks what became of it.
    ///
    /// Call it before the first request.
    public func resolveInterrupted() throws {
        for order in try writer.perform({ try $0.waitingTicketOrders() }) {
            query(order, attempt: 0)
        }
    }

    private func query(_ order: TicketOrder, attempt: Int) {
        issuer.query(order) { [self] answer in
            record(answer, of: order, attempt: attempt) { _ in }
        }
    }

    private func record(
        _ answer: TicketIssueAnswer, of order: TicketOrder, attempt: Int,
        completion: @escaping Completion
    ) {
        do {
            try writer.submit({ session in
                try session.recordTicketIssue(answer, serial: order.serial)
            }) { [self] result in
                switch result {
                case .success(.running):
                    completion(.success(.running))
                    askLater(order, attempt, "the principal does not know yet")
                case .success(let outcome): completion(.success(outcome))
                case .failure(let error):
                    // The principal has answered, so that "nothing was booked" would not be true.
                    completion(.success(.running))
                    askLater(order, attempt, "\(error)", isStopped: error.isStopped)
                }
            }
        } catch {
            completion(.success(.running))
            askLater(order, attempt, "\(error)", isStopped: error.isStopped)
        }
    }

    /// Asks again later; at shut-down it is left to the next start.
    private func askLater(
        _ order: TicketOrder, _ attempt: Int, _ reason: String, isStopped: Bool = false
    ) {
        report("whether the tickets of \(order.serial) are issued is not recorded yet: \(reason)")
        guard !isStopped else { return }
        let doubled = Self.firstRetryMilliseconds << min(attempt, 6)
        let delay = DispatchTimeInterval.milliseconds(min(doubled, Self.lastRetryMilliseconds))
        DispatchQueue.global().asyncAfter(deadline: .now() + delay) { [self] in
            query(order, attempt: attempt + 1)
        }
    }
}

extension Error {
    /// Whether the writer has ended.
    fileprivate var isStopped: Bool {
        if case WriterError.stopped? = self as? WriterError { return true }
        return false
    }
}
