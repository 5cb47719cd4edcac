/// The tables of what is agreed with partners about files, differences and money.
extension AgencySchema {
    static let settlementTerms = """
        CREATE TABLE settlement_terms (
            terms_id INTEGER PRIMARY KEY,
            partner_id INTEGER NOT NULL REFERENCES partner,
            valid_from INTEGER NOT NULL,
            match_rule TEXT,
            timing_margin_minutes INTEGER NOT NULL
                CHECK (timing_margin_minutes BETWEEN 0 AND 720),
            write_off_limit_fen INTEGER NOT NULL CHECK (write_off_limit_fen >= 0),
            cycle TEXT NOT NULL CHECK (cycle IN ('daily', 'weekly', 'monthly')),
            file_weekdays TEXT NOT NULL,
            file_due_minutes INTEGER NOT NULL CHECK (file_due_minutes BETWEEN 0 AND 43200),
            escalation_minutes INTEGER NOT NULL CHECK (escalation_minutes BETWEEN 0 AND 43200),
            sends_on_holidays INTEGER NOT NULL DEFAULT 1 CHECK (sends_on_holidays IN (0, 1)),
            bank_name TEXT,
            bank_account TEXT,
            account_name TEXT,
            CHECK ((bank_name IS NULL) = (bank_account IS NULL)),
            CHECK ((bank_name IS NULL) = (account_name IS NULL)),
            UNIQUE (partner_id, valid_from)
        ) STRICT;
        CREATE TRIGGER settlement_terms_kept BEFORE DELETE ON settlement_terms
        BEGIN SELECT RAISE(ABORT, 'settlement terms are never deleted'); END;
        CREATE TRIGGER settlement_terms_fixed BEFORE UPDATE ON settlement_terms
        BEGIN SELECT RAISE(ABORT, 'settlement terms are never changed; later ones follow'); END;
        CREATE TABLE settlement_total (
            direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
            file_id INTEGER NOT NULL,
            type TEXT NOT NULL,
            posted_count INTEGER NOT NULL,
            reversed_count INTEGER NOT NULL,
            amount_fen INTEGER NOT NULL,
            fee_fen INTEGER NOT NULL,
            commission_fen INTEGER NOT NULL,
            PRIMARY KEY (direction, file_id, type)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER settlement_total_kept BEFORE DELETE ON settlement_total
        BEGIN SELECT RAISE(ABORT, 'the totals of a file are never deleted'); END;
        CREATE TRIGGER settlement_total_fixed BEFORE UPDATE ON settlement_total
        BEGIN SELECT RAISE(ABORT, 'the totals of a file are never changed'); END;
        CREATE TABLE settlement_holiday (
            holiday_date INTEGER PRIMARY KEY,
            name TEXT NOT NULL
        ) STRICT;
        CREATE TABLE file_overdue (
            partner_id INTEGER NOT NULL REFERENCES partner,
            business_date INTEGER NOT NULL REFERENCES business_date,
            level TEXT NOT NULL CHECK (level IN ('overdue', 'escalated')),
            recorded_at INTEGER NOT NULL,
            PRIMARY KEY (partner_id, business_date, level)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER file_overdue_kept BEFORE DELETE ON file_overdue
        BEGIN SELECT RAISE(ABORT, 'that a file was overdue is never forgotten'); END;
        CREATE TRIGGER file_overdue_fixed BEFORE UPDATE ON file_overdue
        BEGIN SELECT RAISE(ABORT, 'that a file was overdue is never changed'); END;

        """

    // One row for each accepted file of a partner: our dates that it answers, compared line by line. The
    // sums are nets: ours without adjustments, which only make up for what was different before.
    //
    // An exception is a difference that stays until it is explained or settled by two people. At any time
    //
    //     sum of our nets − sum of their nets
    //         = differences of exceptions that are open + amounts of adjustments, negated
    //
    // for each partner; each row that is added here keeps it so.
    static let reconciliation = """
        CREATE TABLE reconciliation (
            reconciliation_id INTEGER PRIMARY KEY,
            partner_id INTEGER NOT NULL REFERENCES partner,
            partner_file_id INTEGER NOT NULL UNIQUE REFERENCES partner_file,
            first_date INTEGER NOT NULL,
            last_date INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            has_commission INTEGER NOT NULL CHECK (has_commission IN (0, 1)),
            is_compared INTEGER NOT NULL CHECK (is_compared IN (0, 1)),
            our_count INTEGER NOT NULL,
            our_net_fen INTEGER NOT NULL,
            their_count INTEGER NOT NULL,
            their_net_fen INTEGER NOT NULL,
            matched_count INTEGER NOT NULL,
            cleared_count INTEGER NOT NULL,
            CHECK (first_date <= last_date)
        ) STRICT;
        CREATE INDEX reconciliation_of_partner ON reconciliation (partner_id, last_date);
        CREATE TRIGGER reconciliation_follows BEFORE INSERT ON reconciliation
        WHEN EXISTS (SELECT 1 FROM reconciliation r WHERE r.partner_id = NEW.partner_id
                AND r.last_date >= NEW.first_date)
            OR NOT EXISTS (SELECT 1 FROM partner_file f
                WHERE f.file_id = NEW.partner_file_id AND f.partner_id = NEW.partner_id
                    AND f.state = 'accepted' AND f.business_date = NEW.last_date
                    AND f.detail_count = NEW.their_count AND f.net_fen = NEW.their_net_fen)
            OR EXISTS (SELECT 1 FROM settlement_file f WHERE f.partner_id = NEW.partner_id
                AND f.business_date <= NEW.last_date AND f.state <> 'released')
        BEGIN SELECT RAISE(ABORT, 'files are reconciled once, in order, with days of ours that are out'); END;
        CREATE TRIGGER reconciliation_kept BEFORE DELETE ON reconciliation
        BEGIN SELECT RAISE(ABORT, 'a reconciliation is never deleted'); END;
        CREATE TRIGGER reconciliation_fixed BEFORE UPDATE ON reconciliation
        BEGIN SELECT RAISE(ABORT, 'a reconciliation is never changed'); END;

        CREATE TABLE settlement_exception (
            exception_id INTEGER PRIMARY KEY,
            reconciliation_id INTEGER NOT NULL REFERENCES reconciliation,
            partner_id INTEGER NOT NULL REFERENCES partner,
            business_date INTEGER NOT NULL,
            class TEXT NOT NULL CHECK (class IN ('OURS_ONLY', 'PARTNER_ONLY', 'AMOUNT_DIFF',
                'STATUS_DIFF', 'DUPLICATE', 'TIMING', 'COMMISSION_DIFF', 'FILE_DIFF')),
            basis TEXT,
            difference_fen INTEGER NOT NULL,
            ours TEXT,
            theirs TEXT,
            serial TEXT NOT NULL,
            explanation TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'suspended', 'resolved')),
            resolution TEXT CHECK (resolution IN ('cleared', 'continued', 'offset', 'write_off')),
            opened_at INTEGER NOT NULL,
            resolved_at INTEGER,
            resolved_in INTEGER REFERENCES reconciliation,
            owner_id INTEGER REFERENCES staff_member,
            CHECK ((state = 'resolved') = (resolution IS NOT NULL)),
            CHECK ((state = 'resolved') = (resolved_at IS NOT NULL)),
            CHECK ((ifnull(resolution, '') IN ('cleared', 'continued')) = (resolved_in IS NOT NULL))
        ) STRICT;
        CREATE INDEX settlement_exception_open
        ON settlement_exception (partner_id, state, exception_id)
        WHERE state <> 'resolved';
        CREATE INDEX settlement_exception_unresolved ON settlement_exception (state, exception_id)
        WHERE state <> 'resolved';
        CREATE INDEX settlement_exception_of ON settlement_exception (reconciliation_id);
        CREATE INDEX settlement_exception_cleared ON settlement_exception (resolved_in)
        WHERE resolved_in IS NOT NULL;
        CREATE TRIGGER settlement_exception_new BEFORE INSERT ON settlement_exception
        WHEN NEW.state <> 'open' OR (NEW.exception_id > 0 AND EXISTS
            (SELECT 1 FROM settlement_exception WHERE exception_id >= NEW.exception_id))
        BEGIN SELECT RAISE(ABORT, 'an exception begins open, after those before it'); END;
        CREATE TRIGGER settlement_exception_kept BEFORE DELETE ON settlement_exception
        BEGIN SELECT RAISE(ABORT, 'an exception is worked, never deleted'); END;
        CREATE TRIGGER settlement_exception_steps BEFORE UPDATE ON settlement_exception
        WHEN OLD.state = 'resolved' OR (OLD.state = 'suspended' AND NEW.state = 'open')
            OR (OLD.state = 'suspended' AND ifnull(NEW.resolution, '') IN ('cleared', 'continued'))
            OR NEW.exception_id <> OLD.exception_id
            OR NEW.reconciliation_id <> OLD.reconciliation_id
            OR NEW.partner_id <> OLD.partner_id OR NEW.business_date <> OLD.business_date
            OR NEW.difference_fen <> OLD.difference_fen OR NEW.ours IS NOT OLD.ours
            OR NEW.theirs IS NOT OLD.theirs OR NEW.basis IS NOT OLD.basis
            OR NEW.serial <> OLD.serial OR NEW.explanation <> OLD.explanation
            OR NEW.opened_at <> OLD.opened_at
            OR (NEW.class <> OLD.class AND NOT (OLD.class = 'TIMING'
                AND NEW.class IN ('OURS_ONLY', 'PARTNER_ONLY')))
        BEGIN SELECT RAISE(ABORT, 'an exception keeps what it is, and follows its states'); END;

        CREATE TABLE settlement_resolution (
            resolution_id INTEGER PRIMARY KEY,
            partner_id INTEGER NOT NULL REFERENCES partner,
            kind TEXT NOT NULL CHECK (kind IN ('write_off', 'suspense', 'offset')),
            state TEXT NOT NULL CHECK (state IN
                ('proposed', 'approved', 'refused', 'withdrawn', 'lapsed')),
            proposed_by INTEGER NOT NULL REFERENCES staff_member,
            proposed_at INTEGER NOT NULL,
            reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
            decided_by INTEGER REFERENCES staff_member,
            decided_at INTEGER,
            decision_reason TEXT NOT NULL DEFAULT '',
            CHECK ((state = 'proposed') = (decided_at IS NULL)),
            CHECK ((state IN ('approved', 'refused', 'withdrawn')) = (decided_by IS NOT NULL)),
            CHECK (state NOT IN ('approved', 'refused') OR decided_by <> proposed_by)
        ) STRICT;
        CREATE TRIGGER settlement_resolution_new BEFORE INSERT ON settlement_resolution
        WHEN NEW.state <> 'proposed' OR (NEW.resolution_id > 0 AND EXISTS
            (SELECT 1 FROM settlement_resolution WHERE resolution_id >= NEW.resolution_id))
        BEGIN SELECT RAISE(ABORT, 'a resolution begins as a proposal'); END;
        CREATE TRIGGER settlement_resolution_kept BEFORE DELETE ON settlement_resolution
        BEGIN SELECT RAISE(ABORT, 'a resolution is never deleted'); END;
        CREATE TRIGGER settlement_resolution_steps BEFORE UPDATE ON settlement_resolution
        WHEN OLD.state <> 'proposed' OR NEW.resolution_id <> OLD.resolution_id
            OR NEW.partner_id <> OLD.partner_id OR NEW.kind <> OLD.kind
            OR NEW.proposed_by <> OLD.proposed_by OR NEW.proposed_at <> OLD.proposed_at
            OR NEW.reason <> OLD.reason
        BEGIN SELECT RAISE(ABORT, 'a proposal is decided once'); END;

        CREATE TABLE settlement_resolution_item (
            resolution_id INTEGER NOT NULL REFERENCES settlement_resolution,
            exception_id INTEGER NOT NULL REFERENCES settlement_exception,
            PRIMARY KEY (resolution_id, exception_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX settlement_resolution_of ON settlement_resolution_item (exception_id);
        CREATE TRIGGER settlement_resolution_item_new BEFORE INSERT ON settlement_resolution_item
        WHEN EXISTS (
            SELECT 1 FROM settlement_resolution_item i
            JOIN settlement_resolution r ON r.resolution_id = i.resolution_id
            WHERE i.exception_id = NEW.exception_id AND r.state = 'proposed'
                AND r.resolution_id <> NEW.resolution_id)
            OR NOT EXISTS (
                SELECT 1 FROM settlement_exception e JOIN settlement_resolution r
                    ON r.partner_id = e.partner_id
                WHERE e.exception_id = NEW.exception_id AND e.state <> 'resolved'
                    AND r.resolution_id = NEW.resolution_id AND r.state = 'proposed')
        BEGIN SELECT RAISE(ABORT, 'an exception has one proposal at a time'); END;
        CREATE TRIGGER settlement_resolution_item_kept BEFORE DELETE ON settlement_resolution_item
        BEGIN SELECT RAISE(ABORT, 'what a resolution is of is never changed'); END;
        CREATE TRIGGER settlement_resolution_item_fixed BEFORE UPDATE ON settlement_resolution_item
        BEGIN SELECT RAISE(ABORT, 'what a resolution is of is never changed'); END;

        CREATE TABLE settlement_adjustment (
            adjustment_id INTEGER PRIMARY KEY,
            resolution_id INTEGER NOT NULL REFERENCES settlement_resolution,
            exception_id INTEGER NOT NULL REFERENCES settlement_exception,
            partner_id INTEGER NOT NULL REFERENCES partner,
            business_date INTEGER NOT NULL REFERENCES business_date,
            recorded_at INTEGER NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
            moves_partner INTEGER NOT NULL CHECK (moves_partner IN (0, 1)),
            account_reference TEXT NOT NULL,
            original_serial TEXT,
            entry_id INTEGER NOT NULL UNIQUE REFERENCES journal_entry
        ) STRICT;
        CREATE INDEX settlement_adjustment_on ON settlement_adjustment (business_date, partner_id);
        CREATE UNIQUE INDEX settlement_adjustment_once
        ON settlement_adjustment (exception_id, moves_partner);
        CREATE TRIGGER settlement_adjustment_new BEFORE INSERT ON settlement_adjustment
        WHEN (SELECT state FROM business_date WHERE business_date = NEW.business_date)
                IS NOT 'open'
            OR NOT EXISTS (
                SELECT 1 FROM settlement_resolution_item i JOIN settlement_resolution r
                    ON r.resolution_id = i.resolution_id
                WHERE i.resolution_id = NEW.resolution_id AND i.exception_id = NEW.exception_id
                    AND r.state = 'approved' AND r.partner_id = NEW.partner_id)
        BEGIN SELECT RAISE(ABORT, 'an adjustment is of what two people agreed on'); END;
        CREATE TRIGGER settlement_adjustment_kept BEFORE DELETE ON settlement_adjustment
        BEGIN SELECT RAISE(ABORT, 'an adjustment is never deleted'); END;
        CREATE TRIGGER settlement_adjustment_fixed BEFORE UPDATE ON settlement_adjustment
        BEGIN SELECT RAISE(ABORT, 'an adjustment is never changed'); END;

        CREATE TABLE exception_event (
            event_id INTEGER PRIMARY KEY,
            exception_id INTEGER NOT NULL REFERENCES settlement_exception,
            event TEXT NOT NULL CHECK (event IN ('note', 'assign', 'propose', 'withdraw',
                'refuse', 'approve', 'lapse', 'clear', 'continue', 'reclassify')),
            staff_id INTEGER REFERENCES staff_member,
            recorded_at INTEGER NOT NULL,
            text TEXT NOT NULL
        ) STRICT;
        CREATE INDEX exception_event_of ON exception_event (exception_id);
        CREATE TRIGGER exception_event_new BEFORE INSERT ON exception_event
        WHEN NEW.event_id > 0
            AND EXISTS (SELECT 1 FROM exception_event WHERE event_id >= NEW.event_id)
        BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
        CREATE TRIGGER exception_event_kept BEFORE DELETE ON exception_event
        BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
        CREATE TRIGGER exception_event_fixed BEFORE UPDATE ON exception_event
        BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;

        """
}
