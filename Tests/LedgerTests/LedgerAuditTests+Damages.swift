import Ledger

/// What can be wrong in a book, one row for each way.
extension LedgerAuditTests {
    static func entry(
        _ number: Int, _ date: Int, phase: Int = 0, of original: String = "NULL, NULL"
    ) -> String {
        "INSERT INTO journal_entry VALUES "
            + "(\(number), \(date), 0, 'x', 'x', NULL, \(phase), \(original));"
    }

    static func posting(
        _ entry: Int, _ line: Int, _ account: Int, _ amount: Int64, _ currency: Int = 156
    ) -> String {
        "INSERT INTO posting VALUES (\(entry), \(line), \(account), \(amount), \(currency));"
    }

    static let journalDamages: [Damage] = [
        .init(
            sql: "DELETE FROM journal_entry WHERE entry_id = 2;"
                + "DELETE FROM posting WHERE entry_id = 2",
            kind: .entryNumberGap, key: "3", field: "entry_id", expected: "2", found: "3"),
        .init(
            sql: entry(-1, 20_778) + posting(-1, 1, 1, 5)
                + posting(-1, 2, 2, -5),
            kind: .entryNumberGap, key: "-1", field: "entry_id", expected: "1"),
        .init(
            sql: entry(261, 20_780), kind: .tooFewPostings, key: "261", field: "postings",
            found: "0"),
        .init(
            sql: "DELETE FROM posting WHERE entry_id = 260 AND line = 2", kind: .tooFewPostings,
            key: "260", field: "postings", found: "1"),
        .init(
            sql: "UPDATE posting SET line = 7 WHERE entry_id = 260 AND line = 2", kind: .lineGap,
            key: "260/7", field: "line", expected: "2", found: "7"),
        .init(
            sql: "DELETE FROM posting WHERE entry_id = 260 AND line = 2;"
                + "UPDATE posting SET line = 3 WHERE entry_id = 260",
            kind: .tooFewPostings, key: "260", field: "postings", found: "1"),
        .init(
            sql: entry(261, 20_780)
                + "INSERT INTO posting SELECT 261, entry_id, 3, 1, 840 FROM journal_entry",
            kind: .tooManyPostings, key: "261", field: "postings", found: "261"),
        .init(
            sql: "UPDATE posting SET line = line - 1 WHERE entry_id = 260", kind: .lineGap,
            key: "260/0", field: "line", expected: "1", found: "0"),
        .init(
            sql: "UPDATE posting SET amount = 0 WHERE entry_id = 260 AND line = 1",
            kind: .zeroAmount, key: "260/1", field: "amount"),
        .init(
            sql: "UPDATE posting SET amount = amount + 1 WHERE entry_id = 260 AND line = 1",
            kind: .unbalanced, key: "260", field: "amount in currency 840", expected: "0",
            found: "1"),
        .init(
            sql: "UPDATE posting SET currency = 156 WHERE entry_id = 260 AND line = 1",
            kind: .unbalanced, key: "260", field: "amount in currency 156", found: "1"),
        .init(
            sql: "UPDATE posting SET currency = 999 WHERE entry_id = 260",
            kind: .wrongCurrency, key: "260/1", field: "currency", expected: "840", found: "999"),
        .init(
            sql: entry(261, 20_780) + posting(261, 1, 1, .max) + posting(261, 2, 1, .max),
            kind: .overflow, key: "261", field: "amount"),
        .init(
            sql: entry(261, 20_780) + posting(261, 1, 1, .max) + posting(261, 2, 1, -.max)
                + posting(261, 3, 1, -.max) + posting(261, 4, 1, .max),
            kind: .overflow, key: "261/1", field: "amount"),
        .init(
            sql: "UPDATE posting SET account_id = 99 WHERE entry_id = 260 AND line = 1",
            kind: .unknownAccount, key: "260/1", field: "account_id", found: "99"),
        .init(
            sql: "UPDATE journal_entry SET business_date = 20781 WHERE entry_id = 260",
            kind: .unknownDate, key: "260", field: "business_date", found: "20781"),
        .init(
            sql: "UPDATE journal_entry SET business_date = 20778 WHERE entry_id = 4",
            kind: .dateDescends, key: "4", field: "business_date", expected: "20779 or later",
            found: "20778"),
        .init(
            sql: entry(261, 20_779) + posting(261, 1, 1, 5) + posting(261, 2, 2, -5),
            kind: .entryAfterSeal, key: "261", field: "business_date", found: "20779"),
        .init(
            sql: posting(261, 1, 1, 5), kind: .orphanPosting, key: "261/1", field: "entry_id",
            expected: "an entry", found: "none"),
        .init(
            sql: "DELETE FROM journal_entry WHERE entry_id = 260", kind: .orphanPosting,
            key: "260/2",
            field: "entry_id"),
    ]

    static let balanceDamages: [Damage] = [
        .init(
            sql: "UPDATE account_balance SET debits = debits + 1 WHERE account_id = 1",
            kind: .wrongBalance, key: "1", field: "debits", expected: "5950", found: "5951"),
        .init(
            sql: "UPDATE account_balance SET credits = credits - 1 WHERE account_id = 2",
            kind: .wrongBalance, key: "2", field: "credits", expected: "5950", found: "5949"),
        .init(
            sql: "UPDATE account_balance SET pending_debits = 61 WHERE account_id = 2",
            kind: .wrongBalance, key: "2", field: "pending_debits", expected: "60", found: "61"),
        .init(
            sql: "UPDATE account_balance SET pending_credits = 0 WHERE account_id = 1",
            kind: .wrongBalance, key: "1", field: "pending_credits", expected: "60", found: "0"),
        .init(
            sql: "UPDATE account_balance SET latest_date = 20779 WHERE account_id = 1",
            kind: .wrongBalance, key: "1", field: "latest_date", expected: "20780"),
        .init(
            sql: "UPDATE account_balance SET date_debits = 1 WHERE account_id = 1",
            kind: .wrongBalance, key: "1", field: "date_debits", expected: "0", found: "1"),
        .init(
            sql: "UPDATE account_balance SET date_credits = 1 WHERE account_id = 3",
            kind: .wrongBalance, key: "3", field: "date_credits", expected: "0", found: "1"),
        .init(
            sql: "DELETE FROM account_balance WHERE account_id = 3", kind: .missingBalance,
            key: "3", field: "account_id"),
        .init(
            sql: "INSERT INTO account_balance VALUES (99, 0, 0, 0, 0, 0, 0, 0)",
            kind: .unknownAccount,
            key: "99", field: "account_id"),
        .init(
            sql: "UPDATE ledger_account SET balance_limit = 'debits_within_credits' "
                + "WHERE account_id = 1",
            kind: .limitPassed, key: "1", field: "balance_limit",
            expected: "debits_within_credits after entry 1",
            found: "debits 5000, credits 0, pending debits 0, pending credits 0"),
        .init(
            sql: "UPDATE account_day SET debits = 1 WHERE account_id = 1 AND business_date = 20778",
            kind: .wrongDayTotals, key: "20778/1", field: "debits", expected: "5700", found: "1"),
        .init(
            sql: "UPDATE account_day SET credits = 1 "
                + "WHERE account_id = 1 AND business_date = 20779",
            kind: .wrongDayTotals, key: "20779/1", field: "credits", expected: "250", found: "1"),
        .init(
            sql: "UPDATE account_day SET closing_debits = 1 WHERE account_id = 3",
            kind: .wrongDayTotals, key: "20778/3", field: "closing_debits", expected: "30"),
        .init(
            sql: "UPDATE account_day SET closing_credits = 1 WHERE account_id = 2",
            kind: .wrongDayTotals, key: "20779/2", field: "closing_credits", expected: "5950"),
        .init(
            sql: "UPDATE account_day SET closing_pending_debits = 1 "
                + "WHERE account_id = 2 AND business_date = 20779",
            kind: .wrongDayTotals, key: "20779/2", field: "closing_pending_debits",
            expected: "460", found: "1"),
        .init(
            sql: "UPDATE account_day SET closing_pending_credits = 1 "
                + "WHERE account_id = 1 AND business_date = 20779",
            kind: .wrongDayTotals, key: "20779/1", field: "closing_pending_credits",
            expected: "460", found: "1"),
        .init(
            sql: "DELETE FROM account_day WHERE account_id = 1 AND business_date = 20778",
            kind: .wrongDayTotals, key: "20778/1", field: "business_date", found: "none"),
        .init(
            sql: "INSERT INTO account_day VALUES (20779, 3, 0, 0, 31, 0, 0, 0)",
            kind: .wrongDayTotals,
            key: "20779/3", field: "closing_debits", expected: "30", found: "31"),
        .init(
            sql: "INSERT INTO account_day VALUES (20779, 4, 0, 0, 0, 30, 0, 0)",
            kind: .wrongDayTotals, key: "20779/4", field: "business_date", found: "a row"),
        .init(
            sql: "INSERT INTO account_day VALUES (20780, 3, 0, 0, 30, 0, 0, 0)",
            kind: .wrongDayTotals,
            key: "20780/3", field: "business_date", found: "a row"),
        .init(
            sql: "INSERT INTO account_day VALUES (20779, 99, 0, 0, 0, 0, 0, 0)",
            kind: .unknownAccount,
            key: "20779/99", field: "account_id", found: "99"),
        .init(
            sql: "INSERT INTO account_day VALUES (4, 1, 0, 0, 0, 0, 0, 0)", kind: .unknownDate,
            key: "4", field: "business_date"),
    ]

    static let sealDamages: [Damage] = [
        .init(
            sql: "UPDATE business_date SET tree_size = 3 WHERE business_date = 20779",
            kind: .wrongSeal, key: "20779", field: "tree_size", expected: "6", found: "3"),
        .init(
            sql: "UPDATE business_date SET entry_count = 3 WHERE business_date = 20778",
            kind: .wrongSeal, key: "20778", field: "entry_count", expected: "2", found: "3"),
        .init(
            sql: "UPDATE business_date SET tree_root = 'aa' WHERE business_date = 20778",
            kind: .wrongSeal, key: "20778", field: "tree_root", found: "aa"),
        .init(
            sql: "UPDATE business_date SET tree_root = upper(tree_root) "
                + "WHERE business_date = 20778",
            kind: .wrongSeal, key: "20778", field: "tree_root"),
        .init(
            sql: "UPDATE business_date SET balances_digest = 'aa' WHERE business_date = 20779",
            kind: .wrongSeal, key: "20779", field: "balances_digest", found: "aa"),
        .init(
            sql: "UPDATE journal_entry SET narrative = 'other' WHERE entry_id = 2",
            kind: .wrongSeal, key: "20778", field: "tree_root"),
        .init(
            sql: "UPDATE journal_entry SET recorded_at = recorded_at + 1 WHERE entry_id = 3",
            kind: .wrongSeal, key: "20779", field: "tree_root"),
        .init(
            sql: "DELETE FROM account_day WHERE business_date = 20778 AND account_id = 4",
            kind: .wrongSeal, key: "20778", field: "balances_digest"),
        .init(
            sql: "UPDATE business_date SET tree_size = NULL WHERE business_date = 20778",
            kind: .damagedValue, key: "20778", field: "tree_size", expected: "integer",
            found: "null"),
        .init(
            sql: "UPDATE business_date SET entry_count = 4 WHERE state = 'open'",
            kind: .wrongDateState, key: "20780", field: "entry_count"),
        .init(
            sql: "INSERT INTO business_date (business_date, state, opened_at) "
                + "VALUES (20790, 'open', 0)",
            kind: .wrongDateState, key: "20780", field: "state", found: "open"),
    ]
}
