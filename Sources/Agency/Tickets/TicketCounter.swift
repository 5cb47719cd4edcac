import CivilTime
import Ledger
import SQL
import StrictJSON

/// What the counter asks about tickets before it takes one back; it changes nothing.
public struct TicketCounter {
    private let connection: Connection
    private let catalogue: Catalogue
    private let zone: ZoneOffset

    public init(_ connection: Connection, catalogue: Catalogue, zone: ZoneOffset) {
        self.connection = connection
        self.catalogue = catalogue
        self.zone = zone
    }

    /// The tickets of a sale as the bytes of a JSON object.
    ///
    /// - Throws: `Refusal` with `unknownTicket`.
    public func tickets(of serial: Int64, for principal: Principal) throws -> [UInt8] {
        let reader = TicketReader(connection)
        _ = try reader.ticket(serial: serial, item: 1, at: principal.station)
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("tickets")
        writer.beginArray()
        for ticket in try reader.tickets(of: serial) { ticket.encode(to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// What a ticket brings when it is refunded now.
    ///
    /// - Throws: `Refusal` with `unknownTicket`, `ticketNotIssued`, `departed`, `notRefundable`.
    public func refundQuote(
        serial: Int64, item: Int64, for principal: Principal, at instant: Instant
    ) throws -> [UInt8] {
        let ticket = try TicketReader(connection).ticket(
            serial: serial, item: item, at: principal.station)
        let back = try catalogue.contract(ticket.contract).refund(of: ticket, at: instant)
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("ticket_number", ticket.number)
        writer.field("fare_fen", ticket.fareFen)
        back.encodeMembers(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// What the exchange for a trip costs now; whether a seat is left is seen when it is made.
    ///
    /// - Throws: `Refusal` with `unknownTicket`, `ticketNotIssued` or `refundUnconfirmed`,
    ///   `departed`, `notChangeable`, `unknownTrip`, `noContract`, `fareClassNotSold`.
    public func changeQuote(
        serial: Int64, item: Int64, tripCode: String, travelDate: BusinessDate,
        for principal: Principal, at instant: Instant
    ) throws -> [UInt8] {
        let ticket = try TicketReader(connection).ticket(
            serial: serial, item: item, at: principal.station)
        let contract = catalogue.contract(ticket.contract)
        let back = try contract.change(of: ticket, at: instant)
        guard let trip = try TripReader(connection).trip(tripCode) else {
            throw Refusal(
                .unknownTrip, "there is no such trip or offer; see GET /v1/trips, GET /v1/offers",
                zh: "没有此车次或票种；请在列表中重新选择", field: "trip_id")
        }
        try ticket.checkChange(to: trip, on: travelDate, catalogue)
        if let today = try LedgerReader(connection).openDate() {
            try contract.checkIsChanged(
                to: catalogue.contract(for: catalogue.product(trip.product), on: today))
        }
        let seats = try SeatRequest.one(ticket.fareClass).priced(by: trip.fares)
        let newFareFen = seats.reduce(0) { $0 + $1.totalFen }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("ticket_number", ticket.number)
        writer.field("trip_id", trip.code)
        writer.field("travel_date", travelDate.description)
        writer.field("fare_fen", ticket.fareFen)
        writer.field("new_fare_fen", newFareFen)
        back.encodeMembers(to: &writer)
        writer.field("difference_fen", newFareFen - back.totalFen)
        writer.endObject()
        return writer.bytes
    }
}
