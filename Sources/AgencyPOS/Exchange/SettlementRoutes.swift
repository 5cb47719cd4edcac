import Agency
import CivilTime
import HTTPServer
import Ledger
import Settlement

extension API {
    /// The settlement files: who they are for may list and fetch them.
    func addSettlementRoutes(to routes: inout RouteTable) {
        let roles: Set<Role> = [.liaison, .administrator]
        routes.query(.get, "/v1/settlement-files", for: roles) { call in
            try call.allowQuery("partner_id", "business_date", "cursor", "limit")
            let partner = try wantedPartner(call)
            let date = try call.queryDate("business_date")
            let (cursor, limit) = try call.page()
            let files = try book.readers.read { connection in
                try SettlementDeliveryReader(connection).reports(
                    of: SettlementFileReader(connection).files(
                        partner: partner, date: date, after: cursor, limit: limit))
            }
            return .list("settlement_files") { writer in
                writer.beginArray()
                for file in files { file.encode(to: &writer, zone: book.profile.zone) }
                writer.endArray()
                return files.count == limit ? files.last?.file.id.number : nil
            }
        }
        routes.query(.get, "/v1/settlement-files/{name}", for: roles) { call in
            try call.allowQuery()
            let file = try settlementFile(call)
            // Noted before the bytes go: what was noted may have been lost on the way, and what was
            // fetched is never unknown.
            if let row = file.row, call.principal.role == .liaison {
                let principal = call.principal
                let isKnown = try book.readers.read {
                    try SettlementDeliveryReader($0).isFetched(row, by: principal.staff)
                }
                if !isKnown {
                    try book.writer.perform { try $0.recordDownload(of: row, by: principal) }
                }
            }
            return try download(file, suffix: "")
        }
        routes.query(.get, "/v1/settlement-files/{name}/hmac", for: roles) { call in
            try call.allowQuery()
            return try download(
                settlementFile(call), suffix: SettlementFileName.sidecarSuffix)
        }
    }

    /// A released file that the caller may fetch; no row for an acknowledgement of ours.
    private struct ReleasedFile {
        let name: String
        let row: ID<SettlementFileRow>?
    }

    private func settlementFile(_ call: Call) throws -> ReleasedFile {
        let name = try call.parameters.text(
            "name", maximumLength: PartnerUpload.nameByteCounts.upperBound)
        let principal = call.principal
        func isVisible(_ partner: ID<Partner>) -> Bool {
            principal.role == .administrator || partner == principal.partner
        }
        let found = try book.readers.read { connection -> ReleasedFile? in
            if let file = try SettlementFileReader(connection).file(named: name) {
                guard file.state == .released, isVisible(file.partner) else { return nil }
                return ReleasedFile(name: name, row: file.id)
            }
            let file = try AcknowledgementFileReader(connection).file(named: name)
            guard let file, file.isReleased, isVisible(file.partner) else { return nil }
            return ReleasedFile(name: name, row: nil)
        }
        guard let found else { throw Refusal.unknownSettlementFile }
        return found
    }

    /// - Throws: `SettlementFault` when the bytes that are kept are not those that were released.
    private func download(_ file: ReleasedFile, suffix: String) throws -> HTTPResponse {
        guard let path = try book.sentFilePath(file.name) else {
            throw Refusal.unknownSettlementFile
        }
        return HTTPResponse(
            status: 200,
            headers: [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Disposition", "attachment; filename=\"\(file.name)\(suffix)\""),
            ],
            body: .file(path: path + suffix))
    }
}
