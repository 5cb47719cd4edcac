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
        routes.command(.post, "/v1/withdrawals/{serial}/cash-paid", for: [.operator]) { call in
            let serial = try self.serial(of: call)
            let claim = try call.claim(withdrawalStepFingerprint("cash_paid", serial: serial))
            try writeOnce(call) {
                try $0.confirmCashPaid(serial: serial, claim: claim, by: call.principal)
            }
        }
        routes.command(.post, "/v1/withdrawals/{serial}/cancel", for: [.operator]) { call in
            let serial = try self.serial(of: call)
            let claim = try call.claim(withdrawalStepFingerprint("cancel", serial: serial))
            try desk.cancel(serial: serial, claim: claim, by: call.principal) {
                answer($0, call, status: 200)
            }
        }
    }

    /// The serial number in a path, as receipts show it or without its zeros; no body may come.
    private func serial(of call: Call) throws -> Int64 {
        guard call.request.body.isEmpty else {
            throw Problem(
                .invalidJSON, status: 422, detail: "this request takes no body")
        }
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
        let card = try body.string("card_number", lengthIn: Self.cardNumberLengths)
        guard card.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw body.refusal(of: "card_number", .forbiddenCharacter, "use digits only")
        }
        let block = try body.string("encrypted_pin_block", lengthIn: 16...64)
        guard block.utf8.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) else {
            throw body.refusal(
                of: "encrypted_pin_block", .forbiddenCharacter, "use hexadecimal digits only")
        }
        let amount = try body.amountFen()
        let isChecked = try body.bool("identity_checked")
        try body.finish()
        self.init(
            productCode: product, cardNumber: card, encryptedPINBlock: block, amountFen: amount,
            isIdentityChecked: isChecked)
    }
}
