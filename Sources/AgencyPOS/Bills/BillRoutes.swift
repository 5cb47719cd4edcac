import Agency
import CivilTime
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// Products, arrears, quotes and bill payments.
    func addBillRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/products", for: .everyone) { call in
            try call.allowQuery()
            let date = try book.readers.read { try LedgerReader($0).openDate() }
            guard let date else { throw BookError.notLoaded }
            return .list("products") { writer in
                encodeProducts(on: date, to: &writer)
                return nil
            }
        }
        routes.command(.get, "/v1/bills", for: [.operator]) { call in
            try call.allowQuery("product_id", "account_number", "cursor", "limit")
            let product = try book.catalogue.product(
                try call.requiredQuery("product_id"), .bill, field: "product_id")
            let account = try call.requiredQuery("account_number")
            let (cursor, limit) = try call.page(upTo: BillReader.maximumPageSize)
            let answer = { @Sendable in
                self.work(call) {
                    try self.arrears(account, product, after: cursor, limit: limit)
                }
            }
            // A further page is of what the partner told for the first.
            guard product.billerMode == .online, cursor == 0 else { return answer() }
            try partners.inquire(account: account, of: product) { result in
                switch result {
                case .success: answer()
                case .failure(let error): fail(error, call.request, call.responder)
                }
            }
        }
        routes.command(.post, "/v1/bill-quotes", for: [.operator]) { call in
            var body = try call.body()
            let bill = try body.number("bill_id")
            try body.finish()
            try write(call, status: 201) { try $0.quoteBill(bill, by: call.principal) }
        }
        routes.command(.post, "/v1/bill-payments", for: [.operator]) { call in
            let payment = try BillPaymentRequest(decoding: call.body())
            let claim = try call.claim(payment.fingerprint)
            try partners.pay(payment, claim: claim, by: call.principal) { answer($0, call) }
        }
    }

    private func arrears(
        _ account: String, _ product: Product, after cursor: Int64, limit: Int
    ) throws -> HTTPResponse {
        let bills = try book.readers.read {
            try BillReader($0).arrears(of: account, product: product, after: cursor, limit: limit)
        }
        return .list("bills") { writer in
            writer.beginArray()
            for bill in bills { bill.encode(to: &writer) }
            writer.endArray()
            return bills.count == limit ? bills.last?.id.number : nil
        }
    }

    /// Writes what is sold on a date, each with the terms of its contract.
    private func encodeProducts(on date: BusinessDate, to writer: inout JSONWriter) {
        writer.beginArray()
        for product in book.catalogue.products {
            guard let contract = try? book.catalogue.contract(for: product, on: date) else {
                continue
            }
            writer.beginObject()
            writer.field("product_id", product.code)
            writer.field("name", product.name)
            writer.field("partner_id", product.partner.code)
            writer.field("kind", product.kind.rawValue)
            if let billing = product.billing { encode(billing, contract, to: &writer) }
            writer.field("service_fee_fen", contract.serviceFeeFen)
            writer.field("minimum_fen", contract.terms[.minimumFen])
            writer.field("maximum_fen", contract.terms[.maximumFen])
            writer.field("step_fen", contract.terms[.stepFen])
            writer.endObject()
        }
        writer.endArray()
    }
}

extension API {
    private func encode(
        _ billing: Product.Billing, _ contract: Contract, to writer: inout JSONWriter
    ) {
        writer.field("biller_mode", billing.mode.rawValue)
        writer.field("payment_rule", billing.rule.rawValue)
        writer.field("billing", billing.isPrepaid ? "prepaid" : "postpaid")
        writer.field("period_form", ifPresent: billing.periodForm?.rawValue)
        let perHeadFen = contract.terms[.perHeadFen]
        if perHeadFen > 0 { writer.field("per_head_fen", perHeadFen) }
    }
}

extension BillPaymentRequest {
    /// The longest account number, in characters.
    static let accountNumberLengths = 1...32

    /// Reads a request body: a quote, or a blind biller's product and account number.
    init(decoding object: JSONObjectDecoder) throws {
        var body = object
        let quote = try body.optionalString("quote_id", lengthIn: 1...19)
        let target: Target
        var period: String?
        var insured: [String] = []
        if quote != nil {
            target = .quote(try body.number("quote_id"))
        } else {
            let product = try body.string("product_id", lengthIn: 1...32)
            let account = try body.string("account_number", lengthIn: Self.accountNumberLengths)
            guard Self.isAccountNumber(account) else {
                throw body.refusal(
                    of: "account_number", .forbiddenCharacter,
                    "an account number has letters, digits and signs other than '|'")
            }
            target = .account(productCode: product, accountNumber: account)
            period = try body.optionalString("period", lengthIn: 4...7)
            insured = try Self.insured(&body)
        }
        let amount = try body.amountFen()
        let fee = try body.optionalInteger(
            "service_fee_fen", in: 0...JSONObjectDecoder.maximumAmountFen)
        try body.finish()
        self.init(
            target: target, amountFen: amount, serviceFeeFen: fee, period: period,
            insured: insured)
    }

    private static func insured(_ body: inout JSONObjectDecoder) throws -> [String] {
        guard let values = try body.optionalArray("insured", maximumCount: maximumInsured) else {
            return []
        }
        return try values.map { value in
            guard case .string(let text) = value, accountNumberLengths.contains(text.utf8.count),
                isAccountNumber(text)
            else {
                throw body.refusal(
                    of: "insured", .forbiddenCharacter,
                    "each insured person's number has 1 to 32 letters, digits and signs")
            }
            return text
        }
    }

    private static func isAccountNumber(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "|") }
    }
}
