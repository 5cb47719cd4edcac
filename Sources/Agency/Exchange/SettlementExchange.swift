import CivilTime
import Cryptography
import Ledger
import SQL
import Settlement

/// Writes the settlement files of closed days and hands them to the partners' folders.
///
/// A file is written outside the writer, from one snapshot, while payments of the next day go on.
/// It is kept in `sent/` before that is recorded, and then put into its partner's folder, which is
/// recorded too: a partner that spoils its own folder holds up nothing but its own delivery. What a
/// crash leaves undone is done at the next call, with the same bytes.
public final class SettlementExchange: Sendable {
    private let book: Book
    public init(book: Book) {
        self.book = book
    }

    /// Releases every file that is assigned, and puts what is released into the partners' folders.
    ///
    /// A fault holds back its partner's files alone: a `SettlementFault` when a file's lines do not
    /// sum to the ledger's movement, a `SettlementError` when it cannot be written, an `SQLError`
    /// or a `WriterError` when that cannot be recorded.
    /// - Throws: `SQLError` when it cannot be read what waits.
    public func releaseAll() throws -> SettlementRelease {
        try book.outboxTurn.withLock { _ in
            var release = SettlementRelease()
            let assigned = try book.readers.read { try SettlementFileReader($0).unreleased() }
            // A partner's later files wait for the one that is held back, since they name it.
            release.heldBack += doUnlessHeldBack(assigned) { file in
                try self.release(file)
                let row = try book.readers.read {
                    try SettlementFileReader($0).file(named: file.name)
                }
                release.files.append(row ?? file)
            }
            let released = try book.readers.read { try SettlementFileReader($0).undelivered() }
            release.heldBack += doUnlessHeldBack(released) { try deliver($0) }
            return release
        }
    }

    private func doUnlessHeldBack(
        _ files: [SettlementFileRow], _ body: (SettlementFileRow) throws -> Void
    ) -> [SettlementRelease.HeldBack] {
        var heldBack: [SettlementRelease.HeldBack] = []
        var partners: Set<ID<Partner>> = []
        for file in files where !partners.contains(file.partner) {
            do {
                try body(file)
            } catch {
                partners.insert(file.partner)
                heldBack.append(
                    .init(
                        fileName: file.name, partnerCode: file.partnerCode,
                        isReleased: file.state == .released, cause: error))
            }
        }
        return heldBack
    }

    private func deliver(_ file: SettlementFileRow) throws {
        let outbox = SettlementOutbox(book.folder, partnerCode: file.partnerCode)
        try outbox.prepareOutbox()
        try outbox.deliver(SettlementFileName(file.name))
        try book.writer.perform { try $0.recordDelivery(of: file.id) }
    }

    private func release(_ assigned: SettlementFileRow) throws {
        let outbox = SettlementOutbox(book.folder, partnerCode: assigned.partnerCode)
        try outbox.prepareSent()
        let file = try withValidKey(assigned, outbox)
        let candidate = try book.readers.read { connection in
            try write(file, to: outbox.sent, connection)
        }
        _ = try candidate.release()
        let (digest, mac, totals) = (candidate.digest, candidate.code, candidate.totals)
        try book.writer.perform {
            try $0.recordRelease(of: file.id, digest: digest, mac: mac, totals: totals)
        }
    }

    /// A file that was held back until its key ended gets the current one: nobody takes it else.
    private func withValidKey(
        _ file: SettlementFileRow, _ outbox: SettlementOutbox
    ) throws -> SettlementFileRow {
        let now = book.clock()
        do {
            _ = try book.readers.read {
                try SettlementKeys($0, sealing: book.keys.sealing).validKey(
                    file.keyID, .out, of: file.partner, at: now)
            }
            return file
        } catch SettlementError.keyEnded {
            // What a crash left kept was neither released nor put into the partner's folder.
            try outbox.forget(file.name)
            try book.writer.perform { try $0.renewKey(of: file) }
            return try book.readers.read { try SettlementFileReader($0).file(named: file.name) }
                ?? file
        }
    }

    private func write(
        _ file: SettlementFileRow, to folder: String, _ connection: Connection
    ) throws -> SettlementCandidate {
        let keys = SettlementKeys(connection, sealing: book.keys.sealing)
        guard let key = try keys.key(file.keyID, of: file.partner) else {
            throw SettlementFault.keyMissing(file: file.name, keyID: file.keyID)
        }
        return try SettlementLines(connection).makeFile(
            file, of: book.profile, in: folder, key: key
        ) { try checkMovement(of: file, netFen: $0.netFen, connection) }
    }

    /// The lines must sum to what the day moved in the partner's accounts, to the fen.
    private func checkMovement(
        of file: SettlementFileRow, netFen: Int64, _ connection: Connection
    ) throws {
        let accounts =
            try connection.prepare(
                "SELECT payable_account_id, receivable_account_id FROM partner WHERE partner_id = $1"
            ).first(.integer(file.partner.number)) {
                [ID<Account>($0.integer(0)), ID<Account>($0.integer(1))]
            } ?? []
        let moved = try accounts.reduce(Int64(0)) { sum, account in
            sum
                + (try LedgerReader(connection).movement(of: account, on: file.date))
                .balance(on: .credit)
        }
        // Money that settled earlier dates moved the same accounts and is no line.
        let paid = try SettlementCycleReader(connection).paidFen(to: file.partner, on: file.date)
        guard moved + paid == netFen else {
            throw SettlementFault.linesDifferFromLedger(
                file: file.name, linesFen: netFen, ledgerFen: moved + paid)
        }
    }
}

/// What became of the settlement files that were due.
public struct SettlementRelease: Sendable {
    /// A file that is not released or not delivered yet; the partner's later ones wait for it.
    public struct HeldBack: Sendable, CustomStringConvertible {
        public let fileName: String
        public let partnerCode: String
        /// It is released, and cannot be put into the partner's folder.
        public let isReleased: Bool
        public let cause: any Error

        public var description: String {
            isReleased
                ? "\(fileName) cannot be put into the folder of \(partnerCode): \(cause)"
                : "\(fileName) is held back: \(cause)"
        }
    }

    public fileprivate(set) var files: [SettlementFileRow] = []
    public fileprivate(set) var heldBack: [HeldBack] = []
}

/// Why a settlement file was not released.
public enum SettlementFault: Error, Equatable, Sendable {
    /// The lines' net differs from the ledger's movement of the partner's accounts.
    case linesDifferFromLedger(file: String, linesFen: Int64, ledgerFen: Int64)
    /// The key that the file was assigned is gone.
    case keyMissing(file: String, keyID: String)
    /// A partner has no key that signs.
    case noKey(partner: String)
    /// No released file has this name.
    case notReleased(file: String)
    /// The book's rows make another file than was released.
    case madeOtherwise(file: String)
    /// The bytes in `sent/` are not those that were released.
    case keptBytesDiffer(file: String)
}

extension SettlementFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .linesDifferFromLedger(let file, let lines, let ledger):
            "the lines of \(file) sum to \(lines) fen, the ledger moved \(ledger) fen; run verify"
        case .keyMissing(let file, let keyID):
            "key \(keyID) of \(file) is missing"
        case .noKey(let partner): "partner \(partner) has no settlement key; add one"
        case .notReleased(let file): "no released file is named \(file)"
        case .madeOtherwise(let file):
            "the book's rows make another file than \(file) was; run verify"
        case .keptBytesDiffer(let file):
            "the bytes of \(file) in sent/ are not those that were released; move both files of "
                + "that name away and try again"
        }
    }
}
