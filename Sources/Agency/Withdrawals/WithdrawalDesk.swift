import Dispatch
import Ledger
import SQL

/// Leads a withdrawal through its steps: intent made durable, bank asked, answer recorded.
///
/// The bank is asked outside the writer, so that a slow bank delays nobody else.
public final class WithdrawalDesk: Sendable {
    /// How long until an answer that could not be recorded is tried again, in milliseconds.
    static let retryMilliseconds = 1_000

    private let writer: Writer<AgencySession>
    private let gateway: any BankGateway
    private let report: @Sendable (String) -> Void

    /// - Parameter report: hears of what could not be finished and is left for the next start.
    public init(
        writer: Writer<AgencySession>, gateway: any BankGateway,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.writer = writer
        self.gateway = gateway
        self.report = report
    }

    /// Withdraws once for each key; `completion` hears when the bank's answer is durable.
    ///
    /// - Throws: `WriterError` when the intent could not be queued; then nothing was begun.
    public func withdraw(
        _ request: WithdrawalRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping @Sendable (Result<CommandOutcome, any Error>) -> Void
    ) throws {
        try writer.submit({ session in
            try session.startWithdrawal(request, claim: claim, by: principal)
        }) { [self] started in
            switch started {
            case .failure(let error): completion(.failure(error))
            case .success(.known(let outcome)): completion(.success(outcome))
            case .success(.pending(let pending)):
                let authorisation = BankAuthorisation(
                    serial: pending.serial, partnerCode: pending.partnerCode,
                    cardNumber: request.cardNumber,
                    encryptedPINBlock: request.encryptedPINBlock, amountFen: request.amountFen)
                gateway.authorise(authorisation) { [self] answer in
                    record(answer, of: pending, completion: completion)
                }
            }
        }
    }

    /// Cancels an authorised withdrawal and tells the bank.
    ///
    /// - Throws: `WriterError` when the command could not be queued.
    public func cancel(
        serial: Int64, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping @Sendable (Result<CommandOutcome, any Error>) -> Void
    ) throws {
        try writer.submit({ session in
            let outcome = try session.cancelWithdrawal(
                serial: serial, claim: claim, by: principal)
            return (outcome, try session.unresolvedWithdrawals().due.filter { $0.serial == serial })
        }) { [self] result in
            completion(result.map(\.0))
            if case .success(let (_, due)) = result { reverse(due) }
        }
    }

    /// Resolves what a crash left between two steps; call it before the first request.
    ///
    /// A withdrawal whose answer was never recorded paid out no cash: it is reversed.
    public func resolveInterrupted() throws {
        let due = try writer.perform { session in
            for serial in try session.unresolvedWithdrawals().pending {
                _ = try session.recordBankAnswer(.noAnswer, serial: serial)
            }
            return try session.unresolvedWithdrawals().due
        }
        reverse(due)
    }

    private func record(
        _ answer: BankAnswer, of pending: PendingWithdrawal,
        completion: @escaping @Sendable (Result<CommandOutcome, any Error>) -> Void
    ) {
        do {
            try writer.submit({ session in
                let outcome = try session.recordBankAnswer(answer, serial: pending.serial)
                // A second answer must not reverse what the first one settled.
                let due = try session.unresolvedWithdrawals().due
                return (outcome, due.filter { $0.serial == pending.serial })
            }) { [self] result in
                completion(result.map(\.0))
                switch result {
                case .success(let (_, due)): reverse(due)
                case .failure(let error): recordLater(answer, of: pending, after: error)
                }
            }
        } catch {
            completion(.failure(error))
            recordLater(answer, of: pending, after: error)
        }
    }

    /// Tries again to record an answer, as after a full disk; at shut-down it is left to the start.
    private func recordLater(
        _ answer: BankAnswer, of pending: PendingWithdrawal, after error: any Error
    ) {
        report("the bank's answer to withdrawal \(pending.serial) is not recorded yet: \(error)")
        if case WriterError.stopped = error { return }
        let delay = DispatchTimeInterval.milliseconds(Self.retryMilliseconds)
        DispatchQueue.global().asyncAfter(deadline: .now() + delay) { [self] in
            record(answer, of: pending) { _ in }
        }
    }

    private func reverse(_ withdrawals: [PendingWithdrawal]) {
        for withdrawal in withdrawals {
            let serial = withdrawal.serial
            gateway.reverse(serial: serial, partnerCode: withdrawal.partnerCode) { [self] done in
                guard done else { return report("the bank did not confirm reversal \(serial)") }
                do {
                    try writer.submit({ try $0.confirmReversal(serial: serial) }) { _ in }
                } catch {
                    report("reversal \(serial) is confirmed again at the next start: \(error)")
                }
            }
        }
    }
}
