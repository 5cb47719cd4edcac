import Agency

extension Operations {
    static let bills = [
        Operation(
            method: .get, path: "/v1/products", name: "listProducts", tag: "bills",
            summary: "What is sold today, on the terms of the contract in force", roles: .everyone,
            answer: .json(.page("products", of: .named("Product")), "All products, on one page")),
        Operation(
            method: .get, path: "/v1/bills", name: "listBills", tag: "bills",
            summary: "The unpaid bills of an account", roles: [.operator],
            parameters: [
                .query("product_id", .text(1...64), "A bill product", isRequired: true),
                .query(
                    "account_number", .text(1...64), "The biller's account", isRequired: true),
            ] + Parameter.page(upTo: BillReader.maximumPageSize),
            answer: .json(.page("bills", of: .named("Bill")), "A page of bills"),
            refusals: [
                .unknownProduct, .wrongProductKind, .partnerRefused, .partnerUnavailable,
            ]),
        Operation(
            method: .post, path: "/v1/bill-quotes", name: "quoteBill", tag: "bills",
            summary: "Ask for an offer to settle a bill; it expires", roles: [.operator],
            body: .init(schema: "BillQuoteRequest", examples: [("bill", ["bill_id": "1"])]),
            answer: .json(.named("BillQuote"), "The quote", status: 201),
            refusals: [
                .notSignedOn, .unknownBill, .billAlreadyPaid, .paymentUnconfirmed, .billWithdrawn,
                .noContract, .billerClosed, .amountNotAllowed,
            ]),
        Operation(
            method: .post, path: "/v1/bill-payments", name: "payBill", tag: "bills",
            summary: "Take cash for a quote, or for an account of a blind biller",
            roles: [.operator],
            body: .init(
                schema: "BillPaymentRequest",
                examples: [
                    ("quote", ["quote_id": "1", "amount_fen": 10089]),
                    (
                        "blind",
                        [
                            "product_id": "MOBILE", "account_number": "13800001111",
                            "amount_fen": 5000,
                        ]
                    ),
                ]),
            needsKey: true, answer: .json(.named("Receipt"), "The receipt", status: 201),
            unfinishedAnswer: .json(
                .named("Receipt"),
                "The partner has not answered: the receipt's number stays, the payment is asked "
                    + "about until it is known",
                status: 202),
            refusals: [
                .notSignedOn, .unknownQuote, .billAlreadyPaid, .paymentUnconfirmed,
                .billWithdrawn, .quoteExpired, .amountMismatch, .billerClosed, .unknownProduct,
                .wrongProductKind, .amountNotAllowed, .periodRequired, .periodAlreadyPaid,
                .noContract, .feeNotInTariff, .partnerRefused, .partnerUnavailable,
            ]),
    ]

    static let billSchemas: [(name: String, schema: Schema)] = [
        (
            "Product",
            .answer(
                Property("product_id", .code, "The product"),
                Property("name", .anyText, "Its name"),
                Property("partner_id", .code, "Whose it is"),
                Property("kind", .words(Product.Kind.self), "What it is"),
                Property(
                    "biller_mode", .words(Product.BillerMode.self),
                    "How a biller makes arrears known", isRequired: false),
                Property(
                    "payment_rule", .words(Product.PaymentRule.self),
                    "Which amounts a biller takes", isRequired: false),
                Property(
                    "billing", .words(["prepaid", "postpaid"]),
                    "Whether the customer pays before use", isRequired: false),
                Property(
                    "period_form", .words(Product.PeriodForm.self),
                    "The time that a payment names", isRequired: false),
                Property(
                    "per_head_fen", .fen, "The premium of one insured person", isRequired: false),
                Property("service_fee_fen", .fen, "The tariff's fee"),
                Property("minimum_fen", .fen, "The least amount"),
                Property("maximum_fen", .fen, "The highest amount"),
                Property("step_fen", .fen, "What an amount is a multiple of"))
        ),
        (
            "Bill",
            .answer(
                Property("bill_id", .number, "The bill"),
                Property("product_id", .code, "Its product"),
                Property("account_number", .anyText, "The biller's account"),
                Property("customer_name", .anyText, "The customer's name, covered"),
                Property("period", .anyText, "What it is for"),
                Property("amount_fen", .fen, "The amount without late fee"),
                Property("late_fee_fen", .fen, "The biller's late fee"),
                Property("paid_fen", .fen, "What was paid of it"),
                Property("total_fen", .fen, "What settles it: what is left"),
                Property("due_date", .date, "When it is due"),
                Property("status", .words(Bill.Status.self), "Where it stands"))
        ),
        ("BillQuoteRequest", .request(Property("bill_id", .number, "A bill of GET /v1/bills"))),
        (
            "BillQuote",
            .answer(
                Property("quote_id", .number, "The quote"),
                Property("bill_id", .number, "Its bill"),
                Property("product_id", .code, "Its product"),
                Property("account_number", .anyText, "The biller's account"),
                Property("customer_name", .anyText, "The customer's name, covered"),
                Property("period", .anyText, "What the bill is for"),
                Property("amount_fen", .fen, "What to pay the biller"),
                Property("late_fee_fen", .fen, "The late fee in it"),
                Property("service_fee_fen", .fen, "The tariff's fee"),
                Property("total_fen", .fen, "What the customer hands over"),
                Property("expires_at", .time, "Until when it holds"))
        ),
        (
            "BillPaymentRequest",
            .oneOf([
                .request(
                    Property("quote_id", .number, "A quote of the own station"),
                    Property("amount_fen", .amountFen, "The quote's amount"), serviceFee),
                .request(
                    Property("product_id", .code, "A blind biller's product"),
                    Property(
                        "account_number", .text(1...32, pattern: "^[!-{}~]+$"),
                        "The biller's account; no blanks and no '|'"),
                    Property("amount_fen", .amountFen, "What the customer pays in"), serviceFee,
                    Property.optional(
                        "period", .text(4...7), "What is paid for, YYYY-MM or YYYY, if asked for"),
                    Property.optional(
                        "insured",
                        .array(.text(1...32, pattern: "^[!-{}~]+$")),
                        "The insured persons, where a premium is paid by the head")),
            ])
        ),
    ]

    /// The fee that the operator charges; the tariff is enforced.
    static let serviceFee = Property.optional(
        "service_fee_fen", .amountFenOrZero, "The fee charged; it must be the tariff's")
}
