import Agency
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// The tills as a centre sees them, and their limits.
    func addTillRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/centres/current/tills", for: [.supervisor]) { call in
            try call.allowQuery("cursor", "limit")
            let (cursor, limit) = try call.page(upTo: TillOverview.maximumPageSize)
            guard let centre = call.principal.centre else { throw Self.noCentre }
            return try .list("tills") { writer in
                try book.readers.read { connection in
                    try TillOverview(connection, zone: book.profile.zone).encodeTills(
                        below: centre,
                        on: try openDate(connection),
                        after: cursor, limit: limit, to: &writer)
                }
            }
        }
        routes.query(.get, "/v1/till-limits", for: [.supervisor, .administrator]) { call in
            try call.allowQuery("cursor", "limit")
            let (cursor, limit) = try call.page(upTo: TillLimitReader.maximumPageSize)
            return try .list("till_limits") { writer in
                try book.readers.read {
                    try TillLimitReader($0).encodeLimits(
                        after: cursor, limit: limit, zone: book.profile.zone, to: &writer)
                }
            }
        }
        routes.command(.post, "/v1/till-limits", for: [.supervisor, .administrator]) { call in
            var body = try call.body()
            let till = try body.optionalString("till_id", lengthIn: 1...32)
            let tier = try body.optionalEnumeration("tier", NetworkFile.Station.Tier.self)
            guard till == nil || tier == nil else {
                throw body.refusal(
                    of: "tier", .valueNotAllowed,
                    "a limit is of one till or of one tier; leave one out")
            }
            let date = try body.date("valid_from")
            let amounts = 0...JSONObjectDecoder.maximumAmountFen
            let limit = TillLimit(
                limitFen: try body.integer("limit_fen", in: amounts),
                ceilingFen: try body.optionalInteger("ceiling_fen", in: amounts))
            try body.finish()
            let scope: TillLimitScope =
                till.map { .till($0) } ?? tier.map { .tier($0.rawValue) } ?? .agency
            try write(call, status: 201) {
                try $0.setTillLimit(limit, for: scope, from: date, by: call.principal)
            }
        }
    }

    private static let noCentre = Refusal(
        .notPermitted, "you belong to no centre", zh: "您不属于任何中心，无权查看")
}
