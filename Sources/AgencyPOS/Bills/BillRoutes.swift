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
        routes.query(.get, "/v1/bills", for: [.operator]) { call in
            try call.allowQuery("product_id", "account_number", "cursor", "limit")
            let product = try book.catalogue.product(
                try call.requiredQuery("product_id"), .bill, field: "product_id")
            let account = try call.requiredQuery("account_number")
            let (cursor, limit) = try call.page(upTo: BillReader.maximumPageSize)
            let bills = try book.readers.read {
                try BillReader($0).arrears(
                    of: account, product: product, after: cursor, limit: limit)
            }
            return .list("bills") { writer in
                writer.beginArray()
                for bill in bills { bill.encode(to: &writer) }
                writer.endArray()
                return bills.count == limit ? bills.last?.id.number : nil
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
            try writeOnce(call, status: 201) {
                try $0.payBill(payment, claim: claim, by: call.principal)
            }
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
            writer.field("biller_mode", ifPresent: product.billerMode?.rawValue)
            writer.field("service_fee_fen", contract.serviceFeeFen)
            writer.field("minimum_fen", contract.terms[.minimumFen])
            writer.field("maximum_fen", contract.terms[.maximumFen])
            writer.field("step_fen", contract.terms[.stepFen])
            writer.endObject()
        }
        writer.endArray()
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
        if quote != nil {
            target = .quote(try body.number("quote_id"))
        } else {
            let product = try body.string("product_id", lengthIn: 1...32)
            let account = try body.string("account_number", lengthIn: Self.accountNumberLengths)
            guard account.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x7C }) else {
                throw body.refusal(
                    of: "account_number", .forbiddenCharacter,
                    "an account number has letters, digits and signs other than '|'")
            }
            target = .account(productCode: product, accountNumber: account)
        }
        let amount = try body.amountFen()
        let fee = try body.optionalInteger(
            "service_fee_fen", in: 0...JSONObjectDecoder.maximumAmountFen)
        try body.finish()
        self.init(target: target, amountFen: amount, serviceFeeFen: fee)
    }
}
