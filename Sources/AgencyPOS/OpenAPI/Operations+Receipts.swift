import Agency

extension Operations {
    static let receipts = [
        Operation(
            method: .get, path: "/v1/receipts/{serial}", name: "getReceipt", tag: "receipts",
            summary: "A receipt of the own station, or below the own centre",
            roles: [.operator, .supervisor], parameters: [serialParameter],
            answer: .json(.named("Receipt"), "The receipt"), refusals: [.unknownReceipt]),
        Operation(
            method: .get, path: "/v1/shifts/{shift_id}/receipts", name: "listShiftReceipts",
            tag: "receipts", summary: "The receipts of an own shift, oldest first",
            roles: [.operator],
            parameters: [.path("shift_id", .number, "An own shift, open or closed")]
                + Parameter.page(upTo: ReceiptReader.maximumPageSize),
            answer: .json(.page("receipts", of: .named("Receipt")), "A page of receipts"),
            refusals: [.unknownShift]),
    ]

    static let receiptSchemas: [(name: String, schema: Schema)] = [
        (
            "Receipt",
            .answer(
                Property("serial", .serial, "Our serial number"),
                Property("receipt_number", .anyText, "Gapless for a station and business date"),
                Property("kind", .words(TransactionKind.self), "What was done"),
                Property("status", .words(TransactionStatus.self), "Where it stands"),
                Property("business_date", .date, "The date of the book"),
                Property("recorded_at", .time, "When"),
                Property("station_id", .code, "Where"),
                Property("till_id", .code, "In which till"),
                Property("operator_id", .code, "By whom"),
                Property("product_id", .code, "The product"),
                Property("product_name", .anyText, "Its name"),
                Property("account_reference", .anyText, "The account, trip or covered card"),
                Property(
                    "partner_reference", .anyText, "The partner's number", isRequired: false),
                Property(
                    "token", .anyText, "What a prepaid meter is told", isRequired: false),
                Property("amount_fen", .fen, "What is the partner's"),
                Property("service_fee_fen", .fen, "The fee"),
                Property("total_fen", .fen, "What passed over the counter"),
                Property(
                    "return_due_fen", .fen, "Cash that waits for the customer",
                    isRequired: false),
                Property(
                    "correction", .words(Correction.self), "What undoes another transaction",
                    isRequired: false),
                Property(
                    "original_serial", .serial, "The transaction that is undone",
                    isRequired: false),
                Property(
                    "original_item", .count, "The ticket of it that is undone",
                    isRequired: false),
                Property(
                    "basket_serial", .serial, "The first serial number of its basket",
                    isRequired: false),
                Property(
                    "corrections", .array(.named("ReceiptCorrection")),
                    "What undid it or items of it; left out while it stands as it was",
                    isRequired: false))
        ),
        (
            "ReceiptCorrection",
            .answer(
                Property("serial", .serial, "The void or refund: a receipt of its own"),
                Property("correction", .words(Correction.self), "Which of them"),
                Property(
                    "original_item", .count, "The ticket that is undone; left out for the whole",
                    isRequired: false))
        ),
    ]
}
