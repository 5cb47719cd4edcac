import Agency
import HTTPServer
import StrictJSON

extension API {
    /// Assisted withdrawals, step by step.
    func addWithdrawalRoutes(to routes: inout RouteTable) {
        routes.command(.post, "/v1/withdrawals", for: [.operator]) { call in
            let withdrawal = try WithdrawalRequest(decoding: call.body())
            let claim = try call.claim(book.fingerprint(of: withdrawal))
            try desk.withdraw(withdrawal, claim: claim, by: call.principal) {
                answer($0, call, status: 201)
            }
        }
        routes.command(
            .post, "/v1/withdrawals/{serial}/cash-paid", for: [.operator, .supervisor]
        ) { call in
            let serial = try self.serial(of: call)
            let claim = try call.claim(withdrawalStepFingerprint("cash_paid", serial: serial))
            try writeOnce(call) {
                try $0.confirmCashPaid(serial: serial, claim: claim, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/withdrawals/{serial}/cancel", for: [.operator, .supervisor]
        ) { call in
            let serial = try self.serial(of: call)
            let claim = try call.claim(withdrawalStepFingerprint("cancel", serial: serial))
            try desk.cancel(serial: serial, claim: claim, by: call.principal) {
                answer($0, call, status: 200)
            }
        }
    }

    /// The serial number in a path, as receipts show it or without its zeros; no body may come.
    func serial(of call: Call) throws -> Int64 {
        try call.takesNoBody()
        return try serialNumber(call.parameters["serial"])
    }

    /// Reads a serial number of up to 18 digits.
    func serialNumber(_ text: String) throws -> Int64 {
        guard (1...18).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let serial = Int64(text)
        else {
            throw Problem(
                .invalidParameter, status: 404,
                detail: "a serial number is digits only, as the receipt shows it",
                field: "serial")
        }
        return serial
    }
}

extension WithdrawalRequest {
    /// Reads a request body; no value of it is ever echoed.
    init(decoding object: JSONObjectDecoder) throws {
        var body = object
        let product = try body.string("product_id", lengthIn: 1...32)
        let card = try body.cardNumber()
        let block = try body.encryptedPINBlock()
        let amount = try body.amountFen()
        let fee = try body.serviceFeeFen()
        let identity = try body.identityDocument("identity")
        let agent = try body.identityDocument("agent")
        try body.finish()
        self.init(
            productCode: product, cardNumber: card, encryptedPINBlock: block, amountFen: amount,
            serviceFeeFen: fee, identity: identity, agent: agent)
    }
}

extension JSONObjectDecoder {
    /// Takes the number of a bank card.
    mutating func cardNumber() throws(JSONError) -> String {
        try digits("card_number", lengthIn: WithdrawalRequest.cardNumberLengths)
    }

    /// Takes a text of digits.
    mutating func digits(
        _ name: String, lengthIn lengths: ClosedRange<Int>
    ) throws(JSONError) -> String {
        let text = try string(name, lengthIn: lengths)
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw refusal(of: name, .forbiddenCharacter, "use digits only")
        }
        return text
    }

    /// Takes a PIN as the PIN pad encrypted it.
    mutating func encryptedPINBlock() throws(JSONError) -> String {
        let name = "encrypted_pin_block"
        let block = try string(name, lengthIn: 16...64)
        guard block.utf8.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) else {
            throw refusal(of: name, .forbiddenCharacter, "use hexadecimal digits only")
        }
        return block
    }

    /// Takes the fee that the customer was told, which may be left out.
    mutating func serviceFeeFen() throws(JSONError) -> Int64? {
        try optionalInteger("service_fee_fen", in: 0...Self.maximumAmountFen)
    }

    /// Takes a document by which a person was known; it may be left out, for a rule to judge.
    mutating func identityDocument(_ name: String) throws(JSONError) -> IdentityDocument? {
        guard var body = try optionalObject(name) else { return nil }
        let kind = try body.enumeration("document_type", IdentityDocument.Kind.self)
        let number = try body.string(
            "document_number", lengthIn: IdentityDocument.numberLengths)
        guard let document = IdentityDocument(kind: kind, number: number) else {
            throw body.refusal(
                of: "document_number", .valueNotAllowed,
                "a \(kind.rawValue) has no such number; compare it with the document")
        }
        try body.finish()
        return document
    }
}
