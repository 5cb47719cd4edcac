/// An account's name in plain-text accounting programs: `Assets:1001-Cash:S0001-C1`.
///
/// Its parts are the type's root, the head with its title in the chart, and the sub-codes. Every
/// digit and sign of the code is in the name, and titles and escapes hold small letters, which no
/// code has: so no two accounts share a name.
public struct ExportName: Hashable, Sendable {
    /// The name's text; ASCII letters, digits, hyphens, and colons between the parts.
    public let text: String

    /// The name of an account with a code and a type.
    public init(_ code: AccountCode, _ type: AccountType) {
        let parts = code.text.split(separator: ".").map(String.init)
        let head = parts[0] + (Self.titles[parts[0]].map { "-" + $0 } ?? "")
        let subcodes = parts.dropFirst().map { part in
            // beancount takes no part that starts with a hyphen.
            part.hasPrefix("-") ? Self.leadingHyphen + part : part
        }
        text = ([Self.root(type), head] + subcodes).joined(separator: ":")
    }

    private static let leadingHyphen = "Dash"

    private static func root(_ type: AccountType) -> String {
        switch type {
        case .asset: "Assets"
        case .liability: "Liabilities"
        case .equity: "Equity"
        case .income: "Income"
        case .expense: "Expenses"
        }
    }

    // Heads of the Chinese chart of accounts for enterprises (CAS application guidance, appendix).
    private static let titles = [
        "1001": "Cash", "1002": "BankDeposits", "1012": "OtherMonetaryFunds",
        "1122": "AccountsReceivable", "1123": "Prepayments", "1221": "OtherReceivables",
        "1601": "FixedAssets", "2202": "AccountsPayable", "2203": "AdvancesReceived",
        "2211": "WagesPayable", "2221": "TaxesPayable", "2241": "OtherPayables",
        "4001": "PaidInCapital", "4002": "CapitalReserve", "4103": "ProfitOfTheYear",
        "4104": "ProfitDistribution", "6001": "MainIncome", "6051": "OtherIncome",
        "6301": "NonOperatingIncome", "6401": "MainCosts", "6402": "OtherCosts",
        "6601": "SellingExpenses", "6602": "AdministrativeExpenses", "6603": "FinanceExpenses",
        "6711": "NonOperatingExpenses",
    ]
}
