/// Attacks on pending entries and on the tree.
extension DatabaseGuardTests {
    private static let within = "no more is posted than was pending"
    private static let startsUnresolved = "a pending entry starts unresolved, as the next entry"
    private static let resolvedOnce = "a pending entry is resolved once, by its entry"

    static let pendingAttacks: [Attack] = [
        .init(
            name: "change a pending posting", sql: "UPDATE pending_posting SET amount = 1",
            refusal: "a posting is never changed"),
        .init(
            name: "delete pending postings", sql: "DELETE FROM pending_posting",
            refusal: "a posting is never deleted"),
        .init(
            name: "replace a pending posting",
            sql: posting(
                1, 1, entry: GuardedBook.pending, table: "pending_posting",
                verb: "INSERT OR REPLACE"),
            refusal: "a posting belongs to the next entry"),
        .init(
            name: "add a pending posting to an entry",
            sql: posting(3, 1, entry: GuardedBook.pending, table: "pending_posting"),
            refusal: "a posting belongs to the next entry"),
        .init(
            name: "prolong a pending entry", sql: "UPDATE pending_entry SET expires_at = NULL",
            refusal: resolvedOnce),
        .init(
            name: "unend a pending entry",
            sql: "UPDATE pending_entry SET resolved_by = NULL WHERE entry_id = 258",
            refusal: resolvedOnce),
        .init(
            name: "end a pending entry by another's end",
            sql: "UPDATE pending_entry SET resolved_by = 259 WHERE entry_id = 257",
            refusal: resolvedOnce),
        .init(
            name: "renumber a pending entry, replacing",
            sql: "UPDATE OR REPLACE pending_entry SET entry_id = 258 WHERE entry_id = 257",
            refusal: resolvedOnce),
        .init(
            name: "delete a pending entry", sql: "DELETE FROM pending_entry",
            refusal: "a pending entry is never deleted"),
        .init(
            name: "replace a pending entry",
            sql: pendingEntry(GuardedBook.pending, verb: "INSERT OR REPLACE"),
            refusal: startsUnresolved),
        .init(
            name: "make a posted entry pending", sql: pendingEntry(5), refusal: startsUnresolved),
        .init(
            name: "begin a pending entry that is ended",
            sql: "INSERT INTO pending_entry VALUES (\(GuardedBook.next), NULL, 259)",
            refusal: startsUnresolved),
        .init(
            name: "pend without its row", sql: pendingPair + entry(phase: 1),
            refusal: "a pending entry has pending postings only"),
        .init(
            name: "pend with posted lines",
            sql: pendingEntry() + pendingPair + pair + entry(phase: 1),
            refusal: "a pending entry has pending postings only"),
        .init(
            name: "pend without postings", sql: pendingEntry() + entry(phase: 1),
            refusal: "an entry has two or more postings"),
        .init(
            name: "pend an unbalanced entry",
            sql: pendingEntry() + pendingPosting(1, 9) + pendingPosting(2, -8) + entry(phase: 1),
            refusal: "an entry must balance in each currency"),
        .init(
            name: "pend an entry that balances in one of two currencies",
            sql: pendingEntry() + pendingPair + pendingPosting(3, 5, account: 3, currency: 840)
                + pendingPosting(4, -4, account: 4, currency: 840) + entry(phase: 1),
            refusal: "an entry must balance in each currency"),
        .init(
            name: "pend on an account that does not exist",
            sql: pendingEntry() + pendingPosting(1, 9, account: 99) + pendingPosting(2, -9)
                + entry(phase: 1),
            refusal: "a posting has an account, and its currency"),
        .init(
            name: "pend in another currency than the account's",
            sql: pendingEntry() + pendingPosting(1, 9, currency: 840)
                + pendingPosting(2, -9, currency: 840) + entry(phase: 1),
            refusal: "a posting has an account, and its currency"),
        .init(
            name: "pend nothing", sql: pendingPosting(1, 0), refusal: "CHECK constraint failed"),
        .init(
            name: "pend on a sealed date",
            sql: pendingEntry() + pendingPair + entry(date: 20_779, phase: 1),
            refusal: "the business date is not open"),
        .init(
            name: "post a pending entry twice",
            sql: pair + entry(phase: 2, original: GuardedBook.postedPending),
            refusal: "an entry is acted on once"),
        .init(
            name: "post a pending entry that was voided",
            sql: pair + entry(phase: 2, original: GuardedBook.voidedPending),
            refusal: "an entry is acted on once"),
        .init(
            name: "void a pending entry that was posted",
            sql: entry(phase: 3, original: GuardedBook.postedPending),
            refusal: "an entry is acted on once"),
        .init(
            name: "void a pending entry twice",
            sql: entry(phase: 3, original: GuardedBook.voidedPending),
            refusal: "an entry is acted on once"),
        .init(
            name: "post an entry that is not pending", sql: entry(phase: 2, original: 5),
            refusal: "only a pending entry is posted or voided"),
        .init(
            name: "void an entry that is not pending",
            sql: entry(phase: 3, original: GuardedBook.posts),
            refusal: "only a pending entry is posted or voided"),
        .init(
            name: "post a pending entry under another date",
            sql: pair + entry(phase: 2, original: GuardedBook.pending, originalDate: 20_778),
            refusal: "the original entry and its date must exist"),
        .init(
            name: "post more than is pending",
            sql: posting(1, 301) + posting(2, -301, account: 2)
                + entry(phase: 2, original: GuardedBook.pending),
            refusal: within),
        .init(
            name: "post more than is pending, in two lines",
            sql: posting(1, 200) + posting(2, 101) + posting(3, -150, account: 2)
                + posting(4, -151, account: 2) + entry(phase: 2, original: GuardedBook.pending),
            refusal: within),
        .init(
            name: "post more than is pending in two lines",
            sql: posting(1, 101) + posting(2, -101, account: 2)
                + entry(phase: 2, original: GuardedBook.pendingInTwoLines),
            refusal: within),
        .init(
            name: "post on other sides than those pending",
            sql: posting(1, -9) + posting(2, 9, account: 2)
                + entry(phase: 2, original: GuardedBook.pending),
            refusal: within),
        .init(
            name: "post to other accounts than those pending",
            sql: posting(1, 9, account: 3, currency: 840)
                + posting(2, -9, account: 4, currency: 840)
                + entry(phase: 2, original: GuardedBook.pending),
            refusal: within),
        .init(
            name: "post a pending entry unbalanced",
            sql: posting(1, 9) + posting(2, -8, account: 2)
                + entry(phase: 2, original: GuardedBook.pending),
            refusal: "an entry must balance"),
        .init(
            name: "void with postings",
            sql: pair + entry(phase: 3, original: GuardedBook.pending),
            refusal: "an entry that voids has no postings"),
    ]

    private static let headCovers = "a tree head covers every entry, once"
    private static let grows = "the tree grows with the journal"

    static let treeAttacks: [Attack] = [
        .init(
            name: "change a tree head", sql: "UPDATE tree_head SET root = zeroblob(32)",
            refusal: "a tree head is never changed"),
        .init(
            name: "delete a tree head", sql: "DELETE FROM tree_head",
            refusal: "a tree head is never deleted"),
        .init(
            name: "replace the last tree head",
            sql: treeHead(GuardedBook.next - 1, verb: "INSERT OR REPLACE"), refusal: headCovers),
        .init(name: "add a tree head behind the last", sql: treeHead(3), refusal: headCovers),
        .init(name: "add a tree head past the journal", sql: treeHead(), refusal: headCovers),
        .init(
            name: "add a tree head behind the journal",
            sql: pair + entry() + posting(1, 9, entry: 264) + posting(2, -9, entry: 264)
                + entry(264) + treeHead(),
            refusal: headCovers),
        .init(
            name: "add a tree head that is no hash",
            sql: pair + entry() + "INSERT INTO tree_head VALUES (\(GuardedBook.next), x'00')",
            refusal: "CHECK constraint failed"),
        .init(
            name: "end a batch with a posting that has no entry",
            sql: pair + entry() + posting(1, 9, entry: 264) + treeHead(),
            refusal: "a posting has no entry"),
        .init(
            name: "end a batch with a pending posting that has no entry",
            sql: pair + entry() + posting(1, 9, entry: 264, table: "pending_posting")
                + treeHead(),
            refusal: "a posting has no entry"),
        .init(
            name: "end a batch with a pending entry that has no entry",
            sql: pair + entry() + pendingEntry(264) + treeHead(),
            refusal: "a posting has no entry"),
        .init(
            name: "end a batch with pending postings of a posted entry",
            sql: pair + pendingPair + entry() + treeHead(),
            refusal: "only a pending entry has pending postings"),
        .init(
            name: "end a batch with a pending row of a void",
            sql: pendingEntry() + entry(phase: 3, original: GuardedBook.pending) + treeHead(),
            refusal: "only a pending entry has pending postings"),
        .init(name: "shrink the tree", sql: treeState(3), refusal: grows),
        .init(name: "grow the tree past the journal", sql: treeState(500), refusal: grows),
        .init(
            name: "grow the tree past its head",
            sql: pair + entry() + treeState(GuardedBook.next), refusal: grows),
        .init(
            name: "change the tree's peaks", sql: "UPDATE tree_state SET peaks = zeroblob(96)",
            refusal: grows),
        .init(
            name: "give the tree a second state",
            sql: "INSERT OR REPLACE INTO tree_state VALUES (1, 0, x'')",
            refusal: "the tree has one state"),
        .init(
            name: "delete the tree's state", sql: "DELETE FROM tree_state",
            refusal: "the state of the tree is never deleted"),
        .init(
            name: "change a node", sql: "UPDATE tree_node SET digest = zeroblob(32)",
            refusal: "a node is never changed"),
        .init(
            name: "delete a node", sql: "DELETE FROM tree_node",
            refusal: "a node is never deleted"),
        .init(
            name: "replace a node",
            sql: "INSERT OR REPLACE INTO tree_node VALUES (8, 0, zeroblob(32))",
            refusal: "a node is never replaced"),
        .init(
            name: "add a node of leaves that are not there",
            sql: "INSERT INTO tree_node VALUES (8, 1, zeroblob(32))",
            refusal: "a node is over leaves of the journal"),
        .init(
            name: "add a node that no proof needs",
            sql: "INSERT INTO tree_node VALUES (4, 0, zeroblob(32))",
            refusal: "CHECK constraint failed"),
    ]
}
