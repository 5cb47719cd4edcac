import Dispatch
import PartnerAPI
import SQL

/// Leads a withdrawal through its steps: intent made durable, bank asked, answer recorded.
///
/// The bank is asked outside the writer, so that a slow bank delays nobody else.
public final class WithdrawalDesk: Sendable {
    /// How long until what failed is tried again, in milliseconds: doubled from the first to the last.
    static let firstRetryMilliseconds = 1_000
    static let lastRetryMilliseconds = 64_000

    private let writer: Writer<AgencySession>
    private let lines: [String: PartnerLine]
    private let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - lines: the banks' lines by their codes; whoever made them stops them.
    ///   - report: hears of what could not be finished and is left for the next start.
    public init(
        writer: Writer<AgencySession>, lines: [String: PartnerLine],
        report: @escaping @Sendable (String) -> Void
    ) {
        self.writer = writer
        self.lines = lines
        self.report = report
    }

    /// Withdraws once for each key; `completion` hears when the bank's answer is durable.
    ///
    /// - Throws: `WriterError` when the intent could not be queued; then nothing was begun.
    public func withdraw(
        _ request: WithdrawalRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping @Sendable (Result<CommandOutcome, any Error>) -> Void
    ) throws {
        try writer.submit({ [lines] session in
            let started = try session.startWithdrawal(request, claim: claim, by: principal)
            guard case .pending(let pending) = started, lines[pending.partnerCode] == nil else {
                return started
            }
            return try session.giveUp(request)
        }) { [self] started in
            switch started {
            case .failure(let error): completion(.failure(error))
            case .success(.known(let outcome)): completion(.success(outcome))
            case .success(.pending(let pending)):
                guard let line = lines[pending.partnerCode] else {
                    preconditionFailure("a withdrawal without a line is given up")
                }
                line.post(request.post(serial: pending.serial)) { [self] answer in
                    record(BankAnswer(answer), of: pending, completion: completion)
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
            return (outcome, try session.dueReversal(of: serial))
        }) { [self] result in
            completion(result.map(\.0))
            if case .success(let (_, due?)) = result { reverse(due) }
        }
    }

    /// Resolves what a crash left between two steps; call it before the first request.
    ///
    /// A withdrawal whose answer was never recorded paid out no cash: it is reversed.
    public func resolveInterrupted() throws {
        let due = try writer.perform { session in
            for serial in try session.pendingWithdrawals() {
                _ = try session.recordBankAnswer(.noAnswer, serial: serial)
            }
            return try session.dueReversals()
        }
        for withdrawal in due { reverse(withdrawal) }
    }

    /// Records the bank's answer; when that fails the terminal hears that it is still running.
    ///
    /// The bank has answered, so neither "nothing was booked" nor "declined" would be true.
    private func record(
        _ answer: BankAnswer, of pending: PendingWithdrawal, attempt: Int = 0,
        completion: @escaping @Sendable (Result<CommandOutcome, any Error>) -> Void
    ) {
        do {
            try writer.submit({ session in
                let outcome = try session.recordBankAnswer(answer, serial: pending.serial)
                // A second answer must not reverse what the first one settled.
                return (outcome, try session.dueReversal(of: pending.serial))
            }) { [self] result in
                switch result {
                case .success(let (outcome, due)):
                    completion(.success(outcome))
                    if let due { reverse(due) }
                case .failure(let error):
                    completion(.success(.running))
                    recordLater(answer, of: pending, attempt: attempt, after: error)
                }
            }
        } catch {
            completion(.success(.running))
            recordLater(answer, of: pending, attempt: attempt, after: error)
        }
    }

    /// Tries again to record an answer, as after a full disk; at shut-down it is left to the start.
    private func recordLater(
        _ answer: BankAnswer, of pending: PendingWithdrawal, attempt: Int, after error: any Error
    ) {
        report("the bank's answer to withdrawal \(pending.serial) is not recorded yet: \(error)")
        if case WriterError.stopped = error { return }
        retry(attempt) { [self] in
            record(answer, of: pending, attempt: attempt + 1) { _ in }
        }
    }

    /// Tells the bank to undo a withdrawal, again and again until it confirms.
    private func reverse(_ withdrawal: PendingWithdrawal, attempt: Int = 0) {
        let serial = withdrawal.serial
        guard let line = lines[withdrawal.partnerCode] else {
            return report(
                "\(withdrawal.partnerCode) has no gateway, but withdrawal \(serial) is to be "
                    + "reversed there; set it again")
        }
        line.reverse(withdrawal.reversal) { [self] answer in
            switch answer {
            case .reversed: confirm(serial)
            case .unanswered(let failure) where failure.kind == .stopped:
                report("withdrawal \(serial) is reversed at the next start")
            case .refused, .unanswered:
                report("the bank did not confirm the reversal of \(serial) yet")
                retry(attempt) { [self] in reverse(withdrawal, attempt: attempt + 1) }
            }
        }
    }

    private func confirm(_ serial: Int64) {
        do {
            try writer.submit({ try $0.confirmReversal(serial: serial) }) { [self] result in
                guard case .failure(let error) = result else { return }
                report("reversal \(serial) is confirmed again at the next start: \(error)")
            }
        } catch {
            report("reversal \(serial) is confirmed again at the next start: \(error)")
        }
    }

    private func retry(_ attempt: Int, _ work: @escaping @Sendable () -> Void) {
        let doubled = Self.firstRetryMilliseconds << min(attempt, 6)
        let delay = DispatchTimeInterval.milliseconds(min(doubled, Self.lastRetryMilliseconds))
        DispatchQueue.global().asyncAfter(deadline: .now() + delay, execute: work)
    }
}
