/// The tables of what terminals number, and of what they hand in after their line was down.
extension AgencySchema {
    static let terminalBatches = """
        CREATE TABLE terminal_batch (
            batch_id INTEGER PRIMARY KEY,
            terminal_id INTEGER NOT NULL REFERENCES terminal,
            digest TEXT NOT NULL,
            first_sequence INTEGER NOT NULL CHECK (first_sequence >= 1),
            last_sequence INTEGER NOT NULL CHECK (last_sequence >= first_sequence),
            item_count INTEGER NOT NULL CHECK (item_count BETWEEN 1 AND 500),
            created_at INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            received_by INTEGER NOT NULL REFERENCES staff_member,
            state TEXT NOT NULL CHECK (state IN ('received', 'applied', 'quarantined')),
            complete_to INTEGER,
            UNIQUE (terminal_id, digest),
            CHECK ((state = 'applied') = (complete_to IS NOT NULL))
        ) STRICT;
        CREATE TRIGGER terminal_batch_kept BEFORE DELETE ON terminal_batch
        BEGIN SELECT RAISE(ABORT, 'a batch is never deleted'); END;
        CREATE TRIGGER terminal_batch_applied BEFORE UPDATE ON terminal_batch
        WHEN OLD.state <> 'received' OR NEW.state <> 'applied'
            OR NEW.batch_id <> OLD.batch_id OR NEW.terminal_id <> OLD.terminal_id
            OR NEW.digest <> OLD.digest OR NEW.first_sequence <> OLD.first_sequence
            OR NEW.last_sequence <> OLD.last_sequence OR NEW.item_count <> OLD.item_count
            OR NEW.created_at <> OLD.created_at OR NEW.received_at <> OLD.received_at
            OR NEW.received_by <> OLD.received_by
        BEGIN SELECT RAISE(ABORT, 'a batch is received, then applied, and never changed'); END;
        CREATE TABLE terminal_sequence (
            terminal_id INTEGER NOT NULL REFERENCES terminal,
            sequence INTEGER NOT NULL CHECK (sequence >= 1),
            key TEXT,
            batch_id INTEGER REFERENCES terminal_batch,
            recorded_at INTEGER,
            PRIMARY KEY (terminal_id, sequence),
            CHECK (key IS NOT NULL OR batch_id IS NOT NULL),
            CHECK ((batch_id IS NULL) = (recorded_at IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER terminal_sequence_kept BEFORE DELETE ON terminal_sequence
        BEGIN SELECT RAISE(ABORT, 'a number that arrived is never deleted'); END;
        CREATE TRIGGER terminal_sequence_fixed BEFORE UPDATE ON terminal_sequence
        BEGIN SELECT RAISE(ABORT, 'a number that arrived is never changed'); END;
        CREATE TRIGGER terminal_sequence_new BEFORE INSERT ON terminal_sequence
        WHEN NEW.batch_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM terminal_batch b WHERE b.batch_id = NEW.batch_id
                AND b.terminal_id = NEW.terminal_id AND b.state <> 'quarantined'
                AND NEW.sequence BETWEEN b.first_sequence AND b.last_sequence)
        BEGIN SELECT RAISE(ABORT, 'a number comes in a sound batch of its terminal'); END;

        """
}
