import Agency
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// Over and short: shown, disputed, approved singly.
    func addDifferenceRoutes(to routes: inout RouteTable) {
        routes.query(
            .get, "/v1/till-differences", for: [.operator, .supervisor, .administrator]
        ) { call in
            try call.allowQuery("state", "station_id", "cursor", "limit")
            let state: DifferenceState? = try call.queryWord("state")
            let station = try call.query("station_id")
            let (cursor, limit) = try call.page(upTo: DifferenceList.maximumPageSize)
            return try .list("till_differences") { writer in
                try book.readers.read { connection in
                    try DifferenceList(connection, zone: book.profile.zone).encodeDifferences(
                        for: call.principal, state: state, station: station,
                        on: try openDate(connection),
                        after: cursor, limit: limit, to: &writer)
                }
            }
        }
        routes.command(
            .post, "/v1/till-differences/{difference_id}/dispute", for: [.operator, .supervisor]
        ) { call in
            let number = try call.parameters.integer("difference_id")
            let reason = try call.reasonAlone()
            try write(call) {
                try $0.disputeDifference(number, reason: reason, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/till-differences/{difference_id}/dismiss-dispute", for: [.supervisor]
        ) { call in
            let number = try call.parameters.integer("difference_id")
            let reason = try call.reasonAlone()
            try write(call) {
                try $0.dismissDispute(number, reason: reason, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/till-differences/{difference_id}/approve", for: [.supervisor]
        ) { call in
            let number = try call.parameters.integer("difference_id")
            var body = try call.body()
            let resolution: DifferenceResolution = try body.enumeration("resolution")
            let reason = try body.reason()
            try body.finish()
            let claim = try call.claim(
                approveDifferenceFingerprint(number, resolution: resolution, reason: reason))
            try writeOnce(call) {
                try $0.approveDifference(
                    number, as: resolution, reason: reason, claim: claim, by: call.principal)
            }
        }
    }
}

extension Call {
    /// The reason in a body that holds nothing else.
    func reasonAlone() throws -> String {
        var body = try body()
        let reason = try body.reason()
        try body.finish()
        return reason
    }

    /// A parameter of the query that is one of an enumeration's words, or nothing.
    func queryWord<Words>(_ name: String) throws -> Words?
    where Words: RawRepresentable & CaseIterable, Words.RawValue == String {
        guard let text = try query(name) else { return nil }
        guard let word = Words(rawValue: text) else {
            let allowed = Words.allCases.map(\.rawValue).joined(separator: ", ")
            throw invalid(name, "must be one of: \(allowed)")
        }
        return word
    }
}
