import CivilTime
import Ledger
import SQL

/// Arrears and trips, which stream in.
extension NetworkLoader {
    /// Loads an arrears file: what is unpaid is brought up to date, what it no longer lists of the
    /// products in it is withdrawn.
    func loadBills(_ data: DataFolder) throws -> (count: Int, withdrawn: Int) {
        guard data.needsBills else { return (0, 0) }
        let reader = try data.bills()
        let products = try productNumbers()
        let list = try connection.prepare(
            "UPDATE agency SET arrears_number = arrears_number + 1 RETURNING arrears_number"
        ).all { $0.integer(0) }.first
        guard let list else { throw BookError.notLoaded }
        var listed: Set<Int64> = []
        var count = 0
        var isAtEnd = false
        while !isAtEnd {
            try connection.transaction {
                for _ in 0..<Self.rowsPerTransaction {
                    guard let row = try reader.next() else {
                        isAtEnd = true
                        break
                    }
                    guard let product = products[row.productID] else { throw BookError.notLoaded }
                    listed.insert(product)
                    try load(row, product: product, list: list, reader)
                    count += 1
                }
            }
            try connection.checkpoint()
            progress("\(count) bills")
        }
        return (count, try withdraw(listed, before: list))
    }

    /// A bill of which anything was paid keeps the amounts under which it was paid.
    private func load(
        _ row: BillRow, product: Int64, list: Int64, _ reader: BillFileReader
    ) throws {
        let changes = try connection.prepare(
            """
            INSERT INTO bill (product_id, account_number, period, customer_name, address,
                amount_fen, late_fee_fen, due_date, list_number, list_line)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (product_id, account_number, period) DO UPDATE SET
                customer_name = excluded.customer_name, address = excluded.address,
                amount_fen = CASE WHEN held_fen = 0 THEN excluded.amount_fen ELSE amount_fen END,
                late_fee_fen = CASE WHEN held_fen < amount_fen + late_fee_fen
                    AND held_fen <= amount_fen + excluded.late_fee_fen
                    THEN excluded.late_fee_fen ELSE late_fee_fen END,
                due_date = excluded.due_date, state = 'listed',
                list_number = excluded.list_number, list_line = excluded.list_line
            WHERE bill.list_number <> excluded.list_number
            """
        ).run(
            .integer(product), .text(row.accountNumber), .text(row.period.description),
            .text(row.customerName), .text(row.address), .integer(row.amountFen),
            .integer(row.lateFeeFen), .integer(Int64(row.dueDate.daysSinceEpoch)),
            .integer(list), .integer(Int64(reader.line)))
        guard changes == 0 else { return }
        let first =
            try connection.prepare(
                """
                SELECT list_line FROM bill
                WHERE product_id = $1 AND account_number = $2 AND period = $3
                """
            ).first(
                .integer(product), .text(row.accountNumber), .text(row.period.description)
            ) { $0.integer(0) } ?? 0
        throw reader.refusal(
            column: "period", .duplicate,
            "line \(first) has this bill already; give each account and period once")
    }

    /// Withdraws what newer files of these products no longer list.
    private func withdraw(_ products: Set<Int64>, before list: Int64) throws -> Int {
        var count = 0
        for product in products.sorted() {
            count += try connection.transaction {
                try connection.prepare(
                    """
                    UPDATE bill SET state = 'withdrawn' WHERE product_id = $1
                        AND list_number < $2 AND state = 'listed'
                        AND held_fen < amount_fen + late_fee_fen
                    """
                ).run(.integer(product), .integer(list))
            }
        }
        return count
    }

    func productNumbers() throws -> [String: Int64] {
        let rows = try connection.prepare("SELECT code, product_id FROM product")
            .all { ($0.text(0), $0.integer(1)) }
        return Dictionary(uniqueKeysWithValues: rows)
    }
}
