import Foundation
import Ledger
import SQL

/// Entries per second straight into the ledger, in process: what `bench/ledger.py` runs.
///
///     LedgerBench make BOOK_DB ACCOUNTS ENTRIES     a new book with that many of each
///     LedgerBench journal BOOK_DB BATCH SECONDS     on the journal: begin, entries, commit
///     LedgerBench writer BOOK_DB BATCH SECONDS      through the writer, one command an entry
///     LedgerBench audit BOOK_DB RUNS MAXIMUM_FAULTS the audit of the whole ledger
///
/// A run prints one line of JSON. `bench/ledger_ceiling.c` makes the same rows without us.
@main
enum LedgerBench {
    static let usage = "usage: LedgerBench make|journal|writer|audit BOOK_DB NUMBER NUMBER\n"
    /// Entries in a commit while a book is made.
    static let makingBatch: Int64 = 250_000

    static func main() throws {
        let words = CommandLine.arguments
        let numbers = words.dropFirst(3).compactMap { Int64($0) }
        guard words.count == 5, numbers.count == 2 else { refuse() }
        switch words[1] {
        case "make": try make(words[2], accounts: numbers[0], entries: numbers[1])
        case "journal": try journal(words[2], batch: numbers[0], seconds: numbers[1])
        case "writer": try writer(words[2], batch: numbers[0], seconds: numbers[1])
        case "audit": try audit(words[2], runs: numbers[0], maximumFaults: numbers[1])
        default: refuse()
        }
    }

    private static func refuse() -> Never {
        FileHandle.standardError.write(Data(usage.utf8))
        exit(2)
    }

    private static func make(_ path: String, accounts: Int64, entries: Int64) throws {
        try BenchBook.create(path: path, accounts: accounts)
        let book = try BenchBook(path: path)
        var rest = entries
        while rest > 0 {
            let count = min(rest, makingBatch)
            try book.post(count)
            rest -= count
        }
        try book.session.connection.checkpoint(truncating: true)
    }

    private static func journal(_ path: String, batch: Int64, seconds: Int64) throws {
        let book = try BenchBook(path: path)
        var stopwatch = Stopwatch(seconds: seconds)
        while stopwatch.isRunning {
            try book.post(batch)
            stopwatch.count(entries: batch, commits: 1)
        }
        print(stopwatch.json(batch: batch))
    }

    private static func audit(_ path: String, runs: Int64, maximumFaults: Int64) throws {
        let connection = try Connection(path: path, access: .read)
        for _ in 0..<runs {
            var stopwatch = Stopwatch(seconds: 0)
            let report = try LedgerAudit(connection, maximumFaults: Int(maximumFaults)).run()
            guard report.isClean else { preconditionFailure("\(report.faults)") }
            stopwatch.count(entries: report.entryCount, commits: 0)
            print(stopwatch.json(batch: 0))
        }
    }

    /// Keeps two batches of commands with the writer, so that one gathers while one commits.
    private static func writer(_ path: String, batch: Int64, seconds: Int64) throws {
        var (entries, heads) = try BenchBook.entries(path: path)
        var limits = WriterLimits()
        limits.maximumBatchCommands = Int(batch)
        // The last one only waits for the others.
        limits.maximumQueuedCommands = 2 * Int(batch) + 1
        let writer = try Writer(limits: limits) { try BenchSession(path: path) }
        // One made with its value would have to end with it.
        let room = DispatchSemaphore(value: 0)
        for _ in 0..<2 * batch { room.signal() }
        var stopwatch = Stopwatch(seconds: seconds)
        while stopwatch.isRunning {
            for _ in 0..<batch {
                let entry = entries.next()
                room.wait()
                try writer.submit { session in
                    _ = try session.journal.post(entry, at: .now)
                } completion: { result in
                    guard case .success = result else { preconditionFailure("\(result)") }
                    room.signal()
                }
            }
            stopwatch.count(entries: batch, commits: 0)
        }
        _ = try writer.perform { _ in }
        heads = try BenchBook.entries(path: path).heads - heads
        stopwatch.count(entries: 0, commits: heads)
        print(stopwatch.json(batch: batch))
        writer.stop()
    }
}
