import SQL

/// The lines of `posting` or `pending_posting`, read in step with the entries that own them.
final class LineCursor {
    let table: String
    private let cursor: Cursor
    private let faults: FaultList
    private var row: Row?
    /// The entry that the line in hand belongs to.
    private var entry: Int64 = 0

    /// Lines whose entries have been met.
    private(set) var count: Int64

    /// - Parameters:
    ///   - query: gives entry, line, account, amount and currency, in order.
    ///   - count: lines that were met before.
    init(_ table: String, _ query: Cursor, count: Int64, faults: FaultList) throws {
        self.table = table
        self.count = count
        self.faults = faults
        cursor = query
        try advance()
    }

    /// Reports the lines before an entry's own: no entry owns them.
    func skip(before entry: Int64) throws {
        while row != nil, self.entry < entry { try reportOrphan() }
    }

    /// Reports all lines that are left.
    func skipAll() throws {
        while row != nil { try reportOrphan() }
    }

    /// Hands over the lines of an entry.
    func take(of entry: Int64, _ body: (Row) -> Void) throws {
        while let row, self.entry == entry {
            count += 1
            body(row)
            try advance()
        }
    }

    private func reportOrphan() throws {
        guard let row else { return }
        let line = row.isInteger(1) ? "\(row.integer(1))" : "?"
        faults.add(
            .orphanPosting, table, "\(entry)/\(line)", "entry_id", expected: "an entry",
            found: "none")
        try advance()
    }

    private func advance() throws {
        while true {
            row = try cursor.next()
            guard let row else { return }
            guard let entry = faults.integer(row, 0, table, "?", "entry_id") else { continue }
            self.entry = entry
            return
        }
    }
}

/// The rows of `pending_entry`, read in step with the entries.
final class PendingEntryCursor {
    private static let table = "pending_entry"

    private let cursor: Cursor
    private let faults: FaultList
    private var row: Row?
    private var entry: Int64 = 0

    /// Rows that belong to pending entries.
    private(set) var count: Int64

    /// - Parameters:
    ///   - query: gives entry and expiry, in order.
    ///   - count: rows that were met before.
    init(_ query: Cursor, count: Int64, faults: FaultList) throws {
        self.count = count
        self.faults = faults
        cursor = query
        try advance()
    }

    /// Compares an entry with the row that it should have or not have.
    ///
    /// - Returns: when it expires, and whether that could be read.
    func take(of entry: Int64, isPending: Bool) throws -> (expiresAt: Int64?, isReadable: Bool) {
        while row != nil, self.entry < entry { try reportOrphan() }
        guard let row, self.entry == entry else {
            guard isPending else { return (nil, true) }
            faults.add(
                .wrongPendingEntry, Self.table, "\(entry)", "entry_id",
                expected: "a row for the pending entry", found: "none")
            return (nil, false)
        }
        guard isPending else {
            try reportOrphan()
            return (nil, true)
        }
        count += 1
        let expiresAt: Int64? =
            row.isNull(1) ? nil : faults.integer(row, 1, Self.table, "\(entry)", "expires_at")
        let isReadable = row.isNull(1) || expiresAt != nil
        try advance()
        return (expiresAt, isReadable)
    }

    /// Reports all rows that are left.
    func skipAll() throws {
        while row != nil { try reportOrphan() }
    }

    private func reportOrphan() throws {
        faults.add(
            .wrongPendingEntry, Self.table, "\(entry)", "entry_id",
            expected: "a pending entry of this number", found: "none")
        try advance()
    }

    private func advance() throws {
        while true {
            row = try cursor.next()
            guard let row else { return }
            guard let entry = faults.integer(row, 0, Self.table, "?", "entry_id") else { continue }
            self.entry = entry
            return
        }
    }
}
