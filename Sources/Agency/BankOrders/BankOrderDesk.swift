import Dispatch
import Ledger
import SQL

/// Leads remittances and transfers through their steps, outside the writer.
///
/// What a bank did not answer is queried until it is known, and never sent again.
public final class BankOrderDesk: Sendable {
    /// How long until a bank is asked again, in milliseconds: doubled from the first to the last.
    static let firstRetryMilliseconds = 1_000
    static let lastRetryMilliseconds = 64_000

    private typealias Completion = @Sendable (Result<CommandOutcome, any Error>) -> Void

    private let writer: Writer<AgencySession>
    private let gateway: any BankOrderGateway
    private let report: @Sendable (String) -> Void

    /// - Parameter report: hears of what could not be finished yet.
    public init(
        writer: Writer<AgencySession>, gateway: any BankOrderGateway,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.writer = writer
        self.gateway = gateway
        self.report = report
    }

    /// Sends cash to an account, once for each key; `completion` hears when the answer is durable.
    ///
    /// - Throws: `WriterError` when the intent could not be queued; then nothing was begun.
    public func remit(
        _ request: RemittanceRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping @Sendable (Result<CommandOutcome, any Error>) -> Void
    ) throws {
        try writer.submit({ session in
            try session.startRemittance(request, claim: claim, by: principal)
        }) { [self] started in
            book(started, completion: completion) { pending in
                BankOrder(
                    order: pending, source: .cash(payeeName: request.payeeName),
                    toAccountNumber: request.accountNumber)
            }
        }
    }

    /// Moves money from a card to an account of the same customer, once for each key.
    ///
    /// - Throws: as `remit` does.
    public func transfer(
        _ request: TransferRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping @Sendable (Result<CommandOutcome, any Error>) -> Void
    ) throws {
        try writer.submit({ session in
            try session.startTransfer(request, claim: claim, by: principal)
        }) { [self] started in
            book(started, completion: completion) { pending in
                BankOrder(
                    order: pending,
                    source: .card(
                        number: request.cardNumber,
                        encryptedPINBlock: request.encryptedPINBlock),
                    toAccountNumber: request.accountNumber)
            }
        }
    }

    /// Returns the cash of an order that came to nothing; what is unknown is asked for first.
    ///
    /// - Throws: `WriterError` when the question could not be queued.
    public func returnCash(
        serial: Int64, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping @Sendable (Result<CommandOutcome, any Error>) -> Void
    ) throws {
        try writer.submit({ try $0.resolution(of: serial) }) { [self] result in
            switch result {
            case .failure(let error): completion(.failure(error))
            case .success(let resolution):
                take(resolution) { [self] _ in
                    submit(
                        {
                            try $0.returnOrderCash(serial: serial, claim: claim, by: principal)
                        }, completion)
                }
            }
        }
    }

    /// Resolves what a crash left between two steps; call it before the first request.
    ///
    /// An order whose answer was never recorded may have been booked: it is unknown, and queried.
    public func resolveInterrupted() throws {
        let orders = try writer.perform { session in
            for serial in try session.ordersLeftPending() {
                _ = try session.recordOrder(.noAnswer, serial: serial)
            }
            return try session.ordersToResolve()
        }
        for serial in orders { resolve(serial) }
    }

    // MARK: - Booking

    private func book(
        _ started: Result<BankOrderStart, any Error>, completion: @escaping Completion,
        order: (PendingBankOrder) -> BankOrder
    ) {
        switch started {
        case .failure(let error): completion(.failure(error))
        case .success(.known(let outcome)): completion(.success(outcome))
        case .success(.pending(let pending)):
            gateway.book(order(pending)) { [self] answer in
                record(BankOrderEvent(answer), of: pending.serial, completion: completion)
            }
        }
    }

    /// Records an answer; when that fails the terminal hears that it is still running.
    private func record(
        _ event: BankOrderEvent, of serial: Int64, attempt: Int = 0,
        completion: @escaping Completion
    ) {
        submit({ try $0.recordOrder(event, serial: serial) }) { [self] result in
            switch result {
            case .success(let (outcome, next)):
                completion(.success(outcome))
                if next != .nothing { later(0) { [self] in resolve(serial) } }
            case .failure(let error):
                completion(.success(.running))
                report("the bank's answer to order \(serial) is not recorded yet: \(error)")
                if case WriterError.stopped = error { return }
                later(attempt) { [self] in
                    record(event, of: serial, attempt: attempt + 1) { _ in }
                }
            }
        }
    }

    // MARK: - Resolving

    /// Asks or tells the bank until the order is settled.
    private func resolve(_ serial: Int64, attempt: Int = 0) {
        submit({ try $0.resolution(of: serial) }) { [self] result in
            switch result {
            case .success(.nothing): return
            case .success(let resolution):
                take(resolution) { [self] isSettled in
                    guard !isSettled else { return }
                    report("order \(serial) is still unknown; the bank is asked again")
                    later(attempt) { [self] in resolve(serial, attempt: attempt + 1) }
                }
            case .failure(let error):
                if case WriterError.stopped = error { return }
                later(attempt) { [self] in resolve(serial, attempt: attempt + 1) }
            }
        }
    }

    /// Takes one round of steps; `completion` hears whether nothing is left to do.
    private func take(
        _ resolution: BankOrderResolution, completion: @escaping @Sendable (Bool) -> Void
    ) {
        switch resolution {
        case .nothing: completion(true)
        case .query(let order):
            gateway.query(order) { [self] answer in
                heard(answer, of: order.serial, completion: completion)
            }
        case .reverse(let order):
            gateway.reverse(order) { [self] isConfirmed in
                guard isConfirmed else { return completion(false) }
                submit({ try $0.confirmOrderReversal(serial: order.serial) }) { result in
                    if case .success = result { completion(true) } else { completion(false) }
                }
            }
        }
    }

    private func heard(
        _ answer: BankQueryAnswer, of serial: Int64,
        completion: @escaping @Sendable (Bool) -> Void
    ) {
        let event: BankOrderEvent
        switch answer {
        case .booked(let reference): event = .booked(reference: reference)
        case .declined(let reason): event = .declined(reason: reason)
        case .noAnswer: return completion(false)
        case .notBooked:
            return submit({ try $0.recordOrderNotBooked(serial: serial) }) { [self] result in
                guard case .success(let next) = result else { return completion(false) }
                take(next, completion: completion)
            }
        }
        submit({ try $0.recordOrder(event, serial: serial) }) { result in
            if case .success = result { completion(true) } else { completion(false) }
        }
    }

    /// Submits a command; a full queue is a failure like any other.
    private func submit<Value: Sendable>(
        _ command: @escaping @Sendable (AgencySession) throws -> Value,
        _ completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        do {
            try writer.submit(command, completion: completion)
        } catch {
            completion(.failure(error))
        }
    }

    private func later(_ attempt: Int, _ work: @escaping @Sendable () -> Void) {
        let doubled = Self.firstRetryMilliseconds << min(attempt, 6)
        let delay = DispatchTimeInterval.milliseconds(min(doubled, Self.lastRetryMilliseconds))
        DispatchQueue.global().asyncAfter(deadline: .now() + delay, execute: work)
    }
}

extension BankOrderEvent {
    init(_ answer: BankOrderAnswer) {
        switch answer {
        case .booked(let reference): self = .booked(reference: reference)
        case .declined(let reason): self = .declined(reason: reason)
        case .noAnswer: self = .noAnswer
        }
    }
}
