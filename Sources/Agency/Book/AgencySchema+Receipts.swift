/// The tables of what is printed.
extension AgencySchema {
    // One row for each paper. The serial is the first on the receipt; copy number 0 is the
    // original, and no number is left out.
    static let receiptPrints = """
        CREATE TABLE receipt_print (
            serial INTEGER NOT NULL REFERENCES service_transaction,
            copy_number INTEGER NOT NULL CHECK (copy_number >= 0),
            printed_at INTEGER NOT NULL,
            staff_id INTEGER NOT NULL REFERENCES staff_member,
            format TEXT NOT NULL CHECK (format IN ('text', 'escpos', 'html')),
            paper TEXT NOT NULL CHECK (paper IN ('58', '80') OR paper = 'a4' AND format = 'html'),
            language TEXT NOT NULL CHECK (language IN ('zh', 'en')),
            PRIMARY KEY (serial, copy_number)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER receipt_print_new BEFORE INSERT ON receipt_print
        WHEN NEW.copy_number <> (SELECT count(*) FROM receipt_print WHERE serial = NEW.serial)
            OR (SELECT ifnull(basket_serial, serial) FROM service_transaction
                WHERE serial = NEW.serial) IS NOT NEW.serial
        BEGIN SELECT RAISE(ABORT, 'prints of a receipt are counted from its original on'); END;
        CREATE TRIGGER receipt_print_fixed BEFORE UPDATE ON receipt_print
        BEGIN SELECT RAISE(ABORT, 'what was printed is never changed'); END;
        CREATE TRIGGER receipt_print_kept BEFORE DELETE ON receipt_print
        BEGIN SELECT RAISE(ABORT, 'a print is never deleted'); END;

        """
}
