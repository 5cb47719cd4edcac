import CivilTime
import Cryptography
import SQL

/// What was fixed when a business date was sealed.
public struct SealedDate: Sendable, Equatable {
    public let date: BusinessDate
    public let sealedAt: Instant
    /// Entries of this date.
    public let entryCount: Int64
    /// Entries up to and with this date, which is the number of its last one.
    public let treeSize: Int64
    /// The root of the Merkle tree over all of them, as 64 hexadecimal digits.
    public let treeRoot: String
    /// SHA-256 over the balances of the accounts that changed, as 64 hexadecimal digits.
    public let balancesDigest: String

    init(row: Row) {
        date = row.businessDate(0)
        sealedAt = Instant(millisecondsSinceEpoch: row.integer(1))
        entryCount = row.integer(2)
        treeSize = row.integer(3)
        treeRoot = row.text(4)
        balancesDigest = row.text(5)
    }
}

/// The canonical bytes of a date's kept balances, hashed as they stream by in order of account.
///
/// An account's code comes after its length in four bytes; each of its six numbers is eight bytes
/// big-endian. So no two different lists share their bytes.
struct BalancesDigest {
    // Gathered, because a call of the hash for each number costs more than the hashing.
    private static let bufferBytes = 16_384

    private let hash = SHA256()
    private var buffer: [UInt8] = []

    /// The query for the rows of a date; `add(row:)` reads them.
    static let query: StaticString = """
        SELECT d.account_id, a.code, d.debits, d.credits, d.closing_debits, d.closing_credits,
            d.closing_pending_debits, d.closing_pending_credits
        FROM account_day d LEFT JOIN ledger_account a ON a.account_id = d.account_id
        WHERE d.business_date = $1 ORDER BY d.account_id
        """
    /// The columns of ``query`` that hold numbers.
    static let numbers: Range<Int32> = 2..<8

    init() {
        buffer.reserveCapacity(Self.bufferBytes)
    }

    /// Adds a row, whose code is a text and whose numbers are integers.
    mutating func add(row: Row) {
        row.withBytes(1) { code in
            withUnsafeBytes(of: UInt32(code.count).bigEndian) { buffer.append(contentsOf: $0) }
            buffer.append(contentsOf: code)
        }
        for column in Self.numbers {
            withUnsafeBytes(of: row.integer(column).bigEndian) { buffer.append(contentsOf: $0) }
        }
        if buffer.count >= Self.bufferBytes { flush() }
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

/// Writes the seal of a date.
struct DateSeal {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// - Parameter head: the size and root of the tree over all entries up to now.
    func seal(
        _ date: BusinessDate, head: (size: Int64, root: SHA256Digest), at instant: Instant
    ) throws -> SealedDate {
        let day = Int64(date.daysSinceEpoch)
        try connection.prepare(
            """
            INSERT INTO account_day (business_date, account_id, debits, credits, closing_debits,
                closing_credits, closing_pending_debits, closing_pending_credits)
            SELECT latest_date, account_id, date_debits, date_credits, debits, credits,
                pending_debits, pending_credits
            FROM account_balance WHERE latest_date = $1 ORDER BY account_id
            """
        ).run(.integer(day))
        let treeSizeBefore =
            try connection.prepare(
                "SELECT ifnull(max(tree_size), 0) FROM business_date WHERE state = 'sealed'"
            ).first { $0.integer(0) } ?? 0
        try connection.prepare(
            """
            UPDATE business_date SET state = 'sealed', sealed_at = $1, entry_count = $2,
                tree_size = $3, tree_root = $4, balances_digest = $5
            WHERE business_date = $6
            """
        ).run(
            .integer(instant.millisecondsSinceEpoch), .integer(head.size - treeSizeBefore),
            .integer(head.size), .text(head.root.hex), .text(try balancesDigest(of: day)),
            .integer(day))
        guard let sealed = try LedgerReader(connection).seal(of: date) else {
            preconditionFailure("the date was sealed in this transaction")
        }
        return sealed
    }

    private func balancesDigest(of day: Int64) throws -> String {
        var digest = BalancesDigest()
        try connection.prepare(BalancesDigest.query).forEach(.integer(day)) { digest.add(row: $0) }
        return digest.finish()
    }
}
