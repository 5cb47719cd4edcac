import Ledger
import SQL

/// The whole schema of a book: the ledger's migrations and the agency's, in order.
public enum AgencySchema {
    /// All migrations; append, never edit.
    public static let migrations =
        LedgerSchema.migrations + [
            Migration(
                name: "0002-agency",
                sql: network + people + catalogue + counter + transactions + bills + tickets
                    + withdrawals + closing)
        ]

    private static let network = """
        CREATE TABLE agency (
            agency_id INTEGER PRIMARY KEY CHECK (agency_id = 1),
            code TEXT NOT NULL,
            name TEXT NOT NULL,
            currency INTEGER NOT NULL,
            zone_offset_minutes INTEGER NOT NULL,
            network_digest TEXT NOT NULL
        ) STRICT;
        CREATE TABLE centre (
            centre_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            level TEXT NOT NULL CHECK (level IN ('district', 'town')),
            parent_id INTEGER REFERENCES centre,
            share_account_id INTEGER NOT NULL REFERENCES ledger_account
        ) STRICT;
        CREATE TABLE village (
            village_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            town_centre_id INTEGER NOT NULL REFERENCES centre,
            share_account_id INTEGER NOT NULL REFERENCES ledger_account
        ) STRICT;
        CREATE TABLE station (
            station_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            village_id INTEGER NOT NULL REFERENCES village,
            tier TEXT NOT NULL,
            is_service_point INTEGER NOT NULL,
            host TEXT,
            commission_account_id INTEGER NOT NULL REFERENCES ledger_account,
            fee_account_id INTEGER NOT NULL REFERENCES ledger_account,
            shared_out_account_id INTEGER NOT NULL REFERENCES ledger_account,
            operator_share_account_id INTEGER NOT NULL REFERENCES ledger_account
        ) STRICT;
        CREATE TABLE terminal (
            terminal_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            station_id INTEGER NOT NULL REFERENCES station,
            kind TEXT NOT NULL,
            secret_digest TEXT NOT NULL
        ) STRICT;
        CREATE TABLE till (
            till_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            station_id INTEGER NOT NULL REFERENCES station,
            cash_account_id INTEGER NOT NULL REFERENCES ledger_account,
            over_account_id INTEGER NOT NULL REFERENCES ledger_account,
            short_account_id INTEGER NOT NULL REFERENCES ledger_account
        ) STRICT;

        """

    private static let people = """
        CREATE TABLE staff_member (
            staff_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN
                ('operator', 'supervisor', 'liaison', 'committee', 'administrator')),
            post TEXT,
            station_id INTEGER REFERENCES station,
            centre_id INTEGER REFERENCES centre,
            partner_id INTEGER REFERENCES partner,
            village_id INTEGER REFERENCES village,
            vetted_until INTEGER,
            trained_until INTEGER,
            is_active INTEGER NOT NULL,
            pin_hash TEXT NOT NULL,
            failed_sign_ins INTEGER NOT NULL DEFAULT 0,
            locked_until INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE session (
            token_digest TEXT PRIMARY KEY,
            staff_id INTEGER NOT NULL REFERENCES staff_member,
            terminal_id INTEGER REFERENCES terminal,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            ended_at INTEGER
        ) STRICT, WITHOUT ROWID;

        """

    private static let catalogue = """
        CREATE TABLE partner (
            partner_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            payable_account_id INTEGER NOT NULL REFERENCES ledger_account,
            receivable_account_id INTEGER NOT NULL REFERENCES ledger_account
        ) STRICT;
        CREATE TABLE product (
            product_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            partner_id INTEGER NOT NULL REFERENCES partner,
            name TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('bill', 'ticket', 'withdrawal')),
            biller_mode TEXT,
            minimum_fen INTEGER NOT NULL,
            maximum_fen INTEGER NOT NULL,
            step_fen INTEGER NOT NULL,
            daily_card_limit_fen INTEGER NOT NULL,
            hold_minutes INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE contract (
            contract_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            product_id INTEGER NOT NULL REFERENCES product,
            valid_from INTEGER NOT NULL,
            valid_to INTEGER,
            service_fee_fen INTEGER NOT NULL,
            commission_kind TEXT NOT NULL,
            commission_flat_fen INTEGER NOT NULL,
            commission_rate_ppm INTEGER NOT NULL,
            commission_minimum_fen INTEGER NOT NULL,
            commission_maximum_fen INTEGER NOT NULL,
            operator_bp INTEGER NOT NULL,
            village_bp INTEGER NOT NULL,
            town_bp INTEGER NOT NULL,
            district_bp INTEGER NOT NULL,
            remainder_to TEXT NOT NULL,
            CHECK (operator_bp + village_bp + town_bp + district_bp = 10000)
        ) STRICT;
        CREATE TABLE settlement_key (
            partner_id INTEGER NOT NULL REFERENCES partner,
            key_id TEXT NOT NULL,
            sealed_key BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            retired_at INTEGER,
            PRIMARY KEY (partner_id, key_id)
        ) STRICT, WITHOUT ROWID;

        """

    private static let counter = """
        CREATE TABLE shift (
            shift_id INTEGER PRIMARY KEY,
            till_id INTEGER NOT NULL REFERENCES till,
            staff_id INTEGER NOT NULL REFERENCES staff_member,
            terminal_id INTEGER NOT NULL REFERENCES terminal,
            business_date INTEGER NOT NULL REFERENCES business_date,
            state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
            opened_at INTEGER NOT NULL,
            opening_fen INTEGER NOT NULL,
            first_serial INTEGER NOT NULL,
            closed_at INTEGER,
            book_fen INTEGER,
            counted_fen INTEGER,
            entry_id INTEGER REFERENCES journal_entry
        ) STRICT;
        CREATE UNIQUE INDEX shift_one_per_till ON shift (till_id) WHERE state = 'open';
        CREATE UNIQUE INDEX shift_one_per_person ON shift (staff_id) WHERE state = 'open';
        CREATE TRIGGER shift_kept BEFORE DELETE ON shift
        BEGIN SELECT RAISE(ABORT, 'a shift is never deleted'); END;
        CREATE TRIGGER shift_closed BEFORE UPDATE ON shift WHEN OLD.state = 'closed'
        BEGIN SELECT RAISE(ABORT, 'a closed shift is never changed'); END;

        CREATE TABLE receipt_counter (
            station_id INTEGER PRIMARY KEY REFERENCES station,
            business_date INTEGER NOT NULL,
            last_number INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE idempotency_key (
            key TEXT NOT NULL,
            credential INTEGER NOT NULL,
            fingerprint BLOB NOT NULL,
            recorded_at INTEGER NOT NULL,
            outcome TEXT NOT NULL
                CHECK (outcome = 'running' OR outcome = 'done' OR outcome = 'refused'),
            answer BLOB NOT NULL,
            PRIMARY KEY (key, credential)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER idempotency_key_finished BEFORE UPDATE ON idempotency_key
        WHEN OLD.outcome <> 'running' OR NEW.key <> OLD.key OR NEW.fingerprint <> OLD.fingerprint
        BEGIN SELECT RAISE(ABORT, 'a finished key keeps its answer'); END;
        CREATE TRIGGER idempotency_key_kept BEFORE DELETE ON idempotency_key
        BEGIN SELECT RAISE(ABORT, 'a key of money never expires'); END;

        """

    // One row for each service rendered; its serial number grows with time. Checks on the hot path
    // compare with OR: SQLite builds a temporary table for an IN list at each execution.
    private static let transactions = """
        CREATE TABLE service_transaction (
            serial INTEGER PRIMARY KEY,
            business_date INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            shift_id INTEGER NOT NULL REFERENCES shift,
            product_id INTEGER NOT NULL REFERENCES product,
            kind TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status = 'posted' OR status = 'pending'
                OR status = 'authorised' OR status = 'declined' OR status = 'reversed'),
            account_reference TEXT NOT NULL,
            partner_reference TEXT NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            fee_fen INTEGER NOT NULL CHECK (fee_fen >= 0),
            commission_fen INTEGER NOT NULL CHECK (commission_fen >= 0),
            receipt_number INTEGER NOT NULL,
            entry_id INTEGER,
            CHECK ((status = 'posted') = (entry_id IS NOT NULL))
        ) STRICT;
        CREATE INDEX service_transaction_unfinished ON service_transaction (shift_id)
        WHERE status IN ('pending', 'authorised');
        CREATE TRIGGER service_transaction_kept BEFORE DELETE ON service_transaction
        BEGIN SELECT RAISE(ABORT, 'a transaction is never deleted'); END;
        CREATE TRIGGER service_transaction_final BEFORE UPDATE ON service_transaction
        WHEN OLD.status IN ('posted', 'declined', 'reversed')
            OR NEW.serial <> OLD.serial OR NEW.amount_fen <> OLD.amount_fen
            OR NEW.business_date <> OLD.business_date OR NEW.kind <> OLD.kind
            OR NEW.product_id <> OLD.product_id OR NEW.shift_id <> OLD.shift_id
            OR NEW.fee_fen <> OLD.fee_fen OR NEW.commission_fen <> OLD.commission_fen
            OR NEW.receipt_number <> OLD.receipt_number
            OR NEW.account_reference <> OLD.account_reference
        BEGIN SELECT RAISE(ABORT, 'a finished transaction is never changed'); END;
        CREATE TRIGGER service_transaction_new BEFORE INSERT ON service_transaction
        WHEN NEW.serial <= (SELECT max(serial) FROM service_transaction)
        BEGIN SELECT RAISE(ABORT, 'serial numbers only grow'); END;

        """

    private static let bills = """
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
            paid_serial INTEGER,
            UNIQUE (product_id, account_number, period)
        ) STRICT;
        CREATE TRIGGER bill_kept BEFORE DELETE ON bill WHEN OLD.paid_serial IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a paid bill is never deleted'); END;
        CREATE TRIGGER bill_paid_once BEFORE UPDATE OF paid_serial ON bill
        WHEN OLD.paid_serial IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a bill is paid once'); END;
        CREATE TABLE bill_quote (
            quote_id INTEGER PRIMARY KEY,
            bill_id INTEGER NOT NULL REFERENCES bill,
            station_id INTEGER NOT NULL REFERENCES station,
            amount_fen INTEGER NOT NULL,
            fee_fen INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;

        """

    private static let tickets = """
        CREATE TABLE trip (
            trip_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            product_id INTEGER NOT NULL REFERENCES product,
            origin TEXT NOT NULL,
            destination TEXT NOT NULL,
            departure_minute INTEGER NOT NULL,
            fare_fen INTEGER NOT NULL CHECK (fare_fen > 0),
            seats_per_day INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE trip_day (
            trip_id INTEGER NOT NULL REFERENCES trip,
            travel_date INTEGER NOT NULL,
            seats_taken INTEGER NOT NULL,
            PRIMARY KEY (trip_id, travel_date)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE ticket_reservation (
            reservation_id INTEGER PRIMARY KEY,
            trip_id INTEGER NOT NULL REFERENCES trip,
            travel_date INTEGER NOT NULL,
            seat_count INTEGER NOT NULL,
            station_id INTEGER NOT NULL REFERENCES station,
            fare_fen INTEGER NOT NULL,
            fee_fen INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('reserved', 'issued', 'expired')),
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            serial INTEGER,
            CHECK ((state = 'issued') = (serial IS NOT NULL))
        ) STRICT;
        CREATE INDEX ticket_reservation_held ON ticket_reservation (trip_id, travel_date)
        WHERE state = 'reserved';

        """

    private static let withdrawals = """
        CREATE TABLE withdrawal (
            serial INTEGER PRIMARY KEY REFERENCES service_transaction,
            card_digest TEXT NOT NULL,
            card_last_four TEXT NOT NULL,
            key TEXT NOT NULL,
            credential INTEGER NOT NULL,
            reversal TEXT NOT NULL CHECK (reversal IN ('none', 'due', 'confirmed'))
        ) STRICT;
        CREATE TRIGGER withdrawal_kept BEFORE DELETE ON withdrawal
        BEGIN SELECT RAISE(ABORT, 'a withdrawal is never deleted'); END;
        CREATE TRIGGER withdrawal_reversal BEFORE UPDATE ON withdrawal
        WHEN NOT (OLD.reversal = 'none' AND NEW.reversal = 'due'
                OR OLD.reversal = 'due' AND NEW.reversal = 'confirmed')
            OR NEW.serial <> OLD.serial OR NEW.card_digest <> OLD.card_digest
            OR (SELECT status FROM service_transaction WHERE serial = OLD.serial)
                IS NOT 'reversed'
        BEGIN SELECT RAISE(ABORT, 'a reversal is due, then confirmed, and of a reversed one'); END;
        CREATE INDEX withdrawal_reversal_due ON withdrawal (serial) WHERE reversal = 'due';
        CREATE TABLE card_day (
            business_date INTEGER NOT NULL,
            card_digest TEXT NOT NULL,
            withdrawn_fen INTEGER NOT NULL CHECK (withdrawn_fen >= 0),
            PRIMARY KEY (business_date, card_digest)
        ) STRICT, WITHOUT ROWID;

        """

    private static let closing = """
        CREATE TABLE day_revenue (
            business_date INTEGER NOT NULL,
            station_id INTEGER NOT NULL REFERENCES station,
            product_id INTEGER NOT NULL REFERENCES product,
            transaction_count INTEGER NOT NULL,
            amount_fen INTEGER NOT NULL,
            fee_fen INTEGER NOT NULL,
            commission_fen INTEGER NOT NULL,
            operator_fen INTEGER NOT NULL,
            village_fen INTEGER NOT NULL,
            town_fen INTEGER NOT NULL,
            district_fen INTEGER NOT NULL,
            PRIMARY KEY (business_date, station_id, product_id),
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
        CREATE TRIGGER settlement_file_kept BEFORE DELETE ON settlement_file
        BEGIN SELECT RAISE(ABORT, 'a settlement file is never withdrawn'); END;
        CREATE TRIGGER settlement_file_released BEFORE UPDATE ON settlement_file
        WHEN OLD.state = 'released'
        BEGIN SELECT RAISE(ABORT, 'a released settlement file is never changed'); END;

        """
}
