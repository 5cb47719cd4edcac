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
            UNIQUE (partner_id, valid_from)
        ) STRICT;
        CREATE TRIGGER settlement_terms_kept BEFORE DELETE ON settlement_terms
        BEGIN SELECT RAISE(ABORT, 'settlement terms are never deleted'); END;
        CREATE TRIGGER settlement_terms_fixed BEFORE UPDATE ON settlement_terms
        BEGIN SELECT RAISE(ABORT, 'settlement terms are never changed; later ones follow'); END;

        """
}
