import CivilTime
import Cryptography
import Ledger
import SQL
import Synchronization

/// One institution's open book: its writer, its readers and its keys. One process holds it.
public final class Book: Sendable {
    public let folder: BookFolder
    public let writer: Writer<AgencySession>
    public let readers: ReaderPool
    public let profile: AgencyProfile
    public let catalogue: Catalogue
    public let clock: @Sendable () -> Instant
    let keys: BookKeys
    /// Held by who writes into the partners' folders: two at once would remove each other's files.
    let outboxTurn = Mutex(())
    private let lock: BookLock
    private let expiry: PendingExpiry

    /// Opens the book of a folder, and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - fileSystem: how the database is reached; tests give one that fails.
    ///   - clock: the time; tests give their own.
    ///   - report: hears of what fails behind the scenes and is tried again.
    /// - Throws: `BookError`, `MigrationError`, `SQLError`.
    public init(
        path: String, limits: WriterLimits = WriterLimits(), fileSystem: FileSystem = .checksummed,
        clock: @escaping @Sendable () -> Instant = { .now },
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        let folder = BookFolder(path: path)
        try folder.checkHoldsBook()
        lock = try BookLock(folder)
        let keys = try BookKeys(folder)
        let writer = try Writer(limits: limits) {
            let connection = try Connection(
                path: folder.databasePath, access: .write, fileSystem: fileSystem)
            let migrator = Migrator(AgencySchema.migrations)
            try migrator.migrate(connection)
            // Without its guards the database would take what it must refuse.
            try migrator.checkSchema(of: connection)
            try SettlementKeys(connection, sealing: keys.sealing)
                .checkSealing(masterKeyPath: folder.masterKeyPath)
            return try AgencySession(connection: connection, cardKey: keys.card, clock: clock)
        }
        let readers = ReaderPool(path: folder.databasePath, fileSystem: fileSystem)
        do {
            (profile, catalogue) = try readers.read { connection in
                (try AgencyProfile.read(connection), try Catalogue.read(connection))
            }
        } catch {
            // Nobody else knows of the writer's thread.
            writer.stop()
            throw error
        }
        self.writer = writer
        self.readers = readers
        expiry = PendingExpiry(writer: writer, readers: readers, clock: clock, report: report)
        self.folder = folder
        self.keys = keys
        self.clock = clock
    }

    /// Commits all that is queued, empties the write-ahead log and ends the writer.
    public func close() {
        expiry.stop()
        writer.stop()
    }

    /// The links of the book's receipts.
    public var receiptLinks: ReceiptLinks { ReceiptLinks(key: keys.receiptLink) }

    /// SHA-256 over a withdrawal's fields, for its idempotency key.
    public func fingerprint(of request: WithdrawalRequest) -> SHA256Digest {
        request.fingerprint(key: keys.card)
    }

    /// SHA-256 over a remittance's fields, for its idempotency key.
    public func fingerprint(of request: RemittanceRequest) -> SHA256Digest {
        request.fingerprint(key: keys.card)
    }

    /// SHA-256 over a prize's fields, for its idempotency key.
    public func fingerprint(of request: PrizePaymentRequest) -> SHA256Digest {
        request.fingerprint(key: keys.card)
    }

    /// SHA-256 over a transfer's fields, for its idempotency key.
    public func fingerprint(of request: TransferRequest) -> SHA256Digest {
        request.fingerprint(key: keys.card)
    }
}
