/// The tables of what is done with a bank: withdrawals, inquiries, remittances and transfers.
///
/// No number of a card, an account or a document stands in any of them: four digits and a digest
/// under the book's key do.
extension AgencySchema {
    static let withdrawals = """
        CREATE TABLE withdrawal (
            serial INTEGER PRIMARY KEY REFERENCES service_transaction,
            card_digest TEXT NOT NULL,
            card_last_four TEXT NOT NULL,
            key TEXT NOT NULL,
            credential INTEGER NOT NULL,
            pending_entry_id INTEGER NOT NULL REFERENCES journal_entry,
            is_free INTEGER NOT NULL CHECK (is_free = 0 OR is_free = 1),
            reversal TEXT NOT NULL CHECK (reversal IN ('none', 'due', 'confirmed'))
        ) STRICT;
        CREATE TRIGGER withdrawal_kept BEFORE DELETE ON withdrawal
        BEGIN SELECT RAISE(ABORT, 'a withdrawal is never deleted'); END;
        CREATE TRIGGER withdrawal_reversal BEFORE UPDATE ON withdrawal
        WHEN NOT (OLD.reversal = 'none' AND NEW.reversal = 'due'
                OR OLD.reversal = 'due' AND NEW.reversal = 'confirmed')
            OR NEW.serial <> OLD.serial OR NEW.card_digest <> OLD.card_digest
            OR NEW.pending_entry_id <> OLD.pending_entry_id OR NEW.is_free <> OLD.is_free
            OR (SELECT status FROM service_transaction WHERE serial = OLD.serial)
                NOT IN ('reversed', 'declined')
        BEGIN SELECT RAISE(ABORT, 'a reversal is due, then confirmed, and of a reversed one'); END;
        CREATE INDEX withdrawal_reversal_due ON withdrawal (serial) WHERE reversal = 'due';
        CREATE TABLE identity_check (
            serial INTEGER NOT NULL REFERENCES service_transaction,
            person TEXT NOT NULL CHECK (person IN ('holder', 'agent', 'payer')),
            document_type TEXT NOT NULL
                CHECK (document_type IN ('resident_card', 'residence_permit', 'passport')),
            number_last_four TEXT NOT NULL CHECK (length(number_last_four) = 4),
            number_digest TEXT NOT NULL CHECK (length(number_digest) = 64),
            checked_by INTEGER NOT NULL REFERENCES staff_member,
            PRIMARY KEY (serial, person)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER identity_check_new BEFORE INSERT ON identity_check
        WHEN (SELECT status FROM service_transaction WHERE serial = NEW.serial) IS NOT 'pending'
        BEGIN SELECT RAISE(ABORT, 'a document is checked before the bank is asked'); END;
        CREATE TRIGGER identity_check_kept BEFORE DELETE ON identity_check
        BEGIN SELECT RAISE(ABORT, 'a check of a document is never deleted'); END;
        CREATE TRIGGER identity_check_fixed BEFORE UPDATE ON identity_check
        BEGIN SELECT RAISE(ABORT, 'a check of a document is never changed'); END;
        CREATE TABLE late_bank_answer (
            late_answer_id INTEGER PRIMARY KEY,
            serial INTEGER NOT NULL REFERENCES withdrawal,
            recorded_at INTEGER NOT NULL,
            answer TEXT NOT NULL CHECK (answer IN ('approved', 'declined')),
            partner_reference TEXT NOT NULL
        ) STRICT;
        CREATE INDEX late_bank_answer_serial ON late_bank_answer (serial);
        CREATE TRIGGER late_bank_answer_new BEFORE INSERT ON late_bank_answer
        WHEN (SELECT status FROM service_transaction WHERE serial = NEW.serial) = 'pending'
        BEGIN SELECT RAISE(ABORT, 'an answer is late only after another or none'); END;
        CREATE TRIGGER late_bank_answer_kept BEFORE DELETE ON late_bank_answer
        BEGIN SELECT RAISE(ABORT, 'a late answer is never deleted'); END;
        CREATE TRIGGER late_bank_answer_fixed BEFORE UPDATE ON late_bank_answer
        BEGIN SELECT RAISE(ABORT, 'a late answer is never changed'); END;

        """

    static let cards = """
        CREATE TABLE card_day (
            business_date INTEGER NOT NULL,
            card_digest TEXT NOT NULL,
            withdrawn_fen INTEGER NOT NULL CHECK (withdrawn_fen >= 0),
            withdrawal_count INTEGER NOT NULL CHECK (withdrawal_count >= 0),
            PRIMARY KEY (business_date, card_digest)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER card_day_kept BEFORE DELETE ON card_day
        BEGIN SELECT RAISE(ABORT, 'what a card used is never deleted'); END;
        CREATE TRIGGER card_day_same BEFORE UPDATE ON card_day
        WHEN NEW.business_date <> OLD.business_date OR NEW.card_digest <> OLD.card_digest
        BEGIN SELECT RAISE(ABORT, 'what a card used is of that card and date'); END;
        CREATE TABLE card_month (
            month INTEGER NOT NULL CHECK (month BETWEEN 101 AND 999912),
            card_digest TEXT NOT NULL,
            withdrawn_fen INTEGER NOT NULL CHECK (withdrawn_fen >= 0),
            free_count INTEGER NOT NULL CHECK (free_count >= 0),
            PRIMARY KEY (month, card_digest)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER card_month_kept BEFORE DELETE ON card_month
        BEGIN SELECT RAISE(ABORT, 'what a card used is never deleted'); END;
        CREATE TRIGGER card_month_same BEFORE UPDATE ON card_month
        WHEN NEW.month <> OLD.month OR NEW.card_digest <> OLD.card_digest
        BEGIN SELECT RAISE(ABORT, 'what a card used is of that card and month'); END;
        CREATE TABLE card_inquiry (
            inquiry_id INTEGER PRIMARY KEY,
            business_date INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            shift_id INTEGER NOT NULL REFERENCES shift,
            product_id INTEGER NOT NULL REFERENCES product,
            card_digest TEXT NOT NULL,
            card_last_four TEXT NOT NULL CHECK (length(card_last_four) = 4),
            outcome TEXT NOT NULL
                CHECK (outcome IN ('asked', 'answered', 'declined', 'unanswered'))
        ) STRICT;
        CREATE INDEX card_inquiry_card ON card_inquiry (business_date, card_digest);
        CREATE INDEX card_inquiry_asked ON card_inquiry (inquiry_id) WHERE outcome = 'asked';
        CREATE TRIGGER card_inquiry_kept BEFORE DELETE ON card_inquiry
        BEGIN SELECT RAISE(ABORT, 'an inquiry is never deleted'); END;
        CREATE TRIGGER card_inquiry_outcome BEFORE UPDATE ON card_inquiry
        WHEN OLD.outcome <> 'asked' OR NEW.inquiry_id <> OLD.inquiry_id
            OR NEW.business_date <> OLD.business_date OR NEW.shift_id <> OLD.shift_id
            OR NEW.card_digest <> OLD.card_digest
        BEGIN SELECT RAISE(ABORT, 'an inquiry has one outcome'); END;

        """

    static let bankOrders = """
        CREATE TABLE bank_order (
            serial INTEGER PRIMARY KEY REFERENCES service_transaction,
            party_digest TEXT NOT NULL CHECK (length(party_digest) = 64),
            account_digest TEXT NOT NULL CHECK (length(account_digest) = 64),
            account_last_four TEXT NOT NULL CHECK (length(account_last_four) = 4),
            payee_name TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER bank_order_new BEFORE INSERT ON bank_order
        WHEN NOT EXISTS (
            SELECT 1 FROM service_transaction x JOIN partner_call c ON c.serial = x.serial
            WHERE x.serial = NEW.serial AND x.status = 'pending'
                AND (x.kind = 'remittance' OR x.kind = 'transfer'))
        BEGIN SELECT RAISE(ABORT, 'an order begins beside its call to the bank'); END;
        CREATE TRIGGER bank_order_kept BEFORE DELETE ON bank_order
        BEGIN SELECT RAISE(ABORT, 'an order to a bank is never deleted'); END;
        CREATE TRIGGER bank_order_fixed BEFORE UPDATE ON bank_order
        BEGIN SELECT RAISE(ABORT, 'an order to a bank is never changed'); END;
        CREATE TABLE bank_order_day (
            business_date INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('remittance', 'transfer')),
            party_digest TEXT NOT NULL,
            ordered_fen INTEGER NOT NULL CHECK (ordered_fen >= 0),
            PRIMARY KEY (business_date, kind, party_digest)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER bank_order_day_kept BEFORE DELETE ON bank_order_day
        BEGIN SELECT RAISE(ABORT, 'what a customer ordered is never deleted'); END;
        CREATE TRIGGER bank_order_day_same BEFORE UPDATE ON bank_order_day
        WHEN NEW.business_date <> OLD.business_date OR NEW.kind <> OLD.kind
            OR NEW.party_digest <> OLD.party_digest
        BEGIN SELECT RAISE(ABORT, 'what a customer ordered is of that customer and date'); END;

        """
}
