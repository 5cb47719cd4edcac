/// The tables of partners that book each transaction at once, and of what they were asked.
extension AgencySchema {
    // A call stands beside its transaction; an item of a basket has no key of its own. `cash_fen` is
    // what the transaction moves in the till, below zero when it pays out. Cash that came in for a
    // call that was not answered is in the partner's suspense account, from `suspense_entry_id` until
    // the transaction is posted or returned. What an answer that came late owes to a customer is put
    // there by the transaction's own entry, until it is paid out. The call that changes a ticket stands
    // beside its sale; `refund_serial` is the refund of the old ticket, which ends with it, and
    // `cash_fen` is the difference of both.
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
            changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE TRIGGER partner_gateway_kept BEFORE DELETE ON partner_gateway
        BEGIN SELECT RAISE(ABORT, 'a gateway is changed, never deleted'); END;
        CREATE TRIGGER partner_gateway_fixed BEFORE UPDATE ON partner_gateway
        WHEN NEW.partner_id <> OLD.partner_id
        BEGIN SELECT RAISE(ABORT, 'a gateway keeps its partner'); END;
        CREATE TABLE partner_call (
            serial INTEGER PRIMARY KEY REFERENCES service_transaction,
            act TEXT NOT NULL CHECK (act IN ('post', 'undo')),
            state TEXT NOT NULL CHECK (state IN ('posting', 'unknown', 'reversing', 'disputed',
                'booked', 'refused', 'reversed')),
            key TEXT,
            credential INTEGER,
            refund_serial INTEGER UNIQUE REFERENCES service_transaction,
            cash_fen INTEGER NOT NULL,
            pending_entry_id INTEGER UNIQUE REFERENCES journal_entry,
            suspense_entry_id INTEGER UNIQUE REFERENCES journal_entry,
            return_entry_id INTEGER UNIQUE REFERENCES journal_entry,
            return_shift_id INTEGER REFERENCES shift,
            token TEXT NOT NULL DEFAULT '',
            reason TEXT NOT NULL DEFAULT '',
            booked_fen INTEGER,
            attempt_count INTEGER NOT NULL DEFAULT 0,
            asked_at INTEGER NOT NULL,
            UNIQUE (key, credential),
            CHECK ((key IS NULL) = (credential IS NULL)),
            CHECK ((return_entry_id IS NULL) = (return_shift_id IS NULL)),
            CHECK (return_entry_id IS NULL OR suspense_entry_id IS NOT NULL),
            CHECK (suspense_entry_id IS NULL OR cash_fen <> 0),
            CHECK (NOT (state IN ('unknown', 'reversing', 'disputed', 'reversed'))
                OR cash_fen <= 0 OR suspense_entry_id IS NOT NULL)
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
            OR (NEW.key IS NULL) IS NOT (SELECT x.basket_serial IS NOT NULL
                FROM service_transaction x WHERE x.serial = NEW.serial)
            OR (NEW.act = 'undo') IS NOT (SELECT x.correction IS 'void'
                FROM service_transaction x WHERE x.serial = NEW.serial)
            OR NEW.refund_serial IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM service_transaction x, service_transaction r
                WHERE x.serial = NEW.serial AND r.serial = NEW.refund_serial
                    AND x.kind = 'ticket_sale' AND x.original_serial IS NULL
                    AND r.kind = 'ticket_sale' AND r.original_serial IS NOT NULL
                    AND r.status = 'pending' AND NEW.cash_fen
                        = x.amount_fen + x.fee_fen + r.amount_fen + r.fee_fen)
        BEGIN SELECT RAISE(ABORT, 'a call begins beside its pending transaction'); END;
        CREATE TRIGGER partner_call_refund BEFORE UPDATE ON partner_call
        WHEN NEW.refund_serial IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM service_transaction x, service_transaction r
            WHERE x.serial = NEW.serial AND r.serial = NEW.refund_serial
                AND r.status = CASE x.status WHEN 'return_due' THEN 'reversed'
                    WHEN 'returned' THEN 'reversed' ELSE x.status END)
        BEGIN SELECT RAISE(ABORT, 'a changed ticket''s sale and refund end as one'); END;
        CREATE TRIGGER partner_call_steps BEFORE UPDATE ON partner_call
        WHEN NEW.serial <> OLD.serial OR NEW.act <> OLD.act OR NEW.key IS NOT OLD.key
            OR NEW.credential IS NOT OLD.credential OR NEW.cash_fen <> OLD.cash_fen
            OR NEW.refund_serial IS NOT OLD.refund_serial
            OR NEW.pending_entry_id IS NOT OLD.pending_entry_id
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
