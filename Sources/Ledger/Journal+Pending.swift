import CivilTime
import SQL

/// Entries in two phases: first pending, then posted or voided, at most once.
extension Journal {
    /// The most pending entries that one call of ``voidExpired(at:)`` ends.
    public static let maximumExpiriesPerCommand = 256

    /// Records an entry as pending: it counts against limits, and moves nothing until posted.
    ///
    /// - Parameter expiresAt: when it voids itself; nothing for one that waits until it is ended.
    /// - Throws: as `post` does, and `LedgerError.expiryNotAfter`.
    public func pend(
        _ entry: NewEntry, expiresAt: Instant?, at instant: Instant
    ) throws -> PostedEntry {
        if let expiresAt, expiresAt <= instant { throw LedgerError.expiryNotAfter(instant) }
        return try record(
            Draft(
                phase: .pending, kind: entry.kind, narrative: entry.narrative,
                source: entry.source, expiresAt: expiresAt, postings: entry.postings),
            at: instant)
    }

    /// Posts a pending entry, wholly or in part; what is not posted is released.
    ///
    /// - Parameter postings: what to post instead of the whole: for each account and side no more
    ///   than is pending there.
    /// - Throws: `LedgerError.unknownEntry`, `.notPending`, `.alreadyResolved`,
    ///   `.pendingExpired`, `.exceedsPending`, and what `post` throws.
    public func postPending(
        _ id: ID<JournalEntry>, postings: [Posting]? = nil, at instant: Instant
    ) throws -> PostedEntry {
        let pending = try unresolved(id)
        if let expiresAt = pending.expiresAt, expiresAt <= instant {
            throw LedgerError.pendingExpired(id, expiresAt)
        }
        if let postings { try check(postings, areWithin: pending) }
        return try record(
            Draft(
                phase: .postsPending, kind: pending.kind, narrative: pending.narrative,
                source: pending.source, original: pending.asOriginal,
                postings: postings ?? pending.postings),
            releasing: pending.postings, at: instant)
    }

    /// Voids a pending entry: all that was pending is released.
    ///
    /// - Throws: `LedgerError.unknownEntry`, `.notPending`, `.alreadyResolved`, and what `post`
    ///   throws.
    public func void(
        _ id: ID<JournalEntry>, narrative: String, at instant: Instant
    ) throws -> PostedEntry {
        try void(try unresolved(id), kind: .void, narrative: narrative, at: instant)
    }

    /// Voids pending entries whose time has run out, the longest due first.
    ///
    /// - Returns: the voids; as many as ``maximumExpiriesPerCommand`` when more may be due.
    public func voidExpired(at instant: Instant) throws -> [PostedEntry] {
        let due = try connection.prepare(
            """
            SELECT entry_id FROM pending_entry
            WHERE resolved_by IS NULL AND expires_at <= $1
            ORDER BY expires_at, entry_id LIMIT $2
            """
        ).all(
            .integer(instant.millisecondsSinceEpoch),
            .integer(Int64(Self.maximumExpiriesPerCommand))
        ) { ID<JournalEntry>($0.integer(0)) }
        return try due.map { id in
            try void(
                try unresolved(id), kind: .expiry, narrative: "expired", at: instant)
        }
    }

    private func void(
        _ pending: JournalEntry, kind: EntryKind, narrative: String, at instant: Instant
    ) throws -> PostedEntry {
        try record(
            Draft(
                phase: .voidsPending, kind: kind, narrative: narrative, source: pending.source,
                original: pending.asOriginal, postings: []),
            releasing: pending.postings, at: instant)
    }

    private func unresolved(_ id: ID<JournalEntry>) throws -> JournalEntry {
        guard let pending = try entry(id) else { throw LedgerError.unknownEntry(id) }
        guard pending.phase == .pending else { throw LedgerError.notPending(id) }
        if let end = pending.actedOnBy { throw LedgerError.alreadyResolved(id, by: end) }
        return pending
    }

    /// Compares what is to be posted with what is pending, account by account and side by side.
    private func check(_ postings: [Posting], areWithin pending: JournalEntry) throws {
        for (index, posting) in postings.enumerated() where posting.amount > 0 {
            let isSame = { (other: Posting) in
                other.account == posting.account && other.side == posting.side
            }
            // Each amount is bounded before it is summed: the list may hold anything.
            let limit = pending.postings.filter(isSame).reduce(0) { $0 + $1.amount }
            var rest = limit
            for other in postings where isSame(other) && other.amount > 0 {
                guard other.amount <= rest else {
                    throw LedgerError.exceedsPending(
                        line: index + 1, posting.account, maximum: limit)
                }
                rest -= other.amount
            }
        }
    }
}

extension JournalEntry {
    /// This entry as one that another acts on.
    var asOriginal: Original { Original(id: id, businessDate: businessDate) }
}
