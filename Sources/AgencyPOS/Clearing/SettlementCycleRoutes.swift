import Agency
import HTTPServer
import Ledger
import SQL
import StrictJSON

extension API {
    /// Settlement cycles and the instructions that pay them.
    func addSettlementCycleRoutes(to routes: inout RouteTable) {
        let readers: Set<Role> = [.supervisor, .liaison, .administrator]
        routes.query(.get, "/v1/settlement-cycles", for: readers) { call in
            try call.allowQuery("partner_id", "state", "date", "cursor", "limit")
            try checkIsDistrict(call.principal, "sees the settlement of money")
            let code = try call.query("partner_id")
            let state: SettlementCycle.State? = try call.queryWord("state")
            let date = try call.queryDate("date")
            let (cursor, limit) = try call.page(upTo: SettlementCycleReader.maximumPageSize)
            return try .list("settlement_cycles") { writer in
                try book.readers.read { connection in
                    let partner = try partner(code, of: call.principal, connection)
                    let cycles = try SettlementCycleReader(connection).cycles(
                        partner: partner, state: state, date: date, after: cursor, limit: limit)
                    let report = SettlementCycleReport(connection, zone: book.profile.zone)
                    writer.beginArray()
                    for cycle in cycles { try report.encode(cycle, to: &writer) }
                    writer.endArray()
                    return cycles.count == limit ? cycles.last?.id.number : nil
                }
            }
        }
        routes.query(.get, "/v1/settlement-cycles/{cycle_id}", for: readers) { call in
            try call.allowQuery()
            try checkIsDistrict(call.principal, "sees the settlement of money")
            let cycle = try visibleCycle(call)
            let bytes = try book.readers.read {
                try SettlementCycleReport($0, zone: book.profile.zone).encoded(cycle.id)
            }
            guard let bytes else { throw Refusal.unknownSettlementCycle }
            return .json(bytes)
        }
        routes.command(
            .post, "/v1/settlement-cycles/{cycle_id}/instruction", for: [.supervisor]
        ) { call in
            try call.takesNoBody()
            let id = ID<SettlementCycle>(try call.parameters.integer("cycle_id"))
            try write(call, status: 201) {
                try $0.proposeInstruction(of: id, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/settlement-cycles/{cycle_id}/instruction/approve",
            for: [.supervisor, .administrator]
        ) { call in
            try call.takesNoBody()
            let id = ID<SettlementCycle>(try call.parameters.integer("cycle_id"))
            try write(call) { try $0.approveInstruction(of: id, by: call.principal) }
        }
        routes.command(
            .post, "/v1/settlement-cycles/{cycle_id}/instruction/decline",
            for: [.supervisor, .administrator]
        ) { call in
            let id = ID<SettlementCycle>(try call.parameters.integer("cycle_id"))
            let reason = try call.reasonAlone()
            try write(call) {
                try $0.declineInstruction(of: id, reason: reason, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/settlement-cycles/{cycle_id}/instruction/recall",
            for: [.supervisor, .administrator]
        ) { call in
            let id = ID<SettlementCycle>(try call.parameters.integer("cycle_id"))
            let reason = try call.reasonAlone()
            try write(call) {
                try $0.recallInstruction(of: id, reason: reason, by: call.principal)
            }
        }
        routes.query(
            .get, "/v1/settlement-cycles/{cycle_id}/payment-order",
            for: [.supervisor, .administrator]
        ) { call in
            try call.allowQuery()
            try checkIsDistrict(call.principal, "sends payment orders")
            return try paymentOrder(call)
        }
    }

    /// Whose cycles a caller sees: a liaison its own partner's, the others all or one's.
    private func partner(
        _ code: String?, of principal: Principal, _ connection: Connection
    ) throws -> ID<Partner>? {
        guard let code else { return principal.partner }
        return try visiblePartner(code, principal, connection)
    }

    private func visibleCycle(_ call: Call) throws -> SettlementCycle {
        let id = ID<SettlementCycle>(try call.parameters.integer("cycle_id"))
        let cycle = try book.readers.read { try SettlementCycleReader($0).cycle(id) }
        guard let cycle,
            call.principal.partner == nil || call.principal.partner == cycle.partner
        else { throw Refusal.unknownSettlementCycle }
        return cycle
    }

    private func paymentOrder(_ call: Call) throws -> HTTPResponse {
        let cycle = try visibleCycle(call)
        let instruction = try book.readers.read {
            try SettlementInstructionReader($0).newest(of: cycle.id)
        }
        guard let instruction else {
            throw Refusal(
                .noInstruction, "the cycle has no instruction; propose one first",
                zh: "该结算周期没有付款指令；请先提出")
        }
        let bytes = try PaymentOrder.xml(of: instruction, from: book.profile)
        return HTTPResponse(
            status: 200,
            headers: [
                ("Content-Type", "application/xml"),
                (
                    "Content-Disposition",
                    "attachment; filename=\"\(instruction.reference).xml\""
                ),
            ],
            body: .bytes(bytes))
    }
}
