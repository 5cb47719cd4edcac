import Agency
import CivilTime
import HTTPServer
import StrictJSON

extension API {
    /// The largest item of a sale, as its path may name it.
    private static let items = TicketReservation.seatCounts

    /// Tickets that are sold: what they bring when they are given back or exchanged, and that act.
    func addTicketReturnRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/tickets/{serial}", for: [.operator]) { call in
            try call.allowQuery()
            let serial = try serialNumber(call.parameters["serial"])
            return .json(try counter(call) { try $0.tickets(of: serial, for: call.principal) })
        }
        routes.query(
            .get, "/v1/tickets/{serial}/{item}/refund-quote", for: [.operator]
        ) { call in
            try call.allowQuery()
            let (serial, item) = try ticket(of: call)
            let now = book.clock()
            return .json(
                try counter(call) {
                    try $0.refundQuote(
                        serial: serial, item: item, for: call.principal, at: now)
                })
        }
        routes.command(.post, "/v1/tickets/{serial}/{item}/refund", for: [.operator]) { call in
            let (serial, item) = try ticket(of: call)
            var body = try call.body()
            let request = TicketRefundRequest(
                serial: serial, item: item, refundFen: try body.amountFen("refund_fen"))
            try body.finish()
            let claim = try call.claim(request.fingerprint)
            try partners.refundTicket(request, claim: claim, by: call.principal) {
                answer($0, call)
            }
        }
        routes.command(
            .post, "/v1/tickets/{serial}/{item}/use", for: [.operator, .liaison]
        ) { call in
            try call.takesNoBody()
            let (serial, item) = try ticket(of: call)
            let claim = try call.claim(ticketUseFingerprint(serial: serial, item: item))
            try writeOnce(call, status: 201) {
                try $0.useTicket(serial: serial, item: item, claim: claim, by: call.principal)
            }
        }
        addChangeRoutes(to: &routes)
    }

    private func addChangeRoutes(to routes: inout RouteTable) {
        routes.query(
            .get, "/v1/tickets/{serial}/{item}/change-quote", for: [.operator]
        ) { call in
            try call.allowQuery("trip_id", "travel_date")
            let (serial, item) = try ticket(of: call)
            let trip = try call.requiredQuery("trip_id")
            guard let date = try call.queryDate("travel_date") else {
                throw call.invalid("travel_date", "is missing; send it")
            }
            let now = book.clock()
            return .json(
                try counter(call) {
                    try $0.changeQuote(
                        serial: serial, item: item, tripCode: trip, travelDate: date,
                        for: call.principal, at: now)
                })
        }
        routes.command(.post, "/v1/tickets/{serial}/{item}/change", for: [.operator]) { call in
            let (serial, item) = try ticket(of: call)
            var body = try call.body()
            let most = JSONObjectDecoder.maximumAmountFen
            let request = TicketChangeRequest(
                serial: serial, item: item,
                tripCode: try body.string("trip_id", lengthIn: 1...32),
                travelDate: try body.date("travel_date"),
                differenceFen: try body.integer("difference_fen", in: -most...most))
            try body.finish()
            let claim = try call.claim(request.fingerprint)
            try partners.changeTicket(request, claim: claim, by: call.principal) {
                answer($0, call)
            }
        }
    }

    private func counter(
        _ call: Call, _ body: (TicketCounter) throws -> [UInt8]
    ) throws -> [UInt8] {
        try book.readers.read { connection in
            try body(
                TicketCounter(
                    connection, catalogue: book.catalogue, zone: book.profile.zone))
        }
    }

    /// The ticket that a path names.
    private func ticket(of call: Call) throws -> (serial: Int64, item: Int64) {
        let item = try call.parameters.integer("item")
        guard Self.items.contains(item) else {
            throw Problem(
                .invalidParameter, status: 404,
                detail: "the tickets of a sale are numbered from 1, see GET /v1/tickets/{serial}",
                field: "item")
        }
        return (try serialNumber(call.parameters["serial"]), item)
    }
}
