import Ledger
import SQL

/// What an account of a partner holds, beside what is owed to it and by it.
enum PartnerAccountPurpose {
    /// Differences that are booked as the partner has them, and not settled yet (挂账).
    case difference
    case differenceIncome
    case differenceLoss

    /// The account's code, after the enterprise chart.
    func code(partnerCode: String) -> String {
        switch self {
        case .difference: "2241.\(partnerCode).DIFF"
        case .differenceIncome: "6301.\(partnerCode).DIFF"
        case .differenceLoss: "6711.\(partnerCode).DIFF"
        }
    }

    fileprivate var name: String {
        switch self {
        case .difference: "differences under inquiry with "
        case .differenceIncome: "differences gained with "
        case .differenceLoss: "differences lost with "
        }
    }

    fileprivate var type: AccountType {
        switch self {
        case .difference: .liability
        case .differenceIncome: .income
        case .differenceLoss: .expense
        }
    }
}

extension AgencySession {
    /// A partner's account for a purpose, opened when it is first needed.
    func partnerAccount(
        _ purpose: PartnerAccountPurpose, of partner: ID<Partner>, _ partnerCode: String
    ) throws -> ID<Account> {
        let text = purpose.code(partnerCode: partnerCode)
        guard let code = AccountCode(text) else {
            preconditionFailure("a partner's code may stand in an account's")
        }
        if let known = try LedgerReader(connection).account(code) { return known.id }
        return try journal.openAccount(
            code: code, name: purpose.name + partnerCode, type: purpose.type,
            currency: profile.currency)
    }

    func payableAccount(of partner: ID<Partner>) throws -> ID<Account> {
        let found = try connection.prepare(
            "SELECT payable_account_id FROM partner WHERE partner_id = $1"
        ).first(.integer(partner.number)) { ID<Account>($0.integer(0)) }
        guard let found else { preconditionFailure("an exception has its partner") }
        return found
    }
}
