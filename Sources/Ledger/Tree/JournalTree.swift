import CivilTime
import Cryptography
import SQL

/// The Merkle tree over the journal, as the writer's session keeps it.
///
/// The leaves of a batch gather in memory, so that a command can be undone; ``write()`` appends
/// them to the tree and keeps its root with the batch. At its start it reads one row.
final class JournalTree {
    private let connection: Connection
    @exclusivity(unchecked) private var written: MerkleFrontier?
    @exclusivity(unchecked) private var leaves: [SHA256Digest] = []
    @exclusivity(unchecked) private var encoder = EntryEncoder()
    private let hasher = MerkleHasher()

    init(connection: Connection) {
        self.connection = connection
    }

    // MARK: - Leaves

    /// How many leaves the batch has so far.
    var leafCount: Int { leaves.count }

    /// Forgets the latest leaves, until `count` are left.
    func restore(to count: Int) {
        leaves.removeSubrange(count...)
    }

    /// Starts the leaf of an entry; its lines follow in order.
    func begin(
        _ draft: Journal.Draft, number: Int64, date: BusinessDate, at instant: Instant
    ) {
        draft.kind.name.withUTF8Bytes { kind in
            draft.narrative.withUTF8Bytes { narrative in
                encoder.begin(
                    entry: number, date: Int64(date.daysSinceEpoch),
                    recordedAt: instant.millisecondsSinceEpoch, kind: kind,
                    narrative: narrative, source: draft.source, phase: draft.phase.rawValue,
                    original: draft.original?.id.number,
                    originalDate: draft.original?.day,
                    expiresAt: draft.expiresAt?.millisecondsSinceEpoch)
            }
        }
    }

    /// Adds a line to the leaf.
    func add(code: AccountCode, currency: Currency, amount: Int64) {
        code.text.withUTF8Bytes {
            encoder.line(code: $0, currency: currency.rawValue, amount: amount)
        }
    }

    /// Ends the leaf.
    func endLeaf() {
        leaves.append(encoder.leaf(hasher))
    }

    // MARK: - The tree

    /// The size and root of the tree with the leaves of this batch.
    ///
    /// - Throws: `LedgerError.treeOff` when the journal was written past the tree.
    func head() throws -> (size: Int64, root: SHA256Digest) {
        var frontier = try written ?? read()
        for leaf in leaves { frontier.append(leaf, hasher) { _, _, _ in } }
        return (frontier.size, frontier.root(hasher))
    }

    /// Appends the batch's leaves, and writes the new root, the state and the complete nodes.
    func write() throws {
        guard !leaves.isEmpty else { return }
        var frontier = try written ?? read()
        var nodes: [(level: Int, position: Int64, digest: SHA256Digest)] = []
        for leaf in leaves {
            frontier.append(leaf, hasher) { level, position, digest in
                nodes.append((level, position, digest))
            }
        }
        for node in nodes { try insert(node.level, node.position, node.digest) }
        let root = frontier.root(hasher)
        let head = try connection.prepare("INSERT INTO tree_head (tree_size, root) VALUES ($1, $2)")
        try head.run { row in
            row.add(frontier.size)
            root.withUnsafeBytes { row.add($0) }
        }
        let state = try connection.prepare("UPDATE tree_state SET tree_size = $1, peaks = $2")
        let peaks = frontier.peakBytes
        try state.run { row in
            row.add(frontier.size)
            peaks.withUnsafeBytes { row.add($0) }
        }
        written = frontier
        leaves.removeAll(keepingCapacity: true)
    }

    /// Ends a batch; the tree outlives it only when it was committed, for only we write it.
    func batchDidEnd(isCommitted: Bool) {
        if !isCommitted { written = nil }
        leaves.removeAll(keepingCapacity: true)
    }

    private func insert(_ level: Int, _ position: Int64, _ digest: SHA256Digest) throws {
        let insert = try connection.prepare(
            "INSERT INTO tree_node (level, position, digest) VALUES ($1, $2, $3)")
        try insert.run { row in
            row.add(Int64(level))
            row.add(position)
            digest.withUnsafeBytes { row.add($0) }
        }
    }

    private func read() throws -> MerkleFrontier {
        let state = try connection.prepare("SELECT tree_size, peaks FROM tree_state").first { row in
            MerkleFrontier(size: row.integer(0), peakBytes: row.bytes(1))
        }
        let last =
            try connection.prepare("SELECT ifnull(max(entry_id), 0) FROM journal_entry")
            .first { $0.integer(0) } ?? 0
        // Entries of this batch are in the table already, and their leaves in hand.
        let committed = last - Int64(leaves.count)
        guard let frontier = state ?? nil, frontier.size == committed else {
            throw LedgerError.treeOff(treeSize: (state ?? nil)?.size ?? 0, lastEntry: committed)
        }
        return frontier
    }
}
