import CivilTime
import Cryptography
import Dispatch
import Ledger
import SQL
import Synchronization

/// Takes batches in: checks the signature, then has the writer apply item after item.
///
/// Each item is a command of its own, as on the line, so that a refusal undoes nothing but itself
/// and a batch stops no other terminal. The writer keeps their order.
public struct TerminalBatchDesk: Sendable {
    /// How many items wait in the writer's queue at once.
    static let maximumQueuedItems = 32

    private let readers: ReaderPool
    private let writer: Writer<AgencySession>

    public init(readers: ReaderPool, writer: Writer<AgencySession>) {
        self.readers = readers
        self.writer = writer
    }

    /// Applies a batch of the caller's terminal; it blocks until all of it is durable.
    ///
    /// Handing the same batch in again is safe: what was done is told again.
    /// - Throws: `Refusal` with `notPermitted` for another terminal's batch,
    ///   `batchSignatureWrong`; `SQLError`, `WriterError`.
    public func handIn(
        _ batch: TerminalBatch, by principal: Principal
    ) throws -> TerminalBatchReport {
        guard let terminal = principal.terminal,
            let known = try readers.read({
                try StaffReader($0).terminal(batch.terminalCode)
            }), known.id == terminal
        else {
            throw Refusal(
                .notPermitted,
                "a batch is handed in by the terminal that made it; sign in at that terminal",
                zh: "批次须由生成它的终端提交；请在该终端登录", field: "/terminal_id")
        }
        let isAuthentic = batch.isSigned(withDigest: known.secretDigest)
        let (id, receivedAt) = try writer.perform { session in
            (
                try session.receive(
                    batch, isAuthentic: isAuthentic, of: terminal, by: principal),
                session.now
            )
        }
        guard isAuthentic else { throw Self.signatureWrong }
        let results = try apply(batch, id, terminal)
        let numbers = try writer.perform { try $0.finishBatch(id, of: terminal) }
        return TerminalBatchReport(
            batch: id.number, receivedAt: receivedAt, results: results, numbers: numbers)
    }

    private func apply(
        _ batch: TerminalBatch, _ id: ID<TerminalBatch>, _ terminal: ID<Terminal>
    ) throws -> [(sequence: Int64, result: TerminalItemResult)] {
        var results: [(sequence: Int64, result: TerminalItemResult)] = []
        results.reserveCapacity(batch.items.count)
        var last: Int64 = 0
        var slice: [TerminalItem] = []
        for item in batch.items {
            guard item.sequence > last, batch.sequences.contains(item.sequence) else {
                try results += run(slice, id, terminal)
                slice.removeAll(keepingCapacity: true)
                results.append((item.sequence, .outOfOrder))
                continue
            }
            last = item.sequence
            slice.append(item)
            guard slice.count == Self.maximumQueuedItems else { continue }
            try results += run(slice, id, terminal)
            slice.removeAll(keepingCapacity: true)
        }
        return try results + run(slice, id, terminal)
    }

    /// Queues some items and waits until the last of them is durable.
    private func run(
        _ items: [TerminalItem], _ id: ID<TerminalBatch>, _ terminal: ID<Terminal>
    ) throws -> [(sequence: Int64, result: TerminalItemResult)] {
        let outcomes = Mutex<[Result<TerminalItemResult, any Error>]>([])
        let done = DispatchSemaphore(value: 0)
        var queuedCount = 0
        var failure: (any Error)?
        for item in items {
            do {
                try writer.submit({ try $0.apply(item, in: id, of: terminal) }) { result in
                    outcomes.withLock { $0.append(result) }
                    done.signal()
                }
                queuedCount += 1
            } catch {
                // The queue is full: what is not queued is handed in again.
                failure = error
                break
            }
        }
        for _ in 0..<queuedCount { done.wait() }
        if let failure { throw failure }
        // Completions come in the order in which commands were queued.
        let results = try outcomes.withLock { try $0.map { try $0.get() } }
        return zip(items, results).map { ($0.sequence, $1) }
    }

    private static let signatureWrong = Refusal(
        .batchSignatureWrong,
        "the signature is not this terminal's, or the batch was changed; it is quarantined and "
            + "nothing of it was booked; keep the terminal's log and call the centre",
        zh: "批次签名不符或内容已被改动；整批已隔离，未入账；请保留终端记录并联系中心", field: "/signature")
}
