import Agency
import CivilTime
import HTTPServer
import Ledger
import SQL
import StrictJSON

extension API {
    /// Who exchanges and reconciles: a liaison sees its own partner, the others all.
    static let reconcilers: Set<Role> = [.liaison, .supervisor, .administrator]

    /// What partners' files gave when they were compared, and the exceptions that came of it.
    func addReconciliationRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/reconciliations", for: Self.reconcilers) { call in
            try call.allowQuery("partner_id", "business_date", "cursor", "limit")
            try checkMayReconcile(call.principal)
            let partner = try wantedPartner(call)
            let date = try call.queryDate("business_date")
            let (cursor, limit) = try call.page()
            let found = try book.readers.read {
                try ReconciliationList($0).reconciliations(
                    partner: partner, date: date, after: cursor, limit: limit)
            }
            return .list("reconciliations") { writer in
                writer.beginArray()
                for item in found { item.encode(to: &writer, zone: book.profile.zone) }
                writer.endArray()
                return found.count == limit ? found.last?.id.number : nil
            }
        }
        routes.query(.get, "/v1/settlement-exceptions", for: Self.reconcilers) { call in
            try call.allowQuery(
                "partner_id", "state", "class", "business_date", "owner_id", "cursor", "limit")
            try checkMayReconcile(call.principal)
            let filter = ExceptionFilter(
                partner: try wantedPartner(call), state: try call.queryWord("state"),
                exceptionClass: try call.queryWord("class"),
                date: try call.queryDate("business_date"), owner: try call.query("owner_id"))
            let (cursor, limit) = try call.page()
            let (found, today) = try book.readers.read { connection in
                (
                    try SettlementExceptionReader(connection).exceptions(
                        filter, after: cursor, limit: limit),
                    try openDate(connection)
                )
            }
            return .list("settlement_exceptions") { writer in
                writer.beginArray()
                for item in found {
                    item.encode(to: &writer, zone: book.profile.zone, on: today)
                }
                writer.endArray()
                return found.count == limit ? found.last?.id.number : nil
            }
        }
        routes.query(
            .get, "/v1/settlement-exceptions/{exception_id}", for: Self.reconcilers
        ) { call in
            try call.allowQuery()
            try checkMayReconcile(call.principal)
            let number = try call.parameters.integer("exception_id")
            var writer = JSONWriter()
            try book.readers.read { connection in
                let reader = SettlementExceptionReader(connection)
                let found = try reader.exception(number, of: call.principal.partner)
                guard let found else { throw Refusal.unknownException }
                try reader.encode(
                    found, zone: book.profile.zone, on: openDate(connection), to: &writer)
            }
            return .json(writer.bytes)
        }
        routes.command(
            .post, "/v1/settlement-exceptions/{exception_id}/assign", for: Self.reconcilers
        ) { call in
            let number = try call.parameters.integer("exception_id")
            var body = try call.body()
            let owner = try body.string("owner_id", lengthIn: 1...32)
            try body.finish()
            try write(call) { try $0.assignException(number, to: owner, by: call.principal) }
        }
        routes.command(
            .post, "/v1/settlement-exceptions/{exception_id}/notes", for: Self.reconcilers
        ) { call in
            let number = try call.parameters.integer("exception_id")
            var body = try call.body()
            let text = try body.writtenText("text", lengthIn: AgencySession.noteLengths)
            try body.finish()
            try write(call, status: 201) {
                try $0.noteException(number, text, by: call.principal)
            }
        }
    }

    /// A supervisor of a town centre has no part in what the whole institution settles.
    func checkMayReconcile(_ principal: Principal) throws {
        switch principal.role {
        case .supervisor: try checkIsDistrict(principal, "reconciles with partners")
        case .liaison, .administrator, .operator, .committee: break
        }
    }
}
