import Ledger
import SQL
import Settlement

/// Tells partners what became of their files, by files in their folders.
///
/// Each is assigned in one step, written outside the writer, kept in `sent/`, put into the partner's
/// folder, and then recorded: a crash in between repeats it with the same bytes.
public final class AcknowledgementExchange: Sendable {
    /// The most acknowledgements of a partner that are assigned in one round.
    static let maximumFilesPerRound = 1_000

    /// What a round did.
    public struct Round: Sendable {
        public fileprivate(set) var files: [AcknowledgementFileRow] = []
        /// What could not be done now and is tried again, in words.
        public fileprivate(set) var faults: [String] = []
    }

    private let book: Book

    public init(book: Book) {
        self.book = book
    }

    /// Acknowledges every file that has ended; one partner's fault stops no other.
    ///
    /// - Throws: `SQLError` when it cannot be read which files there are.
    public func releaseAll() throws -> Round {
        try book.outboxTurn.withLock { _ in
            var round = Round()
            for partner in try book.readers.read({ try PartnerReader($0).all() }) {
                do {
                    try assign(of: partner.id, partner.code)
                } catch {
                    round.faults.append("acknowledgements for \(partner.code): \(error)")
                }
            }
            let waiting = try book.readers.read { try AcknowledgementFileReader($0).unreleased() }
            for file in waiting {
                do {
                    try release(file)
                    let row = try book.readers.read {
                        try AcknowledgementFileReader($0).file(file.id)
                    }
                    round.files.append(row ?? file)
                } catch {
                    round.faults.append("\(file.name) is held back: \(error)")
                }
            }
            return round
        }
    }

    private func assign(of partner: ID<Partner>, _ code: String) throws {
        // Looked at first, since most rounds have nothing to write.
        let isDue = try book.readers.read {
            try !AcknowledgementFileReader($0).due(of: partner, limit: 1).isEmpty
        }
        guard isDue else { return }
        try book.writer.perform {
            try $0.assignAcknowledgements(
                of: partner, code: code, limit: Self.maximumFilesPerRound)
        }
    }

    private func release(_ file: AcknowledgementFileRow) throws {
        let outbox = SettlementOutbox(book.folder, partnerCode: file.partnerCode)
        try outbox.prepareSent()
        let released = try book.readers.read { connection in
            try SentFiles(
                book.folder, connection,
                keys: SettlementKeys(connection, sealing: book.keys.sealing),
                profile: book.profile
            ).write(file, in: outbox.sent)
        }
        try outbox.prepareOutbox()
        try outbox.deliver(released.name)
        let (digest, mac) = (released.digest, released.code)
        try book.writer.perform { try $0.recordRelease(of: file.id, digest: digest, mac: mac) }
    }
}
