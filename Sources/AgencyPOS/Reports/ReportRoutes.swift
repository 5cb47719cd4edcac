import Agency
import CivilTime
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// The trial balance, the revenue and the commission.
    func addReportRoutes(to routes: inout RouteTable) {
        routes.query(
            .get, "/v1/reports/trial-balance", for: [.supervisor, .administrator]
        ) { call in
            try call.allowQuery("business_date")
            try checkIsDistrict(call.principal, "sees the trial balance of the whole book")
            let date = try call.queryDate("business_date")
            let balance = try book.readers.read { connection -> TrialBalance in
                let reader = LedgerReader(connection)
                guard let date else { return try reader.trialBalance() }
                guard try reader.seal(of: date) != nil else {
                    throw call.invalid("business_date", "must be a closed date, or be left out")
                }
                return try reader.trialBalance(closing: date)
            }
            var writer = JSONWriter(reservedBytes: 16_384)
            balance.encode(to: &writer, date: date)
            return .json(writer.bytes)
        }
        routes.query(
            .get, "/v1/reports/revenue", for: [.supervisor, .committee, .administrator]
        ) { call in
            try call.allowQuery("from", "to", "village_id")
            let (first, last) = try dates(of: call)
            let village = try call.query("village_id")
            let lines = try book.readers.read {
                try RevenueReport($0).lines(
                    from: first, to: last, village: call.principal.village,
                    centre: call.principal.centre)
            }
            return .json(
                revenueJSON(
                    lines.filter { village == nil || $0.villageCode == village },
                    from: first, to: last))
        }
        addCommissionRoute(to: &routes)
    }

    private func addCommissionRoute(to routes: inout RouteTable) {
        routes.query(
            .get, "/v1/reports/commission",
            for: [.operator, .supervisor, .committee, .administrator]
        ) { call in
            try call.allowQuery("from", "to", "by")
            let (first, last) = try dates(of: call)
            guard let party = CommissionParty(rawValue: try call.query("by") ?? "station") else {
                throw call.invalid("by", "must be operator, station, village or centre")
            }
            let caller = call.principal
            let scope = CommissionStatement.Scope(
                staff: caller.role == .operator ? caller.staff : nil, village: caller.village,
                centre: caller.centre)
            let lines = try book.readers.read {
                try CommissionStatement($0, book.catalogue).lines(
                    from: first, to: last, by: party, scope: scope)
            }
            var writer = JSONWriter(reservedBytes: 16_384)
            writer.beginObject()
            writer.field("from", first.description)
            writer.field("to", last.description)
            writer.field("by", party.rawValue)
            writer.key("lines")
            writer.beginArray()
            for line in lines { line.encode(to: &writer) }
            writer.endArray()
            writer.endObject()
            return .json(writer.bytes)
        }
    }

    /// The dates of a report: the open one, unless the caller asks otherwise.
    private func dates(of call: Call) throws -> (first: BusinessDate, last: BusinessDate) {
        let today =
            try book.readers.read { try LedgerReader($0).openDate() }
            ?? book.profile.zone.date(at: book.clock())
        let first = try call.queryDate("from") ?? today
        let last = try call.queryDate("to") ?? first
        guard first <= last,
            Int(last.daysSinceEpoch - first.daysSinceEpoch) < RevenueReport.maximumDays
        else {
            throw call.invalid(
                "to", "must be from 0 to \(RevenueReport.maximumDays - 1) days after from")
        }
        return (first, last)
    }

    private func revenueJSON(
        _ lines: [RevenueLine], from first: BusinessDate, to last: BusinessDate
    ) -> [UInt8] {
        var writer = JSONWriter(reservedBytes: 16_384)
        writer.beginObject()
        writer.field("from", first.description)
        writer.field("to", last.description)
        writer.key("lines")
        writer.beginArray()
        for line in lines { line.encode(to: &writer) }
        writer.endArray()
        writer.field("transaction_count", lines.reduce(0) { $0 + $1.transactionCount })
        writer.field("amount_fen", lines.reduce(0) { $0 + $1.amountFen })
        writer.field("service_fee_fen", lines.reduce(0) { $0 + $1.feeFen })
        writer.field("commission_fen", lines.reduce(0) { $0 + $1.commissionFen })
        writer.endObject()
        return writer.bytes
    }
}

extension TrialBalance {
    /// Writes the trial balance as a JSON object.
    func encode(to writer: inout JSONWriter, date: BusinessDate?) {
        writer.beginObject()
        writer.field("business_date", orNull: date?.description)
        writer.field("is_balanced", isBalanced)
        writer.key("accounts")
        writer.beginArray()
        for line in lines {
            writer.beginObject()
            writer.field("code", line.code.text)
            writer.field("name", line.name)
            writer.field("type", line.type.rawValue)
            writer.field("currency", line.currency.code)
            writer.field("debits_fen", line.totals.debits)
            writer.field("credits_fen", line.totals.credits)
            writer.field("balance_fen", line.totals.balance(on: line.type.normalSide))
            writer.endObject()
        }
        writer.endArray()
        writer.key("totals")
        writer.beginArray()
        for total in totals {
            writer.beginObject()
            writer.field("currency", total.currency.code)
            writer.field("debits_fen", total.debits)
            writer.field("credits_fen", total.credits)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}
