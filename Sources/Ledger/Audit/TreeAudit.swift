import Cryptography
import SQL

/// Compares the Merkle tree that is kept, and the roots that seals name, with the journal's.
///
/// It hands the entries' canonical bytes to a ``TreeBuilder`` and hears of its results some
/// chunks later. Once an entry is missing or cannot be read, no later root can be known: that
/// fault was reported, and the tree is left alone from there on.
final class TreeAudit {
    private let connection: Connection
    private let faults: FaultList
    private let heads: Cursor
    private let builder: TreeBuilder
    private var encoder = EntryEncoder()
    private var chunk = TreeChunk()
    private var isLost = false
    /// The size of the last head that was compared.
    private(set) var lastHead: Int64
    private var head: (size: Int64, root: SHA256Digest?)?

    /// - Parameter start: the tree over the entries that were checked before, if any were.
    init(_ connection: Connection, after start: MerkleFrontier?, faults: FaultList) throws {
        self.connection = connection
        self.faults = faults
        builder = TreeBuilder(start ?? MerkleFrontier())
        lastHead = start?.size ?? 0
        if let start {
            heads = try connection.prepare(
                "SELECT tree_size, root FROM tree_head WHERE tree_size > $1 ORDER BY tree_size"
            ).cursor(.integer(start.size))
        } else {
            heads = try connection.prepare(
                "SELECT tree_size, root FROM tree_head ORDER BY tree_size"
            ).cursor()
        }
        try advance()
    }

    // MARK: - The pass

    /// Gives up: an entry is missing or cannot be read.
    func lose() { isLost = true }

    /// Adds an entry whose head and lines can be read.
    func add(
        _ head: EntryHead, _ row: Row, _ lines: EntryLines, expiresAt: Int64?,
        accounts: AuditedAccounts
    ) {
        guard !isLost, let day = head.day, let recordedAt = head.recordedAt,
            let phase = head.phase
        else { return }
        row.withBytes(3) { kind in
            row.withBytes(4) { narrative in
                encoder.begin(
                    entry: head.entry, date: day, recordedAt: recordedAt, kind: kind,
                    narrative: narrative, source: head.source, phase: phase.rawValue,
                    original: head.original, originalDate: head.originalDate,
                    expiresAt: expiresAt)
            }
        }
        for (line, place) in zip(lines.all, lines.places) {
            accounts.withCode(at: place) {
                encoder.line(code: $0, currency: line.currency, amount: line.amount)
            }
        }
        encoder.withPrefixedBytes { chunk.bytes.append(contentsOf: $0) }
        chunk.ends.append(chunk.bytes.count)
    }

    /// Compares the head that is kept for the entries up to this one, where there is one.
    func endEntry(_ entry: Int64) throws {
        while let head, head.size <= entry {
            if head.size < entry {
                reportSuperfluous(head.size)
            } else if let root = head.root {
                expect(root, .head(head.size))
            }
            lastHead = max(lastHead, head.size)
            try advance()
        }
        if chunk.isFull { try flush() }
    }

    /// Compares the root that a seal names with the one over all entries up to here.
    func checkSeal(day: Int64, text: String) {
        var root = SHA256Digest(hex: text)
        // The seal is written in lower case, and nothing else counts as the same.
        if root?.hex != text { root = nil }
        expect(root ?? .zero, .seal(day: day, text: text))
    }

    /// Checks what is left when all entries have been added.
    func finish(lastEntry: Int64) throws {
        let frontier = try drain()
        while let head {
            reportSuperfluous(head.size)
            try advance()
        }
        guard !isLost else { return }
        if lastHead != lastEntry {
            faults.add(
                .wrongTree, "tree_head", "\(lastEntry)", "tree_size",
                expected: "a root over all \(lastEntry) entries", found: "none")
        }
        try checkState(frontier)
        try findSuperfluousNodes(size: frontier.size)
    }

    private func expect(_ root: SHA256Digest, _ origin: TreeChunk.Origin) {
        guard !isLost else { return }
        chunk.expectations.append(
            TreeChunk.Expectation(entryCount: chunk.ends.count, root: root, origin: origin))
    }

    private func advance() throws {
        head = nil
        while head == nil, let row = try heads.next() {
            guard let size = faults.integer(row, 0, "tree_head", "?", "tree_size") else { continue }
            head = (size, digest(row, 1, "tree_head", "\(size)", "root"))
        }
    }

    private func reportSuperfluous(_ size: Int64) {
        faults.add(
            .wrongTree, "tree_head", "\(size)", "tree_size",
            expected: "the number of an entry", found: "\(size)")
    }

    // MARK: - Results

    private func flush() throws {
        guard !chunk.isEmpty else { return }
        var done = builder.submit(chunk)
        if let done { try report(done) }
        done?.clear()
        chunk = done ?? TreeChunk()
    }

    /// Waits for the tree of all entries that were added, and reports what differs.
    func drain() throws -> MerkleFrontier {
        try flush()
        let (chunks, frontier) = builder.drain()
        for done in chunks { try report(done) }
        return frontier
    }

    private func report(_ done: TreeChunk) throws {
        for mismatch in done.mismatches {
            switch mismatch.origin {
            case .head(let size):
                faults.add(
                    .wrongTree, "tree_head", "\(size)", "root", expected: mismatch.expected.hex,
                    found: mismatch.kept.hex)
            case .seal(let day, let text):
                faults.add(
                    .wrongSeal, "business_date", "\(day)", "tree_root",
                    expected: mismatch.expected.hex, found: String(text.prefix(64)))
            }
        }
        for node in done.nodes { try check(node) }
    }

    private func check(_ node: TreeChunk.Node) throws {
        let key = "\(node.level)/\(node.position)"
        var isKept = false
        try connection.prepare(
            "SELECT digest FROM tree_node WHERE level = $1 AND position = $2"
        ).forEach(.integer(Int64(node.level)), .integer(node.position)) { row in
            isKept = true
            guard let kept = digest(row, 0, "tree_node", key, "digest") else { return }
            guard kept != node.digest else { return }
            faults.add(
                .wrongTree, "tree_node", key, "digest", expected: node.digest.hex, found: kept.hex)
        }
        guard !isKept else { return }
        faults.add(
            .wrongTree, "tree_node", key, "position", expected: "a row for the complete subtree",
            found: "none")
    }

    private func checkState(_ frontier: MerkleFrontier) throws {
        let table = "tree_state"
        var isKept = false
        try connection.prepare("SELECT tree_size, peaks, state_id FROM tree_state").forEach { row in
            isKept = true
            if let number = faults.integer(row, 2, table, "1", "state_id") {
                faults.compare(.wrongTree, table, "1", "state_id", expected: 1, found: number)
            }
            if let size = faults.integer(row, 0, table, "1", "tree_size") {
                faults.compare(
                    .wrongTree, table, "1", "tree_size", expected: frontier.size, found: size)
            }
            let isBytes = row.storageType(1) == .bytes
            guard isBytes, row.bytes(1) == frontier.peakBytes else {
                faults.add(
                    .wrongTree, table, "1", "peaks",
                    expected: "the \(frontier.peaks.count) peaks of the tree",
                    found: isBytes ? "other bytes" : row.storageType(1).rawValue)
                return
            }
        }
        guard !isKept else { return }
        faults.add(.wrongTree, table, "1", "tree_size", expected: "a row", found: "none")
    }

    private func findSuperfluousNodes(size: Int64) throws {
        try connection.prepare(
            """
            SELECT level, position FROM tree_node
            WHERE typeof(level) <> 'integer' OR typeof(position) <> 'integer' OR level <= 0
                OR level % 8 <> 0 OR level > 56 OR position < 0 OR position >= ($1 >> level)
            """
        ).forEach(.integer(size)) { row in
            let parts = [Int32(0), 1].map { row.isInteger($0) ? "\(row.integer($0))" : "?" }
            faults.add(
                .wrongTree, "tree_node", parts.joined(separator: "/"), "position",
                expected: "no row, for no subtree is complete there", found: "a row")
        }
    }

    private func digest(
        _ row: Row, _ column: Int32, _ table: String, _ key: @autoclosure () -> String,
        _ field: String
    ) -> SHA256Digest? {
        let type = row.storageType(column)
        let digest =
            type == .bytes
            ? row.withBytes(column) { SHA256Digest(bytes: $0) } : nil
        guard let digest else {
            faults.add(
                .damagedValue, table, key(), field, expected: "32 bytes",
                found: type == .bytes ? "another number of bytes" : type.rawValue)
            return nil
        }
        return digest
    }
}
