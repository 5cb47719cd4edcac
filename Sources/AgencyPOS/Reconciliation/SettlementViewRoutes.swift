import Agency
import CivilTime
import HTTPServer
import Ledger
import SQL
import StrictJSON

/// How a statement is written.
enum StatementFormat: String, CaseIterable {
    case csv
    case camt053
}

extension API {
    /// The liaison's view: days and partners, one day side by side, and the statement.
    func addSettlementViewRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/settlement-calendar", for: Self.reconcilers) { call in
            try call.allowQuery("from", "to", "partner_id")
            try checkMayReconcile(call.principal)
            let (first, last) = try days(of: call, atMost: SettlementCalendar.maximumDays)
            let partner = try wantedPartner(call)
            let zone = book.profile.zone
            let now = book.clock()
            let found = try book.readers.read { connection in
                try SettlementCalendar(connection, zone: zone).days(
                    partner: partner, from: first, to: last, at: now)
            }
            var writer = JSONWriter(reservedBytes: found.count * 160)
            writer.beginObject()
            writer.key("days")
            writer.beginArray()
            for day in found { day.encode(to: &writer, zone: zone) }
            writer.endArray()
            writer.endObject()
            return .json(writer.bytes)
        }
        routes.query(
            .get, "/v1/partners/{partner_id}/settlement-days/{business_date}",
            for: Self.reconcilers
        ) { call in
            try call.allowQuery()
            try checkMayReconcile(call.principal)
            let zone = book.profile.zone
            let text = call.parameters["business_date"]
            guard let date = BusinessDate(text) else {
                throw call.invalid("business_date", "must be a date, YYYY-MM-DD")
            }
            let now = book.clock()
            var writer = JSONWriter()
            try book.readers.read { connection in
                let partner = try visiblePartner(
                    call.parameters["partner_id"], call.principal, connection)
                let isKnown = try SettlementDay(connection, zone: zone)
                    .encode(partner, on: date, at: now, to: &writer)
                guard isKnown else {
                    throw call.invalid("business_date", "is no business date of the book")
                }
            }
            return .json(writer.bytes)
        }
        routes.query(
            .get, "/v1/partners/{partner_id}/statement", for: Self.reconcilers
        ) { call in
            try call.allowQuery("from", "to", "format")
            try checkMayReconcile(call.principal)
            return try statement(call)
        }
    }

    private func statement(_ call: Call) throws -> HTTPResponse {
        let (first, last) = try days(of: call, atMost: AccountStatement.maximumDays)
        let format: StatementFormat = try call.queryWord("format") ?? .csv
        let zone = book.profile.zone
        let code = call.parameters["partner_id"]
        let bytes = try book.readers.read { connection -> [UInt8] in
            let partner = try visiblePartner(code, call.principal, connection)
            let statement = try AccountStatement.read(
                connection, partner: partner, from: first, to: last)
            guard let statement else {
                throw call.invalid("to", "must be a closed date whose files are released")
            }
            guard statement.lineCount <= AccountStatement.maximumLines else {
                throw call.invalid(
                    "to",
                    "asks for \(statement.lineCount) lines, more than "
                        + "\(AccountStatement.maximumLines); ask for fewer days")
            }
            switch format {
            case .csv: return try statement.csv(connection, zone: zone)
            case .camt053: return statement.camt053(zone: zone)
            }
        }
        let (type, ending): (String, String) =
            switch format {
            case .csv: ("text/csv; charset=utf-8", "csv")
            case .camt053: ("application/xml; charset=utf-8", "xml")
            }
        let name = "statement-\(code)-\(first.compact)-\(last.compact).\(ending)"
        return HTTPResponse(
            status: 200,
            headers: [
                ("Content-Type", type),
                ("Content-Disposition", "attachment; filename=\"\(name)\""),
            ],
            body: .bytes(bytes))
    }

    private func days(
        of call: Call, atMost maximum: Int
    ) throws -> (BusinessDate, BusinessDate) {
        guard let first = try call.queryDate("from") else {
            throw call.invalid("from", "is missing; send it")
        }
        guard let last = try call.queryDate("to") else {
            throw call.invalid("to", "is missing; send it")
        }
        guard first <= last, last.daysSinceEpoch - first.daysSinceEpoch < Int32(maximum) else {
            throw call.invalid("to", "must lie within \(maximum) days from `from`")
        }
        return (first, last)
    }
}
