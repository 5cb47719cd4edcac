import Ledger

/// An institution for which the agency collects or pays out.
public struct Partner: Sendable {
    public let id: ID<Partner>
    public let code: String
    public let name: String
    /// What we owe it: collections less commission.
    let payableAccount: ID<Account>
    /// What it owes us: pay-outs and their commission.
    let receivableAccount: ID<Account>
    /// Where cash waits until it is known whether the partner booked.
    let suspenseAccount: ID<Account>
}

/// A service that a partner sells through the agency.
public struct Product: Sendable {
    /// What the counter does with it.
    public enum Kind: String, CaseIterable, Sendable {
        case bill, ticket, withdrawal
        /// Serial-numbered stock: scratch tickets, SIM cards.
        case stock
        /// Cash paid in for an account with a bank.
        case remittance
        /// Money moved between a customer's own accounts; no cash.
        case transfer
    }

    public let id: ID<Product>
    public let code: String
    public let name: String
    public let partner: Partner
    public let kind: Kind
    /// How a biller is asked and paid; nothing for what is no bill.
    public let billing: Billing?
}
