/// The table of what partners sent.
extension AgencySchema {
    // The bytes lie in the data folder under `received/`; a row tells what became of them.
    //
    // A partner that cannot produce our format has a layout. Its files have no code and no chain: they
    // follow each other by their dates, and what proves the sender is the folder alone.
    static let partnerFiles = """
        CREATE TABLE partner_layout (
            layout_id INTEGER PRIMARY KEY,
            partner_id INTEGER NOT NULL REFERENCES partner,
            valid_from INTEGER NOT NULL,
            text TEXT NOT NULL,
            recorded_at INTEGER NOT NULL,
            UNIQUE (partner_id, valid_from)
        ) STRICT;
        CREATE TRIGGER partner_layout_kept BEFORE DELETE ON partner_layout
        BEGIN SELECT RAISE(ABORT, 'a layout is never deleted'); END;
        CREATE TRIGGER partner_layout_fixed BEFORE UPDATE ON partner_layout
        BEGIN SELECT RAISE(ABORT, 'a layout is never changed; a later one follows'); END;
        CREATE TABLE partner_file (
            file_id INTEGER PRIMARY KEY,
            partner_id INTEGER NOT NULL REFERENCES partner,
            kind TEXT NOT NULL DEFAULT 'settlement'
                CHECK (kind IN ('settlement', 'acknowledgement')),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
            received_at INTEGER NOT NULL,
            digest TEXT NOT NULL CHECK (length(digest) = 64),
            sidecar_digest TEXT CHECK (length(sidecar_digest) = 64),
            byte_count INTEGER NOT NULL CHECK (byte_count >= 0),
            state TEXT NOT NULL CHECK (state IN
                ('accepted', 'waiting', 'quarantined', 'rejected')),
            fault TEXT,
            reason TEXT NOT NULL DEFAULT '',
            key_id TEXT,
            business_date INTEGER,
            sequence INTEGER,
            previous_digest TEXT,
            detail_count INTEGER,
            net_fen INTEGER,
            layout_id INTEGER REFERENCES partner_layout,
            has_commission INTEGER NOT NULL DEFAULT 1 CHECK (has_commission IN (0, 1)),
            CHECK ((state IN ('accepted', 'waiting')) = (fault IS NULL)),
            CHECK (state NOT IN ('accepted', 'waiting') OR kind = 'acknowledgement'
                OR (business_date IS NOT NULL AND detail_count IS NOT NULL
                    AND net_fen IS NOT NULL)),
            CHECK (state NOT IN ('accepted', 'waiting') OR layout_id IS NOT NULL
                OR (sidecar_digest IS NOT NULL AND key_id IS NOT NULL AND sequence IS NOT NULL
                    AND (previous_digest IS NOT NULL OR kind = 'acknowledgement'))),
            CHECK (layout_id IS NULL OR (kind = 'settlement' AND sidecar_digest IS NULL
                AND key_id IS NULL AND sequence IS NULL AND state IN ('accepted', 'rejected'))),
            CHECK (kind <> 'acknowledgement' OR (state <> 'waiting' AND business_date IS NULL
                AND previous_digest IS NULL AND detail_count IS NULL AND net_fen IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX partner_file_chain ON partner_file (partner_id, kind, sequence)
        WHERE state = 'accepted';
        CREATE INDEX partner_file_of_date ON partner_file (partner_id, business_date);
        CREATE INDEX partner_file_signed ON partner_file (partner_id, file_id, state)
        WHERE kind = 'settlement' AND key_id IS NOT NULL;
        CREATE INDEX partner_file_bytes ON partner_file (partner_id, digest);
        CREATE TRIGGER partner_file_kept BEFORE DELETE ON partner_file
        BEGIN SELECT RAISE(ABORT, 'what a partner sent is kept'); END;
        CREATE TRIGGER partner_file_dates BEFORE INSERT ON partner_file
        WHEN NEW.state = 'accepted' AND EXISTS (SELECT 1 FROM partner_file f
            WHERE f.partner_id = NEW.partner_id AND f.state = 'accepted'
                AND f.business_date >= NEW.business_date)
        BEGIN SELECT RAISE(ABORT, 'a partner file is accepted in the order of its dates'); END;
        CREATE TRIGGER partner_file_links BEFORE INSERT ON partner_file
        WHEN NEW.state = 'accepted' AND NEW.kind = 'settlement'
            AND NEW.sequence <> 1 + ifnull((SELECT max(f.sequence) FROM partner_file f
                WHERE f.partner_id = NEW.partner_id AND f.kind = 'settlement'
                    AND f.state = 'accepted'), 0)
        BEGIN SELECT RAISE(ABORT, 'a partner file is accepted in the order of its chain'); END;
        CREATE TRIGGER partner_file_steps BEFORE UPDATE ON partner_file
        WHEN OLD.state <> 'waiting' OR NEW.state NOT IN ('accepted', 'rejected')
            OR NEW.file_id <> OLD.file_id OR NEW.partner_id <> OLD.partner_id
            OR NEW.kind <> OLD.kind OR NEW.name <> OLD.name OR NEW.received_at <> OLD.received_at
            OR NEW.digest <> OLD.digest OR NEW.sidecar_digest <> OLD.sidecar_digest
            OR NEW.byte_count <> OLD.byte_count OR NEW.key_id <> OLD.key_id
            OR NEW.business_date <> OLD.business_date OR NEW.sequence <> OLD.sequence
            OR NEW.previous_digest <> OLD.previous_digest
            OR NEW.detail_count <> OLD.detail_count OR NEW.net_fen <> OLD.net_fen
            OR NEW.state = 'accepted' AND NEW.sequence <> 1 + ifnull((SELECT max(f.sequence)
                FROM partner_file f
                WHERE f.partner_id = NEW.partner_id AND f.kind = 'settlement'
                    AND f.state = 'accepted'), 0)
        BEGIN SELECT RAISE(ABORT, 'a partner file that waits ends once, as it was sent'); END;

        """
}
