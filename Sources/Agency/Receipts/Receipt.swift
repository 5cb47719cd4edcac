import CivilTime
import Ledger
import SQL
import StrictJSON

/// What the counter did for a customer.
public enum TransactionKind: String, CaseIterable, Sendable {
    case billPayment = "bill_payment"
    case ticketSale = "ticket_sale"
    /// A scratch ticket or a SIM card, sold from numbered stock.
    case stockSale = "stock_sale"
    /// A prize paid out for a principal.
    case prizePayment = "prize_payment"
    case withdrawal
    /// Cash paid in for an account with a bank.
    case remittance
    /// Money moved between a customer's own accounts.
    case transfer

    /// The ledger's kind of the entry that it posts.
    var entryKind: EntryKind { EntryKind(rawValue) }

    /// What happens to the till's cash.
    enum CashFlow {
        case takenIn, paidOut, none
    }

    var cashFlow: CashFlow {
        switch self {
        case .billPayment, .ticketSale, .stockSale, .remittance: .takenIn
        case .prizePayment, .withdrawal: .paidOut
        case .transfer: .none
        }
    }

    /// What a transaction moves in the till, in fen; below zero when cash is paid out.
    func cashFen(amountFen: Int64, feeFen: Int64) -> Int64 {
        switch cashFlow {
        case .takenIn: amountFen + feeFen
        // A fee is kept back from what is paid out.
        case .paidOut: feeFen - amountFen
        case .none: feeFen
        }
    }
}

/// Where a transaction stands.
///
///     pending ──▶ posted                   the partner booked it; what asks no partner begins here
///        ├──────▶ authorised ──▶ posted    a withdrawal: the cash was handed out
///        │             └───────▶ reversed  the operator cancels
///        ├──────▶ declined                 the partner says no
///        ├──────▶ reversed                 a bank that does not answer
///        └──────▶ unknown ─────▶ posted    a partner that did not answer, and had booked
///                     ├────────▶ return_due ──▶ returned   it had not: the cash goes back
///                     └────────▶ reversed                  it had not, and no cash was taken
///
/// What is posted, declined, reversed or returned is final. Cash that was taken for an unknown
/// payment is in suspense until it is posted or returned.
public enum TransactionStatus: String, CaseIterable, Sendable {
    case pending, authorised, unknown
    case returnDue = "return_due"
    case posted, declined, reversed, returned

    /// Whether nothing can change it any more.
    public var isFinal: Bool {
        switch self {
        case .pending, .authorised, .unknown, .returnDue: false
        case .posted, .declined, .reversed, .returned: true
        }
    }
}

/// Why a transaction was undone.
public enum Correction: String, CaseIterable, Sendable {
    /// On the business date of the original (抹账).
    case void
    /// On a later one (退款); of a ticket, by its principal's rules on any date.
    case refund
}

/// What a customer is handed, and what the API answers for a transaction.
public struct Receipt: Sendable, Equatable {
    /// Our serial number, from 1.
    public let serial: Int64
    public let number: ReceiptNumber
    public let kind: TransactionKind
    public let status: TransactionStatus
    public let recordedAt: Instant
    public let operatorCode: String
    public let tillCode: String
    public let productCode: String
    public let productName: String
    public let accountReference: String
    public let partnerReference: String
    public let amountFen: Int64
    public let feeFen: Int64
    /// The transaction that this one undoes, wholly or in one of its items, and why.
    public let original: Original?
    /// The first serial number of the basket that this was paid in.
    public let basketSerial: Int64?
    /// What a prepaid meter is told, such as an electricity token; empty without.
    public var token = ""
    /// Cash that waits for the customer since a partner's late answer, in fen.
    public var returnDueFen: Int64 = 0
    /// The transactions that undid this one or items of it, in their order; the serial number of
    /// each is its own.
    public var corrections: [Original] = []

    /// Whether all of it was undone.
    var isUndone: Bool { corrections.contains { $0.item == 0 } }

    /// A transaction that was undone.
    public struct Original: Sendable, Equatable {
        public let serial: Int64
        /// 0 for the whole; from 1 a ticket of it.
        public let item: Int64
        public let correction: Correction
    }

    /// The cash that passed over the counter, in fen: a fee is kept back from what is paid out.
    public var totalFen: Int64 {
        switch kind.cashFlow {
        case .takenIn: amountFen + feeFen
        case .paidOut: amountFen - feeFen
        case .none: feeFen
        }
    }

    /// The serial number as texts show it: twelve digits.
    public static func serialText(_ serial: Int64) -> String {
        var bytes: [UInt8] = []
        appendDigits(Int(serial), 12, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes the receipt as a JSON object.
    public func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        writer.key("serial")
        writer.string { appendDigits(Int(serial), 12, to: &$0) }
        writer.key("receipt_number")
        writer.string { number.append(to: &$0) }
        writer.field("kind", kind.rawValue)
        writer.field("status", status.rawValue)
        writer.key("business_date")
        writer.string { number.businessDate.append(to: &$0) }
        writer.key("recorded_at")
        writer.string { zone.append(recordedAt, to: &$0) }
        writer.field("station_id", number.stationCode)
        writer.field("till_id", tillCode)
        writer.field("operator_id", operatorCode)
        writer.field("product_id", productCode)
        writer.field("product_name", productName)
        writer.field("account_reference", accountReference)
        if !partnerReference.isEmpty { writer.field("partner_reference", partnerReference) }
        if !token.isEmpty { writer.field("token", token) }
        writer.field("amount_fen", amountFen)
        writer.field("service_fee_fen", feeFen)
        writer.field("total_fen", totalFen)
        if returnDueFen > 0 { writer.field("return_due_fen", returnDueFen) }
        if let original {
            writer.field("correction", original.correction.rawValue)
            writer.key("original_serial")
            writer.string { appendDigits(Int(original.serial), 12, to: &$0) }
            if original.item > 0 { writer.field("original_item", original.item) }
        }
        if let basketSerial {
            writer.key("basket_serial")
            writer.string { appendDigits(Int(basketSerial), 12, to: &$0) }
        }
        if !corrections.isEmpty { encodeCorrections(to: &writer) }
        writer.endObject()
    }

    private func encodeCorrections(to writer: inout JSONWriter) {
        writer.key("corrections")
        writer.beginArray()
        for correction in corrections {
            writer.beginObject()
            writer.field("serial", Self.serialText(correction.serial))
            writer.field("correction", correction.correction.rawValue)
            if correction.item > 0 { writer.field("original_item", correction.item) }
            writer.endObject()
        }
        writer.endArray()
    }

    /// The receipt as the bytes of a JSON object.
    func json(zone: ZoneOffset) -> [UInt8] {
        var writer = JSONWriter()
        encode(to: &writer, zone: zone)
        return writer.bytes
    }
}

/// A receipt's number: gapless from 1 for each station and business date.
public struct ReceiptNumber: Hashable, Sendable {
    public let stationCode: String
    public let businessDate: BusinessDate
    public let number: Int64

    /// The number as printed, `S0001-20261121-000042`.
    public var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the number as printed to a buffer; for hot paths.
    func append(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: stationCode.utf8)
        bytes.append(UInt8(ascii: "-"))
        businessDate.append(to: &bytes, isCompact: true)
        bytes.append(UInt8(ascii: "-"))
        appendDigits(Int(number), 6, to: &bytes)
    }

    public init(stationCode: String, businessDate: BusinessDate, number: Int64) {
        self.stationCode = stationCode
        self.businessDate = businessDate
        self.number = number
    }
}
