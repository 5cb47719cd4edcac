import CivilTime
import Ledger
import SQL
import StrictJSON

/// One bill of an arrears file, or as an online biller told it.
public struct Bill: Sendable {
    public let id: ID<Bill>
    public let productCode: String
    public let accountNumber: String
    public let period: String
    public let customerName: String
    public let address: String
    public let amountFen: Int64
    public let lateFeeFen: Int64
    public let dueDate: BusinessDate
    /// What was paid of it, also where the biller has not confirmed yet, in fen.
    public let heldFen: Int64
    /// False once the biller no longer lists it.
    public let isListed: Bool
    /// The online biller's number of the bill; empty without.
    let billerReference: String

    /// What the bill is for: its amount and the biller's late fee, in fen.
    public var totalFen: Int64 { amountFen + lateFeeFen }

    /// What is left to pay, in fen.
    public var remainingFen: Int64 { max(0, totalFen - heldFen) }

    /// What of a payment is the late fee, in fen: a bill's own amount is paid first.
    func lateFeeFen(in paymentFen: Int64) -> Int64 {
        max(0, min(heldFen + paymentFen, totalFen) - max(heldFen, amountFen))
    }

    /// The customer's name as a counter may show it: the first character, the rest covered.
    public var maskedName: String { masked(name: customerName) }

    /// Where a bill stands.
    public enum Status: String, CaseIterable, Sendable {
        case unpaid
        case partPaid = "part_paid"
        case paid, withdrawn
    }

    public var status: Status {
        if remainingFen == 0 { return .paid }
        if !isListed { return .withdrawn }
        return heldFen == 0 ? .unpaid : .partPaid
    }

    /// Writes the bill as a JSON object, without personal data beyond what a counter needs.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("bill_id", String(id.number))
        writer.field("product_id", productCode)
        writer.field("account_number", accountNumber)
        writer.field("customer_name", maskedName)
        writer.field("period", period)
        writer.field("amount_fen", amountFen)
        writer.field("late_fee_fen", lateFeeFen)
        writer.field("paid_fen", heldFen)
        writer.field("total_fen", remainingFen)
        writer.field("due_date", dueDate.description)
        writer.field("status", status.rawValue)
        writer.endObject()
    }
}

/// What a connection can read of the arrears.
public struct BillReader {
    /// The most bills on one page.
    public static let maximumPageSize = 100

    private static let columns = """
        SELECT b.bill_id, p.code, b.account_number, b.period, b.customer_name, b.address,
            b.amount_fen, b.late_fee_fen, b.due_date, b.held_fen, b.state, b.biller_reference,
            b.product_id
        FROM bill b JOIN product p ON p.product_id = b.product_id
        """

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The unpaid bills of an account after a bill number, in the order in which the biller listed them.
    public func arrears(
        of accountNumber: String, product: Product, after cursor: Int64, limit: Int
    ) throws -> [Bill] {
        try connection.prepare(
            computed: Self.columns + """

                WHERE b.product_id = $1 AND b.account_number = $2 AND b.bill_id > $3
                    AND b.state = 'listed' AND b.held_fen < b.amount_fen + b.late_fee_fen
                ORDER BY b.bill_id LIMIT $4
                """
        ).all(
            .integer(product.id.number), .text(accountNumber), .integer(cursor),
            .integer(Int64(min(limit, Self.maximumPageSize))), read: Bill.init(row:))
    }

    /// A bill by its number, or nothing.
    func bill(_ id: ID<Bill>) throws -> (bill: Bill, product: ID<Product>)? {
        try connection.prepare(computed: Self.columns + " WHERE b.bill_id = $1")
            .first(.integer(id.number)) { (Bill(row: $0), ID<Product>($0.integer(12))) }
    }

    /// The last payment of a bill that stands, and whether its biller has confirmed it; while it is
    /// being taken back, it has not.
    func standingPayment(of bill: ID<Bill>) throws -> (serial: Int64, isConfirmed: Bool)? {
        try connection.prepare(
            """
            SELECT p.serial, x.status = 'posted' AND NOT EXISTS (
                    SELECT 1 FROM service_transaction c WHERE c.original_serial = x.serial
                        AND c.status IN ('pending', 'unknown')) AS is_confirmed
            FROM bill_payment p JOIN service_transaction x ON x.serial = p.serial
            WHERE p.bill_id = $1 AND p.is_released = 0 AND p.amount_fen > 0
            ORDER BY is_confirmed, p.serial DESC LIMIT 1
            """
        ).first(.integer(bill.number)) { ($0.integer(0), $0.integer(1) == 1) }
    }
}

extension Bill {
    fileprivate init(row: Row) {
        self.init(
            id: ID(row.integer(0)), productCode: row.text(1), accountNumber: row.text(2),
            period: row.text(3), customerName: row.text(4), address: row.text(5),
            amountFen: row.integer(6), lateFeeFen: row.integer(7), dueDate: row.businessDate(8),
            heldFen: row.integer(9), isListed: row.text(10) == "listed",
            billerReference: row.text(11))
    }
}
