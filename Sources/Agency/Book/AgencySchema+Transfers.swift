/// The table of cash on its way between tills, vaults and the bank.
extension AgencySchema {
    static let transfers = """
        CREATE TABLE cash_transfer (
            transfer_id INTEGER PRIMARY KEY,
            sender_kind TEXT NOT NULL CHECK (sender_kind IN ('till', 'centre', 'bank')),
            sender_till_id INTEGER REFERENCES till,
            sender_centre_id INTEGER REFERENCES centre,
            sender_account_id INTEGER NOT NULL REFERENCES ledger_account,
            receiver_kind TEXT NOT NULL CHECK (receiver_kind IN ('till', 'centre', 'bank')),
            receiver_till_id INTEGER REFERENCES till,
            receiver_centre_id INTEGER REFERENCES centre,
            receiver_account_id INTEGER NOT NULL REFERENCES ledger_account,
            bank_reference TEXT,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            state TEXT NOT NULL CHECK (state IN
                ('offered', 'received', 'cancelled', 'disputed', 'resolved')),
            sent_by INTEGER NOT NULL REFERENCES staff_member,
            sent_shift_id INTEGER REFERENCES shift,
            sent_at INTEGER NOT NULL,
            sent_entry_id INTEGER NOT NULL UNIQUE REFERENCES journal_entry,
            sent_count_id INTEGER NOT NULL UNIQUE REFERENCES cash_count,
            received_by INTEGER REFERENCES staff_member,
            received_shift_id INTEGER REFERENCES shift,
            received_at INTEGER,
            received_fen INTEGER CHECK (received_fen >= 0),
            received_entry_id INTEGER UNIQUE REFERENCES journal_entry,
            received_count_id INTEGER UNIQUE REFERENCES cash_count,
            ended_by INTEGER REFERENCES staff_member,
            ended_shift_id INTEGER REFERENCES shift,
            ended_at INTEGER,
            ended_entry_id INTEGER UNIQUE REFERENCES journal_entry,
            resolution TEXT CHECK (resolution IN ('with_sender', 'with_receiver', 'unexplained')),
            reason TEXT CHECK (length(reason) BETWEEN 1 AND 200),
            CHECK ((sender_kind = 'till')
                = (sender_till_id IS NOT NULL AND sent_shift_id IS NOT NULL)),
            CHECK ((sender_kind = 'till') = (sender_centre_id IS NULL)),
            CHECK ((receiver_kind = 'till') = (receiver_till_id IS NOT NULL)),
            CHECK ((receiver_kind = 'till') = (receiver_centre_id IS NULL)),
            CHECK (sender_account_id <> receiver_account_id),
            CHECK ((bank_reference IS NOT NULL)
                = (sender_kind = 'bank' OR receiver_kind = 'bank')),
            CHECK ((state IN ('received', 'disputed', 'resolved')) = (received_by IS NOT NULL
                AND received_at IS NOT NULL AND received_fen IS NOT NULL
                AND received_count_id IS NOT NULL)),
            CHECK ((received_fen > 0) IS (received_entry_id IS NOT NULL)
                OR received_fen IS NULL AND received_entry_id IS NULL),
            CHECK (state <> 'received' OR received_fen = amount_fen),
            CHECK (state NOT IN ('disputed', 'resolved') OR received_fen <> amount_fen),
            CHECK ((state IN ('cancelled', 'resolved')) = (ended_by IS NOT NULL
                AND ended_at IS NOT NULL AND ended_entry_id IS NOT NULL AND reason IS NOT NULL)),
            CHECK ((state = 'resolved') = (resolution IS NOT NULL)),
            CHECK (received_by IS NOT sent_by)
        ) STRICT;
        CREATE INDEX cash_transfer_in_transit ON cash_transfer (transfer_id)
        WHERE state IN ('offered', 'disputed');
        CREATE TRIGGER cash_transfer_new BEFORE INSERT ON cash_transfer
        WHEN NEW.state <> 'offered'
            OR EXISTS (SELECT 1 FROM cash_transfer WHERE transfer_id >= NEW.transfer_id)
        BEGIN SELECT RAISE(ABORT, 'a transfer begins offered'); END;
        CREATE TRIGGER cash_transfer_kept BEFORE DELETE ON cash_transfer
        BEGIN SELECT RAISE(ABORT, 'a transfer is never deleted'); END;
        CREATE TRIGGER cash_transfer_state BEFORE UPDATE ON cash_transfer
        WHEN NOT (OLD.state = 'offered' AND NEW.state IN ('received', 'cancelled', 'disputed')
                OR OLD.state = 'disputed' AND NEW.state = 'resolved')
            OR NEW.transfer_id <> OLD.transfer_id OR NEW.sender_kind <> OLD.sender_kind
            OR NEW.sender_account_id <> OLD.sender_account_id
            OR NEW.sender_till_id IS NOT OLD.sender_till_id
            OR NEW.sender_centre_id IS NOT OLD.sender_centre_id
            OR NEW.receiver_kind <> OLD.receiver_kind
            OR NEW.receiver_account_id <> OLD.receiver_account_id
            OR NEW.receiver_till_id IS NOT OLD.receiver_till_id
            OR NEW.receiver_centre_id IS NOT OLD.receiver_centre_id
            OR NEW.bank_reference IS NOT OLD.bank_reference
            OR NEW.amount_fen <> OLD.amount_fen OR NEW.sent_by <> OLD.sent_by
            OR NEW.sent_shift_id IS NOT OLD.sent_shift_id OR NEW.sent_at <> OLD.sent_at
            OR NEW.sent_entry_id <> OLD.sent_entry_id OR NEW.sent_count_id <> OLD.sent_count_id
        BEGIN SELECT RAISE(ABORT, 'a transfer keeps its parties and follows its states'); END;
        CREATE TRIGGER cash_transfer_receipt BEFORE UPDATE ON cash_transfer
        WHEN OLD.state = 'disputed' AND (NEW.received_by <> OLD.received_by
            OR NEW.received_fen <> OLD.received_fen OR NEW.received_at <> OLD.received_at
            OR NEW.received_shift_id IS NOT OLD.received_shift_id
            OR NEW.received_entry_id IS NOT OLD.received_entry_id
            OR NEW.received_count_id <> OLD.received_count_id)
        BEGIN SELECT RAISE(ABORT, 'a receipt of cash is never changed'); END;

        """
}
