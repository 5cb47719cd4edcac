/// The journal's tables and guards.
///
/// `posting` holds the lines of posted money only, so that every sum over it is one of posted
/// money; the lines of pending entries are in `pending_posting`. Rows that belong to an entry are
/// written before it; the tree head at the end of each batch refuses rows that were left without.
///
/// Guards are few and large where entries are inserted: SQLite sets up each trigger anew for each
/// row, also when its condition then keeps it from running. What refuses a posting fails rather
/// than aborts, which for one row is the same, so that SQLite need not be able to undo half a
/// statement; of a statement of several rows those before the refused one stay, each of them sound.
///
/// `phase` tells what an entry does: 0 is posted at once, 1 is pending, 2 posts a pending entry
/// wholly or in part, 3 voids one, 4 reverses what 0 or 2 posted. `original_entry_id` is the
/// entry that 2, 3 and 4 act on; it is unique, so that each entry is acted on at most once.
extension LedgerSchema {
    static let journal = """
        CREATE TABLE journal_entry (
            entry_id INTEGER PRIMARY KEY,
            business_date INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            narrative TEXT NOT NULL,
            source_id INTEGER,
            phase INTEGER NOT NULL CHECK (phase BETWEEN 0 AND 4),
            original_entry_id INTEGER REFERENCES journal_entry,
            original_date INTEGER,
            CHECK ((phase >= 2) = (original_entry_id IS NOT NULL)),
            CHECK ((phase >= 2) = (original_date IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX journal_entry_acted_on_once ON journal_entry (original_entry_id)
        WHERE original_entry_id IS NOT NULL;

        CREATE TABLE posting (
            entry_id INTEGER NOT NULL ON CONFLICT FAIL,
            line INTEGER NOT NULL ON CONFLICT FAIL,
            account_id INTEGER NOT NULL ON CONFLICT FAIL,
            amount INTEGER NOT NULL ON CONFLICT FAIL,
            currency INTEGER NOT NULL ON CONFLICT FAIL,
            PRIMARY KEY (entry_id, line) ON CONFLICT FAIL
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER posting_precedes_entry BEFORE INSERT ON posting
        WHEN NEW.amount = 0 OR NEW.entry_id IS NOT
            ifnull((SELECT entry_id FROM journal_entry ORDER BY entry_id DESC LIMIT 1), 0) + 1
        BEGIN
            SELECT CASE WHEN NEW.amount = 0 THEN RAISE(FAIL, 'a posting has an amount') END;
            SELECT RAISE(FAIL, 'a posting belongs to the next entry');
        END;
        CREATE TRIGGER posting_kept BEFORE DELETE ON posting
        BEGIN SELECT RAISE(ABORT, 'a posting is never deleted'); END;
        CREATE TRIGGER posting_fixed BEFORE UPDATE ON posting
        BEGIN SELECT RAISE(ABORT, 'a posting is never changed'); END;

        """

    static let entryGuards = """
        CREATE TRIGGER journal_entry_kept BEFORE DELETE ON journal_entry
        BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;
        CREATE TRIGGER journal_entry_fixed BEFORE UPDATE ON journal_entry
        BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;

        CREATE TRIGGER journal_entry_balanced BEFORE INSERT ON journal_entry
        BEGIN
            SELECT CASE
                WHEN NEW.entry_id IS NOT ifnull(
                    (SELECT entry_id FROM journal_entry ORDER BY entry_id DESC LIMIT 1), 0) + 1
                THEN RAISE(ABORT, 'entry numbers have no gaps')
                WHEN (SELECT state FROM business_date WHERE business_date = NEW.business_date)
                    IS NOT 'open'
                THEN RAISE(ABORT, 'the business date is not open')
                WHEN NEW.phase = 1 OR NEW.phase = 3 THEN NULL
                WHEN count(*) < 2 THEN RAISE(ABORT, 'an entry has two or more postings')
                WHEN sum(a.currency IS NOT p.currency) > 0
                THEN RAISE(ABORT, 'a posting has an account, and its currency')
                WHEN min(p.currency) = max(p.currency) THEN
                    CASE WHEN sum(p.amount) <> 0 THEN RAISE(ABORT, 'an entry must balance') END
                WHEN EXISTS (
                    SELECT 1 FROM posting WHERE entry_id = NEW.entry_id
                    GROUP BY currency HAVING sum(amount) <> 0)
                THEN RAISE(ABORT, 'an entry must balance in each currency')
            END
            FROM posting p LEFT JOIN ledger_account a ON a.account_id = p.account_id
            WHERE p.entry_id = NEW.entry_id;
        END;

        CREATE TRIGGER journal_entry_acts BEFORE INSERT ON journal_entry
        WHEN NEW.phase > 0
        BEGIN
            SELECT CASE
                WHEN EXISTS (SELECT 1 FROM journal_entry
                    WHERE original_entry_id = NEW.original_entry_id)
                THEN RAISE(ABORT, 'an entry is acted on once')
                WHEN NOT EXISTS (SELECT 1 FROM journal_entry
                    WHERE entry_id = NEW.original_entry_id AND business_date = NEW.original_date)
                THEN RAISE(ABORT, 'the original entry and its date must exist')
                WHEN NEW.phase <> 4 AND (SELECT phase FROM journal_entry
                    WHERE entry_id = NEW.original_entry_id) <> 1
                THEN RAISE(ABORT, 'only a pending entry is posted or voided')
                WHEN NEW.phase = 4 AND (SELECT phase FROM journal_entry
                    WHERE entry_id = NEW.original_entry_id) NOT IN (0, 2)
                THEN RAISE(ABORT, 'only a posted entry is reversed')
            END
            WHERE NEW.phase >= 2;
            SELECT RAISE(ABORT, 'no more is posted than was pending')
            WHERE NEW.phase = 2 AND EXISTS (
                SELECT 1 FROM (
                    SELECT account_id, amount > 0 AS is_debit, sum(abs(amount)) AS total
                    FROM posting WHERE entry_id = NEW.entry_id GROUP BY account_id, amount > 0
                ) p WHERE p.total > (
                    SELECT ifnull(sum(abs(q.amount)), 0) FROM pending_posting q
                    WHERE q.entry_id = NEW.original_entry_id AND q.account_id = p.account_id
                        AND (q.amount > 0) = p.is_debit));
            SELECT RAISE(ABORT, 'an entry that voids has no postings')
            WHERE NEW.phase = 3 AND EXISTS (SELECT 1 FROM posting WHERE entry_id = NEW.entry_id);
            SELECT RAISE(ABORT, 'a reversal is the exact inverse')
            WHERE NEW.phase = 4 AND (EXISTS (
                SELECT line, account_id, amount, currency FROM posting
                WHERE entry_id = NEW.entry_id
                EXCEPT SELECT line, account_id, -amount, currency FROM posting
                WHERE entry_id = NEW.original_entry_id
            ) OR (SELECT count(*) FROM posting WHERE entry_id = NEW.entry_id) <>
                (SELECT count(*) FROM posting WHERE entry_id = NEW.original_entry_id));
            SELECT CASE
                WHEN NEW.phase <> 1 THEN NULL
                WHEN NOT EXISTS (SELECT 1 FROM pending_entry WHERE entry_id = NEW.entry_id)
                    OR EXISTS (SELECT 1 FROM posting WHERE entry_id = NEW.entry_id)
                THEN RAISE(ABORT, 'a pending entry has pending postings only')
                WHEN count(*) < 2 THEN RAISE(ABORT, 'an entry has two or more postings')
                WHEN sum(a.currency IS NOT p.currency) > 0
                THEN RAISE(ABORT, 'a posting has an account, and its currency')
                WHEN EXISTS (
                    SELECT 1 FROM pending_posting WHERE entry_id = NEW.entry_id
                    GROUP BY currency HAVING sum(amount) <> 0)
                THEN RAISE(ABORT, 'an entry must balance in each currency')
            END
            FROM pending_posting p LEFT JOIN ledger_account a ON a.account_id = p.account_id
            WHERE p.entry_id = NEW.entry_id;
        END;

        """

    static let pendings = """
        CREATE TABLE pending_posting (
            entry_id INTEGER NOT NULL,
            line INTEGER NOT NULL,
            account_id INTEGER NOT NULL,
            amount INTEGER NOT NULL CHECK (amount <> 0),
            currency INTEGER NOT NULL,
            PRIMARY KEY (entry_id, line)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER pending_posting_precedes_entry BEFORE INSERT ON pending_posting
        WHEN NEW.entry_id IS NOT (SELECT ifnull(max(entry_id), 0) + 1 FROM journal_entry)
        BEGIN SELECT RAISE(ABORT, 'a posting belongs to the next entry'); END;
        CREATE TRIGGER pending_posting_kept BEFORE DELETE ON pending_posting
        BEGIN SELECT RAISE(ABORT, 'a posting is never deleted'); END;
        CREATE TRIGGER pending_posting_fixed BEFORE UPDATE ON pending_posting
        BEGIN SELECT RAISE(ABORT, 'a posting is never changed'); END;

        CREATE TABLE pending_entry (
            entry_id INTEGER PRIMARY KEY,
            expires_at INTEGER,
            resolved_by INTEGER REFERENCES journal_entry
        ) STRICT;
        CREATE INDEX pending_entry_due ON pending_entry (expires_at)
        WHERE resolved_by IS NULL AND expires_at IS NOT NULL;
        CREATE TRIGGER pending_entry_precedes_entry BEFORE INSERT ON pending_entry
        WHEN NEW.resolved_by IS NOT NULL OR NEW.entry_id IS NOT
            (SELECT ifnull(max(entry_id), 0) + 1 FROM journal_entry)
        BEGIN SELECT RAISE(ABORT, 'a pending entry starts unresolved, as the next entry'); END;
        CREATE TRIGGER pending_entry_kept BEFORE DELETE ON pending_entry
        BEGIN SELECT RAISE(ABORT, 'a pending entry is never deleted'); END;
        CREATE TRIGGER pending_entry_resolved_once BEFORE UPDATE ON pending_entry
        WHEN OLD.resolved_by IS NOT NULL OR NEW.entry_id <> OLD.entry_id
            OR NEW.expires_at IS NOT OLD.expires_at
            OR NOT EXISTS (SELECT 1 FROM journal_entry
                WHERE entry_id = NEW.resolved_by AND original_entry_id = OLD.entry_id)
        BEGIN SELECT RAISE(ABORT, 'a pending entry is resolved once, by its entry'); END;

        CREATE TRIGGER journal_entry_resolves AFTER INSERT ON journal_entry
        WHEN NEW.phase = 2 OR NEW.phase = 3
        BEGIN
            UPDATE pending_entry SET resolved_by = NEW.entry_id
            WHERE entry_id = NEW.original_entry_id;
        END;

        """
}
