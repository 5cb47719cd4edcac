import Ledger
import SQL

/// The whole schema of a book: the ledger's migrations and the agency's, in order.
public enum AgencySchema {
    /// All migrations; append, never edit.
    public static let migrations =
        LedgerSchema.migrations + [
            Migration(
                name: "0002-agency",
                sql: [
                    network,
                    people,
                    catalogue,
                    counter,
                    cash,
                    transactions,
                    bills,
                    tickets,
                    withdrawals,
                    cards,
                    bankOrders,
                    closing,
                    receiptPrints,
                    corrections,
                    baskets,
                    terminalBatches,
                    stock,
                    gateways,
                    partnerFiles,
                    settlementTerms,
                    reconciliation,
                    clearing,
                    deliveries,
                    acknowledgements,
                    acknowledgementFiles,
                ].joined())
        ]

    private static let network = """
        CREATE TABLE agency (
            agency_id INTEGER PRIMARY KEY CHECK (agency_id = 1),
            code TEXT NOT NULL,
            name TEXT NOT NULL,
            currency INTEGER NOT NULL,
            zone_offset_minutes INTEGER NOT NULL,
            network_digest TEXT NOT NULL,
            arrears_number INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE centre (
            centre_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            level TEXT NOT NULL CHECK (level IN ('district', 'town')),
            parent_id INTEGER REFERENCES centre,
            share_account_id INTEGER NOT NULL REFERENCES ledger_account,
            cash_account_id INTEGER NOT NULL REFERENCES ledger_account,
            deposit_account_id INTEGER NOT NULL REFERENCES ledger_account,
            bank_name TEXT,
            bank_account TEXT UNIQUE,
            CHECK ((bank_name IS NULL) = (bank_account IS NULL))
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
        CREATE INDEX session_open ON session (staff_id) WHERE ended_at IS NULL;

        """

    private static let catalogue = """
        CREATE TABLE partner (
            partner_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            payable_account_id INTEGER NOT NULL REFERENCES ledger_account,
            receivable_account_id INTEGER NOT NULL REFERENCES ledger_account,
            suspense_account_id INTEGER NOT NULL UNIQUE REFERENCES ledger_account
        ) STRICT;
        CREATE TABLE product (
            product_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            partner_id INTEGER NOT NULL REFERENCES partner,
            name TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN
                ('bill', 'ticket', 'withdrawal', 'stock', 'remittance', 'transfer')),
            biller_mode TEXT,
            payment_rule TEXT,
            is_prepaid INTEGER NOT NULL DEFAULT 0,
            period_form TEXT,
            zone_offset_minutes INTEGER,
            CHECK ((kind = 'bill') = (biller_mode IS NOT NULL)),
            CHECK ((biller_mode IS NULL) = (payment_rule IS NULL))
        ) STRICT;
        CREATE TABLE contract (
            contract_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            product_id INTEGER NOT NULL REFERENCES product,
            valid_from INTEGER NOT NULL,
            valid_to INTEGER,
            service_fee_fen INTEGER NOT NULL,
            commission_kind TEXT NOT NULL CHECK (commission_kind IN ('flat', 'rate', 'bands')),
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
        CREATE TABLE commission_band (
            contract_id INTEGER NOT NULL REFERENCES contract,
            from_fen INTEGER NOT NULL CHECK (from_fen >= 0),
            flat_fen INTEGER NOT NULL CHECK (flat_fen >= 0),
            rate_ppm INTEGER NOT NULL CHECK (rate_ppm BETWEEN 0 AND 1000000),
            PRIMARY KEY (contract_id, from_fen)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE contract_term (
            contract_id INTEGER NOT NULL REFERENCES contract,
            name TEXT NOT NULL,
            value INTEGER NOT NULL,
            PRIMARY KEY (contract_id, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE settlement_key (
            number INTEGER PRIMARY KEY,
            partner_id INTEGER NOT NULL REFERENCES partner,
            key_id TEXT NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
            sealed_key BLOB NOT NULL,
            fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
            created_at INTEGER NOT NULL,
            created_by INTEGER REFERENCES staff_member,
            retired_at INTEGER,
            retired_by INTEGER REFERENCES staff_member,
            reason TEXT NOT NULL DEFAULT '',
            UNIQUE (partner_id, key_id)
        ) STRICT;
        CREATE TRIGGER settlement_key_kept BEFORE DELETE ON settlement_key
        BEGIN SELECT RAISE(ABORT, 'a settlement key is retired, never deleted'); END;
        CREATE TRIGGER settlement_key_fixed BEFORE UPDATE ON settlement_key
        WHEN NEW.number <> OLD.number OR NEW.partner_id <> OLD.partner_id OR NEW.key_id <> OLD.key_id
            OR NEW.direction <> OLD.direction OR NEW.sealed_key <> OLD.sealed_key
            OR NEW.fingerprint <> OLD.fingerprint
            OR NEW.created_at <> OLD.created_at OR NEW.created_by IS NOT OLD.created_by
            OR NEW.retired_at IS NULL OR NEW.retired_at > OLD.retired_at
        BEGIN SELECT RAISE(ABORT, 'a settlement key only ends, and never later than was said'); END;

        """

    // Keys arrive nearly, but not quite, in their order, or in none. With their answers beside them a
    // page would hold seven, and be split again and again; so an index finds a row that was added at
    // the end of its table.
    private static let counter = """
        CREATE TABLE shift (
            shift_id INTEGER PRIMARY KEY,
            till_id INTEGER NOT NULL REFERENCES till,
            staff_id INTEGER NOT NULL REFERENCES staff_member,
            terminal_id INTEGER NOT NULL REFERENCES terminal,
            business_date INTEGER NOT NULL REFERENCES business_date,
            state TEXT NOT NULL CHECK (state IN ('open', 'suspended', 'offered', 'closed')),
            opened_at INTEGER NOT NULL,
            opening_fen INTEGER NOT NULL,
            first_serial INTEGER NOT NULL,
            closed_at INTEGER,
            closed_by INTEGER REFERENCES staff_member,
            book_fen INTEGER,
            counted_fen INTEGER,
            count_id INTEGER UNIQUE REFERENCES cash_count,
            entry_id INTEGER REFERENCES journal_entry,
            CHECK ((state = 'closed') = (closed_at IS NOT NULL AND closed_by IS NOT NULL
                AND book_fen IS NOT NULL AND counted_fen IS NOT NULL AND count_id IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX shift_one_per_till ON shift (till_id) WHERE state <> 'closed';
        CREATE UNIQUE INDEX shift_one_per_person ON shift (staff_id) WHERE state <> 'closed';
        CREATE TRIGGER shift_new BEFORE INSERT ON shift WHEN NEW.state <> 'open'
        BEGIN SELECT RAISE(ABORT, 'a shift begins open'); END;
        CREATE TRIGGER shift_kept BEFORE DELETE ON shift
        BEGIN SELECT RAISE(ABORT, 'a shift is never deleted'); END;
        CREATE TRIGGER shift_closed BEFORE UPDATE ON shift WHEN OLD.state = 'closed'
        BEGIN SELECT RAISE(ABORT, 'a closed shift is never changed'); END;
        CREATE TRIGGER shift_state BEFORE UPDATE ON shift
        WHEN NOT (NEW.state = 'closed' AND OLD.state <> 'closed'
                OR OLD.state = 'open' AND NEW.state IN ('suspended', 'offered')
                OR OLD.state IN ('suspended', 'offered') AND NEW.state = 'open')
            OR NEW.shift_id <> OLD.shift_id OR NEW.till_id <> OLD.till_id
            OR NEW.staff_id <> OLD.staff_id OR NEW.terminal_id <> OLD.terminal_id
            OR NEW.business_date <> OLD.business_date OR NEW.opened_at <> OLD.opened_at
            OR NEW.opening_fen <> OLD.opening_fen OR NEW.first_serial <> OLD.first_serial
        BEGIN SELECT RAISE(ABORT, 'a shift keeps till and person, and follows its states'); END;

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
        ) STRICT;
        CREATE TRIGGER idempotency_key_finished BEFORE UPDATE ON idempotency_key
        WHEN OLD.outcome <> 'running' OR NEW.key <> OLD.key OR NEW.fingerprint <> OLD.fingerprint
        BEGIN SELECT RAISE(ABORT, 'a finished key keeps its answer'); END;
        CREATE TRIGGER idempotency_key_kept BEFORE DELETE ON idempotency_key
        BEGIN SELECT RAISE(ABORT, 'a key of money never expires'); END;

        """
}
