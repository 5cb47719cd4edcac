import Agency
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// Tills and shifts.
    func addCounterRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/tills", for: [.operator]) { call in
            try call.allowQuery()
            guard let station = call.principal.station else { throw Self.noStation }
            return try .list("tills") { writer in
                try book.readers.read {
                    try TillReader($0).encodeTills(of: station, to: &writer)
                }
                return nil
            }
        }
        routes.command(.post, "/v1/shifts", for: [.operator]) { call in
            var body = try call.body()
            let till = try body.string("till_id", lengthIn: 1...32)
            try body.finish()
            try write(call, status: 201) { try $0.signOn(tillCode: till, by: call.principal) }
        }
        routes.query(.get, "/v1/shifts/current", for: [.operator]) { call in
            try call.allowQuery()
            let shift = try book.readers.read { try TillReader($0).openShift(of: call.principal) }
            guard let shift else {
                throw Refusal(.notSignedOn, "you hold no till; sign on (POST /v1/shifts)")
            }
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("shift_id", String(shift.id.number))
            writer.field("till_id", shift.tillCode)
            writer.field("station_id", shift.stationCode)
            writer.field("operator_id", shift.staffCode)
            writer.endObject()
            return .json(writer.bytes)
        }
        routes.command(.post, "/v1/shifts/{shift_id}/sign-off", for: [.operator]) { call in
            let shift = try call.parameters.integer("shift_id")
            var body = try call.body()
            let counted = try body.integer(
                "counted_cash_fen", in: 0...JSONObjectDecoder.maximumAmountFen)
            try body.finish()
            let claim = try call.claim(signOffFingerprint(shift: shift, countedFen: counted))
            try writeOnce(call) {
                try $0.signOff(
                    shift: shift, countedFen: counted, claim: claim, by: call.principal)
            }
        }
    }

    static let noStation = Refusal(.notPermitted, "you belong to no station")
}

extension HTTPResponse {
    /// A page of items: `{"<name>": […], "next_cursor": "…" or null}`.
    ///
    /// - Parameter items: writes the array and gives the cursor of the next page.
    static func list(
        _ name: StaticString, _ items: (inout JSONWriter) throws -> Int64?
    ) rethrows -> HTTPResponse {
        var writer = JSONWriter(reservedBytes: 4096)
        writer.beginObject()
        writer.key(name)
        let cursor = try items(&writer)
        writer.field("next_cursor", orNull: cursor.map { String($0) })
        writer.endObject()
        return .json(writer.bytes)
    }
}
