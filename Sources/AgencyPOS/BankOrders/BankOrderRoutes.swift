import Agency
import HTTPServer
import StrictJSON

extension API {
    /// Remittances and transfers.
    func addBankOrderRoutes(to routes: inout RouteTable) {
        routes.command(.post, "/v1/remittances", for: [.operator]) { call in
            let remittance = try RemittanceRequest(decoding: call.body())
            let claim = try call.claim(book.fingerprint(of: remittance))
            try partners.remit(remittance, claim: claim, by: call.principal) { answer($0, call) }
        }
        routes.command(.post, "/v1/transfers", for: [.operator]) { call in
            let transfer = try TransferRequest(decoding: call.body())
            let claim = try call.claim(book.fingerprint(of: transfer))
            try partners.transfer(transfer, claim: claim, by: call.principal) {
                answer($0, call)
            }
        }
    }
}

extension RemittanceRequest {
    /// Reads a request body; no value of it is ever echoed.
    init(decoding object: JSONObjectDecoder) throws {
        var body = object
        let product = try body.string("product_id", lengthIn: 1...32)
        let name = try body.string("payee_name", lengthIn: Self.payeeNameLengths)
        let account = try body.digits(
            "payee_account_number", lengthIn: Self.accountNumberLengths)
        let amount = try body.amountFen()
        let fee = try body.serviceFeeFen()
        let identity = try body.identityDocument("identity")
        try body.finish()
        self.init(
            productCode: product, payeeName: name, accountNumber: account, amountFen: amount,
            serviceFeeFen: fee, identity: identity)
    }
}

extension TransferRequest {
    /// Reads a request body; no value of it is ever echoed.
    init(decoding object: JSONObjectDecoder) throws {
        var body = object
        let product = try body.string("product_id", lengthIn: 1...32)
        let card = try body.cardNumber()
        let block = try body.encryptedPINBlock()
        let account = try body.digits(
            "to_account_number", lengthIn: RemittanceRequest.accountNumberLengths)
        let amount = try body.amountFen()
        let fee = try body.serviceFeeFen()
        try body.finish()
        self.init(
            productCode: product, cardNumber: card, encryptedPINBlock: block,
            accountNumber: account, amountFen: amount, serviceFeeFen: fee)
    }
}
