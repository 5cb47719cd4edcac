import Agency
import HTTPServer
import StrictJSON

extension API {
    /// Sales from numbered stock, prizes, and numbered paper.
    func addStockSaleRoutes(to routes: inout RouteTable) {
        routes.command(.post, "/v1/stock-sales", for: [.operator]) { call in
            let sale = try StockSaleRequest(decoding: call.body())
            let claim = try call.claim(book.fingerprint(of: sale))
            try stockDesk.sell(sale, claim: claim, by: call.principal) {
                answer($0, call)
            }
        }
        routes.query(.get, "/v1/stock-sales/{serial}", for: [.operator, .supervisor]) { call in
            try call.allowQuery()
            return try self.stockSale(call)
        }
        routes.command(.post, "/v1/stock-sales/{serial}/pay-back", for: [.operator]) { call in
            try call.takesNoBody()
            let sale = try serialNumber(call.parameters["serial"])
            let claim = try call.claim(stockPayBackFingerprint(sale: sale))
            try writeOnce(call) {
                try $0.payBackStock(sale: sale, claim: claim, by: call.principal)
            }
        }
        routes.command(.post, "/v1/prize-payments", for: [.operator]) { call in
            let prize = try PrizePaymentRequest(decoding: call.body())
            let claim = try call.claim(book.fingerprint(of: prize))
            try partners.payPrize(prize, claim: claim, by: call.principal) { answer($0, call) }
        }
        routes.command(.post, "/v1/stock/papers", for: [.operator]) { call in
            var body = try call.body()
            let item = try body.string("item_id", lengthIn: 1...32)
            let count = try body.integer("count", in: StockSaleRequest.counts)
            let purpose = try body.string("purpose", lengthIn: StockResolution.reasonLengths)
            try body.finish()
            let claim = try call.claim(
                stockPaperFingerprint("use", itemCode: item, "\(count)/\(purpose)"))
            try writeOnce(call, status: 201) {
                try $0.takeForms(
                    itemCode: item, count: count, purpose: purpose, claim: claim,
                    by: call.principal)
            }
        }
        routes.command(.post, "/v1/stock/papers/misprint", for: [.operator]) { call in
            var body = try call.body()
            let item = try body.string("item_id", lengthIn: 1...32)
            let serial = try body.string("serial", lengthIn: 1...StockFormat.maximumLength)
            let reason = try body.string("reason", lengthIn: StockResolution.reasonLengths)
            try body.finish()
            let claim = try call.claim(
                stockPaperFingerprint("misprint", itemCode: item, "\(serial)/\(reason)"))
            try writeOnce(call) {
                try $0.replacePaper(
                    itemCode: item, serial: serial, reason: reason, claim: claim,
                    by: call.principal)
            }
        }
    }

    private func stockSale(_ call: Call) throws -> HTTPResponse {
        let serial = try serialNumber(call.parameters["serial"])
        let sale = try book.readers.read { connection in
            guard try ReceiptReader(connection).isVisible(serial: serial, to: call.principal),
                let sale = try StockReader(connection).sale(
                    serial: serial, zone: book.profile.zone)
            else {
                throw Refusal(
                    .unknownStockSale, "there is no such sale of numbered stock that you may see",
                    zh: "没有您可查看的此笔单证销售；请核对流水号")
            }
            return sale
        }
        return .json(sale)
    }
}

extension StockSaleRequest {
    /// Reads a request body; nothing of who buys is ever echoed.
    init(decoding object: JSONObjectDecoder) throws {
        var body = object
        let product = try body.string("product_id", lengthIn: 1...32)
        let count = try body.optionalInteger("count", in: Self.counts)
        // With a count the member `serials` is refused as unknown.
        let wanted: Serials =
            if let count { .next(count: count) } else { .named(try body.serials()) }
        let amount = try body.amountFen()
        let fee = try body.optionalInteger(
            "service_fee_fen", in: 0...JSONObjectDecoder.maximumAmountFen)
        let buyer = try Buyer(decoding: &body)
        try body.finish()
        self.init(
            productCode: product, serials: wanted, amountFen: amount, serviceFeeFen: fee,
            buyer: buyer)
    }
}

extension StockSaleRequest.Buyer {
    /// Reads the members that tell of a buyer: all three, or none.
    init?(decoding body: inout JSONObjectDecoder) throws(JSONError) {
        let phone = try body.optionalString("phone_number", lengthIn: Self.phoneNumberLengths)
        let number = try body.optionalString(
            "identity_number", lengthIn: Self.identityNumberLengths)
        let isChecked = try body.optionalBool("identity_checked")
        guard let phone, let number, let isChecked else {
            guard phone == nil, number == nil, isChecked == nil else {
                throw body.refusal(
                    of: "identity_checked", .valueNotAllowed,
                    "send phone_number, identity_number and identity_checked together")
            }
            return nil
        }
        guard phone.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw body.refusal(of: "phone_number", .forbiddenCharacter, "use digits only")
        }
        guard let document = IdentityDocument(kind: .residentCard, number: number) else {
            throw body.refusal(
                of: "identity_number", .valueNotAllowed,
                "a resident_card has no such number; compare it with the card")
        }
        self.init(phoneNumber: phone, document: document, isIdentityChecked: isChecked)
    }
}

extension PrizePaymentRequest {
    /// Reads a request body; the validation code is never echoed.
    init(decoding object: JSONObjectDecoder) throws(JSONError) {
        var body = object
        self.init(
            productCode: try body.string("product_id", lengthIn: 1...32),
            serial: try body.string("serial", lengthIn: 1...StockFormat.maximumLength),
            validationCode: try body.string(
                "validation_code", lengthIn: Self.validationCodeLengths),
            amountFen: try body.amountFen())
        try body.finish()
    }
}

extension JSONObjectDecoder {
    /// Takes the serials that an operator read from the papers.
    fileprivate mutating func serials() throws(JSONError) -> [String] {
        let counts = StockSaleRequest.counts
        let values = try array("serials", maximumCount: Int(counts.upperBound))
        let texts = values.compactMap { value in
            if case .string(let text) = value, text.utf8.count <= StockFormat.maximumLength {
                text
            } else {
                String?.none
            }
        }
        guard !texts.isEmpty, texts.count == values.count else {
            throw refusal(
                of: "serials", .valueNotAllowed,
                "send count, and the server names the next serials, or the serials as texts of at "
                    + "most \(StockFormat.maximumLength) characters")
        }
        return texts
    }
}
