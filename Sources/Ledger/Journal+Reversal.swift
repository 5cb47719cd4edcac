import CivilTime

extension Journal {
    /// Posts the exact inverse of a posted entry on the open business date, at most once.
    ///
    /// The reversal names its original and the original's date; the original is found to be
    /// reversed by `JournalEntry.actedOnBy`.
    /// - Throws: `LedgerError.unknownEntry`, `.isReversal`, `.notPosted`, `.alreadyReversed`, and
    ///   what `post` throws.
    public func reverse(
        _ id: ID<JournalEntry>, narrative: String, at instant: Instant
    ) throws -> PostedEntry {
        guard let original = try entry(id) else { throw LedgerError.unknownEntry(id) }
        switch original.phase {
        case .posted, .postsPending: break
        case .reversal: throw LedgerError.isReversal(id)
        case .pending, .voidsPending: throw LedgerError.notPosted(id)
        }
        guard original.actedOnBy == nil else { throw LedgerError.alreadyReversed(id) }
        return try record(
            Draft(
                phase: .reversal, kind: .reversal, narrative: narrative, source: original.source,
                original: original.asOriginal,
                postings: original.postings.map {
                    Posting(account: $0.account, side: $0.side.opposite, amount: $0.amount)
                }),
            at: instant)
    }
}
