import Agency
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// How exceptions are settled by two people, and what still lies in suspense.
    func addResolutionRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/settlement-resolutions", for: Self.reconcilers) { call in
            try call.allowQuery("partner_id", "state", "cursor", "limit")
            try checkMayReconcile(call.principal)
            let partner = try wantedPartner(call)
            let state: SettlementResolution.State? = try call.queryWord("state")
            let (cursor, limit) = try call.page(upTo: ResolutionReader.maximumPageSize)
            return try .list("settlement_resolutions") { writer in
                try book.readers.read {
                    try ResolutionReader($0).encodeResolutions(
                        partner: partner, state: state, after: cursor,
                        limit: limit, zone: book.profile.zone, to: &writer)
                }
            }
        }
        routes.command(.post, "/v1/settlement-resolutions", for: Self.reconcilers) { call in
            var body = try call.body()
            let kind: SettlementResolution.Kind = try body.enumeration("kind")
            let exceptions = try exceptionNumbers(&body)
            let reason = try body.reason()
            try body.finish()
            let proposal = ResolutionProposal(kind: kind, exceptions: exceptions, reason: reason)
            try write(call, status: 201) {
                try $0.proposeResolution(proposal, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/settlement-resolutions/{resolution_id}/approve",
            for: [.supervisor, .administrator]
        ) { call in
            let number = try call.parameters.integer("resolution_id")
            let reason = try call.reasonAlone()
            let claim = try call.claim(approveResolutionFingerprint(number, reason: reason))
            try writeOnce(call) {
                try $0.approveResolution(
                    number, reason: reason, claim: claim, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/settlement-resolutions/{resolution_id}/refuse",
            for: [.supervisor, .administrator]
        ) { call in
            let number = try call.parameters.integer("resolution_id")
            let reason = try call.reasonAlone()
            try write(call) {
                try $0.refuseResolution(number, reason: reason, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/settlement-resolutions/{resolution_id}/withdraw", for: Self.reconcilers
        ) { call in
            let number = try call.parameters.integer("resolution_id")
            let reason = try call.reasonAlone()
            try write(call) {
                try $0.withdrawResolution(number, reason: reason, by: call.principal)
            }
        }
        routes.query(.get, "/v1/reports/suspense", for: Self.reconcilers) { call in
            try call.allowQuery()
            try checkMayReconcile(call.principal)
            var writer = JSONWriter()
            try book.readers.read { connection in
                try SuspenseAgeing(connection).encode(
                    partner: call.principal.partner, on: openDate(connection), to: &writer)
            }
            return .json(writer.bytes)
        }
    }

    private func exceptionNumbers(_ body: inout JSONObjectDecoder) throws -> [Int64] {
        let counts = ResolutionProposal.exceptionCounts
        let values = try body.array("exception_ids", maximumCount: counts.upperBound)
        let numbers = values.compactMap { value -> Int64? in
            guard case .string(let text) = value, let number = Int64(text), number > 0,
                String(number) == text
            else { return nil }
            return number
        }
        guard numbers.count == values.count, counts.contains(numbers.count) else {
            throw body.refusal(
                of: "exception_ids", .valueNotAllowed,
                "name one or more exceptions by their exception_id, as texts")
        }
        return numbers
    }
}
