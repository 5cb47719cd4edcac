/// The tables of how files of ours reach partners, and of what each side says of the other's files.
extension AgencySchema {
    // That a file was put into the partner's folder, each time, and who has fetched it, once each.
    static let deliveries = """
        CREATE TABLE settlement_delivery (
            delivery_id INTEGER PRIMARY KEY,
            file_id INTEGER NOT NULL REFERENCES settlement_file,
            channel TEXT NOT NULL CHECK (channel IN ('outbox', 'download')),
            staff_id INTEGER REFERENCES staff_member,
            recorded_at INTEGER NOT NULL,
            CHECK ((channel = 'download') = (staff_id IS NOT NULL))
        ) STRICT;
        CREATE INDEX settlement_delivery_of ON settlement_delivery (file_id);
        CREATE UNIQUE INDEX settlement_delivery_once ON settlement_delivery (file_id, staff_id)
        WHERE channel = 'download';
        CREATE TRIGGER settlement_delivery_new BEFORE INSERT ON settlement_delivery
        WHEN (NEW.delivery_id > 0 AND EXISTS
            (SELECT 1 FROM settlement_delivery WHERE delivery_id >= NEW.delivery_id))
            OR NOT EXISTS (SELECT 1 FROM settlement_file f
                WHERE f.file_id = NEW.file_id AND f.state = 'released'
                    AND (NEW.channel = 'outbox' OR f.partner_id IS (SELECT m.partner_id
                        FROM staff_member m WHERE m.staff_id = NEW.staff_id)))
        BEGIN SELECT RAISE(ABORT, 'a released file is delivered to its own partner'); END;
        CREATE TRIGGER settlement_delivery_kept BEFORE DELETE ON settlement_delivery
        BEGIN SELECT RAISE(ABORT, 'a delivery is never forgotten'); END;
        CREATE TRIGGER settlement_delivery_fixed BEFORE UPDATE ON settlement_delivery
        BEGIN SELECT RAISE(ABORT, 'a delivery is never changed'); END;

        """

    // What partners said of our files, by a file of their own or by a person; the newest counts.
    static let acknowledgements = """
        CREATE TABLE settlement_acknowledgement (
            acknowledgement_id INTEGER PRIMARY KEY,
            file_id INTEGER NOT NULL REFERENCES settlement_file,
            partner_file_id INTEGER UNIQUE REFERENCES partner_file,
            staff_id INTEGER REFERENCES staff_member,
            recorded_at INTEGER NOT NULL,
            verdict TEXT NOT NULL CHECK (verdict IN ('ACCEPTED', 'PARTLY', 'REJECTED')),
            fault TEXT NOT NULL,
            item_count INTEGER NOT NULL CHECK (item_count >= 0),
            CHECK ((partner_file_id IS NULL) <> (staff_id IS NULL)),
            CHECK ((verdict = 'REJECTED') = (fault <> '')),
            CHECK ((verdict = 'PARTLY') = (item_count > 0))
        ) STRICT;
        CREATE INDEX settlement_acknowledgement_of ON settlement_acknowledgement (file_id);
        CREATE TRIGGER settlement_acknowledgement_new BEFORE INSERT ON settlement_acknowledgement
        WHEN (NEW.acknowledgement_id > 0 AND EXISTS (SELECT 1 FROM settlement_acknowledgement
                WHERE acknowledgement_id >= NEW.acknowledgement_id))
            OR NOT EXISTS (SELECT 1 FROM settlement_file f
                WHERE f.file_id = NEW.file_id AND f.state = 'released' AND f.partner_id IS CASE
                    WHEN NEW.staff_id IS NULL THEN (SELECT p.partner_id FROM partner_file p
                        WHERE p.file_id = NEW.partner_file_id AND p.kind = 'acknowledgement'
                            AND p.state = 'accepted')
                    ELSE (SELECT m.partner_id FROM staff_member m
                        WHERE m.staff_id = NEW.staff_id) END)
        BEGIN SELECT RAISE(ABORT, 'a released file is acknowledged by its own partner'); END;
        CREATE TRIGGER settlement_acknowledgement_kept BEFORE DELETE ON settlement_acknowledgement
        BEGIN SELECT RAISE(ABORT, 'an acknowledgement is never deleted'); END;
        CREATE TRIGGER settlement_acknowledgement_fixed BEFORE UPDATE ON settlement_acknowledgement
        BEGIN SELECT RAISE(ABORT, 'an acknowledgement is never changed'); END;

        CREATE TABLE settlement_acknowledgement_item (
            acknowledgement_id INTEGER NOT NULL REFERENCES settlement_acknowledgement,
            number INTEGER NOT NULL,
            line_number INTEGER NOT NULL CHECK (line_number >= 0),
            serial TEXT NOT NULL,
            code TEXT NOT NULL CHECK (code IN ('NOT_FOUND', 'MISSING', 'AMOUNT_DIFFERS',
                'STATUS_DIFFERS', 'DUPLICATE', 'COMMISSION_DIFFERS', 'TIMING', 'FILE_DIFFERS')),
            cause TEXT NOT NULL,
            PRIMARY KEY (acknowledgement_id, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER settlement_acknowledgement_item_new
        BEFORE INSERT ON settlement_acknowledgement_item
        WHEN NEW.number <> 1 + ifnull((SELECT max(i.number) FROM settlement_acknowledgement_item i
                WHERE i.acknowledgement_id = NEW.acknowledgement_id), 0)
            OR NEW.number > ifnull((SELECT a.item_count FROM settlement_acknowledgement a
                WHERE a.acknowledgement_id = NEW.acknowledgement_id), 0)
        BEGIN SELECT RAISE(ABORT, 'an acknowledgement has the items that it came with'); END;
        CREATE TRIGGER settlement_acknowledgement_item_kept
        BEFORE DELETE ON settlement_acknowledgement_item
        BEGIN SELECT RAISE(ABORT, 'an item is never deleted'); END;
        CREATE TRIGGER settlement_acknowledgement_item_fixed
        BEFORE UPDATE ON settlement_acknowledgement_item
        BEGIN SELECT RAISE(ABORT, 'an item is never changed'); END;

        """

    // What we say of partners' files. A row is a function of what the book knows by then: the file
    // is made from it, and made anew with the same bytes.
    static let acknowledgementFiles = """
        CREATE TABLE acknowledgement_file (
            acknowledgement_id INTEGER PRIMARY KEY,
            partner_id INTEGER NOT NULL REFERENCES partner,
            partner_file_id INTEGER NOT NULL UNIQUE REFERENCES partner_file,
            sequence INTEGER NOT NULL,
            name TEXT NOT NULL UNIQUE,
            key_id TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            verdict TEXT NOT NULL CHECK (verdict IN ('ACCEPTED', 'PARTLY', 'REJECTED')),
            fault TEXT NOT NULL,
            item_count INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('assigned', 'released')),
            digest TEXT,
            mac TEXT,
            released_at INTEGER,
            UNIQUE (partner_id, sequence),
            CHECK ((state = 'released') = (digest IS NOT NULL)),
            CHECK ((state = 'released') = (mac IS NOT NULL)),
            CHECK ((state = 'released') = (released_at IS NOT NULL))
        ) STRICT;
        CREATE INDEX acknowledgement_file_due ON acknowledgement_file (acknowledgement_id)
        WHERE state = 'assigned';
        CREATE TRIGGER acknowledgement_file_new BEFORE INSERT ON acknowledgement_file
        WHEN NEW.state <> 'assigned' OR NEW.sequence <> 1 + ifnull((SELECT max(a.sequence)
                FROM acknowledgement_file a WHERE a.partner_id = NEW.partner_id), 0)
            OR NOT EXISTS (SELECT 1 FROM settlement_key k WHERE k.partner_id = NEW.partner_id
                AND k.key_id = NEW.key_id AND k.direction = 'out'
                AND (k.retired_at IS NULL OR k.retired_at > NEW.created_at))
            OR NOT EXISTS (SELECT 1 FROM partner_file f
                LEFT JOIN reconciliation r ON r.partner_file_id = f.file_id
                WHERE f.file_id = NEW.partner_file_id AND f.partner_id = NEW.partner_id
                    AND f.kind = 'settlement' AND f.key_id IS NOT NULL AND CASE f.state
                    WHEN 'accepted' THEN r.reconciliation_id IS NOT NULL AND NEW.fault = ''
                        AND NEW.item_count = (SELECT count(*) FROM settlement_exception e
                            WHERE e.reconciliation_id = r.reconciliation_id)
                        AND NEW.verdict = iif(NEW.item_count = 0, 'ACCEPTED', 'PARTLY')
                    WHEN 'waiting' THEN 0
                    ELSE NEW.verdict = 'REJECTED' AND NEW.fault = f.fault
                        AND NEW.item_count = 0 END)
        BEGIN SELECT RAISE(ABORT, 'a partner file is acknowledged once, as it ended'); END;
        CREATE TRIGGER acknowledgement_file_kept BEFORE DELETE ON acknowledgement_file
        BEGIN SELECT RAISE(ABORT, 'an acknowledgement is never withdrawn'); END;
        CREATE TRIGGER acknowledgement_file_released BEFORE UPDATE ON acknowledgement_file
        WHEN OLD.state = 'released' OR NEW.state <> 'released'
            OR NEW.acknowledgement_id <> OLD.acknowledgement_id
            OR NEW.partner_id <> OLD.partner_id OR NEW.partner_file_id <> OLD.partner_file_id
            OR NEW.sequence <> OLD.sequence OR NEW.name <> OLD.name OR NEW.key_id <> OLD.key_id
            OR NEW.created_at <> OLD.created_at OR NEW.verdict <> OLD.verdict
            OR NEW.fault <> OLD.fault OR NEW.item_count <> OLD.item_count
        BEGIN SELECT RAISE(ABORT, 'an acknowledgement is released once, as it was assigned'); END;

        """
}
