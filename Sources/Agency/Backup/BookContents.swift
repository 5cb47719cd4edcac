import CivilTime
import Ledger
import SQL

/// What a copy of a book holds, in the words of its ledger.
public struct BookContents: Sendable, Equatable {
    /// How many entries the book has, which is also the number of the last one.
    public let entryCount: Int64
    /// The Merkle root over all of them, as 64 hexadecimal digits; nothing without entries.
    public let root: String?
    /// When the last entry was recorded.
    public let lastRecordedAt: Instant?
    /// The zone in which the agency tells the time.
    public let zone: ZoneOffset
    /// The last date that was closed.
    public let lastSeal: SealedDate?

    /// Reads what a book holds; nothing when its schema is not this program's.
    ///
    /// - Throws: `BookError.notLoaded`, `SQLError`.
    public static func read(_ connection: Connection) throws -> BookContents? {
        do {
            try Migrator(AgencySchema.migrations).check(connection)
        } catch is MigrationError {
            // Before a new program version is installed, or after an old one came back, is just
            // when a copy is needed. An empty file or another program's is no book at all.
            _ = try BookIdentity(connection)
            return nil
        }
        return try BookContents(connection)
    }

    private init(_ connection: Connection) throws {
        let head = try BookIdentity(connection).head
        entryCount = head?.size ?? 0
        root = head?.root
        lastRecordedAt = try connection.prepare(
            "SELECT recorded_at FROM journal_entry ORDER BY entry_id DESC LIMIT 1"
        ).first { Instant(millisecondsSinceEpoch: $0.integer(0)) }
        zone = try AgencyProfile.read(connection).zone
        lastSeal = try LedgerReader(connection).lastSeal()
    }
}
