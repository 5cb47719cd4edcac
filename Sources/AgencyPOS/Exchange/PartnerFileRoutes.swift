import Agency
import HTTPServer
import Ledger
import Settlement
import StrictJSON

extension API {
    /// What partners sent, and what became of it.
    func addPartnerFileRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/partner-files", for: [.liaison, .administrator]) { call in
            try call.allowQuery("partner_id", "status", "business_date", "cursor", "limit")
            let partner = try wantedPartner(call)
            let state: PartnerFile.State? = try call.queryWord("status")
            let date = try call.queryDate("business_date")
            let (cursor, limit) = try call.page()
            let files = try book.readers.read {
                try PartnerFileReader($0).files(
                    partner: partner, state: state, date: date, after: cursor, limit: limit)
            }
            return .list("partner_files") { writer in
                writer.beginArray()
                for file in files { file.encode(to: &writer, zone: book.profile.zone) }
                writer.endArray()
                return files.count == limit ? files.last?.id.number : nil
            }
        }
        routes.upload(
            "/v1/partner-files", for: [.liaison, .administrator],
            maximumBodyBytes: JSONLimits.partnerFile.maximumBytes
        ) { call in
            let item = try inbox.take(try upload(call))
            if !item.isRepeated { log.add(item) }
            let file = item.file
            switch file.state {
            case .accepted, .waiting:
                var writer = JSONWriter()
                file.encode(to: &writer, zone: book.profile.zone)
                return .json(writer.bytes, status: item.isRepeated ? 200 : 201)
            case .quarantined, .rejected:
                let fault = file.fault ?? file.state.rawValue
                throw Refusal(
                    .partnerFileRefused,
                    "\(file.name) is \(file.state.rawValue), \(fault): \(file.reason)",
                    zh: "文件 \(file.name) 未被接受（\(fault)）；请按 detail 所述原因更正后重新发送")
            }
        }
    }

    /// What a body brings: a liaison sends for its partner, an administrator for the one that it names.
    private func upload(_ call: Call) throws -> PartnerUpload {
        var body = try call.body(limits: .partnerFile)
        let partnerCode = try sender(call.principal, &body)
        let name = try body.string("name", lengthIn: PartnerUpload.nameByteCounts)
        guard PartnerUpload.isName(name) else {
            throw body.refusal(
                of: "name", .valueNotAllowed,
                "a name has letters, digits, _, - and points, and begins with no point; send the "
                    + "file's own name")
        }
        let code = try body.optionalDigest("hmac")
        let bytes = try body.base64(
            "content_base64", byteCountIn: 1...PartnerUpload.maximumByteCount)
        try body.finish()
        let partner = try book.readers.read {
            try visiblePartner(partnerCode, call.principal, $0)
        }
        return PartnerUpload(
            partner: partner, partnerCode: partnerCode, name: name, codeHex: code, bytes: bytes)
    }

    private func sender(_ principal: Principal, _ body: inout JSONObjectDecoder) throws -> String {
        guard let own = principal.partner else {
            return try body.string("partner_id", lengthIn: 1...64)
        }
        if let code = try body.optionalString("partner_id", lengthIn: 1...64) { return code }
        let code = try book.readers.read { try PartnerReader($0).code(of: own) }
        guard let code else { preconditionFailure("a liaison's partner is in the book") }
        return code
    }
}
