import CivilTime
import Ledger
import SQL

/// What the network's cash begins with: accounts, opening balances, limits.
extension NetworkLoader {
    /// Opens the accounts that all cash of the agency needs, and gives their rows.
    func loadCashAccounts(_ accounts: AccountOpener) throws {
        _ = try accounts.open(Self.capitalCode, "paid-in capital", .equity)
        for account in CashAccount.allCases {
            let id = try accounts.open(account.code, account.name, account.type)
            try connection.prepare("INSERT INTO cash_account (purpose, account_id) VALUES ($1, $2)")
                .run(.text(account.rawValue), .integer(id.number))
        }
    }

    /// Pays the first cash of a till, a vault or a bank account in.
    func openCash(
        _ account: ID<Account>, _ amountFen: Int64, source: Int64, name: String, at now: Instant
    ) throws {
        guard amountFen > 0 else { return }
        guard let code = AccountCode(Self.capitalCode),
            let capital = try LedgerReader(connection).account(code)
        else { throw BookError.damaged(table: "ledger_account", field: Self.capitalCode) }
        _ = try journal.post(
            NewEntry(
                kind: .tillOpening, narrative: name, source: source,
                postings: [.debit(account, amountFen), .credit(capital.id, amountFen)]),
            at: now)
    }

    /// Keeps the limits of the file; a file without any gets one for the whole agency.
    func loadTillLimits(
        _ network: NetworkFile, _ numbers: LoadedNumbers, at now: Instant
    ) throws {
        var limits = network.tillLimits
        if limits.isEmpty {
            limits = [
                NetworkFile.TillLimitRow(
                    tillID: nil, tier: nil, validFrom: .epoch,
                    limitFen: TillLimit.initial.limitFen,
                    ceilingFen: TillLimit.initial.ceilingFen)
            ]
        }
        for limit in limits {
            try connection.prepare(
                """
                INSERT INTO till_limit (till_id, tier, valid_from, limit_fen, ceiling_fen,
                    recorded_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                """
            ).run(
                .integer(limit.tillID.flatMap { numbers.tills[$0] }),
                .text(limit.tier?.rawValue), .integer(Int64(limit.validFrom.daysSinceEpoch)),
                .integer(limit.limitFen), .integer(limit.ceilingFen),
                .integer(now.millisecondsSinceEpoch))
        }
    }
}
