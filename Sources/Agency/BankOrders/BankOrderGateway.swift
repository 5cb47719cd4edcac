/// What a bank is asked to book: cash paid in for an account, or money moved to one.
public struct BankOrder: Sendable {
    /// Where the money comes from.
    public enum Source: Sendable {
        /// The customer paid cash in for a person with this name.
        case cash(payeeName: String)
        /// The customer's own card; its PIN as the terminal's PIN pad encrypted it for the bank.
        case card(number: String, encryptedPINBlock: String)
    }

    /// By whose serial number the bank knows the order, and books it at most once.
    public let order: PendingBankOrder
    public let source: Source
    /// The whole number, which goes to the bank and nowhere else.
    public let toAccountNumber: String
}

/// An order that a bank is to be asked about.
public struct PendingBankOrder: Sendable, Equatable {
    public let serial: Int64
    public let partnerCode: String
    public let productCode: String
    public let amountFen: Int64
}

/// What a bank said to an order, or that it said nothing.
public enum BankOrderAnswer: Sendable, Equatable {
    case booked(reference: String)
    case declined(reason: String)
    /// Nothing came in time; the bank may or may not have booked.
    case noAnswer
}

/// What a bank says of an order whose answer was lost.
public enum BankQueryAnswer: Sendable, Equatable {
    case booked(reference: String)
    case declined(reason: String)
    /// It does not know the order; that is final only once it has confirmed a reversal.
    case notBooked
    case noAnswer
}

/// A question for the balance of a customer's card.
public struct BankBalanceInquiry: Sendable {
    public let partnerCode: String
    public let productCode: String
    /// The whole number, which goes to the bank and nowhere else.
    public let cardNumber: String
    public let encryptedPINBlock: String
}

/// What a bank said of a balance, or that it said nothing.
public enum BankBalanceAnswer: Sendable, Equatable {
    case balance(availableFen: Int64)
    case declined(reason: String)
    case noAnswer
}

/// The line to a bank for what is no withdrawal.
///
/// Calls return at once; each completion is called exactly once, in time.
public protocol BankOrderGateway: Sendable {
    /// Asks the bank to book an order; never sent again under another serial number.
    func book(_ order: BankOrder, completion: @escaping @Sendable (BankOrderAnswer) -> Void)

    /// Asks what became of an order; safe to repeat.
    func query(
        _ order: PendingBankOrder, completion: @escaping @Sendable (BankQueryAnswer) -> Void)

    /// Tells the bank to undo an order, whether or not it booked it, and to refuse it from now on.
    ///
    /// Safe to repeat; `completion` hears whether the bank confirmed.
    func reverse(_ order: PendingBankOrder, completion: @escaping @Sendable (Bool) -> Void)

    /// Asks for a balance.
    func inquireBalance(
        _ inquiry: BankBalanceInquiry,
        completion: @escaping @Sendable (BankBalanceAnswer) -> Void)
}
