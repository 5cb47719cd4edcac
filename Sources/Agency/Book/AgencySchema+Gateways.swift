/// The tables of partners that book each transaction at once, and of what they were asked.
extension AgencySchema {
    // A call stands beside its transaction. Cash of a call that was not answered is in the
    // partner's suspense account, from `suspense_entry_id` until the transaction is posted or
    // returned.
    static let gateways = """
        CREATE TABLE partner_gateway (
            partner_id INTEGER PRIMARY KEY REFERENCES partner,
            base_url TEXT NOT NULL,
            key_id TEXT NOT NULL,
            sealed_key BLOB NOT NULL,
            certificate_path TEXT,
            connect_milliseconds INTEGER NOT NULL,
            answer_milliseconds INTEGER NOT NULL,
            thread_count INTEGER NOT NULL,
            queue_length INTEGER NOT NULL,
            failures_to_open INTEGER NOT NULL,
            open_milliseconds INTEGER NOT NULL,
            suspense_account_id INTEGER NOT NULL UNIQUE REFERENCES ledger_account,
            changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE TRIGGER partner_gateway_kept BEFORE DELETE ON partner_gateway
        BEGIN SELECT RAISE(ABORT, 'a gateway is changed, never deleted'); END;
        CREATE TRIGGER partner_gateway_fixed BEFORE UPDATE ON partner_gateway
        WHEN NEW.partner_id <> OLD.partner_id OR NEW.suspense_account_id <> OLD.suspense_account_id
        BEGIN SELECT RAISE(ABORT, 'a gateway keeps its partner and suspense account'); END;
        CREATE TABLE partner_call (
            serial INTEGER PRIMARY KEY REFERENCES service_transaction,
            state TEXT NOT NULL CHECK (state IN ('posting', 'unknown', 'reversing', 'disputed',
                'booked', 'refused', 'reversed')),
            key TEXT NOT NULL,
            credential INTEGER NOT NULL,
            biller_reference TEXT NOT NULL,
            pending_entry_id INTEGER NOT NULL UNIQUE REFERENCES journal_entry,
            suspense_entry_id INTEGER UNIQUE REFERENCES journal_entry,
            return_entry_id INTEGER UNIQUE REFERENCES journal_entry,
            return_shift_id INTEGER REFERENCES shift,
            token TEXT NOT NULL DEFAULT '',
            reason TEXT NOT NULL DEFAULT '',
            booked_fen INTEGER,
            attempt_count INTEGER NOT NULL DEFAULT 0,
            asked_at INTEGER NOT NULL,
            UNIQUE (key, credential),
            CHECK ((return_entry_id IS NULL) = (return_shift_id IS NULL)),
            CHECK (return_entry_id IS NULL OR suspense_entry_id IS NOT NULL),
            CHECK (NOT (state IN ('unknown', 'reversing', 'disputed', 'reversed'))
                OR suspense_entry_id IS NOT NULL)
        ) STRICT;
        CREATE INDEX partner_call_open ON partner_call (serial)
        WHERE state IN ('posting', 'unknown', 'reversing', 'disputed');
        CREATE INDEX partner_call_suspended ON partner_call (serial)
        WHERE suspense_entry_id IS NOT NULL;
        CREATE TRIGGER partner_call_kept BEFORE DELETE ON partner_call
        BEGIN SELECT RAISE(ABORT, 'a call to a partner is never deleted'); END;
        CREATE TRIGGER partner_call_new BEFORE INSERT ON partner_call
        WHEN NEW.state <> 'posting' OR NEW.suspense_entry_id IS NOT NULL
            OR NEW.return_entry_id IS NOT NULL
            OR (SELECT status FROM service_transaction WHERE serial = NEW.serial)
                IS NOT 'pending'
        BEGIN SELECT RAISE(ABORT, 'a call begins beside its pending transaction'); END;
        CREATE TRIGGER partner_call_steps BEFORE UPDATE ON partner_call
        WHEN NEW.serial <> OLD.serial OR NEW.key <> OLD.key OR NEW.credential <> OLD.credential
            OR NEW.biller_reference <> OLD.biller_reference
            OR NEW.pending_entry_id <> OLD.pending_entry_id
            OR OLD.suspense_entry_id IS NOT NULL
                AND NEW.suspense_entry_id IS NOT OLD.suspense_entry_id
            OR OLD.return_entry_id IS NOT NULL
            OR NOT (NEW.state = OLD.state
                OR OLD.state = 'posting' AND NEW.state IN ('booked', 'refused', 'unknown',
                    'disputed')
                OR OLD.state = 'unknown' AND NEW.state IN ('booked', 'refused', 'reversing',
                    'disputed', 'reversed')
                OR OLD.state = 'reversing' AND NEW.state IN ('reversed', 'unknown')
                OR OLD.state = 'disputed' AND NEW.state IN ('booked', 'refused', 'reversing',
                    'reversed'))
        BEGIN SELECT RAISE(ABORT, 'a call to a partner goes its way and never back'); END;

        """
}
