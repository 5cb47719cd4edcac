import CivilTime
import Cryptography
import SQL

/// What was fixed when a business date was sealed.
public struct SealedDate: Sendable, Equatable {
    public let date: BusinessDate
    public let sealedAt: Instant
    /// The number of the last entry up to and with this date; 0 while there is none.
    public let lastEntry: Int64
    /// Entries of this date.
    public let entryCount: Int64
    /// SHA-256 over the date's entries and postings, in `JournalDigest`'s form, as hex.
    public let journalDigest: String
    /// SHA-256 over the totals of the accounts that moved, in order of account, as hex.
    public let balancesDigest: String

    init(row: Row) {
        date = row.businessDate(0)
        sealedAt = Instant(millisecondsSinceEpoch: row.integer(1))
        lastEntry = row.integer(2)
        entryCount = row.integer(3)
        journalDigest = row.text(4)
        balancesDigest = row.text(5)
    }
}

/// The canonical bytes of a date's journal and totals, hashed as they stream by.
///
/// Every number is eight bytes big-endian and every text carries its length, so that no two
/// different journals share their bytes.
struct JournalDigest {
    // Gathered, because a call of the hash for each number costs more than the hashing.
    private static let bufferBytes = 16_384

    private let hash = SHA256()
    private var buffer: [UInt8] = []

    init() {
        buffer.reserveCapacity(Self.bufferBytes)
    }

    /// Adds an entry; its postings follow, in order of line.
    mutating func add(entry row: Row) {
        add(row.integer(0))
        add(row.integer(1))
        add(row.integer(2))
        row.withBytes(3) { add(text: $0) }
        row.withBytes(4) { add(text: $0) }
        add(row.optionalInteger(5) ?? -1)
        add(row.optionalInteger(6) ?? -1)
    }

    /// Adds one number.
    mutating func add(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { buffer.append(contentsOf: $0) }
        if buffer.count >= Self.bufferBytes { flush() }
    }

    /// Adds the UTF-8 bytes of a text, after their count.
    mutating func add(text: UnsafeRawBufferPointer) {
        add(Int64(text.count))
        buffer.append(contentsOf: text)
    }

    mutating func finish() -> String {
        flush()
        return hash.finalize().hex
    }

    private mutating func flush() {
        hash.update(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Computes and writes the seal of a date.
struct DateSeal {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func seal(_ date: BusinessDate, at instant: Instant) throws -> SealedDate {
        let day = Int64(date.daysSinceEpoch)
        try connection.prepare(
            """
            INSERT INTO account_day (business_date, account_id, debits, credits, closing_debits,
                closing_credits)
            SELECT latest_date, account_id, date_debits, date_credits, debits, credits
            FROM account_balance WHERE latest_date = $1 ORDER BY account_id
            """
        ).run(.integer(day))
        let journal = try journalDigest(of: date)
        let balances = try balancesDigest(of: date)
        try connection.prepare(
            """
            UPDATE business_date SET state = 'sealed', sealed_at = $1, last_entry_id = $2,
                entry_count = $3, journal_digest = $4, balances_digest = $5
            WHERE business_date = $6
            """
        ).run(
            .integer(instant.millisecondsSinceEpoch), .integer(journal.lastEntry),
            .integer(journal.entryCount), .text(journal.digest), .text(balances), .integer(day))
        guard let sealed = try LedgerReader(connection).seal(of: date) else {
            preconditionFailure("the date was sealed in this transaction")
        }
        return sealed
    }

    /// Digests the entries of a date, which follow those of the date before it.
    func journalDigest(
        of date: BusinessDate
    ) throws -> (digest: String, entryCount: Int64, lastEntry: Int64) {
        let day = Int64(date.daysSinceEpoch)
        let before =
            try connection.prepare(
                "SELECT ifnull(max(last_entry_id), 0) FROM business_date WHERE business_date < $1"
            ).first(.integer(day)) { $0.integer(0) } ?? 0
        var digest = JournalDigest()
        var lastEntry = before
        var entryCount: Int64 = 0
        let postings = try connection.prepare(
            """
            SELECT line, account_id, amount, currency FROM posting
            WHERE entry_id = $1 ORDER BY line
            """)
        try connection.prepare(
            """
            SELECT entry_id, business_date, recorded_at, kind, narrative, source_id,
                reverses_entry_id
            FROM journal_entry WHERE entry_id > $1 AND business_date = $2 ORDER BY entry_id
            """
        ).forEach(.integer(before), .integer(day)) { row in
            lastEntry = row.integer(0)
            entryCount += 1
            digest.add(entry: row)
            try postings.forEach(.integer(lastEntry)) { posting in
                for column in 0..<4 { digest.add(posting.integer(Int32(column))) }
            }
        }
        return (digest.finish(), entryCount, lastEntry)
    }

    /// Digests the kept totals of a date.
    func balancesDigest(of date: BusinessDate) throws -> String {
        var digest = JournalDigest()
        try connection.prepare(
            """
            SELECT account_id, debits, credits, closing_debits, closing_credits
            FROM account_day WHERE business_date = $1 ORDER BY account_id
            """
        ).forEach(.integer(Int64(date.daysSinceEpoch))) { row in
            for column in 0..<5 { digest.add(row.integer(Int32(column))) }
        }
        return digest.finish()
    }
}
