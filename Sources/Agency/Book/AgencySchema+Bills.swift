/// The tables of what is owed to billers and what was paid of it.
extension AgencySchema {
    // What a bill holds is the sum of its payments that stand: those under way count, so that no
    // second one begins; what was declined or given back does not. A void or a refund that makes
    // the bill payable again is a payment of the opposite sign. The late fee in a payment is kept with
    // it, for the bill's own rolls at midnight and a receipt is printed again as it was.
    static let bills = """
        CREATE TABLE bill (
            bill_id INTEGER PRIMARY KEY,
            product_id INTEGER NOT NULL REFERENCES product,
            account_number TEXT NOT NULL,
            period TEXT NOT NULL,
            customer_name TEXT NOT NULL,
            address TEXT NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            late_fee_fen INTEGER NOT NULL CHECK (late_fee_fen >= 0),
            due_date INTEGER NOT NULL,
            biller_reference TEXT NOT NULL DEFAULT '',
            state TEXT NOT NULL DEFAULT 'listed' CHECK (state = 'listed' OR state = 'withdrawn'),
            list_number INTEGER NOT NULL DEFAULT 0,
            list_line INTEGER NOT NULL DEFAULT 0,
            held_fen INTEGER NOT NULL DEFAULT 0 CHECK (held_fen >= 0),
            UNIQUE (product_id, account_number, period)
        ) STRICT;
        CREATE TRIGGER bill_kept BEFORE DELETE ON bill WHEN OLD.held_fen <> 0
        BEGIN SELECT RAISE(ABORT, 'a paid bill is never deleted'); END;
        CREATE TRIGGER bill_whose BEFORE UPDATE ON bill
        WHEN NEW.bill_id <> OLD.bill_id OR NEW.product_id <> OLD.product_id
            OR NEW.account_number <> OLD.account_number OR NEW.period <> OLD.period
        BEGIN SELECT RAISE(ABORT, 'a bill keeps its account and period'); END;
        CREATE TABLE bill_quote (
            quote_id INTEGER PRIMARY KEY,
            bill_id INTEGER NOT NULL REFERENCES bill,
            station_id INTEGER NOT NULL REFERENCES station,
            amount_fen INTEGER NOT NULL,
            fee_fen INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE bill_payment (
            serial INTEGER PRIMARY KEY REFERENCES service_transaction,
            bill_id INTEGER NOT NULL REFERENCES bill,
            amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
            is_released INTEGER NOT NULL DEFAULT 0 CHECK (is_released = 0 OR is_released = 1),
            late_fee_fen INTEGER NOT NULL DEFAULT 0
                CHECK (late_fee_fen BETWEEN min(amount_fen, 0) AND max(amount_fen, 0))
        ) STRICT;
        CREATE INDEX bill_payment_of ON bill_payment (bill_id);
        CREATE TRIGGER bill_payment_kept BEFORE DELETE ON bill_payment
        BEGIN SELECT RAISE(ABORT, 'a payment of a bill is never deleted'); END;
        CREATE TRIGGER bill_payment_new BEFORE INSERT ON bill_payment
        WHEN NEW.is_released <> 0 OR NEW.amount_fen > 0 AND EXISTS (
                SELECT 1 FROM bill b JOIN product d ON d.product_id = b.product_id
                WHERE b.bill_id = NEW.bill_id AND d.payment_rule <> 'advance'
                    AND b.held_fen + NEW.amount_fen > b.amount_fen + b.late_fee_fen)
            OR NEW.late_fee_fen > (SELECT late_fee_fen FROM bill WHERE bill_id = NEW.bill_id)
        BEGIN SELECT RAISE(ABORT, 'a bill is paid once'); END;
        CREATE TRIGGER bill_payment_reopens BEFORE INSERT ON bill_payment
        WHEN NEW.amount_fen < 0 AND NOT EXISTS (
            SELECT 1 FROM service_transaction x
            JOIN bill_payment p ON p.serial = x.original_serial
            WHERE x.serial = NEW.serial AND x.status = 'posted' AND p.bill_id = NEW.bill_id
                AND p.amount_fen = -NEW.amount_fen AND p.late_fee_fen = -NEW.late_fee_fen)
        BEGIN SELECT RAISE(ABORT, 'a bill is reopened by the correction of its payment'); END;
        CREATE TRIGGER bill_payment_holds AFTER INSERT ON bill_payment
        BEGIN UPDATE bill SET held_fen = held_fen + NEW.amount_fen WHERE bill_id = NEW.bill_id; END;
        CREATE TRIGGER bill_payment_fixed BEFORE UPDATE ON bill_payment
        WHEN OLD.is_released <> 0 OR NEW.is_released <> 1 OR NEW.serial <> OLD.serial
            OR NEW.bill_id <> OLD.bill_id OR NEW.amount_fen <> OLD.amount_fen
            OR NEW.late_fee_fen <> OLD.late_fee_fen OR NOT EXISTS (
                SELECT 1 FROM service_transaction x WHERE x.serial = OLD.serial
                    AND (x.status = 'declined' OR x.status = 'returned' OR x.status = 'return_due'))
        BEGIN SELECT RAISE(ABORT, 'a payment of a bill is released when it came to nothing'); END;
        CREATE TRIGGER bill_payment_releases AFTER UPDATE ON bill_payment
        BEGIN UPDATE bill SET held_fen = held_fen - NEW.amount_fen WHERE bill_id = NEW.bill_id; END;

        CREATE TABLE period_payment (
            serial INTEGER NOT NULL REFERENCES service_transaction,
            product_id INTEGER NOT NULL REFERENCES product,
            account_number TEXT NOT NULL,
            period TEXT NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            guard_fen INTEGER NOT NULL CHECK (guard_fen = 0 OR guard_fen = amount_fen),
            is_released INTEGER NOT NULL DEFAULT 0 CHECK (is_released = 0 OR is_released = 1),
            PRIMARY KEY (serial, account_number)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX period_payment_once
        ON period_payment (product_id, account_number, period, guard_fen) WHERE is_released = 0;
        CREATE TRIGGER period_payment_kept BEFORE DELETE ON period_payment
        BEGIN SELECT RAISE(ABORT, 'a paid period is never deleted'); END;
        CREATE TRIGGER period_payment_new BEFORE INSERT ON period_payment
        WHEN NEW.is_released <> 0
        BEGIN SELECT RAISE(ABORT, 'a paid period begins as paid'); END;
        CREATE TRIGGER period_payment_fixed BEFORE UPDATE ON period_payment
        WHEN OLD.is_released <> 0 OR NEW.is_released <> 1 OR NEW.serial <> OLD.serial
            OR NEW.product_id <> OLD.product_id OR NEW.account_number <> OLD.account_number
            OR NEW.period <> OLD.period OR NEW.amount_fen <> OLD.amount_fen
            OR NEW.guard_fen <> OLD.guard_fen OR NOT EXISTS (
                SELECT 1 FROM service_transaction x
                WHERE x.serial = OLD.serial AND (x.status = 'declined' OR x.status = 'returned'
                    OR x.status = 'return_due')
                    OR x.original_serial = OLD.serial AND x.status = 'posted')
        BEGIN SELECT RAISE(ABORT, 'a paid period is released when its payment is undone'); END;

        """
}
