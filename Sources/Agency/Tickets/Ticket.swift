import CivilTime
import Ledger
import PartnerAPI
import SQL
import StrictJSON

/// One seat that was sold.
///
///     issued ──▶ refunded      by its principal's rules
///      │  ▲ └──▶ changed       for another trip or date: another ticket follows it
///      │  │ └──▶ used          at the gate
///      ▼  │
///     refunding ──▶ refunded   its principal issued it, was asked, and took it back
///     changing  ──▶ changed    the same, and issued another for it
///
/// What its principal does not take back is issued as before. Beside `refunding` and `changing` stands
/// the refund's transaction, which ends as its partner says.
public struct Ticket: Sendable {
    /// The characters of a principal's number: a partner's line can name it.
    static let numberLengths = PartnerLimits.identifiers

    enum State: String, CaseIterable {
        case issued, refunding, changing, refunded, changed, used
    }

    /// What can happen to a ticket.
    enum Event: CaseIterable {
        case refund, askRefund, askChange, refuse, change, use
    }

    /// The serial number of its sale.
    let serial: Int64
    /// Its number in the sale, from 1.
    let item: Int64
    let state: State
    let fareClass: FareClass
    let fareFen: Int64
    /// Its part of the sale's service fee and commission.
    let feeFen: Int64
    let commissionFen: Int64
    /// How often it was changed before it became this one.
    let changeCount: Int64
    let trip: Trip
    let travelDate: BusinessDate
    let departsAt: Instant
    let station: ID<Station>
    let contract: ID<Contract>
    let endedSerial: Int64?
    let retainedFen: Int64?
    /// The principal's own number of it; empty without.
    let principalNumber: String
    let passenger: KnownPassenger?

    /// The number as printed, `000000000001-2`.
    var number: String { Receipt.serialText(serial) + "-\(item)" }

    /// A principal's numbers of a sale's tickets, if it gave a usable one for each.
    static func principalNumbers(_ numbers: [String], count: Int) -> [String] {
        let isUsable =
            numbers.count == count && Set(numbers).count == count
            && numbers.allSatisfy {
                numberLengths.contains($0.unicodeScalars.count)
                    && !$0.unicodeScalars.contains { $0 == " " || $0.breaksLine }
            }
        return isUsable ? numbers : Array(repeating: "", count: count)
    }
}

extension Ticket.State {
    /// The state after an event, or nothing when the event cannot happen in this one.
    func after(_ event: Ticket.Event) -> Ticket.State? {
        switch (self, event) {
        case (.issued, .refund), (.refunding, .refund): .refunded
        case (.issued, .askRefund): .refunding
        case (.issued, .askChange): .changing
        case (.issued, .change), (.changing, .change): .changed
        case (.issued, .use): .used
        case (.refunding, .refuse), (.changing, .refuse): .issued
        case (.issued, .refuse), (.refunding, .askRefund), (.refunding, .askChange),
            (.refunding, .change), (.refunding, .use), (.changing, .refund),
            (.changing, .askRefund), (.changing, .askChange), (.changing, .use), (.refunded, _),
            (.changed, _), (.used, _):
            nil
        }
    }

    /// Whether its seat is taken.
    var holdsSeat: Bool {
        switch self {
        case .issued, .refunding, .changing, .used: true
        case .refunded, .changed: false
        }
    }

    /// Whether it went back, or is to.
    var hasRefund: Bool {
        switch self {
        case .refunding, .changing, .refunded, .changed: true
        case .issued, .used: false
        }
    }
}

/// What a connection can read of the tickets.
struct TicketReader {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// A ticket of a station.
    ///
    /// - Throws: `Refusal` with `unknownTicket`.
    func ticket(serial: Int64, item: Int64, at station: ID<Station>?) throws -> Ticket {
        guard let ticket = try tickets(of: serial).first(where: { $0.item == item }),
            ticket.station == station
        else { throw Self.unknownTicket }
        return ticket
    }

    static let unknownTicket = Refusal(
        .unknownTicket, "there is no such ticket of this station; see the receipt",
        zh: "本站没有此票；请核对票号")

    /// The tickets of a sale, in order.
    func tickets(of serial: Int64) throws -> [Ticket] {
        let reader = TripReader(connection)
        return try connection.prepare(
            """
            SELECT k.item, k.state, k.fare_class, k.fare_fen, k.fee_fen, k.commission_fen,
                k.change_count, r.trip_id, r.travel_date, r.departs_at, r.station_id,
                x.contract_id, k.ended_serial, k.retained_fen, k.principal_number,
                p.masked_name, p.document_type, p.number_last_four, p.number_digest
            FROM ticket k JOIN ticket_reservation r ON r.reservation_id = k.reservation_id
            JOIN service_transaction x ON x.serial = k.serial
            LEFT JOIN ticket_passenger p
                ON p.reservation_id = k.reservation_id AND p.item = k.item
            WHERE k.serial = $1 ORDER BY k.item
            """
        ).all(.integer(serial)) { row in
            guard let state = Ticket.State(rawValue: row.text(1)),
                let fareClass = FareClass(rawValue: row.text(2))
            else { throw row.damage(1, expected: "a state, beside a fare class") }
            guard let trip = try reader.trip(ID<Trip>(row.integer(7))) else {
                preconditionFailure("a reservation's trip is kept by its foreign key")
            }
            return Ticket(
                serial: serial, item: row.integer(0), state: state, fareClass: fareClass,
                fareFen: row.integer(3), feeFen: row.integer(4), commissionFen: row.integer(5),
                changeCount: row.integer(6), trip: trip, travelDate: row.businessDate(8),
                departsAt: Instant(millisecondsSinceEpoch: row.integer(9)),
                station: ID(row.integer(10)), contract: ID(row.integer(11)),
                endedSerial: row.optionalInteger(12), retainedFen: row.optionalInteger(13),
                principalNumber: row.text(14),
                passenger: row.isNull(15)
                    ? nil
                    : KnownPassenger(
                        maskedName: row.text(15), documentType: row.text(16),
                        lastFour: row.text(17), digest: row.text(18)))
        }
    }
}

extension Ticket {
    func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("ticket_number", number)
        writer.field("serial", Receipt.serialText(serial))
        writer.field("item", item)
        writer.field("state", state.rawValue)
        writer.field("trip_id", trip.code)
        writer.field("origin", trip.origin)
        writer.field("destination", trip.destination)
        writer.field("travel_date", travelDate.description)
        writer.field("departure_time", trip.departureTime)
        writer.field("fare_class", fareClass.rawValue)
        writer.field("fare_fen", fareFen)
        writer.field("service_fee_fen", feeFen)
        if !principalNumber.isEmpty { writer.field("principal_number", principalNumber) }
        writer.field("passenger_name", ifPresent: passenger?.maskedName)
        writer.field("identity_last_four", ifPresent: passenger?.lastFour)
        writer.field("retained_fen", ifPresent: retainedFen)
        writer.field("ended_serial", ifPresent: endedSerial.map(Receipt.serialText))
        writer.endObject()
    }
}
