import SQL

extension Journal {
    /// Opens an account with a balance of zero.
    ///
    /// - Throws: `LedgerError.accountExists`.
    public func openAccount(
        code: AccountCode, name: String, type: AccountType, currency: Currency,
        limit: BalanceLimit = .none
    ) throws -> ID<Account> {
        if try LedgerReader(connection).account(code) != nil {
            throw LedgerError.accountExists(code)
        }
        let number = try connection.prepare(
            """
            INSERT INTO ledger_account (code, name, type, currency, balance_limit)
            VALUES ($1, $2, $3, $4, $5) RETURNING account_id
            """
        ).first(
            .text(code.text), .text(name), .text(type.rawValue), .integer(currency.rawValue),
            .text(limit.rawValue)
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        try connection.prepare(
            """
            INSERT INTO account_balance (account_id, debits, credits, pending_debits,
                pending_credits, latest_date, date_debits, date_credits)
            VALUES ($1, 0, 0, 0, 0, 0, 0, 0)
            """
        ).run(.integer(number))
        return ID(number)
    }
}
