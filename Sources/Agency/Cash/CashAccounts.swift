import Ledger
import SQL

/// The accounts of the agency's cash that belong to no till and no centre.
enum CashAccount: String, CaseIterable, Sendable {
    /// Cash that one has handed over and the other not yet received (在途现金).
    case inTransit = "in_transit"
    /// Overs that nobody claimed.
    case overIncome = "over_income"
    /// Shorts that nobody made good.
    case shortLoss = "short_loss"
    /// What was missing when cash arrived, and nobody answers for.
    case transferShort = "transfer_short"
    /// What was too much when cash arrived.
    case transferOver = "transfer_over"
    /// What the bank booked and nobody can explain yet (挂账).
    case bankSuspense = "bank_suspense"

    /// The account's code; two sub-codes, for a single one may be a till's or a centre's.
    var code: String {
        switch self {
        case .inTransit: "1009.CASH.TRANSIT"
        case .overIncome: "6301.TILL.OVER"
        case .shortLoss: "6711.TILL.SHORT"
        case .transferShort: "1221.CASH.TRANSIT"
        case .transferOver: "2241.CASH.TRANSIT"
        case .bankSuspense: "2241.BANK.SUSPENSE"
        }
    }

    var name: String {
        switch self {
        case .inTransit: "cash in transit"
        case .overIncome: "till over kept"
        case .shortLoss: "till short written off"
        case .transferShort: "short of cash transfers"
        case .transferOver: "over of cash transfers"
        case .bankSuspense: "bank entries not explained yet"
        }
    }

    var type: AccountType {
        switch self {
        case .inTransit, .transferShort: .asset
        case .transferOver, .bankSuspense: .liability
        case .overIncome: .income
        case .shortLoss: .expense
        }
    }
}

extension AgencySession {
    /// One of the agency's own cash accounts.
    func cashAccount(_ account: CashAccount) throws -> ID<Account> {
        let found = try connection.prepare("SELECT account_id FROM cash_account WHERE purpose = $1")
            .first(.text(account.rawValue)) { ID<Account>($0.integer(0)) }
        guard let found else {
            throw BookError.damaged(table: "cash_account", field: account.rawValue)
        }
        return found
    }

    /// Posts an entry that moves cash.
    ///
    /// - Parameter sender: where the cash leaves from.
    /// - Throws: `Refusal` with `tillShortOfCash` when the till or vault does not hold it,
    ///   `depositShort` when the bank account does not.
    func postCash(_ entry: NewEntry, from sender: CashPlaceKind? = nil) throws -> PostedEntry {
        do {
            return try journal.post(entry, at: now)
        } catch LedgerError.limitExceeded where sender == .bank {
            throw Refusal(
                .depositShort,
                "the bank account holds too little by the book; check the bank's statement and "
                    + "enter what it paid out",
                zh: "银行账户账面余额不足；请核对银行对账单，按银行实付金额填写", field: "/counts")
        } catch LedgerError.limitExceeded {
            throw Refusal(
                .tillShortOfCash, "there is not so much cash by the book; count again",
                zh: "账面现金不足，请重新清点后再办理")
        }
    }
}

extension EntryKind {
    /// A till's over or short became what a supervisor decided.
    static let differenceSettled = EntryKind("difference_settled")
    /// Cash left a till, a vault or the bank.
    static let cashSent = EntryKind("cash_sent")
    /// Cash arrived.
    static let cashReceived = EntryKind("cash_received")
    /// What was missing or too much on arrival was found out.
    static let cashResolved = EntryKind("cash_resolved")
}
