import Foundation
import Ledger
import SQL
import Settlement
import Synchronization

/// Compares what partners sent with our own days, as soon as both are there.
///
/// The lines are compared outside the writer, from one snapshot; what came of it is recorded in one
/// step, with every exception that it opens, clears or continues. A crash in between repeats it.
public final class Reconciler: Sendable {
    /// What a round did.
    public struct Round: Sendable {
        public fileprivate(set) var reconciled: [Reconciliation] = []
        /// What could not be done now and is tried again, in words.
        public fileprivate(set) var faults: [String] = []
    }

    private let book: Book
    private let limits: ReconciliationLimits
    // Two rounds at once would compare the same files.
    private let turn = Mutex(())

    public init(book: Book) {
        self.book = book
        limits = .usual
    }

    init(book: Book, limits: ReconciliationLimits) {
        self.book = book
        self.limits = limits
    }

    /// Reconciles every file that is due; one partner's fault stops no other.
    ///
    /// - Throws: `SQLError` when it cannot be read which partners there are.
    public func reconcileAll() throws -> Round {
        try turn.withLock { _ in
            var round = Round()
            let partners = try book.readers.read { try PartnerReader($0).all() }
            for partner in partners {
                do {
                    while let done = try reconcileNext(partner.id, partner.code) {
                        round.reconciled.append(done.reconciliation)
                        if let told = done.told { round.faults.append(told) }
                    }
                } catch {
                    round.faults.append("reconciliation of \(partner.code): \(error)")
                }
            }
            return round
        }
    }

    /// - Returns: what was compared, and what is to be told about it.
    private func reconcileNext(
        _ partner: ID<Partner>, _ code: String
    ) throws -> (reconciliation: Reconciliation, told: String?)? {
        let outcome = try book.readers.read { connection -> ReconciliationOutcome? in
            let reader = ReconciliationReader(connection)
            guard let due = try reader.dueFile(of: partner, code: code) else { return nil }
            let workshop = book.folder.path + "/reconciling"
            // What a crash left there is of no use; only one comparison is under way.
            Self.remove(workshop)
            try BookFolder.make(workshop)
            defer { Self.remove(workshop) }
            let comparison = Comparison(
                due: due, connection: connection, book: book, workshop: workshop,
                limits: limits)
            return try comparison.run()
        }
        guard let outcome else { return nil }
        let done = try book.writer.perform { try $0.record(outcome) }
        guard outcome.carried.count == limits.maximumCarried else { return (done, nil) }
        return (
            done,
            "reconciliation of \(code): the oldest \(limits.maximumCarried) exceptions were looked "
                + "for in \(done.fileName), and no later ones; settle some of them"
        )
    }

    private static func remove(_ workshop: String) {
        do {
            try FileManager.default.removeItem(atPath: workshop)
        } catch {
            // It is not there, or the next comparison removes it.
        }
    }
}

/// How much one comparison may take.
struct ReconciliationLimits: Sendable {
    /// The most differences of a file that become exceptions of their own.
    var maximumExceptionsPerFile = 10_000
    /// The most exceptions of a partner that are looked for in its next file, the oldest first.
    var maximumCarried = 100_000
    /// What lines and results of a match may take of the memory, in bytes.
    var matchMemoryByteCount = 134_217_728

    static let usual = ReconciliationLimits()
}

/// Why a file could not be reconciled now.
public enum ReconciliationFault: Error, Equatable, Sendable {
    /// The exceptions changed while the lines were compared.
    case changedMeanwhile(file: String)
}

extension ReconciliationFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .changedMeanwhile(let file):
            "exceptions changed while \(file) was compared; it is compared again"
        }
    }
}
