/// The tables of trips and offers, of reservations, and of tickets.
extension AgencySchema {
    static let tickets = trips + reservations + passengers + issuedTickets

    // A pass of an attraction or an event is kept like a trip: its name stands as origin, its venue
    // as destination, and an event's beginning, or the hour at which an attraction closes, as the
    // departure. One that was asked for online is kept as its principal told it, for its one date.
    private static let trips = """
        CREATE TABLE trip (
            trip_id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            product_id INTEGER NOT NULL REFERENCES product,
            kind TEXT NOT NULL CHECK (kind IN ('trip', 'pass', 'event')),
            origin TEXT NOT NULL,
            destination TEXT NOT NULL,
            departure_minute INTEGER NOT NULL CHECK (departure_minute BETWEEN 0 AND 1439),
            fare_fen INTEGER NOT NULL CHECK (fare_fen > 0),
            child_fare_fen INTEGER CHECK (child_fare_fen > 0),
            senior_fare_fen INTEGER CHECK (senior_fare_fen > 0),
            seats_per_day INTEGER NOT NULL CHECK (seats_per_day >= 0),
            weekdays INTEGER NOT NULL CHECK (weekdays BETWEEN 1 AND 127),
            runs_from INTEGER,
            runs_to INTEGER,
            is_asked INTEGER NOT NULL DEFAULT 0 CHECK (is_asked IN (0, 1)),
            CHECK (runs_from IS NULL OR runs_to IS NULL OR runs_from <= runs_to)
        ) STRICT;
        CREATE TABLE trip_day (
            trip_id INTEGER NOT NULL REFERENCES trip,
            travel_date INTEGER NOT NULL,
            seats_taken INTEGER NOT NULL CHECK (seats_taken >= 0),
            PRIMARY KEY (trip_id, travel_date)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE ticket_rule (
            contract_id INTEGER NOT NULL REFERENCES contract,
            action TEXT NOT NULL CHECK (action IN ('refund', 'change')),
            from_minutes INTEGER NOT NULL CHECK (from_minutes >= 0),
            fee_bp INTEGER NOT NULL CHECK (fee_bp BETWEEN 0 AND 10000),
            minimum_fee_fen INTEGER NOT NULL CHECK (minimum_fee_fen >= 0),
            PRIMARY KEY (contract_id, action, from_minutes)
        ) STRICT, WITHOUT ROWID;

        """

    private static let reservations = """
        CREATE TABLE ticket_reservation (
            reservation_id INTEGER PRIMARY KEY,
            trip_id INTEGER NOT NULL REFERENCES trip,
            travel_date INTEGER NOT NULL,
            seat_count INTEGER NOT NULL CHECK (seat_count BETWEEN 1 AND 9),
            station_id INTEGER NOT NULL REFERENCES station,
            fare_fen INTEGER NOT NULL CHECK (fare_fen > 0),
            fee_fen INTEGER NOT NULL CHECK (fee_fen >= 0),
            state TEXT NOT NULL CHECK (state IN
                ('reserved', 'paid', 'issued', 'expired', 'cancelled', 'returned')),
            created_at INTEGER NOT NULL,
            departs_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            serial INTEGER REFERENCES service_transaction,
            CHECK ((state IN ('paid', 'issued', 'returned')) = (serial IS NOT NULL))
        ) STRICT;
        CREATE INDEX ticket_reservation_paid ON ticket_reservation (serial)
        WHERE state = 'paid';
        CREATE INDEX ticket_reservation_back ON ticket_reservation (serial)
        WHERE state = 'returned';
        CREATE INDEX ticket_reservation_held ON ticket_reservation (trip_id, travel_date)
        WHERE state = 'reserved';
        CREATE INDEX ticket_reservation_due ON ticket_reservation (expires_at)
        WHERE state = 'reserved';
        CREATE TRIGGER ticket_reservation_kept BEFORE DELETE ON ticket_reservation
        BEGIN SELECT RAISE(ABORT, 'a reservation is never deleted'); END;
        CREATE TRIGGER ticket_reservation_new BEFORE INSERT ON ticket_reservation
        WHEN NEW.state <> 'reserved'
        BEGIN SELECT RAISE(ABORT, 'a reservation begins as reserved'); END;
        CREATE TRIGGER ticket_reservation_state BEFORE UPDATE ON ticket_reservation
        WHEN NOT (OLD.state = 'reserved'
                AND NEW.state IN ('paid', 'issued', 'expired', 'cancelled')
                OR OLD.state = 'paid' AND NEW.state IN ('issued', 'returned'))
            OR NEW.reservation_id <> OLD.reservation_id OR NEW.trip_id <> OLD.trip_id
            OR NEW.travel_date <> OLD.travel_date OR NEW.seat_count <> OLD.seat_count
            OR NEW.station_id <> OLD.station_id OR NEW.fare_fen <> OLD.fare_fen
            OR NEW.fee_fen <> OLD.fee_fen OR NEW.created_at <> OLD.created_at
            OR NEW.departs_at <> OLD.departs_at OR NEW.expires_at <> OLD.expires_at
            OR OLD.serial IS NOT NULL AND NEW.serial IS NOT OLD.serial
        BEGIN SELECT RAISE(ABORT, 'a reservation ends once, as it was made'); END;
        CREATE TABLE ticket_reservation_fare (
            reservation_id INTEGER NOT NULL REFERENCES ticket_reservation,
            fare_class TEXT NOT NULL CHECK (fare_class IN ('adult', 'child', 'senior')),
            seat_count INTEGER NOT NULL CHECK (seat_count BETWEEN 1 AND 9),
            fare_fen INTEGER NOT NULL CHECK (fare_fen > 0),
            PRIMARY KEY (reservation_id, fare_class)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER ticket_reservation_fare_kept BEFORE DELETE ON ticket_reservation_fare
        BEGIN SELECT RAISE(ABORT, 'the fares of a reservation are never deleted'); END;
        CREATE TRIGGER ticket_reservation_fare_fixed BEFORE UPDATE ON ticket_reservation_fare
        BEGIN SELECT RAISE(ABORT, 'the fares of a reservation are never changed'); END;

        """

    // Who travels is kept as far as a counter may show it; the number itself is never stored, and two
    // are compared by their digests under the book's key.
    private static let passengers = """
        CREATE TABLE ticket_passenger (
            reservation_id INTEGER NOT NULL REFERENCES ticket_reservation,
            item INTEGER NOT NULL CHECK (item BETWEEN 1 AND 9),
            masked_name TEXT NOT NULL,
            document_type TEXT NOT NULL,
            number_last_four TEXT NOT NULL,
            number_digest TEXT NOT NULL,
            PRIMARY KEY (reservation_id, item)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX ticket_passenger_person ON ticket_passenger (number_digest);
        CREATE TRIGGER ticket_passenger_kept BEFORE DELETE ON ticket_passenger
        BEGIN SELECT RAISE(ABORT, 'a passenger is never deleted'); END;
        CREATE TRIGGER ticket_passenger_fixed BEFORE UPDATE ON ticket_passenger
        BEGIN SELECT RAISE(ABORT, 'a passenger is never changed'); END;
        CREATE TRIGGER ticket_passenger_once BEFORE INSERT ON ticket_passenger
        WHEN EXISTS (
            SELECT 1 FROM ticket_passenger p
            JOIN ticket_reservation r ON r.reservation_id = p.reservation_id
            JOIN ticket_reservation n ON n.reservation_id = NEW.reservation_id
            LEFT JOIN ticket k ON k.serial = r.serial AND k.item = p.item
            WHERE p.number_digest = NEW.number_digest AND r.trip_id = n.trip_id
                AND r.travel_date = n.travel_date AND (r.state IN ('reserved', 'paid')
                    OR k.state IN ('issued', 'refunding', 'changing', 'used')))
        BEGIN SELECT RAISE(ABORT, 'a person travels once on a trip of a date'); END;

        """

    /// What tells when a ticket may be used: its reservation r, the agency a, its sale x, and the
    /// term t of the contract that it was sold under.
    static let ticketTimes = """
        ticket_reservation r JOIN agency a JOIN service_transaction x ON x.serial = r.serial
            LEFT JOIN contract_term t ON t.contract_id = x.contract_id
                AND t.name = 'late_use_minutes'
        """

    /// Whether a time in milliseconds is not one of `ticketTimes`: a ticket is used on its date, and
    /// so many minutes after its departure.
    static func isAtAnotherTime(_ usedAt: String) -> String {
        """
        (\(usedAt) < r.travel_date * 86400000 - a.zone_offset_minutes * 60000
            OR \(usedAt) >= max((r.travel_date + 1) * 86400000 - a.zone_offset_minutes * 60000,
                r.departs_at + ifnull(t.value, 0) * 60000))
        """
    }

    private static let issuedTickets = """
        CREATE TABLE ticket (
            serial INTEGER NOT NULL REFERENCES service_transaction,
            item INTEGER NOT NULL CHECK (item BETWEEN 1 AND 9),
            reservation_id INTEGER NOT NULL REFERENCES ticket_reservation,
            fare_class TEXT NOT NULL CHECK (fare_class IN ('adult', 'child', 'senior')),
            fare_fen INTEGER NOT NULL CHECK (fare_fen > 0),
            fee_fen INTEGER NOT NULL CHECK (fee_fen >= 0),
            commission_fen INTEGER NOT NULL CHECK (commission_fen >= 0),
            principal_number TEXT NOT NULL DEFAULT '' CHECK (length(principal_number) <= 64),
            state TEXT NOT NULL CHECK (state IN
                ('issued', 'refunding', 'changing', 'refunded', 'changed', 'used')),
            change_count INTEGER NOT NULL CHECK (change_count >= 0),
            changed_serial INTEGER,
            changed_item INTEGER,
            ended_serial INTEGER UNIQUE REFERENCES service_transaction,
            retained_fen INTEGER CHECK (retained_fen BETWEEN 0 AND fare_fen),
            used_at INTEGER,
            used_by INTEGER REFERENCES staff_member,
            PRIMARY KEY (serial, item),
            UNIQUE (changed_serial, changed_item),
            CHECK ((state IN ('issued', 'used')) = (ended_serial IS NULL)),
            CHECK ((state IN ('issued', 'used')) = (retained_fen IS NULL)),
            CHECK ((state = 'used') = (used_at IS NOT NULL)),
            CHECK ((used_at IS NULL) = (used_by IS NULL)),
            CHECK ((changed_serial IS NULL) = (change_count = 0)),
            CHECK ((changed_serial IS NULL) = (changed_item IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER ticket_kept BEFORE DELETE ON ticket
        BEGIN SELECT RAISE(ABORT, 'a ticket is never deleted'); END;
        CREATE TRIGGER ticket_new BEFORE INSERT ON ticket
        WHEN NEW.state <> 'issued' OR NOT EXISTS (
            SELECT 1 FROM ticket_reservation r JOIN service_transaction x ON x.serial = NEW.serial
            WHERE r.reservation_id = NEW.reservation_id AND r.state = 'issued'
                AND r.serial = NEW.serial AND x.status = 'posted')
        BEGIN SELECT RAISE(ABORT, 'a ticket is issued for a sale that is posted'); END;
        CREATE TRIGGER ticket_steps BEFORE UPDATE ON ticket
        WHEN NOT (OLD.state = 'issued'
                AND NEW.state IN ('refunding', 'changing', 'refunded', 'changed', 'used')
                OR OLD.state = 'refunding' AND NEW.state IN ('refunded', 'issued')
                OR OLD.state = 'changing' AND NEW.state IN ('changed', 'issued'))
            OR NEW.serial <> OLD.serial
            OR NEW.item <> OLD.item OR NEW.reservation_id <> OLD.reservation_id
            OR NEW.fare_class <> OLD.fare_class OR NEW.fare_fen <> OLD.fare_fen
            OR NEW.fee_fen <> OLD.fee_fen OR NEW.commission_fen <> OLD.commission_fen
            OR NEW.principal_number <> OLD.principal_number
            OR NEW.change_count <> OLD.change_count
            OR NEW.changed_serial IS NOT OLD.changed_serial
            OR NEW.changed_item IS NOT OLD.changed_item
            OR OLD.state IN ('refunding', 'changing') AND NEW.state IN ('refunded', 'changed')
                AND (NEW.ended_serial <> OLD.ended_serial
                OR NEW.retained_fen <> OLD.retained_fen)
            OR CASE NEW.state WHEN 'used' THEN EXISTS (
                SELECT 1 FROM \(ticketTimes)
                WHERE r.reservation_id = OLD.reservation_id
                    AND \(isAtAnotherTime("NEW.used_at")))
            WHEN 'issued' THEN NOT EXISTS (
                SELECT 1 FROM service_transaction x WHERE x.serial = OLD.ended_serial
                    AND x.status IN ('declined', 'reversed'))
            ELSE NOT EXISTS (
                SELECT 1 FROM service_transaction x WHERE x.serial = NEW.ended_serial
                    AND x.original_serial = OLD.serial AND x.original_item = OLD.item
                    AND x.amount_fen = NEW.retained_fen - OLD.fare_fen
                    AND x.status = iif(NEW.state IN ('refunding', 'changing'), 'pending',
                        'posted')) END
        BEGIN SELECT RAISE(ABORT, 'a ticket ends once, by its refund or by its use'); END;

        """
}
