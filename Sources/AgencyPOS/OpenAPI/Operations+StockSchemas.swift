import Agency

extension Schema {
    /// A serial of stock as it is printed.
    static let stockSerial = Schema.text(1...StockFormat.maximumLength)
    fileprivate static let stockReason = Schema.text(StockResolution.reasonLengths)
}

extension Operations {
    static let stockSchemas: [(name: String, schema: Schema)] =
        stockRequestSchemas + stockSaleRequestSchemas + stockAnswerSchemas

    private static let stockRequestSchemas: [(name: String, schema: Schema)] = [
        (
            "StockDelivery",
            .request(
                Property("item_id", .code, "A kind of numbered paper"),
                Property("first_serial", .stockSerial, "The pack's first serial"),
                Property("last_serial", .stockSerial, "Its last one"),
                Property(
                    "delivery_note", .text(StockDelivery.noteLengths),
                    "The number of the principal's delivery note"))
        ),
        ("StockOffer", .request(Property("to", .code, "A centre's or a station's id"))),
        ("StockReason", .request(Property("reason", .stockReason, "Why"))),
        (
            "StockSpoil",
            .request(
                Property("serial", .stockSerial, "A serial that is left in the pack"),
                Property("outcome", .words(SpoiltAs.self), "What happened to it"),
                Property("reason", .stockReason, "Why; the paper is kept"))
        ),
        (
            "StockResolution",
            .request(
                Property(
                    "serials", .array(.named("StockFinding")), "Each serial that was missing"),
                Property(
                    "counted_left", .integer(0...StockDelivery.maximumSize),
                    "The serials counted in the pack by hand"))
        ),
        (
            "StockFinding",
            .request(
                Property("serial", .stockSerial, "A serial of the pack"),
                Property("finding", .words(StockFinding.self), "What became of it"),
                Property("reason", .stockReason, "How that is known"))
        ),
        (
            "StockPaperRequest",
            .request(
                Property("item_id", .code, "A paper"),
                Property("count", .integer(StockSaleRequest.counts), "How many"),
                Property("purpose", .stockReason, "What they are used for"))
        ),
        (
            "StockMisprint",
            .request(
                Property("item_id", .code, "A paper"),
                Property("serial", .stockSerial, "The spoilt paper"),
                Property("reason", .stockReason, "What happened"))
        ),
    ]

    private static let stockSaleRequestSchemas: [(name: String, schema: Schema)] = [
        (
            "StockSaleRequest",
            .request(
                Property("product_id", .code, "A stock product"),
                .optional(
                    "count", .integer(StockSaleRequest.counts),
                    "The server names so many next serials; without it send serials"),
                .optional(
                    "serials", .array(.stockSerial), "Serials read from the papers, ascending"),
                Property("amount_fen", .amountFen, "Face value times count"), serviceFee,
                .optional(
                    "phone_number",
                    .text(
                        StockSaleRequest.Buyer.phoneNumberLengths, pattern: "^[0-9]+$"),
                    "For cards: the number tied to it"),
                .optional(
                    "identity_number",
                    .text(
                        StockSaleRequest.Buyer.identityNumberLengths, pattern: "^[0-9]{17}[0-9X]$"),
                    "For cards: the buyer's; last four and a keyed digest are kept"),
                .optional(
                    "identity_checked", .boolean,
                    "The operator compared the identity card with the customer"))
        ),
        (
            "PrizePaymentRequest",
            .request(
                Property("product_id", .code, "A stock product"),
                Property("serial", .stockSerial, "The ticket"),
                Property(
                    "validation_code", .text(PrizePaymentRequest.validationCodeLengths),
                    "What stands under the scratched surface; never kept"),
                Property("amount_fen", .amountFen, "What it won"))
        ),
    ]

    private static let stockAnswerSchemas: [(name: String, schema: Schema)] = [
        (
            "StockPack",
            .answer(
                Property("pack_id", .number, "The pack"),
                Property("item_id", .code, "Its kind of numbered paper"),
                Property("item_name", .anyText, "Its name"),
                Property("first_serial", .stockSerial, "Its first serial"),
                Property("last_serial", .stockSerial, "Its last one"),
                Property("state", .words(StockPackState.self), "Where it stands"),
                Property("held_by", .code, "The centre or station that has it, or has sent it"),
                Property("on_its_way_to", .orNull(.code), "Who is to receive it"),
                Property(
                    "next_serial", .orNull(.stockSerial), "The next one to sell; null when none is"),
                Property("left_count", .count, "Serials left"),
                Property("sold_count", .count, "Serials sold or used"),
                Property("damaged_count", .count, "Serials damaged"),
                Property("voided_count", .count, "Serials voided or taken back"),
                Property("delivery_note", .anyText, "Its delivery note"))
        ),
        (
            "StockSale",
            .answer(
                Property("serial", .serial, "The sale's serial number"),
                Property("receipt", .named("Receipt"), "The receipt"),
                Property("serials", .array(.named("StockSerial")), "What was sold"))
        ),
        (
            "StockSerial",
            .answer(
                Property("serial_number", .stockSerial, "The serial as it is printed"),
                Property("state", .words(StockSerialState.self), "What became of it"))
        ),
        (
            "StockPapers",
            .answer(
                Property("item_id", .code, "The paper"),
                Property("papers", .array(.named("StockPaper")), "What was taken"))
        ),
        ("StockPaper", .answer(Property("paper_serial", .stockSerial, "Its serial"))),
        (
            "StockReplacement",
            .answer(
                Property("item_id", .code, "The paper"),
                Property("voided_serial", .stockSerial, "The spoilt one"),
                Property("paper_serial", .stockSerial, "The one to use instead"))
        ),
    ]
}
