import Agency
import HTTPServer
import StrictJSON

extension API {
    /// Voids and refunds, and the supervisors' codes for them.
    func addCorrectionRoutes(to routes: inout RouteTable) {
        routes.command(.post, "/v1/authorisations", for: [.supervisor]) { call in
            let request = try AuthorisationRequest(decoding: call.body())
            try write(call, status: 201) { try $0.authorise(request, by: call.principal) }
        }
        for correction in Correction.allCases {
            routes.command(
                .post, "/v1/receipts/{serial}/" + correction.rawValue, for: [.operator]
            ) { call in
                var body = try call.body()
                let code = try body.authorisationCode("authorisation_code")
                try body.finish()
                let request = CorrectionRequest(
                    correction, serial: try serialNumber(call.parameters["serial"]),
                    authorisationCode: code)
                let claim = try call.claim(request.fingerprint)
                try partners.correct(request, claim: claim, by: call.principal) {
                    answer($0, call)
                }
            }
        }
    }
}

extension AuthorisationRequest {
    /// Reads a request body.
    init(decoding object: JSONObjectDecoder) throws {
        var body = object
        guard
            let correction = Correction(
                rawValue: try body.string("correction", lengthIn: 1...16))
        else {
            throw body.refusal(
                of: "correction", .valueNotAllowed, "this is neither void nor refund; send one")
        }
        let serial = try body.serial("serial")
        let reason = try body.string("reason", lengthIn: Self.reasonLengths)
        try body.finish()
        self.init(correction, serial: serial, reason: reason)
    }
}

extension JSONObjectDecoder {
    /// Takes a serial number, as a receipt shows it.
    mutating func serial(_ name: String) throws(JSONError) -> Int64 {
        let text = try string(name, lengthIn: 1...18)
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let serial = Int64(text) else {
            throw refusal(
                of: name, .valueNotAllowed,
                "a serial number is digits only, as the receipt shows it")
        }
        return serial
    }

    /// Takes a supervisor's code.
    mutating func authorisationCode(_ name: String) throws(JSONError) -> String {
        let code = try string(name, lengthIn: 1...8)
        guard CorrectionRequest.isCode(code) else {
            throw refusal(of: name, .valueNotAllowed, "a code is eight digits; ask your supervisor")
        }
        return code
    }
}
