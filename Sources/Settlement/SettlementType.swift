/// What a detail line is; the order of the cases is the order of the subtotal lines.
public enum SettlementType: String, CaseIterable, Hashable, Sendable {
    /// A bill collected for a biller.
    case billPayment = "BILL_PAYMENT"
    /// A ticket sold for a principal.
    case ticketSale = "TICKET_SALE"
    /// Cash paid out to the customer of a bank.
    case withdrawal = "WITHDRAWAL"
    /// A numbered paper sold from stock: a scratch ticket, a SIM card, a pass.
    case stockSale = "STOCK_SALE"
    /// A prize paid out for a principal.
    case prizePayment = "PRIZE_PAYMENT"
    /// Cash taken in for the account of a bank's customer.
    case remittance = "REMITTANCE"
    /// Money moved between accounts of one customer; no cash passes the counter.
    case transfer = "TRANSFER"
    /// What two people agreed to book so that a difference with the partner is settled.
    case adjustment = "ADJUSTMENT"

    /// Whose debt the amount of a posted line is.
    public var direction: AmountDirection {
        switch self {
        case .billPayment, .ticketSale, .stockSale, .remittance, .adjustment: .owedByAgency
        case .withdrawal, .prizePayment: .owedToAgency
        case .transfer: .neither
        }
    }

    /// What posted lines of the type add to the net, by the sign rule.
    public func netFen(amountFen: Int64, commissionFen: Int64) -> Int64 {
        switch direction {
        case .owedByAgency: amountFen - commissionFen
        case .owedToAgency: -amountFen - commissionFen
        case .neither: -commissionFen
        }
    }
}

/// Which way the amount of a posted line enters the net; a negative amount goes the other way.
public enum AmountDirection: Hashable, Sendable {
    /// The agency has collected the partner's money: the net rises by the amount.
    case owedByAgency
    /// The agency has laid out its own money for the partner: the net falls by the amount.
    case owedToAgency
    /// The partner moves its own money: the amount has no part in the net, the commission has.
    case neither
}

/// Whether a detail line moves money.
public enum SettlementStatus: String, CaseIterable, Hashable, Sendable {
    /// The movement stands and is in every total.
    case posted = "POSTED"
    /// The movement was taken back; the line is proof of it and is in no sum.
    case reversed = "REVERSED"
}
