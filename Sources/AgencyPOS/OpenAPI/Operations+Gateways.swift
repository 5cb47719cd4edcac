import Agency
import PartnerAPI

extension Operations {
    static let gateways = [
        Operation(
            method: .post, path: "/v1/receipts/{serial}/return", name: "returnPayment",
            tag: "gateways",
            summary: "Pay out cash that waits: of a payment that its partner never booked, or of a "
                + "void or refund that it confirmed late",
            roles: [.operator], parameters: [serialParameter], needsKey: true,
            answer: .json(.named("PaymentReturn"), "The cash is out of the own till"),
            refusals: [.notSignedOn, .unknownReceipt, .returnNotDue, .tillShortOfCash]),
        Operation(
            method: .get, path: "/v1/partner-lines", name: "listPartnerLines", tag: "gateways",
            summary: "How the line to each partner stands", roles: [.administrator],
            answer: .json(
                .page("partner_lines", of: .named("PartnerLine")), "All lines, on one page")),
        Operation(
            method: .get, path: "/v1/partner-calls", name: "listPartnerCalls", tag: "gateways",
            summary: "Transactions that are not confirmed, or whose cash is to be paid out",
            roles: [.operator, .liaison, .administrator],
            parameters: Parameter.page(upTo: Call.maximumPageSize),
            answer: .json(
                .page("partner_calls", of: .named("PartnerCall")),
                "Those of the own station or partner, oldest first")),
        Operation(
            method: .post, path: "/v1/partner-calls/{serial}/query", name: "queryPartnerCall",
            tag: "gateways", summary: "Ask the partner about a payment now",
            roles: [.liaison, .administrator], parameters: [serialParameter],
            answer: .json(.named("PartnerQuery"), "It is being asked", status: 202),
            refusals: [.unknownPartnerCall, .partnerUnavailable]),
    ]

    static let gatewaySchemas: [(name: String, schema: Schema)] = [
        (
            "PaymentReturn",
            .answer(
                Property("serial_returned", .serial, "The payment"),
                Property("till_id", .code, "The till that the cash left"),
                Property("operator_id", .code, "Who paid it back"),
                Property("returned_fen", .fen, "Amount and fee together"),
                Property("returned_at", .time, "When"))
        ),
        ("PartnerQuery", .answer(Property("serial_asked", .serial, "The payment"))),
        (
            "PartnerLine",
            .answer(
                Property("partner_id", .code, "The partner"),
                Property(
                    "circuit", .words(PartnerLineSnapshot.Circuit.self), "Whether it is called"),
                Property("open_ms", .count, "For how long it is still left alone"),
                Property("failures_in_row", .count, "Failures since the last success"),
                Property("queued", .count, "Calls that wait"),
                Property("running", .count, "Calls under way"),
                Property("pausing", .count, "Calls that pause before another attempt"),
                Property("last_success", .time, "When it last answered", isRequired: false),
                Property("last_failure", .time, "When it last failed", isRequired: false),
                Property(
                    "failure", .words(PartnerFailure.Kind.self), "How", isRequired: false))
        ),
        (
            "PartnerCall",
            .answer(
                Property("serial", .serial, "Our serial number, which the partner knows"),
                Property("receipt_number", .anyText, "The customer's receipt"),
                Property(
                    "state",
                    .words([
                        "posting", "unknown", "reversing", "disputed", "booked", "refused",
                        "reversed",
                    ]), "What is known"),
                Property("status", .words(TransactionStatus.self), "Where the payment stands"),
                Property("partner_id", .code, "The partner"),
                Property("product_id", .code, "The product"),
                Property("station_id", .code, "Where the cash was taken"),
                Property("amount_fen", .fen, "What was to be booked"),
                Property("service_fee_fen", .fen, "The fee"),
                Property(
                    "booked_fen", .fen, "What the partner says that it booked",
                    isRequired: false),
                Property("attempts", .count, "How often it was asked"),
                Property("recorded_at", .time, "When it was begun"),
                Property("asked_at", .time, "When the partner was last asked"),
                Property("reason", .anyText, "What was heard last"))
        ),
    ]
}
