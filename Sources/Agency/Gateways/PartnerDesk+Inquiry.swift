import CivilTime
import Ledger
import PartnerAPI
import SQL

extension PartnerDesk {
    /// Asks an online biller what an account owes, and keeps its answer for quotes.
    ///
    /// `completion` hears when the answer is durable; the bills are read as those of a file.
    /// - Throws: `Refusal` with `partnerUnavailable` when there is no line to the partner.
    public func inquire(
        account: String, of product: Product,
        completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) throws {
        guard let line = line(to: product.partner.code) else { throw Self.silent(product.partner) }
        let inquiry = PartnerInquiry(kind: .bills, product: product.code, account: account)
        line.inquire(inquiry) { [self] answer in
            switch answer {
            case .bills(let bills): keep(bills, account: account, of: product, completion)
            case .refused(let refusal):
                let reason = AgencySession.told(refusal.reason)
                let chineseReason = AgencySession.toldInChinese(refusal.reason)
                completion(
                    .failure(
                        Refusal(
                            .partnerRefused,
                            "\(product.partner.name) refused: \(reason); check the account number",
                            zh: "\(product.partner.name)拒绝查询：\(chineseReason)；请核对户号")))
            case .offers, .balance, .unanswered: completion(.failure(Self.silent(product.partner)))
            }
        }
    }

    private func keep(
        _ bills: PartnerBills, account: String, of product: Product,
        _ completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        do {
            try writer.submit({ session in
                try session.keep(bills, account: account, of: product)
            }) { completion($0) }
        } catch {
            completion(.failure(error))
        }
    }

    private static func silent(_ partner: Partner) -> Refusal {
        Refusal(
            .partnerUnavailable,
            "\(partner.name) does not answer; take no money, query again later",
            zh: "\(partner.name)未响应；请勿收款，稍后重新查询")
    }
}

extension AgencySession {
    /// Keeps what an online biller told of an account; what it no longer tells is withdrawn.
    func keep(_ answer: PartnerBills, account: String, of product: Product) throws {
        let today = (product.billing?.zone ?? profile.zone).date(at: now)
        var periods: Set<String> = []
        var kept: Set<Int64> = []
        for bill in answer.bills where bill.amountFen + bill.lateFeeFen > 0 {
            // Two bills of one period are told apart by the biller's number.
            var period = bill.period.isEmpty ? bill.reference : bill.period
            if !periods.insert(period).inserted { period += "/" + bill.reference }
            kept.insert(
                try keep(
                    bill, period: period, account: account, of: product,
                    customerName: answer.customerName, today: today))
        }
        let known = try connection.prepare(
            """
            SELECT bill_id FROM bill WHERE product_id = $1 AND account_number = $2
                AND state = 'listed' AND held_fen < amount_fen + late_fee_fen
            """
        ).all(.integer(product.id.number), .text(account)) { $0.integer(0) }
        for bill in known where !kept.contains(bill) {
            try connection.prepare("UPDATE bill SET state = 'withdrawn' WHERE bill_id = $1")
                .run(.integer(bill))
        }
    }

    /// Keeps one bill and gives its number.
    ///
    /// A biller tells what is left. Where part of a bill was paid and confirmed, the whole is what
    /// is left and what was paid; while a payment is unconfirmed, or once the bill is paid, it stays.
    private func keep(
        _ bill: PartnerBill, period: String, account: String, of product: Product,
        customerName: String, today: BusinessDate
    ) throws -> Int64 {
        let known = try connection.prepare(
            """
            SELECT bill_id, held_fen FROM bill
            WHERE product_id = $1 AND account_number = $2 AND period = $3
            """
        ).first(.integer(product.id.number), .text(account), .text(period)) {
            (id: $0.integer(0), heldFen: $0.integer(1))
        }
        // A bill that is all late fee has no amount of its own left.
        let (amountFen, lateFeeFen) =
            bill.amountFen > 0 ? (bill.amountFen, bill.lateFeeFen) : (bill.lateFeeFen, 0)
        let day = Int64((bill.dueDate ?? today).daysSinceEpoch)
        guard let known else {
            let number = try connection.prepare(
                """
                INSERT INTO bill (product_id, account_number, period, customer_name, address,
                    amount_fen, late_fee_fen, due_date, biller_reference)
                VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8) RETURNING bill_id
                """
            ).first(
                .integer(product.id.number), .text(account), .text(period), .text(customerName),
                .integer(amountFen), .integer(lateFeeFen), .integer(day), .text(bill.reference)
            ) { $0.integer(0) }
            guard let number else { preconditionFailure("RETURNING gives a row or an error") }
            return number
        }
        guard try mayChange(ID(known.id), heldFen: known.heldFen, product) else { return known.id }
        try connection.prepare(
            """
            UPDATE bill SET customer_name = $1, amount_fen = $2, late_fee_fen = $3, due_date = $4,
                biller_reference = $5, state = 'listed'
            WHERE bill_id = $6
            """
        ).run(
            .text(customerName), .integer(amountFen + known.heldFen), .integer(lateFeeFen),
            .integer(day), .text(bill.reference), .integer(known.id))
        return known.id
    }

    private func mayChange(_ bill: ID<Bill>, heldFen: Int64, _ product: Product) throws -> Bool {
        guard heldFen > 0 else { return true }
        switch product.billing?.rule {
        case .partial, .advance:
            return try BillReader(connection).standingPayment(of: bill)?.isConfirmed ?? true
        case .exact, .any, nil: return false
        }
    }
}
