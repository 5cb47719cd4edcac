import SQL

/// The ledger's part of the schema.
///
/// The guards live in the database, so that they hold for whoever opens the file: postings are
/// written first and their entry last, and the entry's insertion checks that they balance.
///
/// `INSERT OR REPLACE` removes the row in its way without firing its `DELETE` triggers; so every
/// insertion that would meet a row is refused by an `INSERT` trigger, which nothing passes by.
public enum LedgerSchema {
    /// The ledger's migrations, in order.
    public static let migrations = [
        Migration(
            name: "0001-ledger",
            sql: accounts + dates + journal + entryGuards + pendings + balances + tree)
    ]

    private static let accounts = """
        CREATE TABLE ledger_account (
            account_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            type TEXT NOT NULL
                CHECK (type IN ('asset', 'liability', 'equity', 'income', 'expense')),
            currency INTEGER NOT NULL,
            balance_limit TEXT NOT NULL CHECK (balance_limit IN
                ('none', 'debits_within_credits', 'credits_within_debits'))
        ) STRICT;
        CREATE TRIGGER ledger_account_new BEFORE INSERT ON ledger_account
        WHEN EXISTS (SELECT 1 FROM ledger_account
            WHERE account_id = NEW.account_id OR code = NEW.code)
        BEGIN SELECT RAISE(ABORT, 'an account is never replaced'); END;
        CREATE TRIGGER ledger_account_kept BEFORE DELETE ON ledger_account
        BEGIN SELECT RAISE(ABORT, 'an account is never deleted'); END;
        CREATE TRIGGER ledger_account_fixed
        BEFORE UPDATE OF account_id, code, type, currency, balance_limit ON ledger_account
        BEGIN SELECT RAISE(ABORT, 'an account is never changed, but for its name'); END;

        """

    private static let dates = """
        CREATE TABLE business_date (
            business_date INTEGER PRIMARY KEY,
            state TEXT NOT NULL CHECK (state IN ('open', 'sealed')),
            opened_at INTEGER NOT NULL,
            sealed_at INTEGER,
            entry_count INTEGER,
            tree_size INTEGER,
            tree_root TEXT,
            balances_digest TEXT,
            CHECK ((state = 'sealed') = (sealed_at IS NOT NULL)),
            CHECK ((state = 'sealed') = (tree_size IS NOT NULL)),
            CHECK ((state = 'sealed') = (tree_root IS NOT NULL)),
            CHECK ((state = 'sealed') = (balances_digest IS NOT NULL)),
            CHECK ((state = 'sealed') = (entry_count IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX business_date_one_open ON business_date (state) WHERE state = 'open';
        CREATE TRIGGER business_date_kept BEFORE DELETE ON business_date
        BEGIN SELECT RAISE(ABORT, 'a business date is never deleted'); END;
        CREATE TRIGGER business_date_sealed BEFORE UPDATE ON business_date
        WHEN OLD.state = 'sealed' OR NEW.business_date <> OLD.business_date
        BEGIN SELECT RAISE(ABORT, 'a sealed business date is closed for good'); END;
        CREATE TRIGGER business_date_seals_all BEFORE UPDATE ON business_date
        WHEN NEW.state = 'sealed' AND NEW.tree_size IS NOT
            (SELECT ifnull(max(entry_id), 0) FROM journal_entry)
        BEGIN SELECT RAISE(ABORT, 'a seal covers every entry'); END;
        CREATE TRIGGER business_date_ascends BEFORE INSERT ON business_date
        WHEN NEW.business_date <= (SELECT max(business_date) FROM business_date)
        BEGIN SELECT RAISE(ABORT, 'a business date must follow the last one'); END;
        CREATE TRIGGER business_date_starts_open BEFORE INSERT ON business_date
        WHEN NEW.state <> 'open' OR EXISTS (SELECT 1 FROM business_date WHERE state = 'open')
        BEGIN SELECT RAISE(ABORT, 'one business date is open at a time'); END;

        """

    // `account_balance` holds the totals of all time and of the latest date on which the account
    // changed, in one row, so that a posting costs one row; sealing copies the date's part to
    // `account_day`. Pending totals are of the entries that are neither posted nor voided.
    private static let balances = """
        CREATE TABLE account_balance (
            account_id INTEGER PRIMARY KEY REFERENCES ledger_account,
            debits INTEGER NOT NULL,
            credits INTEGER NOT NULL,
            pending_debits INTEGER NOT NULL,
            pending_credits INTEGER NOT NULL,
            latest_date INTEGER NOT NULL,
            date_debits INTEGER NOT NULL,
            date_credits INTEGER NOT NULL
        ) STRICT;
        CREATE TRIGGER account_balance_new BEFORE INSERT ON account_balance
        WHEN EXISTS (SELECT 1 FROM account_balance WHERE account_id = NEW.account_id)
        BEGIN SELECT RAISE(ABORT, 'the balance of an account is never replaced'); END;
        CREATE TRIGGER account_balance_kept BEFORE DELETE ON account_balance
        BEGIN SELECT RAISE(ABORT, 'the balance of an account is never deleted'); END;
        CREATE TABLE account_day (
            business_date INTEGER NOT NULL REFERENCES business_date,
            account_id INTEGER NOT NULL REFERENCES ledger_account,
            debits INTEGER NOT NULL,
            credits INTEGER NOT NULL,
            closing_debits INTEGER NOT NULL,
            closing_credits INTEGER NOT NULL,
            closing_pending_debits INTEGER NOT NULL,
            closing_pending_credits INTEGER NOT NULL,
            PRIMARY KEY (business_date, account_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX account_day_of_account ON account_day (account_id, business_date);
        CREATE TRIGGER account_day_kept BEFORE DELETE ON account_day
        BEGIN SELECT RAISE(ABORT, 'the totals of a sealed date are never deleted'); END;
        CREATE TRIGGER account_day_fixed BEFORE UPDATE ON account_day
        BEGIN SELECT RAISE(ABORT, 'the totals of a sealed date are never changed'); END;
        CREATE TRIGGER account_day_open BEFORE INSERT ON account_day
        WHEN (SELECT state FROM business_date WHERE business_date = NEW.business_date)
            IS NOT 'open'
        BEGIN SELECT RAISE(ABORT, 'the business date is not open'); END;

        """
}
