import Agency
import CivilTime
import HTTPServer
import Ledger

extension API {
    /// The settlement files: who they are for may list and fetch them.
    func addSettlementRoutes(to routes: inout RouteTable) {
        let roles: Set<Role> = [.liaison, .administrator]
        routes.query(.get, "/v1/settlement-files", for: roles) { call in
            try call.allowQuery("business_date", "cursor", "limit")
            let date = try call.queryDate("business_date")
            let (cursor, limit) = try call.page()
            let files = try book.readers.read {
                try SettlementFileReader($0).files(
                    partner: call.principal.partner, date: date, after: cursor, limit: limit)
            }
            return .list("settlement_files") { writer in
                writer.beginArray()
                for file in files { file.encode(to: &writer, zone: book.profile.zone) }
                writer.endArray()
                return files.count == limit ? files.last?.id.number : nil
            }
        }
        routes.query(.get, "/v1/settlement-files/{name}", for: roles) { call in
            try call.allowQuery()
            return try download(call, suffix: "")
        }
        routes.query(.get, "/v1/settlement-files/{name}/hmac", for: roles) { call in
            try call.allowQuery()
            return try download(call, suffix: ".hmac")
        }
    }

    private func download(_ call: Call, suffix: String) throws -> HTTPResponse {
        let name = try call.parameters.text("name", maximumLength: 128)
        let file = try book.readers.read { try SettlementFileReader($0).file(named: name) }
        guard let file, file.state == .released,
            call.principal.role == .administrator || file.partner == call.principal.partner
        else {
            throw Refusal(
                .unknownSettlementFile, "there is no such released file that you may see",
                zh: "没有您可查看的此对账文件；请核对文件名")
        }
        let path =
            book.folder.settlementFolder(partnerCode: file.partnerCode)
            + "/" + file.name + suffix
        return HTTPResponse(
            status: 200,
            headers: [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Disposition", "attachment; filename=\"\(file.name)\(suffix)\""),
            ],
            body: .file(path: path))
    }
}
