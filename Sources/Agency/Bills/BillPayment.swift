import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// A request to pay a bill, quoted or blind.
public struct BillPaymentRequest: Sendable, Equatable {
    /// What is paid.
    public enum Target: Sendable, Equatable {
        /// A bill of an arrears file, by its quote.
        case quote(Int64)
        /// A blind biller's account.
        case account(productCode: String, accountNumber: String)
    }

    public let target: Target
    /// What the customer pays the biller, in fen; it must equal a quote's amount.
    public let amountFen: Int64
    /// The service fee that the operator charges, in fen; nothing means the tariff's.
    public let serviceFeeFen: Int64?

    public init(target: Target, amountFen: Int64, serviceFeeFen: Int64? = nil) {
        self.target = target
        self.amountFen = amountFen
        self.serviceFeeFen = serviceFeeFen
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    public var fingerprint: SHA256Digest {
        switch target {
        case .quote(let quote):
            fingerprintOf("quoted_bill_payment", "", "\(quote)", amountFen, serviceFeeFen)
        case .account(let product, let account):
            fingerprintOf("blind_bill_payment", product, account, amountFen, serviceFeeFen)
        }
    }
}

/// Hashes the fields of a request; the unit separator stands in none of them.
func fingerprintOf(
    _ kind: String, _ subject: String, _ reference: String, _ amountFen: Int64,
    _ feeFen: Int64? = nil
) -> SHA256Digest {
    let fee = feeFen.map { String($0) } ?? ""
    return SHA256.hash(
        "\(kind)\u{1F}\(subject)\u{1F}\(reference)\u{1F}\(amountFen)\u{1F}\(fee)")
}

extension AgencySession {
    /// Pays a bill: cash in, business row, entry and receipt, once for each key.
    ///
    /// Refusals, in order: `notSignedOn`, then for a quote `unknownQuote`, `billAlreadyPaid`,
    /// `quoteExpired`, `amountMismatch`, `noContract`; for a blind biller `unknownProduct`,
    /// `wrongProductKind`, `noContract`, `amountNotAllowed`; then `feeNotInTariff`.
    public func payBill(
        _ request: BillPaymentRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let shift = try shifts.shift(of: principal, connection)
            return try collect(request, shift: shift, basket: nil).json(zone: profile.zone)
        }
    }

    /// Takes the cash for a bill, alone or as an item of a basket.
    func collect(
        _ request: BillPaymentRequest, shift: Shift, basket: OpenBasket?
    ) throws -> Receipt {
        switch request.target {
        case .quote(let number):
            try payQuote(number, request, shift: shift, basket: basket)
        case .account(let productCode, let accountNumber):
            try payBlind(productCode, accountNumber, request, shift: shift, basket: basket)
        }
    }

    private func payQuote(
        _ number: Int64, _ request: BillPaymentRequest, shift: Shift, basket: OpenBasket?
    ) throws -> Receipt {
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
                field: "/quote_id")
        }
        guard bill.paidSerial == nil else { throw Self.alreadyPaid(bill) }
        // A later arrears file may have changed the bill.
        guard now < quote.expiresAt, bill.totalFen == quote.amountFen else {
            throw Refusal(
                .quoteExpired, "the quote has expired; ask for a new one and tell the customer",
                field: "/quote_id")
        }
        guard request.amountFen == quote.amountFen else {
            throw Refusal(
                .amountMismatch,
                "the quote is for \(quote.amountFen) fen; pay exactly that",
                field: "/amount_fen")
        }
        let product = catalogue.product(productID)
        let contract = try catalogue.contract(for: product, on: try journal.currentDate())
        try contract.check(feeFen: request.serviceFeeFen, tariffFen: quote.feeFen)
        let receipt = try post(
            NewTransaction(
                kind: .billPayment, product: product, contract: contract, shift: shift,
                accountReference: bill.accountNumber, amountFen: quote.amountFen,
                feeFen: quote.feeFen,
                commissionFen: contract.commission.commissionFen(on: quote.amountFen),
                basket: basket?.place))
        try connection.prepare("UPDATE bill SET paid_serial = $1 WHERE bill_id = $2")
            .run(.integer(receipt.serial), .integer(bill.id.number))
        return receipt
    }

    private func payBlind(
        _ productCode: String, _ accountNumber: String, _ request: BillPaymentRequest,
        shift: Shift, basket: OpenBasket?
    ) throws -> Receipt {
        let product = try catalogue.product(productCode, .bill)
        guard product.billerMode == .blind else {
            throw Refusal(
                .wrongProductKind,
                "\(productCode) is paid by quote: query the bills and ask for a quote",
                zh: "\(productCode) 须按账单缴费；请先查询欠费并获取报价",
                field: "/product_id")
        }
        let contract = try catalogue.contract(for: product, on: try journal.currentDate())
        try contract.check(amountFen: request.amountFen)
        try contract.check(feeFen: request.serviceFeeFen, tariffFen: contract.serviceFeeFen)
        return try post(
            NewTransaction(
                kind: .billPayment, product: product, contract: contract, shift: shift,
                accountReference: accountNumber, amountFen: request.amountFen,
                feeFen: contract.serviceFeeFen,
                commissionFen: contract.commission.commissionFen(on: request.amountFen),
                basket: basket?.place))
    }
}
