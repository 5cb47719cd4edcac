/// The tables of what is taken back: who consented to it.
extension AgencySchema {
    static let corrections = """
        CREATE TABLE authorisation (
            authorisation_id INTEGER PRIMARY KEY,
            correction TEXT NOT NULL CHECK (correction IN ('void', 'refund')),
            serial INTEGER NOT NULL REFERENCES service_transaction,
            supervisor_id INTEGER NOT NULL REFERENCES staff_member,
            reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 120),
            code_digest TEXT NOT NULL,
            issued_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL CHECK (expires_at > issued_at),
            state TEXT NOT NULL
                CHECK (state IN ('issued', 'used', 'expired', 'blocked', 'replaced')),
            wrong_codes INTEGER NOT NULL CHECK (wrong_codes >= 0),
            used_serial INTEGER UNIQUE REFERENCES service_transaction,
            CHECK ((state = 'used') = (used_serial IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX authorisation_live
        ON authorisation (serial, correction, supervisor_id) WHERE state = 'issued';
        CREATE TRIGGER authorisation_kept BEFORE DELETE ON authorisation
        BEGIN SELECT RAISE(ABORT, 'an authorisation is never deleted'); END;
        CREATE TRIGGER authorisation_new BEFORE INSERT ON authorisation
        WHEN NEW.state <> 'issued' OR NEW.wrong_codes <> 0
        BEGIN SELECT RAISE(ABORT, 'an authorisation begins as issued'); END;
        CREATE TRIGGER authorisation_final BEFORE UPDATE ON authorisation
        WHEN OLD.state <> 'issued' OR NEW.authorisation_id <> OLD.authorisation_id
            OR NEW.correction <> OLD.correction OR NEW.serial <> OLD.serial
            OR NEW.supervisor_id <> OLD.supervisor_id OR NEW.reason <> OLD.reason
            OR NEW.code_digest <> OLD.code_digest OR NEW.issued_at <> OLD.issued_at
            OR NEW.expires_at <> OLD.expires_at OR NEW.wrong_codes < OLD.wrong_codes
        BEGIN SELECT RAISE(ABORT, 'an authorisation is used as it was issued, and once'); END;
        CREATE TRIGGER authorisation_used BEFORE UPDATE ON authorisation
        WHEN NEW.state = 'used' AND NOT EXISTS (
            SELECT 1 FROM service_transaction x WHERE x.serial = NEW.used_serial
                AND x.original_serial = NEW.serial AND x.correction = NEW.correction)
        BEGIN SELECT RAISE(ABORT, 'an authorisation is used by its correction'); END;

        """
}
