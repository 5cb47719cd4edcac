/// The tables of money that partners and the agency settle: cycles, instructions, statements.
extension AgencySchema {
    static let clearing = cycles + instructions + payments + statements + statementEvents

    // A cycle may only become shorter, while it is open and no other one follows.
    private static let cycles = """
        CREATE TABLE settlement_cycle (
            cycle_id INTEGER PRIMARY KEY,
            partner_id INTEGER NOT NULL REFERENCES partner,
            number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 999999),
            length TEXT NOT NULL CHECK (length IN ('daily', 'weekly', 'monthly')),
            from_date INTEGER NOT NULL,
            to_date INTEGER NOT NULL CHECK (to_date >= from_date),
            state TEXT NOT NULL CHECK (state IN ('open', 'due', 'instructed', 'settled')),
            payable_fen INTEGER,
            receivable_fen INTEGER,
            net_fen INTEGER,
            due_at INTEGER,
            settled_at INTEGER,
            UNIQUE (partner_id, number),
            CHECK ((state = 'open') = (net_fen IS NULL)),
            CHECK ((state = 'open') = (payable_fen IS NULL)),
            CHECK ((state = 'open') = (receivable_fen IS NULL)),
            CHECK ((state = 'open') = (due_at IS NULL)),
            CHECK ((state = 'settled') = (settled_at IS NOT NULL)),
            CHECK (net_fen = payable_fen - receivable_fen),
            CHECK (state <> 'instructed' OR net_fen <> 0)
        ) STRICT;
        CREATE INDEX settlement_cycle_unsettled ON settlement_cycle (partner_id)
        WHERE state <> 'settled';
        CREATE TRIGGER settlement_cycle_kept BEFORE DELETE ON settlement_cycle
        BEGIN SELECT RAISE(ABORT, 'a settlement cycle is never deleted'); END;
        CREATE TRIGGER settlement_cycle_new BEFORE INSERT ON settlement_cycle
        WHEN NEW.state <> 'open'
            OR NEW.number <> 1 + ifnull((SELECT max(c.number) FROM settlement_cycle c
                WHERE c.partner_id = NEW.partner_id), 0)
            OR NEW.from_date <> ifnull((SELECT 1 + max(c.to_date) FROM settlement_cycle c
                WHERE c.partner_id = NEW.partner_id), NEW.from_date)
        BEGIN SELECT RAISE(ABORT, 'a settlement cycle begins open, after the one before'); END;
        CREATE TRIGGER settlement_cycle_state BEFORE UPDATE ON settlement_cycle
        WHEN NOT (OLD.state = 'open' AND NEW.state IN ('open', 'due')
                OR OLD.state = 'due' AND NEW.state IN ('instructed', 'settled')
                OR OLD.state = 'instructed' AND NEW.state IN ('due', 'settled'))
            OR NEW.cycle_id <> OLD.cycle_id OR NEW.partner_id <> OLD.partner_id
            OR NEW.number <> OLD.number OR NEW.length <> OLD.length
            OR NEW.from_date <> OLD.from_date
            OR NEW.to_date <> OLD.to_date AND (NEW.state <> 'open' OR NEW.to_date > OLD.to_date
                OR EXISTS (SELECT 1 FROM settlement_cycle c WHERE c.partner_id = OLD.partner_id
                    AND c.number > OLD.number))
            OR OLD.state <> 'open' AND (NEW.net_fen <> OLD.net_fen
                OR NEW.payable_fen <> OLD.payable_fen
                OR NEW.receivable_fen <> OLD.receivable_fen OR NEW.due_at <> OLD.due_at)
        BEGIN SELECT RAISE(ABORT, 'a settlement cycle keeps its dates and sums, and follows its states');
        END;
        CREATE TRIGGER settlement_cycle_due BEFORE UPDATE ON settlement_cycle
        WHEN OLD.state = 'open' AND NEW.state = 'due' AND (
            EXISTS (SELECT 1 FROM business_date b
                WHERE b.state = 'open' AND b.business_date <= OLD.to_date)
            OR EXISTS (SELECT 1 FROM settlement_file f WHERE f.partner_id = OLD.partner_id
                AND f.business_date BETWEEN OLD.from_date AND OLD.to_date
                AND f.state <> 'released')
            OR NEW.net_fen IS NOT (SELECT sum(f.net_fen) FROM settlement_file f
                WHERE f.partner_id = OLD.partner_id
                AND f.business_date BETWEEN OLD.from_date AND OLD.to_date))
        BEGIN SELECT RAISE(ABORT, 'a cycle is due when its files are released, by their net'); END;
        CREATE TRIGGER settlement_cycle_instructed BEFORE UPDATE ON settlement_cycle
        WHEN OLD.state = 'due' AND NEW.state = 'instructed' AND NOT EXISTS (
            SELECT 1 FROM settlement_instruction i
            WHERE i.cycle_id = OLD.cycle_id AND i.state = 'approved')
        BEGIN SELECT RAISE(ABORT, 'a cycle is instructed by an approved instruction'); END;
        CREATE TRIGGER settlement_cycle_recalled BEFORE UPDATE ON settlement_cycle
        WHEN OLD.state = 'instructed' AND NEW.state = 'due' AND EXISTS (
            SELECT 1 FROM settlement_instruction i
            WHERE i.cycle_id = OLD.cycle_id AND i.state IN ('approved', 'confirmed'))
        BEGIN SELECT RAISE(ABORT, 'a cycle is due again when its instruction was recalled'); END;
        CREATE TRIGGER settlement_cycle_settled BEFORE UPDATE ON settlement_cycle
        WHEN OLD.state <> 'settled' AND NEW.state = 'settled' AND (
            OLD.state = 'due' AND OLD.net_fen <> 0
            OR OLD.payable_fen <> 0 AND NOT EXISTS (
                SELECT 1 FROM settlement_payment p WHERE p.cycle_id = OLD.cycle_id)
            OR OLD.net_fen <> 0 AND NOT EXISTS (SELECT 1 FROM settlement_instruction i
                WHERE i.cycle_id = OLD.cycle_id AND i.state = 'confirmed'))
        BEGIN SELECT RAISE(ABORT, 'a cycle is settled by its payment'); END;

        """

    private static let instructions = """
        CREATE TABLE settlement_instruction (
            instruction_id INTEGER PRIMARY KEY,
            cycle_id INTEGER NOT NULL REFERENCES settlement_cycle,
            reference TEXT NOT NULL CHECK (length(reference) BETWEEN 1 AND 35),
            direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            centre_id INTEGER NOT NULL REFERENCES centre,
            bank_name TEXT,
            bank_account TEXT,
            account_name TEXT,
            state TEXT NOT NULL CHECK (state IN
                ('proposed', 'approved', 'declined', 'recalled', 'confirmed')),
            proposed_by INTEGER NOT NULL REFERENCES staff_member,
            proposed_at INTEGER NOT NULL,
            decided_by INTEGER REFERENCES staff_member,
            decided_at INTEGER,
            reason TEXT NOT NULL DEFAULT '',
            recalled_by INTEGER REFERENCES staff_member,
            recalled_at INTEGER,
            recall_reason TEXT,
            confirmed_at INTEGER,
            CHECK ((state = 'recalled') = (recalled_by IS NOT NULL)),
            CHECK ((state = 'recalled') = (recalled_at IS NOT NULL)),
            CHECK ((state = 'recalled') = (recall_reason IS NOT NULL)),
            CHECK ((state = 'proposed') = (decided_by IS NULL)),
            CHECK ((state = 'proposed') = (decided_at IS NULL)),
            CHECK (state = 'declined' OR decided_by IS NOT proposed_by),
            CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL)),
            CHECK (direction = 'in' OR (bank_name IS NOT NULL AND bank_account IS NOT NULL
                AND account_name IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX settlement_instruction_reference ON settlement_instruction (reference)
        WHERE state NOT IN ('declined', 'recalled');
        CREATE INDEX settlement_instruction_of ON settlement_instruction (cycle_id);
        CREATE UNIQUE INDEX settlement_instruction_cycle ON settlement_instruction (cycle_id)
        WHERE state NOT IN ('declined', 'recalled');
        CREATE TRIGGER settlement_instruction_kept BEFORE DELETE ON settlement_instruction
        BEGIN SELECT RAISE(ABORT, 'a settlement instruction is never deleted'); END;
        CREATE TRIGGER settlement_instruction_new BEFORE INSERT ON settlement_instruction
        WHEN NEW.state <> 'proposed' OR NOT EXISTS (SELECT 1 FROM settlement_cycle c
            WHERE c.cycle_id = NEW.cycle_id AND c.state = 'due'
                AND abs(c.net_fen) = NEW.amount_fen
                AND (c.net_fen > 0) = (NEW.direction = 'out'))
        BEGIN SELECT RAISE(ABORT, 'an instruction is of a due cycle and its net'); END;
        CREATE TRIGGER settlement_instruction_state BEFORE UPDATE ON settlement_instruction
        WHEN NOT (OLD.state = 'proposed' AND NEW.state IN ('approved', 'declined')
                OR OLD.state = 'approved' AND NEW.state IN ('recalled', 'confirmed'))
            OR NEW.instruction_id <> OLD.instruction_id OR NEW.cycle_id <> OLD.cycle_id
            OR NEW.reference <> OLD.reference OR NEW.direction <> OLD.direction
            OR NEW.amount_fen <> OLD.amount_fen OR NEW.centre_id <> OLD.centre_id
            OR NEW.bank_name IS NOT OLD.bank_name OR NEW.bank_account IS NOT OLD.bank_account
            OR NEW.account_name IS NOT OLD.account_name
            OR NEW.proposed_by <> OLD.proposed_by OR NEW.proposed_at <> OLD.proposed_at
            OR OLD.state = 'approved' AND (NEW.decided_by <> OLD.decided_by
                OR NEW.decided_at <> OLD.decided_at OR NEW.reason <> OLD.reason)
        BEGIN SELECT RAISE(ABORT, 'an instruction only follows its states'); END;

        """

    private static let payments = """
        CREATE TABLE settlement_payment (
            cycle_id INTEGER PRIMARY KEY REFERENCES settlement_cycle,
            partner_id INTEGER NOT NULL REFERENCES partner,
            business_date INTEGER NOT NULL REFERENCES business_date,
            entry_id INTEGER NOT NULL UNIQUE REFERENCES journal_entry,
            payable_fen INTEGER NOT NULL,
            receivable_fen INTEGER NOT NULL,
            net_fen INTEGER NOT NULL CHECK (net_fen = payable_fen - receivable_fen)
        ) STRICT;
        CREATE INDEX settlement_payment_day ON settlement_payment (partner_id, business_date);
        CREATE TRIGGER settlement_payment_kept BEFORE DELETE ON settlement_payment
        BEGIN SELECT RAISE(ABORT, 'a settlement payment is never deleted'); END;
        CREATE TRIGGER settlement_payment_fixed BEFORE UPDATE ON settlement_payment
        BEGIN SELECT RAISE(ABORT, 'a settlement payment is never changed'); END;
        CREATE TRIGGER settlement_payment_new BEFORE INSERT ON settlement_payment
        WHEN NOT EXISTS (SELECT 1 FROM settlement_cycle c WHERE c.cycle_id = NEW.cycle_id
                AND c.state IN ('due', 'instructed') AND c.partner_id = NEW.partner_id
                AND c.payable_fen = NEW.payable_fen AND c.receivable_fen = NEW.receivable_fen)
            OR NOT EXISTS (SELECT 1 FROM journal_entry e WHERE e.entry_id = NEW.entry_id
                AND e.business_date = NEW.business_date AND e.source_id = NEW.cycle_id
                AND e.kind = 'settlement_payment')
        BEGIN SELECT RAISE(ABORT, 'a settlement payment is of its cycle and its entry'); END;

        """

    // `entry_id` is what it posted for good; what waited in suspense before keeps that entry too.
    private static let statements = """
        CREATE TABLE bank_statement (
            statement_id INTEGER PRIMARY KEY,
            centre_id INTEGER NOT NULL REFERENCES centre,
            account TEXT NOT NULL,
            external_id TEXT NOT NULL CHECK (length(external_id) BETWEEN 1 AND 35),
            format TEXT NOT NULL CHECK (format IN ('camt.053', 'csv')),
            digest TEXT NOT NULL CHECK (length(digest) = 64),
            opening_fen INTEGER,
            closing_fen INTEGER,
            entry_count INTEGER NOT NULL CHECK (entry_count >= 0),
            imported_at INTEGER NOT NULL,
            imported_by INTEGER REFERENCES staff_member,
            UNIQUE (account, external_id),
            CHECK ((opening_fen IS NULL) = (closing_fen IS NULL))
        ) STRICT;
        CREATE INDEX bank_statement_bytes ON bank_statement (digest);
        CREATE TRIGGER bank_statement_kept BEFORE DELETE ON bank_statement
        BEGIN SELECT RAISE(ABORT, 'a bank statement is never deleted'); END;
        CREATE TRIGGER bank_statement_fixed BEFORE UPDATE ON bank_statement
        BEGIN SELECT RAISE(ABORT, 'a bank statement is never changed'); END;
        CREATE TABLE bank_statement_entry (
            statement_entry_id INTEGER PRIMARY KEY,
            statement_id INTEGER NOT NULL REFERENCES bank_statement,
            position INTEGER NOT NULL CHECK (position >= 1),
            direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            booking_date INTEGER NOT NULL,
            bank_reference TEXT NOT NULL,
            end_to_end_id TEXT NOT NULL,
            remittance TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN
                ('matched', 'assigned', 'suspended', 'unmatched')),
            reason TEXT,
            instruction_id INTEGER UNIQUE REFERENCES settlement_instruction,
            entry_id INTEGER UNIQUE REFERENCES journal_entry,
            suspense_entry_id INTEGER UNIQUE REFERENCES journal_entry,
            UNIQUE (statement_id, position),
            CHECK ((state IN ('matched', 'assigned')) = (instruction_id IS NOT NULL)),
            CHECK ((state IN ('matched', 'assigned')) = (entry_id IS NOT NULL)),
            CHECK (state <> 'matched' OR (suspense_entry_id IS NULL AND reason IS NULL)),
            CHECK (state <> 'unmatched' OR suspense_entry_id IS NULL),
            CHECK (state <> 'suspended' OR suspense_entry_id IS NOT NULL),
            CHECK (state = 'matched' OR reason IS NOT NULL)
        ) STRICT;
        CREATE INDEX bank_statement_entry_state_of ON bank_statement_entry (state);
        CREATE INDEX bank_statement_entry_bank ON bank_statement_entry (bank_reference)
        WHERE bank_reference <> '';
        CREATE TRIGGER bank_statement_entry_new BEFORE INSERT ON bank_statement_entry
        WHEN NEW.state NOT IN ('matched', 'unmatched')
        BEGIN SELECT RAISE(ABORT, 'an entry of a statement is matched, or waits for people'); END;
        CREATE TRIGGER bank_statement_entry_kept BEFORE DELETE ON bank_statement_entry
        BEGIN SELECT RAISE(ABORT, 'an entry of a statement is never deleted'); END;
        CREATE TRIGGER bank_statement_entry_state BEFORE UPDATE ON bank_statement_entry
        WHEN NOT (OLD.state = 'unmatched' AND NEW.state IN ('assigned', 'suspended')
                OR OLD.state = 'suspended' AND NEW.state = 'assigned')
            OR NEW.statement_entry_id <> OLD.statement_entry_id
            OR NEW.statement_id <> OLD.statement_id OR NEW.position <> OLD.position
            OR NEW.direction <> OLD.direction OR NEW.amount_fen <> OLD.amount_fen
            OR NEW.booking_date <> OLD.booking_date
            OR NEW.bank_reference <> OLD.bank_reference
            OR NEW.end_to_end_id <> OLD.end_to_end_id OR NEW.remittance <> OLD.remittance
            OR NEW.reason IS NOT OLD.reason
            OR OLD.state = 'suspended' AND NEW.suspense_entry_id <> OLD.suspense_entry_id
            OR (SELECT v.event FROM bank_statement_event v
                WHERE v.statement_entry_id = OLD.statement_entry_id
                ORDER BY v.event_id DESC LIMIT 1) IS NOT 'approve'
            OR (SELECT v.event FROM bank_statement_event v
                WHERE v.statement_entry_id = OLD.statement_entry_id
                ORDER BY v.event_id DESC LIMIT 1 OFFSET 1)
                IS NOT CASE NEW.state WHEN 'assigned' THEN 'assign' ELSE 'suspend' END
        BEGIN SELECT RAISE(ABORT, 'an entry of a statement changes as two people decided'); END;

        """

    private static let statementEvents = """
        CREATE TABLE bank_statement_event (
            event_id INTEGER PRIMARY KEY,
            statement_entry_id INTEGER NOT NULL REFERENCES bank_statement_entry,
            event TEXT NOT NULL CHECK (event IN ('assign', 'suspend', 'approve', 'decline')),
            instruction_id INTEGER REFERENCES settlement_instruction,
            staff_id INTEGER NOT NULL REFERENCES staff_member,
            recorded_at INTEGER NOT NULL,
            reason TEXT NOT NULL,
            CHECK ((event = 'assign') = (instruction_id IS NOT NULL))
        ) STRICT;
        CREATE INDEX bank_statement_event_of ON bank_statement_event (statement_entry_id);
        CREATE TRIGGER bank_statement_event_new BEFORE INSERT ON bank_statement_event
        WHEN (NEW.event IN ('approve', 'decline')) IS NOT ifnull((
                SELECT v.event IN ('assign', 'suspend') FROM bank_statement_event v
                WHERE v.statement_entry_id = NEW.statement_entry_id
                ORDER BY v.event_id DESC LIMIT 1), 0)
            OR NEW.event = 'approve' AND NEW.staff_id IS (
                SELECT v.staff_id FROM bank_statement_event v
                WHERE v.statement_entry_id = NEW.statement_entry_id
                ORDER BY v.event_id DESC LIMIT 1)
        BEGIN SELECT RAISE(ABORT, 'one proposes, another one decides'); END;
        CREATE TRIGGER bank_statement_event_kept BEFORE DELETE ON bank_statement_event
        BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
        CREATE TRIGGER bank_statement_event_fixed BEFORE UPDATE ON bank_statement_event
        BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;

        """
}
