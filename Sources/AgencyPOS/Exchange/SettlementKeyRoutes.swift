import Agency
import HTTPServer
import StrictJSON

extension API {
    /// The keys of settlement files; a secret is in the answer that made it, and nowhere else.
    func addSettlementKeyRoutes(to routes: inout RouteTable) {
        routes.query(
            .get, "/v1/partners/{partner_id}/settlement-keys", for: [.liaison, .administrator]
        ) { call in
            try call.allowQuery()
            let now = book.clock()
            let keys = try book.readers.read { connection -> [SettlementKeyRow] in
                let partner = try visiblePartner(
                    call.parameters["partner_id"], call.principal, connection)
                return try SettlementKeyReader(connection).keys(of: partner)
            }
            return .list("settlement_keys") { writer in
                writer.beginArray()
                for key in keys { key.encode(to: &writer, zone: book.profile.zone, at: now) }
                writer.endArray()
                return nil
            }
        }
        routes.command(
            .post, "/v1/partners/{partner_id}/settlement-keys", for: [.administrator]
        ) { call in
            var body = try call.body()
            let order = try order(call, &body)
            try body.finish()
            let sealing = book.settlementKeySealing
            try write(call, status: 201) {
                try $0.createSettlementKey(order, sealing: sealing, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/partners/{partner_id}/settlement-keys/rotate", for: [.administrator]
        ) { call in
            var body = try call.body()
            let order = try order(call, &body)
            let hours =
                try body.optionalInteger("overlap_hours", in: SettlementKeyOrder.overlapHours)
                ?? SettlementKeyOrder.usualOverlapHours
            try body.finish()
            let sealing = book.settlementKeySealing
            try write(call, status: 201) {
                try $0.rotateSettlementKey(
                    order, overlapHours: hours, sealing: sealing, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/partners/{partner_id}/settlement-keys/{key_id}/retire",
            for: [.administrator]
        ) { call in
            let (partner, keyID) = (call.parameters["partner_id"], call.parameters["key_id"])
            let reason = try call.reasonAlone()
            try write(call) {
                try $0.retireSettlementKey(
                    keyID, partnerCode: partner, reason: reason, by: call.principal)
            }
        }
    }

    private func order(
        _ call: Call, _ body: inout JSONObjectDecoder
    ) throws -> SettlementKeyOrder {
        SettlementKeyOrder(
            partnerCode: call.parameters["partner_id"],
            direction: try body.enumeration("direction"),
            keyHex: try body.optionalString("key_hex", lengthIn: 1...256))
    }
}
