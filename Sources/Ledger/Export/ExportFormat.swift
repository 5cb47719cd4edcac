/// The formats that a journal can be exported in.
public enum ExportFormat: String, CaseIterable, Sendable {
    case hledger, ledger, beancount, csv
}

/// Why a book cannot be exported: it holds what the ledger never wrote.
public enum ExportError: Error, Equatable, Sendable {
    /// A posting names an account that does not exist, or is not in its account's currency.
    case strayPosting(entry: Int64, line: Int64, account: Int64)
}

extension ExportError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .strayPosting(let entry, let line, let account):
            "entry \(entry), line \(line): account \(account) is missing or has another currency; "
                + "run verify"
        }
    }
}
