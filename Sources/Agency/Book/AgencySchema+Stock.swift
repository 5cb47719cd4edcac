/// The tables of serial-numbered stock: what there is of it, where it is and what became of it.
extension AgencySchema {
    static let stock = stockItems + stockPacks + stockSerials + stockPrizes

    private static let stockItems = """
        CREATE TABLE stock_item (
            item_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            product_id INTEGER UNIQUE REFERENCES product,
            prefix TEXT NOT NULL,
            digit_count INTEGER NOT NULL CHECK (digit_count BETWEEN 1 AND 15),
            check_digits TEXT NOT NULL CHECK (check_digits IN ('none', 'mod_10', 'mod_97')),
            face_value_fen INTEGER NOT NULL CHECK (face_value_fen >= 0),
            activation TEXT NOT NULL CHECK (activation IN ('none', 'pack', 'each')),
            needs_identity INTEGER NOT NULL,
            prizes TEXT NOT NULL CHECK (prizes IN ('none', 'sold', 'activated')),
            CHECK ((product_id IS NULL) = (face_value_fen = 0)),
            CHECK (product_id IS NOT NULL
                OR activation = 'none' AND needs_identity = 0 AND prizes = 'none')
        ) STRICT;
        CREATE TRIGGER stock_item_kept BEFORE DELETE ON stock_item
        BEGIN SELECT RAISE(ABORT, 'a stock item is never deleted'); END;
        CREATE TRIGGER stock_item_fixed BEFORE UPDATE ON stock_item
        BEGIN SELECT RAISE(ABORT, 'a stock item is never changed: its serials are printed'); END;
        CREATE TABLE stock_paper (
            product_id INTEGER PRIMARY KEY REFERENCES product,
            item_id INTEGER NOT NULL REFERENCES stock_item
        ) STRICT;

        """

    // The counts and the next number follow from the serials; they are kept, so that a sale reads
    // one row, and compared by verify.
    private static let stockPacks = """
        CREATE TABLE stock_pack (
            pack_id INTEGER PRIMARY KEY,
            item_id INTEGER NOT NULL REFERENCES stock_item,
            first_number INTEGER NOT NULL CHECK (first_number >= 0),
            last_number INTEGER NOT NULL CHECK (last_number >= first_number),
            delivery_note TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN
                ('in_stock', 'in_transit', 'open', 'frozen', 'exhausted', 'returned')),
            centre_id INTEGER REFERENCES centre,
            station_id INTEGER REFERENCES station,
            to_centre_id INTEGER REFERENCES centre,
            to_station_id INTEGER REFERENCES station,
            offered_by INTEGER REFERENCES staff_member,
            opened_at INTEGER,
            missing_until INTEGER,
            next_number INTEGER NOT NULL,
            sold_count INTEGER NOT NULL CHECK (sold_count >= 0),
            damaged_count INTEGER NOT NULL CHECK (damaged_count >= 0),
            voided_count INTEGER NOT NULL CHECK (voided_count >= 0),
            CHECK ((centre_id IS NULL) <> (station_id IS NULL)),
            CHECK ((state = 'in_transit')
                = (to_centre_id IS NOT NULL OR to_station_id IS NOT NULL)),
            CHECK ((state = 'in_transit') = (offered_by IS NOT NULL)),
            CHECK (to_centre_id IS NULL OR to_station_id IS NULL),
            CHECK (next_number BETWEEN first_number AND last_number + 1),
            CHECK (missing_until IS NULL OR state = 'frozen'),
            CHECK (state NOT IN ('open', 'frozen')
                OR station_id IS NOT NULL AND opened_at IS NOT NULL),
            CHECK ((state = 'exhausted') =
                (sold_count + damaged_count + voided_count = last_number - first_number + 1)),
            CHECK (sold_count + damaged_count + voided_count <= last_number - first_number + 1)
        ) STRICT;
        CREATE INDEX stock_pack_range ON stock_pack (item_id, first_number);
        CREATE INDEX stock_pack_station ON stock_pack (station_id, item_id);
        CREATE UNIQUE INDEX stock_pack_one_open ON stock_pack (station_id, item_id)
        WHERE state = 'open';
        CREATE TRIGGER stock_pack_new BEFORE INSERT ON stock_pack
        WHEN NEW.state <> 'in_stock' OR NEW.next_number <> NEW.first_number
            OR EXISTS (SELECT 1 FROM stock_pack p WHERE p.item_id = NEW.item_id
                AND p.first_number <= NEW.last_number AND p.last_number >= NEW.first_number)
        BEGIN SELECT RAISE(ABORT, 'a pack begins in stock, and no serial is in two packs'); END;
        CREATE TRIGGER stock_pack_kept BEFORE DELETE ON stock_pack
        BEGIN SELECT RAISE(ABORT, 'a pack is never deleted'); END;
        CREATE TRIGGER stock_pack_moves BEFORE UPDATE ON stock_pack
        WHEN NEW.pack_id <> OLD.pack_id OR NEW.item_id <> OLD.item_id
            OR NEW.first_number <> OLD.first_number OR NEW.last_number <> OLD.last_number
            OR NEW.delivery_note <> OLD.delivery_note OR NEW.next_number < OLD.next_number
            OR OLD.opened_at IS NOT NULL AND NEW.opened_at IS NOT OLD.opened_at
            OR NEW.state <> OLD.state AND NOT CASE OLD.state
                WHEN 'in_stock' THEN NEW.state IN ('in_transit', 'open', 'returned')
                WHEN 'in_transit' THEN NEW.state = 'in_stock'
                WHEN 'open' THEN NEW.state IN ('in_stock', 'frozen', 'exhausted')
                WHEN 'frozen' THEN NEW.state IN ('in_stock', 'exhausted')
                ELSE 0 END
        BEGIN SELECT RAISE(ABORT, 'a pack keeps its range and moves as its states allow'); END;
        CREATE TABLE stock_event (
            event_id INTEGER PRIMARY KEY,
            pack_id INTEGER NOT NULL REFERENCES stock_pack,
            event TEXT NOT NULL,
            state TEXT NOT NULL,
            centre_id INTEGER REFERENCES centre,
            station_id INTEGER REFERENCES station,
            staff_id INTEGER REFERENCES staff_member,
            recorded_at INTEGER NOT NULL,
            reason TEXT NOT NULL
        ) STRICT;
        CREATE INDEX stock_event_pack ON stock_event (pack_id);
        CREATE TRIGGER stock_event_kept BEFORE DELETE ON stock_event
        BEGIN SELECT RAISE(ABORT, 'what happened to a pack is never deleted'); END;
        CREATE TRIGGER stock_event_fixed BEFORE UPDATE ON stock_event
        BEGIN SELECT RAISE(ABORT, 'what happened to a pack is never changed'); END;

        """

    // A serial has a row once something became of it; one without a row is left in its pack.
    private static let stockSerials = """
        CREATE TABLE stock_serial (
            item_id INTEGER NOT NULL REFERENCES stock_item,
            number INTEGER NOT NULL,
            pack_id INTEGER NOT NULL REFERENCES stock_pack,
            state TEXT NOT NULL CHECK (state IN ('sold', 'activation_due', 'active', 'failed',
                'returned', 'used', 'damaged', 'voided')),
            serial INTEGER REFERENCES service_transaction,
            staff_id INTEGER NOT NULL REFERENCES staff_member,
            recorded_at INTEGER NOT NULL,
            reason TEXT NOT NULL,
            is_cancelling INTEGER NOT NULL DEFAULT 0 CHECK (is_cancelling IN (0, 1)),
            PRIMARY KEY (item_id, number),
            CHECK (is_cancelling = 0 OR state = 'activation_due'),
            CHECK (state NOT IN ('sold', 'activation_due', 'active', 'failed', 'returned')
                OR serial IS NOT NULL),
            CHECK (state <> 'damaged' OR serial IS NULL),
            CHECK (state NOT IN ('damaged', 'voided') OR reason <> '')
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX stock_serial_sale ON stock_serial (serial) WHERE serial IS NOT NULL;
        CREATE INDEX stock_serial_due ON stock_serial (serial) WHERE state = 'activation_due';
        CREATE TRIGGER stock_serial_new BEFORE INSERT ON stock_serial
        WHEN NEW.state IN ('active', 'failed', 'returned') OR NOT EXISTS (
            SELECT 1 FROM stock_pack p WHERE p.pack_id = NEW.pack_id AND p.item_id = NEW.item_id
                AND NEW.number BETWEEN p.first_number AND p.last_number)
        BEGIN SELECT RAISE(ABORT, 'a serial belongs to the pack that holds its number'); END;
        CREATE TRIGGER stock_serial_kept BEFORE DELETE ON stock_serial
        BEGIN SELECT RAISE(ABORT, 'a serial is sold, used or spoilt for ever'); END;
        CREATE TRIGGER stock_serial_moves BEFORE UPDATE ON stock_serial
        WHEN NEW.item_id <> OLD.item_id OR NEW.number <> OLD.number OR NEW.pack_id <> OLD.pack_id
            OR NEW.serial IS NOT OLD.serial OR NOT CASE OLD.state
                WHEN 'sold' THEN NEW.state = 'voided' AND NOT EXISTS (SELECT 1 FROM prize_payment z
                    WHERE z.item_id = OLD.item_id AND z.number = OLD.number
                        AND z.is_released = 0)
                WHEN 'activation_due' THEN NEW.state = 'failed'
                    OR NEW.state = 'active' AND OLD.is_cancelling = 0
                    OR NEW.state = OLD.state AND NEW.is_cancelling <> OLD.is_cancelling
                WHEN 'failed' THEN NEW.state = 'returned'
                WHEN 'used' THEN NEW.state = 'voided'
                ELSE 0 END
        BEGIN SELECT RAISE(ABORT, 'a serial moves as its states allow'); END;
        CREATE TABLE stock_buyer (
            item_id INTEGER NOT NULL,
            number INTEGER NOT NULL,
            phone_number TEXT NOT NULL,
            identity_last_four TEXT NOT NULL,
            identity_digest TEXT NOT NULL,
            PRIMARY KEY (item_id, number),
            FOREIGN KEY (item_id, number) REFERENCES stock_serial (item_id, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER stock_buyer_kept BEFORE DELETE ON stock_buyer
        BEGIN SELECT RAISE(ABORT, 'who bought a card is never deleted'); END;
        CREATE TRIGGER stock_buyer_fixed BEFORE UPDATE ON stock_buyer
        BEGIN SELECT RAISE(ABORT, 'who bought a card is never changed'); END;

        """

    // The digest is over serial and code together: who reads the book learns of no winner. A ticket is
    // held from the moment its principal is asked; only what came to nothing is released.
    private static let stockPrizes = """
        CREATE TABLE winning_ticket (
            item_id INTEGER NOT NULL REFERENCES stock_item,
            digest TEXT NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            PRIMARY KEY (item_id, digest)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE prize_payment (
            item_id INTEGER NOT NULL REFERENCES stock_item,
            number INTEGER NOT NULL,
            serial INTEGER PRIMARY KEY REFERENCES service_transaction,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            is_released INTEGER NOT NULL DEFAULT 0 CHECK (is_released IN (0, 1))
        ) STRICT;
        CREATE UNIQUE INDEX prize_payment_once ON prize_payment (item_id, number)
        WHERE is_released = 0;
        CREATE TRIGGER prize_payment_kept BEFORE DELETE ON prize_payment
        BEGIN SELECT RAISE(ABORT, 'a paid prize is never forgotten'); END;
        CREATE TRIGGER prize_payment_fixed BEFORE UPDATE ON prize_payment
        WHEN NEW.serial <> OLD.serial OR NEW.item_id <> OLD.item_id OR NEW.number <> OLD.number
            OR NEW.amount_fen <> OLD.amount_fen OR NEW.is_released <= OLD.is_released
            OR NOT EXISTS (SELECT 1 FROM service_transaction x WHERE x.serial = OLD.serial
                AND x.status IN ('declined', 'reversed'))
        BEGIN SELECT RAISE(ABORT, 'a paid prize is never changed'); END;

        """
}
