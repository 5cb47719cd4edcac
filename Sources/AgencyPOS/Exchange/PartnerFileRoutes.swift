import Agency
import HTTPServer
import StrictJSON

extension API {
    /// What partners sent, and what became of it.
    func addPartnerFileRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/partner-files", for: [.liaison, .administrator]) { call in
            try call.allowQuery("status", "cursor", "limit")
            var state: PartnerFile.State?
            if let word = try call.query("status") {
                state = PartnerFile.State(rawValue: word)
                guard state != nil else {
                    let words = PartnerFile.State.allCases.map(\.rawValue)
                    throw call.invalid("status", "is none of \(words.joined(separator: ", "))")
                }
            }
            let (cursor, limit) = try call.page()
            let (partner, wanted) = (call.principal.partner, state)
            let files = try book.readers.read {
                try PartnerFileReader($0).files(
                    partner: partner, state: wanted, after: cursor, limit: limit)
            }
            return .list("partner_files") { writer in
                writer.beginArray()
                for file in files { file.encode(to: &writer, zone: book.profile.zone) }
                writer.endArray()
                return files.count == limit ? files.last?.id.number : nil
            }
        }
    }
}
