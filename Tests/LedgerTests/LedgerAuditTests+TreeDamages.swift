import Ledger

/// What can be wrong in the tree, and in entries that act on others.
extension LedgerAuditTests {
    private static let noDigest = "zeroblob(32)"

    static let treeDamages: [Damage] = [
        .init(
            sql: "UPDATE tree_head SET root = \(noDigest) WHERE tree_size = 3", kind: .wrongTree,
            key: "3", field: "root", found: String(repeating: "0", count: 64)),
        .init(
            sql: "UPDATE tree_head SET root = \(noDigest) WHERE tree_size IN (3, 5)",
            kind: .wrongTree, key: "5", field: "root"),
        .init(
            sql: "UPDATE tree_head SET root = x'00' WHERE tree_size = 3", kind: .damagedValue,
            key: "3", field: "root", expected: "32 bytes", found: "another number of bytes"),
        .init(
            sql: "DELETE FROM tree_head WHERE tree_size = 260", kind: .wrongTree, key: "260",
            field: "tree_size", found: "none"),
        .init(
            sql: "INSERT INTO tree_head VALUES (261, \(noDigest))", kind: .wrongTree, key: "261",
            field: "tree_size", expected: "the number of an entry"),
        .init(
            sql: "INSERT INTO tree_head VALUES (0, \(noDigest))", kind: .wrongTree, key: "0",
            field: "tree_size", expected: "the number of an entry"),
        .init(
            sql: "UPDATE tree_node SET digest = \(noDigest)", kind: .wrongTree, key: "8/0",
            field: "digest", found: String(repeating: "0", count: 64)),
        .init(
            sql: "DELETE FROM tree_node", kind: .wrongTree, key: "8/0", field: "position",
            found: "none"),
        .init(
            sql: "INSERT INTO tree_node VALUES (8, 1, \(noDigest))", kind: .wrongTree, key: "8/1",
            field: "position", found: "a row"),
        .init(
            sql: "INSERT INTO tree_node VALUES (16, 0, \(noDigest))", kind: .wrongTree,
            key: "16/0", field: "position", found: "a row"),
        .init(
            sql: "UPDATE tree_state SET tree_size = 259", kind: .wrongTree, key: "1",
            field: "tree_size", expected: "260", found: "259"),
        .init(
            sql: "UPDATE tree_state SET peaks = substr(peaks, 1, 32)",
            kind: .wrongTree, key: "1", field: "peaks"),
        .init(sql: "DELETE FROM tree_state", kind: .wrongTree, key: "1", field: "tree_size"),
        .init(
            sql: "UPDATE journal_entry SET narrative = 'other' WHERE entry_id = 259",
            kind: .wrongTree, key: "260", field: "root"),
        .init(
            sql: "UPDATE journal_entry SET narrative = 'other' WHERE entry_id = 255",
            kind: .wrongTree, key: "8/0", field: "digest"),
        .init(
            sql: "UPDATE journal_entry SET kind = 'other' WHERE entry_id = 1", kind: .wrongTree,
            key: "1", field: "root"),
        .init(
            sql: "UPDATE journal_entry SET source_id = NULL WHERE entry_id = 1",
            kind: .wrongTree, key: "1", field: "root"),
        .init(
            sql: "UPDATE ledger_account SET code = '1001.S0001-C2' WHERE account_id = 1",
            kind: .wrongTree, key: "1", field: "root"),
        .init(
            sql: "UPDATE pending_entry SET expires_at = expires_at + 1 WHERE entry_id = 5",
            kind: .wrongTree, key: "5", field: "root"),
        .init(
            sql: "UPDATE pending_posting SET amount = amount * 2 WHERE entry_id = 5",
            kind: .wrongTree, key: "5", field: "root"),
        .init(
            sql: "UPDATE posting SET account_id = 3 - account_id WHERE entry_id = 1",
            kind: .wrongTree, key: "1", field: "root"),
    ]

    static let actionDamages: [Damage] = [
        .init(
            sql: "UPDATE posting SET amount = amount * 2 WHERE entry_id = 4",
            kind: .wrongReversal, key: "4", field: "original_entry_id",
            found: "3, an entry with other postings"),
        .init(
            sql: "UPDATE journal_entry SET original_entry_id = 4, original_date = 20779, phase = 4 "
                + "WHERE entry_id = 10",
            kind: .wrongOriginal, key: "10", field: "original_entry_id",
            found: "4, an entry of phase 4"),
        .init(
            sql: "UPDATE journal_entry SET original_entry_id = 777 WHERE entry_id = 4",
            kind: .wrongOriginal, key: "4", field: "original_entry_id",
            found: "777, an unknown entry"),
        .init(
            sql: "UPDATE journal_entry SET original_entry_id = 10 WHERE entry_id = 4",
            kind: .wrongOriginal, key: "4", field: "original_entry_id",
            found: "10, a later entry"),
        .init(
            sql: "UPDATE journal_entry SET original_date = 20778 WHERE entry_id = 7",
            kind: .wrongOriginal, key: "7", field: "original_date", expected: "20779",
            found: "20778"),
        .init(
            sql: "UPDATE journal_entry SET original_date = NULL WHERE entry_id = 7",
            kind: .wrongOriginal, key: "7", field: "original_date", found: "null"),
        .init(
            sql: "UPDATE journal_entry SET original_entry_id = 1 WHERE entry_id = 10",
            kind: .wrongOriginal, key: "10", field: "original_entry_id", found: "integer"),
        .init(
            sql: "UPDATE journal_entry SET phase = 3 WHERE entry_id = 4", kind: .wrongOriginal,
            key: "4", field: "original_entry_id", found: "3, an entry of phase 0"),
        .init(
            sql: "UPDATE journal_entry SET phase = 4 WHERE entry_id = 7", kind: .wrongOriginal,
            key: "7", field: "original_entry_id", found: "5, an entry of phase 1"),
        .init(
            sql: "UPDATE journal_entry SET phase = 5 WHERE entry_id = 10", kind: .damagedValue,
            key: "10", field: "phase", expected: "0 to 4", found: "5"),
        .init(
            sql: entry(261, 20_780, phase: 4, of: "3, 20779") + posting(261, 1, 1, -250)
                + posting(261, 2, 2, 250),
            kind: .actedOnAgain, key: "3", field: "original_entry_id", expected: "1",
            found: "2"),
        .init(
            sql: entry(261, 20_780, phase: 3, of: "5, 20779"), kind: .actedOnAgain, key: "5",
            field: "original_entry_id", found: "2"),
        .init(
            sql: "UPDATE posting SET amount = amount * 2 WHERE entry_id = 7",
            kind: .exceedsPending, key: "7", field: "amount"),
        .init(
            sql: "UPDATE posting SET account_id = 1 WHERE entry_id = 7", kind: .exceedsPending,
            key: "7", field: "amount"),
        .init(
            sql: posting(9, 1, 1, 5), kind: .misplacedPosting, key: "9/1", field: "entry_id",
            expected: "no row for an entry of phase 3"),
        .init(
            sql: posting(6, 1, 1, 5), kind: .misplacedPosting, key: "6/1", field: "entry_id",
            expected: "no row for an entry of phase 1"),
        .init(
            sql: "INSERT INTO pending_posting VALUES (10, 1, 1, 5, 156)",
            kind: .misplacedPosting, key: "10/1", field: "entry_id",
            expected: "no row for an entry of phase 0"),
        .init(
            sql: "INSERT INTO pending_posting VALUES (300, 1, 1, 5, 156)", kind: .orphanPosting,
            key: "300/1", field: "entry_id"),
        .init(
            sql: "DELETE FROM pending_posting WHERE entry_id = 6 AND line = 2",
            kind: .tooFewPostings, key: "6", field: "postings", found: "1"),
        .init(
            sql: "UPDATE pending_posting SET amount = amount + 1 WHERE entry_id = 6 AND line = 1",
            kind: .unbalanced, key: "6", field: "amount in currency 156", found: "1"),
        .init(
            sql: "DELETE FROM pending_entry WHERE entry_id = 6", kind: .wrongPendingEntry,
            key: "6", field: "entry_id", found: "none"),
        .init(
            sql: "INSERT INTO pending_entry VALUES (10, NULL, NULL)", kind: .wrongPendingEntry,
            key: "10", field: "entry_id", expected: "a pending entry of this number"),
        .init(
            sql: "INSERT INTO pending_entry VALUES (300, NULL, NULL)", kind: .wrongPendingEntry,
            key: "300", field: "entry_id", expected: "a pending entry of this number"),
        .init(
            sql: "UPDATE pending_entry SET resolved_by = NULL WHERE entry_id = 5",
            kind: .wrongPendingEntry, key: "5", field: "resolved_by", expected: "7",
            found: "null"),
        .init(
            sql: "UPDATE pending_entry SET resolved_by = 9 WHERE entry_id = 5",
            kind: .wrongPendingEntry, key: "5", field: "resolved_by", expected: "7", found: "9"),
        .init(
            sql: "UPDATE pending_entry SET resolved_by = 10 WHERE entry_id = 6",
            kind: .wrongPendingEntry, key: "6", field: "resolved_by", found: "10"),
    ]
}
