/// The tables of several items that were paid together.
extension AgencySchema {
    /// Where an item stands, by its transaction.
    private static let itemState = """
        (SELECT CASE x.status WHEN 'posted' THEN 'posted' WHEN 'return_due' THEN 'return_due'
            WHEN 'returned' THEN 'returned' WHEN 'declined' THEN 'refused'
            WHEN 'reversed' THEN 'refused' ELSE 'waiting' END
        FROM service_transaction x WHERE x.serial = NEW.serial)
        """

    static let baskets = """
        CREATE TABLE basket (
            basket_serial INTEGER PRIMARY KEY,
            shift_id INTEGER NOT NULL REFERENCES shift,
            receipt_number INTEGER NOT NULL,
            item_count INTEGER NOT NULL CHECK (item_count BETWEEN 1 AND 20),
            total_fen INTEGER NOT NULL CHECK (total_fen > 0),
            tendered_fen INTEGER NOT NULL CHECK (tendered_fen >= total_fen),
            state TEXT NOT NULL CHECK (state IN ('open', 'settled')),
            returned_fen INTEGER CHECK (returned_fen BETWEEN 0 AND total_fen),
            key TEXT NOT NULL,
            credential INTEGER NOT NULL,
            UNIQUE (key, credential),
            CHECK ((state = 'settled') = (returned_fen IS NOT NULL))
        ) STRICT;
        CREATE TRIGGER basket_kept BEFORE DELETE ON basket
        BEGIN SELECT RAISE(ABORT, 'a basket is never deleted'); END;
        CREATE TRIGGER basket_settled BEFORE UPDATE ON basket
        WHEN OLD.state = 'settled' OR NEW.basket_serial <> OLD.basket_serial
            OR NEW.shift_id <> OLD.shift_id OR NEW.receipt_number <> OLD.receipt_number
            OR NEW.item_count <> OLD.item_count OR NEW.total_fen <> OLD.total_fen
            OR NEW.tendered_fen <> OLD.tendered_fen OR NEW.key <> OLD.key
            OR NEW.credential <> OLD.credential
        BEGIN SELECT RAISE(ABORT, 'a settled basket is never changed'); END;
        CREATE TRIGGER basket_complete BEFORE UPDATE ON basket
        WHEN NEW.state = 'settled' AND EXISTS (
            SELECT 1 FROM basket_item i WHERE i.basket_serial = NEW.basket_serial
                AND i.state IN ('waiting', 'return_due'))
        BEGIN SELECT RAISE(ABORT, 'a basket is settled once none of its items waits'); END;
        CREATE TABLE basket_item (
            basket_serial INTEGER NOT NULL REFERENCES basket,
            position INTEGER NOT NULL CHECK (position >= 0),
            serial INTEGER NOT NULL UNIQUE REFERENCES service_transaction,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'posted', 'refused', 'return_due',
                'returned')),
            refusal TEXT,
            PRIMARY KEY (basket_serial, position),
            CHECK (CASE state WHEN 'posted' THEN refusal IS NULL WHEN 'waiting' THEN 1
                ELSE refusal IS NOT NULL END)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER basket_item_kept BEFORE DELETE ON basket_item
        BEGIN SELECT RAISE(ABORT, 'an item of a basket is never deleted'); END;
        CREATE TRIGGER basket_item_finished BEFORE UPDATE ON basket_item
        WHEN OLD.state IN ('posted', 'refused', 'returned')
            OR OLD.state = 'return_due' AND NEW.state <> 'returned'
            OR NEW.basket_serial <> OLD.basket_serial OR NEW.position <> OLD.position
            OR NEW.serial <> OLD.serial
        BEGIN SELECT RAISE(ABORT, 'a finished item of a basket is never changed'); END;
        CREATE TRIGGER basket_item_new BEFORE INSERT ON basket_item
        WHEN (SELECT state FROM basket WHERE basket_serial = NEW.basket_serial) IS NOT 'open'
            OR (SELECT basket_serial FROM service_transaction WHERE serial = NEW.serial)
                IS NOT NEW.basket_serial
            OR NEW.state IS NOT \(itemState)
        BEGIN SELECT RAISE(ABORT, 'an item is put into an open basket, its own'); END;
        CREATE TRIGGER basket_item_stands BEFORE UPDATE OF state ON basket_item
        WHEN NEW.state IS NOT \(itemState)
        BEGIN SELECT RAISE(ABORT, 'an item stands where its transaction does'); END;

        """
}
