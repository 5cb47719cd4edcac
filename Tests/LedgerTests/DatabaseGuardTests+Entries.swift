/// Attacks on entries, on what they act on, and on what is kept of dates and accounts.
extension DatabaseGuardTests {
    static let entryAttacks: [Attack] = [
        .init(
            name: "change an entry", sql: "UPDATE journal_entry SET narrative = 'x'",
            refusal: "an entry is never changed"),
        .init(
            name: "change an entry, replacing",
            sql: "UPDATE OR REPLACE journal_entry SET entry_id = 1 WHERE entry_id = 2",
            refusal: "an entry is never changed"),
        .init(
            name: "delete an entry", sql: "DELETE FROM journal_entry WHERE entry_id = 5",
            refusal: "an entry is never deleted"),
        .init(
            name: "replace an entry", sql: entry(5, verb: "INSERT OR REPLACE"),
            refusal: "entry numbers have no gaps"),
        .init(
            name: "change a posting", sql: "UPDATE posting SET amount = amount * 2",
            refusal: "a posting is never changed"),
        .init(
            name: "delete postings", sql: "DELETE FROM posting",
            refusal: "a posting is never deleted"),
        .init(
            name: "replace a posting", sql: posting(1, 999, entry: 5, verb: "INSERT OR REPLACE"),
            refusal: "a posting belongs to the next entry"),
        .init(
            name: "add a posting to an entry", sql: posting(3, 1, entry: 5),
            refusal: "a posting belongs to the next entry"),
        .init(
            name: "add a posting to the last entry",
            sql: posting(4, 1, entry: GuardedBook.next - 1),
            refusal: "a posting belongs to the next entry"),
        .init(
            name: "add a posting to an entry after the next",
            sql: posting(1, 1, entry: GuardedBook.next + 1),
            refusal: "a posting belongs to the next entry"),
        .init(
            name: "post an unbalanced entry", sql: posting(1, 9) + posting(2, -8) + entry(),
            refusal: "an entry must balance"),
        .init(
            name: "post an entry that balances only across currencies",
            sql: posting(1, 9) + posting(2, -9, account: 3, currency: 840) + entry(),
            refusal: "an entry must balance in each currency"),
        .init(
            name: "post an entry that balances in one of two currencies",
            sql: pair + posting(3, 5, account: 3, currency: 840)
                + posting(4, -4, account: 4, currency: 840) + entry(),
            refusal: "an entry must balance in each currency"),
        .init(
            name: "post to an account that does not exist",
            sql: posting(1, 9, account: 99) + posting(2, -9) + entry(),
            refusal: "a posting has an account, and its currency"),
        .init(
            name: "hide an imbalance in an account that does not exist",
            sql: pair + posting(3, 999, account: 99) + entry(),
            refusal: "a posting has an account, and its currency"),
        .init(
            name: "post in another currency than the account's",
            sql: posting(1, 9, currency: 840) + posting(2, -9, currency: 840) + entry(),
            refusal: "a posting has an account, and its currency"),
        .init(
            name: "post an entry without postings", sql: entry(),
            refusal: "an entry has two or more postings"),
        .init(
            name: "post an entry of one posting", sql: posting(1, 9) + entry(),
            refusal: "an entry has two or more postings"),
        .init(
            name: "post on a sealed date", sql: pair + entry(date: 20_779),
            refusal: "the business date is not open"),
        .init(
            name: "post on an unknown date", sql: pair + entry(date: 99_999),
            refusal: "the business date is not open"),
        .init(
            name: "leave a gap in the numbers",
            sql: entry(GuardedBook.next + 1, phase: 3, original: GuardedBook.pending),
            refusal: "entry numbers have no gaps"),
        .init(name: "post nothing", sql: posting(1, 0), refusal: "a posting has an amount"),
        .init(
            name: "post in a phase that does not exist",
            sql: pair + entry(phase: 5, original: GuardedBook.pending),
            refusal: "CHECK constraint failed"),
    ]

    static let actionAttacks: [Attack] = [
        .init(
            name: "reverse an entry twice",
            sql: inverse(of: 250) + entry(phase: 4, original: 3, originalDate: 20_779),
            refusal: "an entry is acted on once"),
        .init(
            name: "replace a reversal",
            sql: inverse(of: 250)
                + entry(phase: 4, original: 3, originalDate: 20_779, verb: "INSERT OR REPLACE"),
            refusal: "an entry is acted on once"),
        .init(
            name: "reverse a reversal",
            sql: inverse(of: -250) + entry(phase: 4, original: 4, originalDate: 20_779),
            refusal: "only a posted entry is reversed"),
        .init(
            name: "reverse a pending entry",
            sql: entry(phase: 4, original: GuardedBook.pending),
            refusal: "only a posted entry is reversed"),
        .init(
            name: "reverse a void", sql: entry(phase: 4, original: GuardedBook.voids),
            refusal: "only a posted entry is reversed"),
        .init(
            name: "reverse an entry that does not exist",
            sql: entry(phase: 4, original: 999),
            refusal: "the original entry and its date must exist"),
        .init(
            name: "reverse the entry itself",
            sql: entry(phase: 4, original: GuardedBook.next),
            refusal: "the original entry and its date must exist"),
        .init(
            name: "reverse an entry under another date",
            sql: inverse(of: 150)
                + entry(phase: 4, original: GuardedBook.posts, originalDate: 20_779),
            refusal: "the original entry and its date must exist"),
        .init(
            name: "reverse other amounts",
            sql: posting(1, -151) + posting(2, 151, account: 2)
                + entry(phase: 4, original: GuardedBook.posts),
            refusal: "a reversal is the exact inverse"),
        .init(
            name: "reverse on the same sides",
            sql: posting(1, 150) + posting(2, -150, account: 2)
                + entry(phase: 4, original: GuardedBook.posts),
            refusal: "a reversal is the exact inverse"),
        .init(
            name: "reverse on other accounts",
            sql: posting(1, -150, account: 2) + posting(2, 150)
                + entry(phase: 4, original: GuardedBook.posts),
            refusal: "a reversal is the exact inverse"),
        .init(
            name: "reverse with a line more",
            sql: inverse(of: 150) + posting(3, 5) + posting(4, -5)
                + entry(phase: 4, original: GuardedBook.posts),
            refusal: "a reversal is the exact inverse"),
        .init(
            name: "reverse a part of the lines",
            sql: posting(1, -700) + posting(3, 700, account: 2)
                + entry(phase: 4, original: 2, originalDate: 20_778),
            refusal: "a reversal is the exact inverse"),
        .init(
            name: "reverse without a link", sql: entry(phase: 4),
            refusal: "the original entry and its date must exist"),
        .init(
            name: "link an entry that acts on none", sql: pair + entry(original: 5),
            refusal: "CHECK constraint failed"),
    ]

    static let keptAttacks: [Attack] = [
        .init(
            name: "reopen a sealed date",
            sql: "UPDATE business_date SET state = 'open' WHERE business_date = 20778",
            refusal: "a sealed business date is closed for good"),
        .init(
            name: "change a seal",
            sql: "UPDATE business_date SET tree_root = 'x', tree_size = 262 "
                + "WHERE business_date = 20778",
            refusal: "a sealed business date is closed for good"),
        .init(
            name: "move a date",
            sql: "UPDATE business_date SET business_date = 30000 WHERE business_date = 20780",
            refusal: "a sealed business date is closed for good"),
        .init(
            name: "seal a date over a part of the entries",
            sql: "UPDATE business_date SET state = 'sealed', sealed_at = 0, entry_count = 1, "
                + "tree_size = 5, tree_root = 'x', balances_digest = 'x' "
                + "WHERE business_date = 20780",
            refusal: "a seal covers every entry"),
        .init(
            name: "seal a date without its seal",
            sql: "UPDATE business_date SET state = 'sealed', tree_size = \(GuardedBook.next - 1) "
                + "WHERE business_date = 20780",
            refusal: "CHECK constraint failed"),
        .init(
            name: "delete a date", sql: "DELETE FROM business_date WHERE business_date = 20780",
            refusal: "a business date is never deleted"),
        .init(
            name: "replace a sealed date",
            sql: "INSERT OR REPLACE INTO business_date (business_date, state, opened_at) "
                + "VALUES (20778, 'open', 0)",
            refusal: "business date"),
        .init(
            name: "replace the open date",
            sql: "INSERT OR REPLACE INTO business_date (business_date, state, opened_at, "
                + "sealed_at, entry_count, tree_size, tree_root, balances_digest) "
                + "VALUES (20780, 'sealed', 0, 0, 0, 0, 'x', 'x')",
            refusal: "business date"),
        .init(
            name: "add a date before the last one",
            sql: "UPDATE business_date SET state = 'sealed', sealed_at = 0, entry_count = 1, "
                + "tree_size = \(GuardedBook.next - 1), tree_root = 'x', balances_digest = 'x' "
                + "WHERE business_date = 20780; "
                + "INSERT INTO business_date (business_date, state, opened_at) "
                + "VALUES (20700, 'open', 0)",
            refusal: "a business date must follow the last one"),
        .init(
            name: "replace the open date by a later one",
            sql: "INSERT OR REPLACE INTO business_date (business_date, state, opened_at) "
                + "VALUES (20999, 'open', 0)",
            refusal: "one business date is open at a time"),
        .init(
            name: "change an account's limit",
            sql: "UPDATE ledger_account SET balance_limit = 'none'",
            refusal: "an account is never changed"),
        .init(
            name: "delete an account", sql: "DELETE FROM ledger_account WHERE account_id = 1",
            refusal: "an account is never deleted"),
        .init(
            name: "replace an account by its number",
            sql: "INSERT OR REPLACE INTO ledger_account "
                + "VALUES (1, '1001.X', 'x', 'asset', 156, 'none')",
            refusal: "an account is never replaced"),
        .init(
            name: "replace an account by its code",
            sql: "INSERT OR REPLACE INTO ledger_account "
                + "VALUES (9, '2202.W001', 'x', 'asset', 156, 'none')",
            refusal: "an account is never replaced"),
        .init(
            name: "delete an account's balance", sql: "DELETE FROM account_balance",
            refusal: "the balance of an account is never deleted"),
        .init(
            name: "replace an account's balance",
            sql: "INSERT OR REPLACE INTO account_balance VALUES (1, 0, 0, 0, 0, 0, 0, 0)",
            refusal: "the balance of an account is never replaced"),
        .init(
            name: "change a sealed date's totals", sql: "UPDATE account_day SET debits = 1",
            refusal: "the totals of a sealed date are never changed"),
        .init(
            name: "delete a sealed date's totals", sql: "DELETE FROM account_day",
            refusal: "the totals of a sealed date are never deleted"),
        .init(
            name: "replace a sealed date's totals",
            sql: "INSERT OR REPLACE INTO account_day VALUES (20778, 1, 1, 1, 1, 1, 0, 0)",
            refusal: "the business date is not open"),
    ]
}
