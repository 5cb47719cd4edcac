import PartnerAPI
import SQL

/// Who travels; name and number go to the principal alone and are kept nowhere.
public struct Passenger: Sendable, Equatable {
    /// The characters of a name.
    public static let nameLengths = 1...60

    let name: String
    let document: IdentityDocument
    /// Whose fare; nothing takes whichever is left.
    let fareClass: FareClass?

    public init(name: String, document: IdentityDocument, fareClass: FareClass? = nil) {
        self.name = name
        self.document = document
        self.fareClass = fareClass
    }

    /// What tells two requests apart, of no more than the book keeps.
    var shown: String { "\(masked(name: name))/\(document.lastFour)/\(fareClass?.rawValue ?? "")" }
}

extension Passenger: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// No character of the name, no digit of the number.
    public var description: String { "Passenger" }

    /// No character of the name, no digit of the number.
    public var debugDescription: String { description }

    /// Shows no children, so that `dump` prints nothing of the person.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A passenger as the book keeps one.
struct KnownPassenger: Sendable, Equatable {
    let maskedName: String
    let documentType: String
    let lastFour: String
    let digest: String
}

extension [Passenger] {
    /// The passengers in the order of the seats; none where the contract's tickets bear no names.
    ///
    /// - Throws: `Refusal` with `identityNotChecked` when they do not fit the seats, or are named
    ///   for tickets that bear no names.
    func seated(in seats: [ClassSeats], under contract: Contract) throws -> [Passenger] {
        guard contract.terms[.namesPassengers] != 1 else { return try seated(in: seats) }
        guard isEmpty else {
            throw Refusal(
                .identityNotChecked,
                "these tickets bear no names; leave the passengers out and send the sale again "
                    + "with a new key",
                zh: "此票非实名制，无需乘客信息；请删去乘客后用新的交易编号重新提交", field: "/passengers")
        }
        return []
    }

    /// The passengers in the order of the seats, whose tickets are numbered by class.
    ///
    /// - Throws: `Refusal` with `identityNotChecked` when they do not fit the seats.
    private func seated(in seats: [ClassSeats]) throws -> [Passenger] {
        var left = filter { $0.fareClass == nil }
        var seated: [Passenger] = []
        for line in seats {
            var ofClass = filter { $0.fareClass == line.fareClass }
            while Int64(ofClass.count) < line.seatCount, !left.isEmpty {
                ofClass.append(left.removeFirst())
            }
            guard Int64(ofClass.count) == line.seatCount else { throw Self.notOnePerSeat }
            seated += ofClass
        }
        guard seated.count == count else { throw Self.notOnePerSeat }
        return seated
    }

    private static var notOnePerSeat: Refusal {
        Refusal(
            .identityNotChecked,
            "these tickets bear their passengers' names: check the document of each, and send "
                + "name and number, one passenger for each seat of its fare class",
            zh: "此票实名制：请核验每位乘客证件并录入姓名和证件号码，每座一人、票种相符",
            field: "/passengers")
    }

    /// What a principal is told of them, by their numbers in the sale.
    var details: [PartnerDetail] {
        enumerated().flatMap { index, passenger in
            [
                PartnerDetail(name: "passenger_\(index + 1)_name", value: passenger.name),
                PartnerDetail(
                    name: "passenger_\(index + 1)_document",
                    value: passenger.document.kind.rawValue),
                PartnerDetail(
                    name: "passenger_\(index + 1)_number", value: passenger.document.number),
            ]
        }
    }
}

extension AgencySession {
    /// Keeps who travels on a reservation's seats, in their order.
    ///
    /// - Throws: `Refusal` with `passengerAlreadyBooked` for a person who has a standing ticket of
    ///   this trip and date, or is given twice.
    func keep(_ passengers: [Passenger], of reservation: TicketReservation) throws {
        for (index, passenger) in passengers.enumerated() {
            let known = KnownPassenger(
                maskedName: masked(name: passenger.name),
                documentType: passenger.document.kind.rawValue,
                lastFour: passenger.document.lastFour,
                digest: passenger.document.digest(key: cardKey))
            try keep(
                known, of: reservation, item: Int64(index) + 1,
                field: "/passengers/\(index)/identity_number")
        }
    }

    /// Keeps who travels on one seat.
    func keep(
        _ passenger: KnownPassenger, of reservation: TicketReservation, item: Int64,
        field: String? = nil
    ) throws {
        let isBooked = try connection.prepare(
            """
            SELECT 1 FROM ticket_passenger p
            JOIN ticket_reservation r ON r.reservation_id = p.reservation_id
            LEFT JOIN ticket k ON k.serial = r.serial AND k.item = p.item
            WHERE p.number_digest = $1 AND r.trip_id = $2 AND r.travel_date = $3
                AND (r.state IN ('reserved', 'paid')
                    OR k.state IN ('issued', 'refunding', 'changing', 'used'))
            """
        ).first(
            .text(passenger.digest), .integer(reservation.trip.number),
            .integer(Int64(reservation.travelDate.daysSinceEpoch))
        ) { _ in true }
        guard isBooked == nil else {
            throw Refusal(
                .passengerAlreadyBooked,
                "the person with the document ending in \(passenger.lastFour) has a ticket of "
                    + "this trip and date already; sell none, and compare the document",
                zh: "证件尾号 \(passenger.lastFour) 的乘客已有此车次当日车票；请勿重复售票，并核对证件",
                field: field)
        }
        try connection.prepare(
            """
            INSERT INTO ticket_passenger (reservation_id, item, masked_name, document_type,
                number_last_four, number_digest) VALUES ($1, $2, $3, $4, $5, $6)
            """
        ).run(
            .integer(reservation.id.number), .integer(item), .text(passenger.maskedName),
            .text(passenger.documentType), .text(passenger.lastFour), .text(passenger.digest))
    }
}
