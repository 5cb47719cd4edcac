import Dispatch
import PartnerAPI
import SQL
import Synchronization

/// Leads what a partner books through its steps: intent made durable, partner asked, answer recorded.
///
/// Partners are asked outside the writer, each on a line of its own, so that a slow one delays
/// nobody else. What was not answered is asked about again and again until it is known.
public final class PartnerDesk: Sendable {
    /// Runs work after some milliseconds.
    public typealias Timer = @Sendable (Int, @escaping @Sendable () -> Void) -> Void
    /// What is done with an outcome once it is durable.
    public typealias Completion = @Sendable (Result<PaymentOutcome, any Error>) -> Void

    /// How long until an open question is asked again, in milliseconds: doubled from first to last.
    static let firstPauseMilliseconds = 1_000
    static let lastPauseMilliseconds = 300_000
    /// How many calls may wait for a partner while people have it asked beside the turns.
    static let maximumCallsBeforeQuestions = 8

    let writer: Writer<AgencySession>
    private let lines: [String: PartnerLine]
    private let after: Timer
    private let report: @Sendable (String) -> Void
    private let isStopped = Atomic(false)

    /// - Parameters:
    ///   - lines: the partners' lines by their codes.
    ///   - after: a timer; tests give their own.
    ///   - report: hears of what could not be recorded and is tried again.
    public init(
        writer: Writer<AgencySession>, lines: [String: PartnerLine],
        after: @escaping Timer = PartnerDesk.systemTimer,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.writer = writer
        self.lines = lines
        self.after = after
        self.report = report
    }

    /// The system's timer.
    public static let systemTimer: Timer = { milliseconds, work in
        DispatchQueue.global().asyncAfter(
            deadline: .now() + .milliseconds(milliseconds), execute: work)
    }

    /// How the lines stand, by the partners' codes.
    public var snapshots: [PartnerLineSnapshot] {
        lines.values.map(\.snapshot).sorted { $0.name < $1.name }
    }

    /// The line to a partner, or nothing.
    func line(to partnerCode: String) -> PartnerLine? { lines[partnerCode] }

    /// Asks nobody further, and waits for the calls under way.
    ///
    /// - Precondition: the writer still runs, and it is not called from a completion.
    public func stop() {
        isStopped.store(true, ordering: .relaxed)
        for line in lines.values { line.stop() }
    }

    /// Pays a bill once for each key; `completion` hears when the outcome is durable.
    ///
    /// - Throws: `WriterError` when the intent could not be queued; then nothing was begun.
    public func pay(
        _ request: BillPaymentRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping Completion
    ) throws {
        try lead(completion) { try $0.startBillPayment(request, claim: claim, by: principal) }
    }

    /// Leads a command through its steps; `completion` hears once each partner was heard, or not.
    ///
    /// - Throws: `WriterError` when the intent could not be queued; then nothing was begun.
    func lead(
        _ completion: @escaping Completion,
        _ start: @escaping @Sendable (AgencySession) throws -> PartnerStart
    ) throws {
        try writer.submit({ [lines] session in
            let started = try start(session)
            guard case .asking(let calls) = started,
                let call = calls.first(where: { lines[$0.partnerCode] == nil })
            else { return started }
            return .known(try session.withdraw(call))
        }) { [self] started in
            switch started {
            case .failure(let error): completion(.failure(error))
            case .success(.known(let outcome)): completion(.success(outcome))
            case .success(.asking(let calls)):
                let waiting = Atomic(calls.count)
                for call in calls {
                    begin(call) { result in
                        // The last answer to be recorded knows of all.
                        let left = waiting.subtract(1, ordering: .acquiringAndReleasing).newValue
                        if left == 0 { completion(result) }
                    }
                }
            }
        }
    }

    /// Takes up what a crash or a shut-down left; call it before the first request.
    ///
    /// A post whose answer was never recorded may have been booked: it is asked about.
    public func resolveInterrupted() throws {
        let tasks = try writer.perform { session in
            let reader = PartnerCallReader(session.connection)
            for call in try reader.open() where call.state == .posting {
                _ = try session.record(.interrupted, serial: call.serial)
            }
            return try reader.open().compactMap { session.task(of: $0) }
        }
        for task in tasks { ask(task, attempt: 0) }
    }

    /// Asks about one open call now, whatever its turn; payments go first.
    ///
    /// - Throws: `Refusal` with `unknownPartnerCall` when it is settled, or none;
    ///   `partnerUnavailable` while the partner's line is busy.
    public func askNow(serial: Int64) throws {
        let task = try writer.perform { try $0.task(serial: serial) }
        guard let task else {
            throw Refusal(
                .unknownPartnerCall, "no open call to a partner has this serial; nothing to ask",
                zh: "没有此流水号的待确认业务；无需查询")
        }
        if let line = lines[task.partnerCode]?.snapshot,
            line.queuedCount + line.pausingCount >= Self.maximumCallsBeforeQuestions
        {
            throw Refusal(
                .partnerUnavailable,
                "\(line.queuedCount + line.pausingCount) calls to \(task.partnerCode) wait already "
                    + "and payments go first; it is asked again by itself",
                zh: "\(task.partnerCode) 已有多笔待发请求，缴费优先；系统会自动再次查询")
        }
        ask(task, attempt: nil)
    }

    // MARK: First call

    private func begin(_ call: StartedPartnerCall, _ completion: @escaping Completion) {
        guard let line = lines[call.partnerCode] else {
            preconditionFailure("a call without a line is withdrawn")
        }
        switch call.request {
        case .post(let post):
            line.post(post) { [self] answer in
                recordFirst(PartnerCallNews(answer), call.serial, completion)
            }
        case .undo(let reversal):
            line.reverse(reversal) { [self] answer in
                recordFirst(PartnerCallNews(undoing: answer), call.serial, completion)
            }
        }
    }

    private func recordFirst(
        _ news: PartnerCallNews, _ serial: Int64, _ completion: @escaping Completion
    ) {
        record(news, serial, attempt: 0) { result in
            // The partner has answered: neither "nothing was booked" nor "refused" would be true.
            completion(
                result.flatMapError { _ in
                    .success(PaymentOutcome(outcome: .running, isSettled: false))
                })
        }
    }

    // MARK: Questions

    /// Asks what became of a call and records the answer; what stays open is asked again later.
    ///
    /// - Parameter attempt: how often it was asked before; nothing for a question beside these turns,
    ///   which go on without it.
    private func ask(_ task: PartnerTask, attempt: Int?) {
        guard !isStopped.load(ordering: .relaxed) else { return }
        guard let line = lines[task.partnerCode] else {
            return report(
                "\(task.partnerCode) has no gateway, but call \(task.serial) is open; set it again")
        }
        let serial = PartnerSerial(transaction: task.serial)
        switch task.question {
        case .query:
            line.query(PartnerQuery(serial: serial, amountFen: task.amountFen)) { [self] answer in
                record(PartnerCallNews(answer), task, attempt: attempt)
            }
        case .reverse:
            let reversal = PartnerReversal(
                serial: serial, amountFen: task.amountFen, reason: "not answered in time")
            line.reverse(reversal) { [self] answer in
                record(PartnerCallNews(answer), task, attempt: attempt)
            }
        case .undo(let original):
            line.reverse(.void(of: original, amountFen: task.amountFen)) { [self] answer in
                record(PartnerCallNews(undoing: answer), task, attempt: attempt)
            }
        }
    }

    private func record(_ news: PartnerCallNews, _ task: PartnerTask, attempt: Int?) {
        record(news, task.serial, attempt: attempt) { _ in }
    }

    /// Records news and goes on with what is still open; when that fails, it is tried again.
    private func record(
        _ news: PartnerCallNews, _ serial: Int64, attempt: Int?,
        _ completion: @escaping Completion
    ) {
        do {
            try writer.submit({ session in
                let before = try session.task(serial: serial)?.question
                let outcome = try session.record(news, serial: serial)
                let task = try session.task(serial: serial)
                return (outcome, task, task?.question != before && before != .reverse)
            }) { [self] result in
                switch result {
                case .success(let (outcome, task, isNew)):
                    completion(.success(outcome))
                    guard let task else { return }
                    // A new question is asked at once; the same one, or one that follows a refused
                    // reversal, after a pause that grows.
                    isNew ? ask(task, attempt: attempt) : askLater(task, attempt: attempt)
                case .failure(let error):
                    completion(.failure(error))
                    recordLater(news, serial, attempt: attempt, after: error)
                }
            }
        } catch {
            completion(.failure(error))
            recordLater(news, serial, attempt: attempt, after: error)
        }
    }

    private func askLater(_ task: PartnerTask, attempt: Int?) {
        guard let attempt else { return }
        after(Self.pauseMilliseconds(attempt)) { [self] in ask(task, attempt: attempt + 1) }
    }

    /// Tries again to record, as after a full disk; at shut-down it is left to the next start.
    private func recordLater(
        _ news: PartnerCallNews, _ serial: Int64, attempt: Int?, after error: any Error
    ) {
        report("the partner's answer to \(serial) is not recorded yet: \(error)")
        guard let attempt else { return }
        if case WriterError.stopped = error { return }
        after(Self.pauseMilliseconds(attempt)) { [self] in
            record(news, serial, attempt: attempt + 1) { _ in }
        }
    }

    static func pauseMilliseconds(_ attempt: Int) -> Int {
        min(firstPauseMilliseconds << min(attempt, 20), lastPauseMilliseconds)
    }
}
