/// The tables of cash: counts, handovers, over and short, transfers, limits; and people's events.
extension AgencySchema {
    static let cash = counts + shiftEvents + differences + transfers + limits + staffEvents

    private static let counts = """
        CREATE TABLE cash_account (
            purpose TEXT PRIMARY KEY CHECK (purpose IN ('in_transit', 'over_income', 'short_loss',
                'transfer_short', 'transfer_over', 'bank_suspense')),
            account_id INTEGER NOT NULL UNIQUE REFERENCES ledger_account
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER cash_account_kept BEFORE DELETE ON cash_account
        BEGIN SELECT RAISE(ABORT, 'a cash account is never deleted'); END;
        CREATE TRIGGER cash_account_fixed BEFORE UPDATE ON cash_account
        BEGIN SELECT RAISE(ABORT, 'a cash account is never changed'); END;
        CREATE TABLE cash_count (
            count_id INTEGER PRIMARY KEY,
            purpose TEXT NOT NULL CHECK (purpose IN ('sign_off', 'forced_sign_off', 'handover',
                'handover_check', 'transfer_sent', 'transfer_received')),
            shift_id INTEGER REFERENCES shift,
            counted_by INTEGER NOT NULL REFERENCES staff_member,
            witness_id INTEGER REFERENCES staff_member,
            counted_at INTEGER NOT NULL,
            total_fen INTEGER NOT NULL CHECK (total_fen >= 0),
            CHECK ((purpose IN ('handover', 'forced_sign_off')) = (witness_id IS NOT NULL)),
            CHECK (witness_id IS NOT counted_by)
        ) STRICT;
        CREATE TABLE cash_count_line (
            count_id INTEGER NOT NULL REFERENCES cash_count DEFERRABLE INITIALLY DEFERRED,
            denomination_fen INTEGER NOT NULL CHECK (denomination_fen > 0),
            piece_count INTEGER NOT NULL CHECK (piece_count > 0),
            PRIMARY KEY (count_id, denomination_fen)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER cash_count_new BEFORE INSERT ON cash_count
        WHEN NEW.total_fen IS NOT (SELECT ifnull(sum(denomination_fen * piece_count), 0)
            FROM cash_count_line WHERE count_id = NEW.count_id)
        BEGIN SELECT RAISE(ABORT, 'a count is the sum of its lines, which go first'); END;
        CREATE TRIGGER cash_count_kept BEFORE DELETE ON cash_count
        BEGIN SELECT RAISE(ABORT, 'a count is never deleted'); END;
        CREATE TRIGGER cash_count_fixed BEFORE UPDATE ON cash_count
        BEGIN SELECT RAISE(ABORT, 'a count is never changed'); END;
        CREATE TRIGGER cash_count_line_new BEFORE INSERT ON cash_count_line
        WHEN EXISTS (SELECT 1 FROM cash_count WHERE count_id = NEW.count_id)
        BEGIN SELECT RAISE(ABORT, 'a count takes no further line'); END;
        CREATE TRIGGER cash_count_line_kept BEFORE DELETE ON cash_count_line
        BEGIN SELECT RAISE(ABORT, 'a count is never deleted'); END;
        CREATE TRIGGER cash_count_line_fixed BEFORE UPDATE ON cash_count_line
        BEGIN SELECT RAISE(ABORT, 'a count is never changed'); END;

        """

    // A number that SQLite is to choose is -1 in a trigger before the insertion.
    private static let shiftEvents = """
        CREATE TABLE shift_event (
            event_id INTEGER PRIMARY KEY,
            shift_id INTEGER NOT NULL REFERENCES shift,
            event TEXT NOT NULL CHECK (event IN ('suspend', 'resume', 'offer', 'withdraw',
                'accept', 'sign_off', 'force')),
            staff_id INTEGER NOT NULL REFERENCES staff_member,
            recorded_at INTEGER NOT NULL,
            reason TEXT,
            CHECK ((event = 'force') = (reason IS NOT NULL))
        ) STRICT;
        CREATE INDEX shift_event_of ON shift_event (shift_id);
        CREATE TRIGGER shift_event_new BEFORE INSERT ON shift_event
        WHEN NEW.event_id > 0
            AND EXISTS (SELECT 1 FROM shift_event WHERE event_id >= NEW.event_id)
        BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
        CREATE TRIGGER shift_event_kept BEFORE DELETE ON shift_event
        BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
        CREATE TRIGGER shift_event_fixed BEFORE UPDATE ON shift_event
        BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
        CREATE TABLE handover (
            handover_id INTEGER PRIMARY KEY,
            shift_id INTEGER NOT NULL REFERENCES shift,
            successor_id INTEGER NOT NULL REFERENCES staff_member,
            count_id INTEGER NOT NULL UNIQUE REFERENCES cash_count,
            state TEXT NOT NULL CHECK (state IN ('offered', 'withdrawn', 'accepted')),
            offered_at INTEGER NOT NULL,
            ended_at INTEGER,
            next_shift_id INTEGER UNIQUE REFERENCES shift,
            check_count_id INTEGER UNIQUE REFERENCES cash_count,
            CHECK ((state = 'offered') = (ended_at IS NULL)),
            CHECK ((state = 'accepted')
                = (next_shift_id IS NOT NULL AND check_count_id IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX handover_offered ON handover (shift_id) WHERE state = 'offered';
        CREATE TRIGGER handover_new BEFORE INSERT ON handover WHEN NEW.state <> 'offered'
        BEGIN SELECT RAISE(ABORT, 'a handover begins offered'); END;
        CREATE TRIGGER handover_kept BEFORE DELETE ON handover
        BEGIN SELECT RAISE(ABORT, 'a handover is never deleted'); END;
        CREATE TRIGGER handover_ended BEFORE UPDATE ON handover
        WHEN OLD.state <> 'offered' OR NEW.state = 'offered'
            OR NEW.handover_id <> OLD.handover_id OR NEW.shift_id <> OLD.shift_id
            OR NEW.successor_id <> OLD.successor_id OR NEW.count_id <> OLD.count_id
            OR NEW.offered_at <> OLD.offered_at
        BEGIN SELECT RAISE(ABORT, 'a handover ends once and is not changed'); END;

        """

    private static let differences = """
        CREATE TABLE till_difference (
            difference_id INTEGER PRIMARY KEY,
            shift_id INTEGER NOT NULL UNIQUE REFERENCES shift,
            kind TEXT NOT NULL CHECK (kind IN ('over', 'short')),
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            entry_id INTEGER NOT NULL UNIQUE REFERENCES journal_entry,
            raised_at INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'disputed', 'approved')),
            resolution TEXT CHECK (kind = 'over' AND resolution IN ('income',
                'returned_to_customer') OR kind = 'short' AND resolution IN ('loss', 'repaid')),
            resolution_entry_id INTEGER UNIQUE REFERENCES journal_entry,
            resolution_shift_id INTEGER REFERENCES shift,
            CHECK ((state = 'approved')
                = (resolution IS NOT NULL AND resolution_entry_id IS NOT NULL)),
            CHECK ((resolution_shift_id IS NOT NULL)
                = (resolution IS 'returned_to_customer' OR resolution IS 'repaid'))
        ) STRICT;
        CREATE INDEX till_difference_unsettled ON till_difference (shift_id)
        WHERE state <> 'approved';
        CREATE TRIGGER till_difference_new BEFORE INSERT ON till_difference
        WHEN NEW.state <> 'open'
        BEGIN SELECT RAISE(ABORT, 'a difference begins open'); END;
        CREATE TRIGGER till_difference_kept BEFORE DELETE ON till_difference
        BEGIN SELECT RAISE(ABORT, 'a difference is never deleted'); END;
        CREATE TRIGGER till_difference_fixed BEFORE UPDATE ON till_difference
        WHEN OLD.state = 'approved' OR NEW.state = OLD.state
            OR NEW.difference_id <> OLD.difference_id OR NEW.shift_id <> OLD.shift_id
            OR NEW.kind <> OLD.kind OR NEW.amount_fen <> OLD.amount_fen
            OR NEW.entry_id <> OLD.entry_id OR NEW.raised_at <> OLD.raised_at
        BEGIN SELECT RAISE(ABORT, 'a difference keeps its amount and is approved once'); END;
        CREATE TABLE difference_event (
            event_id INTEGER PRIMARY KEY,
            difference_id INTEGER NOT NULL REFERENCES till_difference,
            event TEXT NOT NULL CHECK (event IN ('dispute', 'dismiss', 'approve')),
            staff_id INTEGER NOT NULL REFERENCES staff_member,
            recorded_at INTEGER NOT NULL,
            reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200)
        ) STRICT;
        CREATE INDEX difference_event_of ON difference_event (difference_id);
        CREATE TRIGGER difference_event_new BEFORE INSERT ON difference_event
        WHEN NEW.event_id > 0
            AND EXISTS (SELECT 1 FROM difference_event WHERE event_id >= NEW.event_id)
        BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
        CREATE TRIGGER difference_event_kept BEFORE DELETE ON difference_event
        BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
        CREATE TRIGGER difference_event_fixed BEFORE UPDATE ON difference_event
        BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;

        """

    private static let limits = """
        CREATE TABLE till_limit (
            limit_id INTEGER PRIMARY KEY,
            till_id INTEGER REFERENCES till,
            tier TEXT,
            valid_from INTEGER NOT NULL,
            limit_fen INTEGER NOT NULL CHECK (limit_fen >= 0),
            ceiling_fen INTEGER CHECK (ceiling_fen >= limit_fen),
            recorded_by INTEGER REFERENCES staff_member,
            recorded_at INTEGER NOT NULL,
            CHECK (till_id IS NULL OR tier IS NULL)
        ) STRICT;
        CREATE INDEX till_limit_of_till ON till_limit (till_id);
        CREATE TRIGGER till_limit_new BEFORE INSERT ON till_limit
        WHEN NEW.limit_id > 0
                AND EXISTS (SELECT 1 FROM till_limit WHERE limit_id >= NEW.limit_id)
            OR (NEW.recorded_by IS NOT NULL AND NEW.valid_from <
                (SELECT business_date FROM business_date WHERE state = 'open'))
        BEGIN SELECT RAISE(ABORT, 'limits are only added, from the open date on'); END;
        CREATE TRIGGER till_limit_kept BEFORE DELETE ON till_limit
        BEGIN SELECT RAISE(ABORT, 'a limit is never deleted'); END;
        CREATE TRIGGER till_limit_fixed BEFORE UPDATE ON till_limit
        BEGIN SELECT RAISE(ABORT, 'a limit is never changed'); END;

        """

    private static let staffEvents = """
        CREATE TABLE staff_event (
            event_id INTEGER PRIMARY KEY,
            staff_id INTEGER NOT NULL REFERENCES staff_member,
            event TEXT NOT NULL CHECK (event IN ('dismiss', 'reinstate', 'qualify')),
            vetted_until INTEGER,
            trained_until INTEGER,
            recorded_by INTEGER NOT NULL REFERENCES staff_member,
            recorded_at INTEGER NOT NULL,
            reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
            CHECK (recorded_by <> staff_id),
            CHECK ((event = 'qualify')
                = (vetted_until IS NOT NULL AND trained_until IS NOT NULL))
        ) STRICT;
        CREATE INDEX staff_event_of ON staff_event (staff_id);
        CREATE TRIGGER staff_event_new BEFORE INSERT ON staff_event
        WHEN NEW.event_id > 0
            AND EXISTS (SELECT 1 FROM staff_event WHERE event_id >= NEW.event_id)
        BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
        CREATE TRIGGER staff_event_kept BEFORE DELETE ON staff_event
        BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
        CREATE TRIGGER staff_event_fixed BEFORE UPDATE ON staff_event
        BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;

        """
}
