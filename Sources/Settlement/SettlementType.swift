/// What a detail line is; the order of the cases is the order of the subtotal lines.
public enum SettlementType: String, CaseIterable, Hashable, Sendable {
    /// A bill collected for a biller.
    case billPayment = "BILL_PAYMENT"
    /// A ticket sold for a principal.
    case ticketSale = "TICKET_SALE"
    /// Cash paid out to the customer of a bank.
    case withdrawal = "WITHDRAWAL"

    /// Whose debt the amount of a posted line is.
    public var direction: SettlementDirection {
        switch self {
        case .billPayment, .ticketSale: .owedByAgency
        case .withdrawal: .owedToAgency
        }
    }
}

/// Which way the amount of a posted line enters the net.
public enum SettlementDirection: Hashable, Sendable {
    /// The agency has collected the partner's money: the net rises by the amount.
    case owedByAgency
    /// The agency has laid out its own money for the partner: the net falls by the amount.
    case owedToAgency
}

/// Whether a detail line moves money.
public enum SettlementStatus: String, CaseIterable, Hashable, Sendable {
    /// The movement stands and is in every total.
    case posted = "POSTED"
    /// The movement was taken back; the line is proof of it and is in no sum.
    case reversed = "REVERSED"
}
