import Agency
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// The business date and its close.
    func addDayCloseRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/business-date", for: .everyone) { call in
            try call.allowQuery()
            let date = try book.readers.read { try LedgerReader($0).openDate() }
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("business_date", orNull: date?.description)
            writer.endObject()
            return .json(writer.bytes)
        }
        // Sealing a day reads all of it, and its files are written before the answer.
        routes.query(
            .post, "/v1/day-close", for: [.supervisor, .administrator]
        ) { call in
            var body = try call.body()
            let date = try body.date("business_date")
            try body.finish()
            try checkIsDistrict(call.principal, "closes the day")
            let claim = try call.claim(dayCloseFingerprint(date))
            let summary: JSONValue
            switch try book.writer.perform({ try $0.closeDay(date, claim: claim) }) {
            case .done(let bytes): summary = try StrictJSONParser.parse(bytes)
            case .refused(let refusal): throw refusal
            case .running: throw Self.stillRunning
            }
            log.info("day closed", ["business_date": date.description])
            // The day is closed whatever becomes of its files.
            releaser.release()
            let files = try book.readers.read { connection in
                try SettlementDeliveryReader(connection).reports(
                    of: SettlementFileReader(connection).files(
                        partner: nil, date: date, after: 0,
                        limit: SettlementFileReader.maximumPageSize))
            }
            var writer = JSONWriter(reservedBytes: 4096)
            writer.beginObject()
            if case .object(let members) = summary {
                for member in members {
                    writer.key(escaping: member.name)
                    writer.value(member.value)
                }
            }
            writer.key("settlement_files")
            writer.beginArray()
            for file in files { file.encode(to: &writer, zone: book.profile.zone) }
            writer.endArray()
            writer.endObject()
            return .json(writer.bytes)
        }
    }

    /// What is about the whole book is not for a town's supervisor.
    func checkIsDistrict(_ principal: Principal, _ deed: String) throws {
        guard principal.role == .supervisor, let centre = principal.centre else { return }
        let isDistrict = try book.readers.read { try CentreReader($0).isDistrict(centre) }
        guard isDistrict else {
            throw Refusal(
                .notPermitted, "only the district centre \(deed)", zh: "此项仅限区县中心办理")
        }
    }
}
