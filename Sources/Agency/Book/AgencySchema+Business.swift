/// The tables of what is done at the counter and after it.
extension AgencySchema {
    // One row for each service rendered; its serial number grows with time. Checks and indices on
    // the hot path name no IN list, for SQLite builds a temporary table for it at each row; and one
    // trigger holds all that is asked of a new row, for each trigger is set up anew for each row.
    //
    // A void or a refund is a row of its own, of the same kind, with the amounts negated; one that its
    // partner refused is no correction, and another may follow. The final
    // date is the business date on which money moved for good, or was found not to move: it is the
    // date of the settlement file that tells of the row.
    static let transactions = """
        CREATE TABLE service_transaction (
            serial INTEGER PRIMARY KEY,
            business_date INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            shift_id INTEGER NOT NULL REFERENCES shift,
            product_id INTEGER NOT NULL REFERENCES product,
            contract_id INTEGER NOT NULL REFERENCES contract,
            kind TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status = 'posted' OR status = 'pending'
                OR status = 'authorised' OR status = 'unknown' OR status = 'return_due'
                OR status = 'declined' OR status = 'reversed' OR status = 'returned'),
            account_reference TEXT NOT NULL,
            partner_reference TEXT NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
            fee_fen INTEGER NOT NULL,
            commission_fen INTEGER NOT NULL,
            receipt_number INTEGER NOT NULL,
            entry_id INTEGER,
            final_date INTEGER,
            basket_serial INTEGER,
            original_serial INTEGER,
            original_item INTEGER,
            correction TEXT CHECK (correction = 'void' OR correction = 'refund'),
            CHECK (CASE WHEN status = 'posted' THEN entry_id IS NOT NULL
                OR kind = 'transfer' AND fee_fen = 0 AND commission_fen = 0
                ELSE entry_id IS NULL END),
            CHECK ((status = 'pending' OR status = 'authorised' OR status = 'unknown'
                OR status = 'return_due') = (final_date IS NULL)),
            CHECK ((amount_fen < 0) = (original_serial IS NOT NULL)),
            CHECK ((correction IS NULL) = (original_serial IS NULL)),
            CHECK ((original_item IS NULL) = (original_serial IS NULL)),
            CHECK (CASE WHEN amount_fen > 0 THEN fee_fen >= 0 AND commission_fen >= 0
                ELSE fee_fen <= 0 AND commission_fen <= 0 END)
        ) STRICT;
        CREATE INDEX service_transaction_unfinished ON service_transaction (shift_id)
        WHERE final_date IS NULL;
        CREATE INDEX service_transaction_late ON service_transaction (final_date)
        WHERE final_date <> business_date;
        CREATE INDEX service_transaction_corrected
        ON service_transaction (original_serial, original_item)
        WHERE original_serial IS NOT NULL;
        CREATE TRIGGER service_transaction_kept BEFORE DELETE ON service_transaction
        BEGIN SELECT RAISE(ABORT, 'a transaction is never deleted'); END;
        CREATE TRIGGER service_transaction_final BEFORE UPDATE ON service_transaction
        WHEN OLD.status IN ('posted', 'declined', 'reversed', 'returned')
            OR NEW.serial <> OLD.serial OR NEW.amount_fen <> OLD.amount_fen
            OR NEW.business_date <> OLD.business_date OR NEW.kind <> OLD.kind
            OR NEW.product_id <> OLD.product_id OR NEW.shift_id <> OLD.shift_id
            OR NEW.contract_id <> OLD.contract_id
            OR NEW.fee_fen <> OLD.fee_fen OR NEW.commission_fen <> OLD.commission_fen
            OR NEW.receipt_number <> OLD.receipt_number
            OR NEW.account_reference <> OLD.account_reference
            OR NEW.basket_serial IS NOT OLD.basket_serial
            OR NEW.original_serial IS NOT OLD.original_serial
            OR NEW.original_item IS NOT OLD.original_item
            OR NEW.correction IS NOT OLD.correction
        BEGIN SELECT RAISE(ABORT, 'a finished transaction is never changed'); END;
        CREATE TRIGGER service_transaction_new BEFORE INSERT ON service_transaction
        WHEN NEW.original_serial IS NOT NULL OR NEW.serial <=
            (SELECT serial FROM service_transaction ORDER BY serial DESC LIMIT 1)
        BEGIN
            SELECT CASE
                WHEN NEW.serial <= (SELECT max(serial) FROM service_transaction)
                THEN RAISE(ABORT, 'serial numbers only grow')
                WHEN NOT EXISTS (
                    SELECT 1 FROM service_transaction x WHERE x.serial = NEW.original_serial
                        AND x.status = 'posted' AND x.original_serial IS NULL
                        AND x.kind = NEW.kind AND x.contract_id = NEW.contract_id)
                THEN RAISE(ABORT, 'a correction is of a posted transaction of its kind')
                WHEN EXISTS (
                    SELECT 1 FROM service_transaction x
                    WHERE x.original_serial = NEW.original_serial
                        AND (x.original_item = NEW.original_item OR x.original_item = 0
                            OR NEW.original_item = 0)
                        AND x.status <> 'declined' AND x.status <> 'reversed')
                THEN RAISE(ABORT, 'the whole is taken back once, or its items are')
                WHEN NEW.status = 'posted'
                    AND (NEW.kind = 'remittance' OR NEW.kind = 'bill_payment' AND EXISTS (
                        SELECT 1 FROM partner_call c WHERE c.serial = NEW.original_serial
                            AND c.state = 'booked'))
                THEN RAISE(ABORT, 'what a partner has booked it takes back before money does')
            END;
        END;

        """

    static let closing = """
        CREATE TABLE day_revenue (
            business_date INTEGER NOT NULL,
            station_id INTEGER NOT NULL REFERENCES station,
            product_id INTEGER NOT NULL REFERENCES product,
            staff_id INTEGER NOT NULL REFERENCES staff_member,
            transaction_count INTEGER NOT NULL,
            amount_fen INTEGER NOT NULL,
            fee_fen INTEGER NOT NULL,
            commission_fen INTEGER NOT NULL,
            operator_fen INTEGER NOT NULL,
            village_fen INTEGER NOT NULL,
            town_fen INTEGER NOT NULL,
            district_fen INTEGER NOT NULL,
            PRIMARY KEY (business_date, station_id, product_id, staff_id),
            CHECK (operator_fen + village_fen + town_fen + district_fen = commission_fen)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER day_revenue_new BEFORE INSERT ON day_revenue
        WHEN (SELECT state FROM business_date WHERE business_date = NEW.business_date)
            IS NOT 'open'
        BEGIN SELECT RAISE(ABORT, 'the business date is not open'); END;
        CREATE TRIGGER day_revenue_kept BEFORE DELETE ON day_revenue
        BEGIN SELECT RAISE(ABORT, 'the revenue of a closed day is never deleted'); END;
        CREATE TRIGGER day_revenue_fixed BEFORE UPDATE ON day_revenue
        BEGIN SELECT RAISE(ABORT, 'the revenue of a closed day is never changed'); END;
        CREATE TABLE settlement_file (
            file_id INTEGER PRIMARY KEY,
            partner_id INTEGER NOT NULL REFERENCES partner,
            business_date INTEGER NOT NULL REFERENCES business_date,
            sequence INTEGER NOT NULL,
            key_id TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            first_serial INTEGER NOT NULL,
            last_serial INTEGER NOT NULL,
            name TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL CHECK (state IN ('assigned', 'released')),
            digest TEXT,
            mac TEXT,
            detail_count INTEGER,
            net_fen INTEGER,
            released_at INTEGER,
            UNIQUE (partner_id, sequence),
            CHECK ((state = 'released') = (digest IS NOT NULL))
        ) STRICT;
        CREATE TRIGGER settlement_file_new BEFORE INSERT ON settlement_file
        WHEN NEW.state <> 'assigned' OR EXISTS (
            SELECT 1 FROM settlement_file f WHERE f.file_id = NEW.file_id OR f.name = NEW.name
                OR (f.partner_id = NEW.partner_id AND f.sequence >= NEW.sequence))
        BEGIN SELECT RAISE(ABORT, 'a settlement file is assigned once, in sequence'); END;
        CREATE TRIGGER settlement_file_signed BEFORE INSERT ON settlement_file
        WHEN NOT EXISTS (SELECT 1 FROM settlement_key k WHERE k.partner_id = NEW.partner_id
            AND k.key_id = NEW.key_id AND k.direction = 'out'
            AND (k.retired_at IS NULL OR k.retired_at > NEW.created_at))
        BEGIN SELECT RAISE(ABORT, 'a settlement file is signed with a key that is valid'); END;
        CREATE TRIGGER settlement_file_kept BEFORE DELETE ON settlement_file
        BEGIN SELECT RAISE(ABORT, 'a settlement file is never withdrawn'); END;
        CREATE TRIGGER settlement_file_released BEFORE UPDATE ON settlement_file
        WHEN OLD.state = 'released'
        BEGIN SELECT RAISE(ABORT, 'a released settlement file is never changed'); END;

        """
}
