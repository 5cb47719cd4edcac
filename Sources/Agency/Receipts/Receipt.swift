import CivilTime
import Ledger
import SQL
import StrictJSON

/// What the counter did for a customer.
public enum TransactionKind: String, CaseIterable, Sendable {
    case billPayment = "bill_payment"
    case ticketSale = "ticket_sale"
    case withdrawal

    /// The ledger's kind of the entry that it posts.
    var entryKind: EntryKind { EntryKind(rawValue) }
}

/// Where a transaction stands; the last three are final.
///
///     pending ──▶ authorised ──▶ posted
///        │            └────────▶ reversed   (the operator cancels)
///        ├──▶ declined                      (the bank says no)
///        └──▶ reversed                      (the bank does not answer)
///
/// Bills and tickets are posted at once.
public enum TransactionStatus: String, CaseIterable, Sendable {
    case pending, authorised, posted, declined, reversed
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

    /// What passed over the counter, in fen.
    public var totalFen: Int64 { amountFen + feeFen }

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
        writer.field("amount_fen", amountFen)
        writer.field("service_fee_fen", feeFen)
        writer.field("total_fen", totalFen)
        writer.endObject()
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
