import CivilTime
import Ledger
import Printing
import SQL

/// A payment that passed all rules: what to post, and what it is a payment of.
struct BillOrder {
    /// What keeps the same thing from being paid twice.
    enum Subject {
        /// A bill, and what of the payment is its late fee.
        case bill(ID<Bill>, lateFeeFen: Int64)
        /// Periods of accounts, each with its part of the amount and what else names it.
        case periods(String, accounts: [String], amountFen: Int64, guardFen: Int64)
        /// A biller that takes any amount at any time.
        case nothing
    }

    var transaction: NewTransaction
    let subject: Subject
    /// The online biller's number of the bill; empty without.
    let billerReference: String
    /// Whether the biller books it at once, over its gateway.
    var isOnline: Bool { transaction.product.isOnline }
}

extension AgencySession {
    /// Checks a payment against every rule.
    ///
    /// Refusals, in order: for a quote `unknownQuote`, `billAlreadyPaid`, `paymentUnconfirmed`,
    /// `billWithdrawn`, `quoteExpired`, `noContract`, `billerClosed`, `amountMismatch`; for an
    /// account `unknownProduct`, `wrongProductKind`, `noContract`, `billerClosed`,
    /// `amountNotAllowed`, `periodRequired`, `amountMismatch`, `periodAlreadyPaid`; then
    /// `feeNotInTariff`.
    func billOrder(_ request: BillPaymentRequest, shift: Shift) throws -> BillOrder {
        switch request.target {
        case .quote(let number): try quotedOrder(number, request, shift: shift)
        case .account(let productCode, let accountNumber):
            try accountOrder(productCode, accountNumber, request, shift: shift)
        }
    }

    /// Notes what a payment is of, in the command that writes the payment.
    func record(_ order: BillOrder, serial: Int64) throws {
        switch order.subject {
        case .nothing: break
        case .bill(let bill, let lateFeeFen):
            try connection.prepare(
                """
                INSERT INTO bill_payment (serial, bill_id, amount_fen, late_fee_fen)
                VALUES ($1, $2, $3, $4)
                """
            ).run(
                .integer(serial), .integer(bill.number),
                .integer(order.transaction.amountFen), .integer(lateFeeFen))
        case .periods(let period, let accounts, let amountFen, let guardFen):
            let insert = try connection.prepare(
                """
                INSERT INTO period_payment (serial, product_id, account_number, period,
                    amount_fen, guard_fen)
                VALUES ($1, $2, $3, $4, $5, $6)
                """)
            for account in accounts {
                try insert.run(
                    .integer(serial), .integer(order.transaction.product.id.number),
                    .text(account), .text(period), .integer(amountFen), .integer(guardFen))
            }
        }
    }

    private func quotedOrder(
        _ number: Int64, _ request: BillPaymentRequest, shift: Shift
    ) throws -> BillOrder {
        let quote = try connection.prepare(
            """
            SELECT bill_id, amount_fen, fee_fen, expires_at FROM bill_quote
            WHERE quote_id = $1 AND station_id = $2
            """
        ).first(.integer(number), .integer(shift.station.number)) { row in
            (
                bill: ID<Bill>(row.integer(0)), amountFen: row.integer(1), feeFen: row.integer(2),
                expiresAt: Instant(millisecondsSinceEpoch: row.integer(3))
            )
        }
        guard let quote, let (bill, productID) = try BillReader(connection).bill(quote.bill)
        else {
            throw Refusal(
                .unknownQuote, "there is no such quote of this station; ask for a new one",
                zh: "本站没有此报价；请重新查询账单并取得报价", field: "/quote_id")
        }
        let product = catalogue.product(productID)
        try checkPayable(bill, product)
        // A later arrears file, or another payment, may have changed the bill.
        guard now < quote.expiresAt, bill.remainingFen == quote.amountFen else {
            throw Refusal(
                .quoteExpired, "the quote has expired; ask for a new one and tell the customer",
                zh: "报价已失效；请重新取得报价并告知客户", field: "/quote_id")
        }
        let contract = try catalogue.contract(for: product, on: try journal.currentDate())
        try checkIsOpen(product, contract)
        try Self.check(
            request.amountFen, of: quote.amountFen, minimumFen: contract.terms[.minimumFen],
            rule: product.billing?.rule ?? .exact)
        if request.amountFen > quote.amountFen { try contract.check(amountFen: request.amountFen) }
        try contract.check(feeFen: request.serviceFeeFen, tariffFen: quote.feeFen)
        return BillOrder(
            transaction: NewTransaction(
                kind: .billPayment, product: product, contract: contract, shift: shift,
                accountReference: bill.accountNumber, amountFen: request.amountFen,
                feeFen: quote.feeFen,
                commissionFen: contract.commission.commissionFen(on: request.amountFen)),
            subject: .bill(bill.id, lateFeeFen: bill.lateFeeFen(in: request.amountFen)),
            billerReference: bill.billerReference)
    }

    /// - Throws: `Refusal` with `amountMismatch` for an amount that the biller does not take.
    private static func check(
        _ amountFen: Int64, of owedFen: Int64, minimumFen: Int64, rule: Product.PaymentRule
    ) throws {
        let least = min(minimumFen, max(owedFen, 1))
        switch rule {
        case .exact:
            guard amountFen == owedFen else {
                throw Refusal(
                    .amountMismatch, "the quote is for \(owedFen) fen; pay exactly that",
                    zh: "报价为 \(YuanText.plain(owedFen)) 元；请按报价全额缴纳", field: "/amount_fen")
            }
        case .partial:
            guard (least...max(owedFen, least)).contains(amountFen) else {
                throw Refusal(
                    .amountMismatch,
                    "the biller takes \(least) to \(owedFen) fen for this bill; enter such an amount",
                    zh: "该账单可缴 \(YuanText.plain(least)) 至 \(YuanText.plain(owedFen)) 元；请重新输入金额",
                    field: "/amount_fen")
            }
        case .advance, .any:
            guard amountFen >= least else {
                throw Refusal(
                    .amountMismatch,
                    "the biller takes \(least) fen or more; enter such an amount",
                    zh: "收费单位每笔最少收 \(YuanText.plain(least)) 元；请重新输入金额", field: "/amount_fen")
            }
        }
    }

    private func accountOrder(
        _ productCode: String, _ accountNumber: String, _ request: BillPaymentRequest,
        shift: Shift
    ) throws -> BillOrder {
        let product = try catalogue.product(productCode, .bill)
        guard let billing = product.billing, billing.takesAccounts else {
            throw Refusal(
                .wrongProductKind,
                "\(productCode) is paid by quote: query the bills and ask for a quote",
                zh: "\(productCode) 须凭报价缴纳；请先查询账单并取得报价", field: "/product_id")
        }
        let contract = try catalogue.contract(for: product, on: try journal.currentDate())
        try checkIsOpen(product, contract)
        try contract.check(amountFen: request.amountFen)
        let subject = try periodSubject(request, accountNumber, product, billing, contract)
        try contract.check(feeFen: request.serviceFeeFen, tariffFen: contract.serviceFeeFen)
        return BillOrder(
            transaction: NewTransaction(
                kind: .billPayment, product: product, contract: contract, shift: shift,
                accountReference: accountNumber, amountFen: request.amountFen,
                feeFen: contract.serviceFeeFen,
                commissionFen: contract.commission.commissionFen(on: request.amountFen)),
            subject: subject, billerReference: "")
    }
}

extension Product.Billing {
    /// Whether an account is paid without a bill.
    var takesAccounts: Bool {
        switch (mode, rule) {
        case (.blind, _), (.billFile, .advance), (.online, .advance), (.online, .any): true
        case (.billFile, .exact), (.billFile, .partial), (.billFile, .any), (.online, .exact),
            (.online, .partial):
            false
        }
    }
}
