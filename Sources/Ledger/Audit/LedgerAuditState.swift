import Cryptography

/// How far an audit has come, so that another process can go on from there.
///
/// It is only kept while the book is sound so far. It holds what the entries up to one place make
/// of each account, and the tree over them; an audit goes on from it only in a book whose tree
/// head of that size is the same. What was read before is not read again.
public struct LedgerAuditState: Equatable, Sendable {
    /// The form of the bytes; another version's are refused.
    public static let formatVersion: Int64 = 1
    private static let fixedNumberCount = 10
    private static let numbersPerAccount = 9

    /// What the audit knows of an account.
    struct AccountState: Equatable, Sendable {
        let account: Int64
        let balance: AccountBalance
        /// The latest date on which it changed, or ``noDay``.
        let latestDay: Int64
        let dateTotals: AccountTotals
        let hasPassedLimit: Bool
    }

    /// What the pass has counted.
    struct Counts: Equatable, Sendable {
        var entries: Int64 = 0
        var resolutions: Int64 = 0
        var postings: Int64 = 0
        var pendingPostings: Int64 = 0
        var pendingEntries: Int64 = 0
        /// Entries of the date that the pass is in.
        var dateEntries: Int64 = 0
    }

    /// Stands for the date of an account that has not changed, or of a pass not begun.
    static let noDay = Int64.min

    var counts = Counts()
    /// The date that the pass is in.
    var day = Self.noDay
    var frontier = MerkleFrontier()
    var accounts: [AccountState] = []
    /// A digest over what the accounts are: numbers, codes, currencies and limits.
    var accountsDigest = SHA256Digest.zero

    /// Entries that have been checked.
    public var entryCount: Int64 { frontier.size }
    /// The root of the tree over them.
    public var treeRoot: SHA256Digest { frontier.root(MerkleHasher()) }

    init() {}

    // MARK: - Bytes

    /// The state as bytes: numbers of eight bytes big-endian, and digests.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        func add(_ number: Int64) {
            withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        }
        let head = [
            Self.formatVersion, counts.entries, counts.resolutions, counts.postings,
            counts.pendingPostings, counts.pendingEntries, counts.dateEntries, day,
            frontier.size, Int64(accounts.count),
        ]
        for number in head { add(number) }
        for state in accounts {
            add(state.account)
            add(state.balance.posted.debits)
            add(state.balance.posted.credits)
            add(state.balance.pending.debits)
            add(state.balance.pending.credits)
            add(state.latestDay)
            add(state.dateTotals.debits)
            add(state.dateTotals.credits)
            add(state.hasPassedLimit ? 1 : 0)
        }
        bytes += accountsDigest.bytes
        bytes += frontier.peakBytes
        return bytes
    }

    /// Reads what ``bytes`` gave, or nothing when they are anything else.
    public init?(bytes: [UInt8]) {
        let numberBytes = MemoryLayout<Int64>.size
        let headBytes = Self.fixedNumberCount * numberBytes
        guard bytes.count >= headBytes else { return nil }
        func number(_ index: Int) -> Int64 {
            bytes[index * numberBytes..<(index + 1) * numberBytes]
                .reduce(0) { $0 << 8 | Int64($1) }
        }
        guard number(0) == Self.formatVersion else { return nil }
        let accountCount = number(9)
        let accountBytes = Self.numbersPerAccount * numberBytes
        guard accountCount >= 0, accountCount <= Int64(bytes.count / accountBytes) else {
            return nil
        }
        let digestStart = headBytes + Int(accountCount) * accountBytes
        let peaksStart = digestStart + SHA256Digest.byteCount
        guard peaksStart <= bytes.count,
            let digest = SHA256Digest(bytes: bytes[digestStart..<peaksStart]),
            let frontier = MerkleFrontier(
                size: number(8), peakBytes: [UInt8](bytes[peaksStart...]))
        else { return nil }
        counts = Counts(
            entries: number(1), resolutions: number(2), postings: number(3),
            pendingPostings: number(4), pendingEntries: number(5), dateEntries: number(6))
        day = number(7)
        self.frontier = frontier
        accountsDigest = digest
        accounts = (0..<Int(accountCount)).map { index in
            let first = Self.fixedNumberCount + index * Self.numbersPerAccount
            return AccountState(
                account: number(first),
                balance: AccountBalance(
                    posted: AccountTotals(debits: number(first + 1), credits: number(first + 2)),
                    pending: AccountTotals(debits: number(first + 3), credits: number(first + 4))),
                latestDay: number(first + 5),
                dateTotals: AccountTotals(
                    debits: number(first + 6), credits: number(first + 7)),
                hasPassedLimit: number(first + 8) != 0)
        }
    }
}
