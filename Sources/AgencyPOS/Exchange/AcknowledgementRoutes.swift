import Agency
import HTTPServer
import Settlement
import StrictJSON

extension API {
    /// The longest body of an acknowledgement, in bytes.
    static let maximumAcknowledgementBytes = 512 * 1_024

    private static let acknowledgementLimits = JSONLimits(
        maximumBytes: maximumAcknowledgementBytes, maximumDepth: 4,
        maximumMembers: JSONLimits.memberCeiling,
        maximumElements: NewAcknowledgement.maximumItemCount, maximumStringBytes: 4 * 1_024)

    /// What partners say of our files.
    func addAcknowledgementRoutes(to routes: inout RouteTable) {
        routes.query(
            .get, "/v1/settlement-files/{name}/acknowledgement", for: [.liaison, .administrator]
        ) { call in
            try call.allowQuery("cursor", "limit")
            let (cursor, limit) = try call.page()
            let name = try call.parameters.text(
                "name", maximumLength: PartnerUpload.nameByteCounts.upperBound)
            var writer = JSONWriter()
            try book.readers.read { connection in
                let file = try SettlementFileReader(connection).file(named: name)
                guard let file, file.state == .released,
                    call.principal.role == .administrator
                        || file.partner == call.principal.partner
                else { throw Refusal.unknownSettlementFile }
                let reader = SettlementAcknowledgementReader(connection)
                guard let newest = try reader.newest(of: file.id) else {
                    throw Refusal(
                        .unknownAcknowledgement,
                        "the partner has not acknowledged this file yet; ask it to",
                        zh: "合作单位尚未回执此文件；请与其联系")
                }
                try reader.encode(
                    newest, zone: book.profile.zone, after: cursor, limit: limit, to: &writer)
            }
            return .json(writer.bytes)
        }
        routes.command(
            .post, "/v1/settlement-files/{name}/acknowledgement", for: [.liaison],
            maximumBodyBytes: Self.maximumAcknowledgementBytes
        ) { call in
            let name = try call.parameters.text(
                "name", maximumLength: PartnerUpload.nameByteCounts.upperBound)
            var body = try call.body(limits: Self.acknowledgementLimits)
            let digest = try body.digest("sha256")
            let acknowledgement = try acknowledgement(&body)
            try body.finish()
            let zone = book.profile.zone
            try book.writer.submit {
                try $0.acknowledge(name, digest: digest, acknowledgement, by: call.principal)
            } completion: { result in
                switch result {
                case .success(let kept):
                    log.add(kept)
                    var writer = JSONWriter()
                    kept.encode(to: &writer, zone: zone)
                    call.responder.respond(.json(writer.bytes, status: 201))
                case .failure(let error): fail(error, call.request, call.responder)
                }
            }
        }
    }

    private func acknowledgement(
        _ body: inout JSONObjectDecoder
    ) throws -> NewAcknowledgement {
        let verdict: Acknowledgement.Verdict = try body.enumeration("verdict")
        let fault = try body.optionalString(
            "fault", lengthIn: 1...SettlementIdentifier.maximumCharacterCount)
        guard (verdict == .rejected) == (fault != nil) else {
            throw body.refusal(
                of: "fault", .valueNotAllowed,
                "a file that is REJECTED has a fault, and no other; send or remove it")
        }
        guard fault.map({ SettlementIdentifier($0) != nil }) ?? true else {
            throw body.refusal(
                of: "fault", .valueNotAllowed, "a fault is one word of letters, digits and -")
        }
        let items = try
            (body.optionalObjects(
                "items", maximumCount: NewAcknowledgement.maximumItemCount) ?? []).map { object in
                var object = object
                return try item(&object)
            }
        guard (verdict == .partly) == !items.isEmpty else {
            throw body.refusal(
                of: "items", .valueNotAllowed,
                "PARTLY names one item or more, and the other verdicts name none")
        }
        return NewAcknowledgement(verdict: verdict, fault: fault ?? "", items: items)
    }

    private func item(_ object: inout JSONObjectDecoder) throws -> AcknowledgementItem {
        let line = try object.integer("line", in: AcknowledgementItem.allowedLines)
        let serial = try object.string(
            "serial", lengthIn: 0...AcknowledgementItem.maximumSerialCharacterCount)
        let code: AcknowledgementItem.Code = try object.enumeration("code")
        let cause =
            try object.optionalString(
                "cause", lengthIn: 1...AcknowledgementItem.maximumCauseCharacterCount) ?? ""
        try object.finish()
        try object.checkHasNoCard(cause, "cause")
        for (name, isWritable) in [
            ("serial", AcknowledgementItem.isWritable(serial: serial)),
            ("cause", AcknowledgementItem.isWritable(cause: cause)),
        ] where !isWritable {
            throw object.refusal(
                of: name, .valueNotAllowed,
                "the text has a | or a blank at its edge; leave them out")
        }
        return AcknowledgementItem(
            lineNumber: Int(line), serial: serial, code: code, cause: cause)
    }
}

extension JSONObjectDecoder {
    /// Takes 64 hexadecimal digits in lower case.
    mutating func digest(_ name: String) throws(JSONError) -> String {
        try checkedDigest(string(name, lengthIn: 64...64), name)
    }

    /// Takes 64 hexadecimal digits in lower case that may be missing or null.
    mutating func optionalDigest(_ name: String) throws(JSONError) -> String? {
        guard let text = try optionalString(name, lengthIn: 64...64) else { return nil }
        return try checkedDigest(text, name)
    }

    private func checkedDigest(_ text: String, _ name: String) throws(JSONError) -> String {
        let isDigest = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        guard isDigest else {
            throw refusal(
                of: name, .valueNotAllowed, "send 64 hexadecimal digits in lower case")
        }
        return text
    }
}
