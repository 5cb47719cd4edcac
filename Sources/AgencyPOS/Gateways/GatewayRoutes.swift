import Agency
import CivilTime
import HTTPServer
import PartnerAPI
import StrictJSON

extension API {
    /// The lines to partners, what is not confirmed, and cash that goes back.
    func addGatewayRoutes(to routes: inout RouteTable) {
        routes.command(.post, "/v1/receipts/{serial}/return", for: [.operator]) { call in
            try call.takesNoBody()
            let serial = try serialNumber(call.parameters["serial"])
            let claim = try call.claim(returnFingerprint(serial: serial))
            try writeOnce(call) {
                try $0.returnCash(serial: serial, claim: claim, by: call.principal)
            }
        }
        routes.query(.get, "/v1/partner-lines", for: [.administrator]) { call in
            try call.allowQuery()
            let lines = partners.snapshots
            return .list("partner_lines") { writer in
                writer.beginArray()
                for line in lines { line.encode(to: &writer, zone: book.profile.zone) }
                writer.endArray()
                return nil
            }
        }
        let roles: Set<Role> = [.operator, .liaison, .administrator]
        routes.query(.get, "/v1/partner-calls", for: roles) { call in
            try call.allowQuery("cursor", "limit")
            let (cursor, limit) = try call.page()
            let principal = call.principal
            let calls = try book.readers.read {
                try OpenPartnerCallReader($0).calls(
                    partner: principal.partner, station: principal.station, after: cursor,
                    limit: limit)
            }
            return .list("partner_calls") { writer in
                writer.beginArray()
                for call in calls { call.encode(to: &writer, zone: book.profile.zone) }
                writer.endArray()
                return calls.count == limit ? calls.last?.serial : nil
            }
        }
        let askers: Set<Role> = [.liaison, .administrator]
        routes.query(.post, "/v1/partner-calls/{serial}/query", for: askers) { call in
            try call.takesNoBody()
            let serial = try serialNumber(call.parameters["serial"])
            if let partner = call.principal.partner {
                let isOwn = try book.readers.read {
                    try OpenPartnerCallReader($0).isOf(partner, serial: serial)
                }
                guard isOwn else {
                    throw Refusal(
                        .unknownPartnerCall, "no open call to your partner has this serial",
                        zh: "贵单位没有此流水号的待确认业务")
                }
            }
            try partners.askNow(serial: serial)
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("serial_asked", Receipt.serialText(serial))
            writer.endObject()
            return .json(writer.bytes, status: 202)
        }
    }
}

extension PartnerLineSnapshot {
    /// Writes how the line stands as a JSON object.
    fileprivate func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        writer.field("partner_id", name)
        writer.field("circuit", circuit.rawValue)
        writer.field("open_ms", openMilliseconds)
        writer.field("failures_in_row", Int64(failuresInRow))
        writer.field("queued", Int64(queuedCount))
        writer.field("running", Int64(runningCount))
        writer.field("pausing", Int64(pausingCount))
        writer.field("last_success", ifPresent: lastSuccess.map { zone.text($0) })
        writer.field("last_failure", ifPresent: lastFailure.map { zone.text($0) })
        writer.field("failure", ifPresent: failure?.kind.rawValue)
        writer.endObject()
    }
}
