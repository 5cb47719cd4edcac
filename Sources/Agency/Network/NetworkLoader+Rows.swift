import CivilTime
import Ledger
import SQL

/// Arrears and trips, which stream in.
extension NetworkLoader {
    func loadBills(_ data: DataFolder) throws -> Int {
        guard data.needsBills else { return 0 }
        let reader = try data.bills()
        let products = try productNumbers()
        var count = 0
        var isAtEnd = false
        while !isAtEnd {
            try connection.transaction {
                let insert = try connection.prepare(
                    """
                    INSERT INTO bill (product_id, account_number, period, customer_name, address,
                        amount_fen, late_fee_fen, due_date)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                    ON CONFLICT (product_id, account_number, period) DO UPDATE SET
                        customer_name = excluded.customer_name, address = excluded.address,
                        amount_fen = excluded.amount_fen, late_fee_fen = excluded.late_fee_fen,
                        due_date = excluded.due_date
                    WHERE bill.paid_serial IS NULL
                    """)
                for _ in 0..<Self.rowsPerTransaction {
                    guard let row = try reader.next() else {
                        isAtEnd = true
                        break
                    }
                    try insert.run(
                        .integer(products[row.productID]), .text(row.accountNumber),
                        .text(row.period.description), .text(row.customerName),
                        .text(row.address), .integer(row.amountFen), .integer(row.lateFeeFen),
                        .integer(Int64(row.dueDate.daysSinceEpoch)))
                    count += 1
                }
            }
            try connection.checkpoint()
            progress("\(count) bills")
        }
        return count
    }

    func productNumbers() throws -> [String: Int64] {
        let rows = try connection.prepare("SELECT code, product_id FROM product")
            .all { ($0.text(0), $0.integer(1)) }
        return Dictionary(uniqueKeysWithValues: rows)
    }
}
