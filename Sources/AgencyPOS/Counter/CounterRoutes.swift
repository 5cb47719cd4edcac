import Agency
import Cryptography
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
            return .json(try currentShift(call))
        }
        routes.command(.post, "/v1/shifts/{shift_id}/sign-off", for: [.operator]) { call in
            let shift = try call.parameters.integer("shift_id")
            var body = try call.body()
            let count = try body.cashCount(in: book.profile.currency)
            try body.finish()
            let claim = try call.claim(signOffFingerprint(shift: shift, count: count))
            try writeOnce(call) {
                try $0.signOff(shift: shift, count: count, claim: claim, by: call.principal)
            }
        }
        addSuspensionRoutes(to: &routes)
        addHandoverRoutes(to: &routes)
        addDifferenceRoutes(to: &routes)
    }

    /// The caller's shift; whether its till holds too much is told, and the sum is not.
    private func currentShift(_ call: Call) throws -> [UInt8] {
        let found = try book.readers.read { connection in
            let reader = TillReader(connection)
            return try reader.openShift(of: call.principal).map {
                ($0, isOverLimit: try reader.isOverLimit($0))
            }
        }
        guard let (shift, isOverLimit) = found else {
            throw Refusal(
                .notSignedOn, "you hold no till; sign on (POST /v1/shifts)",
                zh: "您尚未领用尾箱，请先签到")
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("shift_id", String(shift.id.number))
        writer.field("till_id", shift.tillCode)
        writer.field("station_id", shift.stationCode)
        writer.field("operator_id", shift.staffCode)
        writer.field("state", shift.state.rawValue)
        writer.field("cash_warning", orNull: isOverLimit ? "over-limit" : nil)
        writer.endObject()
        return writer.bytes
    }

    private func addSuspensionRoutes(to routes: inout RouteTable) {
        routes.command(.post, "/v1/shifts/{shift_id}/suspend", for: [.operator]) { call in
            let shift = try call.parameters.integer("shift_id")
            try call.takesNoBody()
            try book.writer.submit({ try $0.suspend(shift: shift, by: call.principal) }) {
                if case .success = $0 { sessions.forget(staff: call.principal.staff) }
                answer($0.map { .done($0) }, call, status: 200)
            }
        }
        routes.command(.post, "/v1/shifts/{shift_id}/resume", for: [.operator]) { call in
            let shift = try call.parameters.integer("shift_id")
            try call.takesNoBody()
            let digest = SHA256.hash(bearerToken(of: call.request) ?? "").hex
            try write(call) {
                try $0.resume(shift: shift, tokenDigest: digest, by: call.principal)
            }
        }
    }

    static let noStation = Refusal(
        .notPermitted, "you belong to no station", zh: "您不属于任何站点，无权办理")
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
