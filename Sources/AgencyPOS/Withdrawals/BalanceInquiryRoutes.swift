import Agency
import HTTPServer
import StrictJSON

extension API {
    /// Balance inquiries; the answer is kept nowhere, so that no idempotency key belongs to them.
    func addBalanceInquiryRoutes(to routes: inout RouteTable) {
        routes.command(.post, "/v1/balance-inquiries", for: [.operator]) { call in
            let inquiry = try BalanceInquiryRequest(decoding: call.body())
            try inquiries.inquire(inquiry, by: call.principal) { result in
                switch result {
                case .success(let balance):
                    call.responder.respond(.json(balanceJSON(balance)))
                case .failure(let error): fail(error, call.request, call.responder)
                }
            }
        }
    }

    private func balanceJSON(_ balance: CardBalance) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("card_reference", balance.cardReference)
        writer.field("available_fen", balance.availableFen)
        writer.field("recorded_at", book.profile.zone.text(balance.recordedAt))
        writer.endObject()
        return writer.bytes
    }
}

extension BalanceInquiryRequest {
    /// Reads a request body; no value of it is ever echoed.
    init(decoding object: JSONObjectDecoder) throws {
        var body = object
        let product = try body.string("product_id", lengthIn: 1...32)
        let card = try body.cardNumber()
        let block = try body.encryptedPINBlock()
        try body.finish()
        self.init(productCode: product, cardNumber: card, encryptedPINBlock: block)
    }
}
