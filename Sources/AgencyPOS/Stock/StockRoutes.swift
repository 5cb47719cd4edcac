import Agency
import HTTPServer
import StrictJSON

extension API {
    /// Packs of numbered stock: deliveries, transfers, opening, freezing and what is left.
    func addStockRoutes(to routes: inout RouteTable) {
        let counter: Set<Role> = [.operator]
        let holders: Set<Role> = [.operator, .supervisor]
        routes.query(.get, "/v1/stock", for: holders) { try self.stock($0) }
        routes.command(.post, "/v1/stock/packs", for: [.supervisor]) { call in
            let delivery = try StockDelivery(decoding: call.body())
            let claim = try call.claim(delivery.fingerprint)
            try writeOnce(call, status: 201) {
                try $0.receiveDelivery(delivery, claim: claim, by: call.principal)
            }
        }
        addTransferRoutes(to: &routes, for: holders)
        routes.command(.post, "/v1/stock/packs/{pack_id}/open", for: counter) { call in
            try step(.opened, call) { try $0.openPack($1, claim: $2, by: call.principal) }
        }
        routes.command(.post, "/v1/stock/packs/{pack_id}/close", for: counter) { call in
            try step(.closed, call) { try $0.closePack($1, claim: $2, by: call.principal) }
        }
        routes.command(.post, "/v1/stock/packs/{pack_id}/freeze", for: counter) { call in
            let reason = try reason(of: call)
            try step(.gapFound, call, detail: reason) {
                try $0.freezePack($1, reason: reason, claim: $2, by: call.principal)
            }
        }
        routes.command(.post, "/v1/stock/packs/{pack_id}/return", for: [.supervisor]) { call in
            let reason = try reason(of: call)
            try step(.givenBack, call, detail: reason) {
                try $0.returnPack($1, reason: reason, claim: $2, by: call.principal)
            }
        }
        routes.command(.post, "/v1/stock/packs/{pack_id}/spoil", for: counter) {
            try self.spoil($0)
        }
        routes.command(.post, "/v1/stock/packs/{pack_id}/resolve", for: [.supervisor]) { call in
            let resolution = try StockResolution(
                pack: call.parameters.integer("pack_id"), decoding: call.body())
            let claim = try call.claim(resolution.fingerprint)
            try writeOnce(call) {
                try $0.resolvePack(resolution, claim: claim, by: call.principal)
            }
        }
    }

    private func addTransferRoutes(to routes: inout RouteTable, for roles: Set<Role>) {
        routes.command(.post, "/v1/stock/packs/{pack_id}/offer", for: roles) { call in
            var body = try call.body()
            let place = try body.string("to", lengthIn: 1...32)
            try body.finish()
            try step(.offered, call, detail: place) {
                try $0.offerPack($1, to: place, claim: $2, by: call.principal)
            }
        }
        routes.command(.post, "/v1/stock/packs/{pack_id}/receive", for: roles) { call in
            try step(.received, call) { try $0.receivePack($1, claim: $2, by: call.principal) }
        }
        routes.command(.post, "/v1/stock/packs/{pack_id}/decline", for: roles) { call in
            try step(.declined, call) { try $0.declinePack($1, claim: $2, by: call.principal) }
        }
    }

    /// Submits a step of the pack in the path; one that takes no detail takes no body.
    private func step(
        _ event: StockPackEvent, _ call: Call, detail: String? = nil,
        _ command:
            @escaping @Sendable (AgencySession, Int64, IdempotencyClaim) throws ->
            CommandOutcome
    ) throws {
        if detail == nil { try call.takesNoBody() }
        let pack = try call.parameters.integer("pack_id")
        let claim = try call.claim(
            stockStepFingerprint(event, pack: pack, detail: detail ?? ""))
        try writeOnce(call) { try command($0, pack, claim) }
    }

    private func reason(of call: Call) throws -> String {
        var body = try call.body()
        let reason = try body.string("reason", lengthIn: StockResolution.reasonLengths)
        try body.finish()
        return reason
    }

    private func spoil(_ call: Call) throws {
        var body = try call.body()
        let serial = try body.string("serial", lengthIn: 1...StockFormat.maximumLength)
        let outcome = try body.enumeration("outcome", SpoiltAs.self)
        let reason = try body.string("reason", lengthIn: StockResolution.reasonLengths)
        try body.finish()
        let detail = "\(serial)/\(outcome.rawValue)/\(reason)"
        let pack = try call.parameters.integer("pack_id")
        let claim = try call.claim(
            stockPaperFingerprint("spoil", itemCode: "\(pack)", detail))
        try writeOnce(call) {
            try $0.spoilSerial(
                serial, asDamaged: outcome == .damaged, reason: reason, pack: pack, claim: claim,
                by: call.principal)
        }
    }

    private func stock(_ call: Call) throws -> HTTPResponse {
        try call.allowQuery("item_id", "state", "cursor", "limit")
        let item = try call.query("item_id")
        let state = try call.query("state").map { text in
            guard let state = StockPackState(rawValue: text) else {
                throw call.invalid("state", "is none of the states of a pack")
            }
            return state
        }
        let (cursor, limit) = try call.page(upTo: StockReader.maximumPageSize)
        return try .list("packs") { writer in
            try book.readers.read {
                try StockReader($0).encodePacks(
                    for: call.principal, itemCode: item, state: state, after: cursor,
                    limit: limit, to: &writer)
            }
        }
    }
}

/// How an operator's serial was spoilt.
enum SpoiltAs: String, CaseIterable, Sendable {
    case damaged, voided
}

extension StockDelivery {
    init(decoding object: JSONObjectDecoder) throws(JSONError) {
        var body = object
        let serials = 1...StockFormat.maximumLength
        self.init(
            itemCode: try body.string("item_id", lengthIn: 1...32),
            firstSerial: try body.string("first_serial", lengthIn: serials),
            lastSerial: try body.string("last_serial", lengthIn: serials),
            deliveryNote: try body.string("delivery_note", lengthIn: Self.noteLengths))
        try body.finish()
    }
}

extension StockResolution {
    init(pack: Int64, decoding object: JSONObjectDecoder) throws(JSONError) {
        var body = object
        var lines: [Line] = []
        for var line in try body.objects("serials", maximumCount: Self.maximumCount) {
            lines.append(
                Line(
                    serial: try line.string("serial", lengthIn: 1...StockFormat.maximumLength),
                    finding: try line.enumeration("finding"),
                    reason: try line.string("reason", lengthIn: Self.reasonLengths)))
            try line.finish()
        }
        let counted = try body.integer("counted_left", in: 0...StockDelivery.maximumSize)
        try body.finish()
        self.init(pack: pack, lines: lines, countedLeft: counted)
    }
}
