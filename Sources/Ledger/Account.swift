/// What an account counts, which decides the side that its balance grows on.
public enum AccountType: String, CaseIterable, Sendable {
    case asset, liability, equity, income, expense

    /// The side on which a balance of this type is positive.
    public var normalSide: Side {
        switch self {
        case .asset, .expense: .debit
        case .liability, .equity, .income: .credit
        }
    }
}

/// A side of an entry.
public enum Side: String, CaseIterable, Sendable {
    case debit, credit

    /// The other side.
    public var opposite: Side {
        switch self {
        case .debit: .credit
        case .credit: .debit
        }
    }
}

/// A bound that no entry may push an account's balance past.
public enum BalanceLimit: String, CaseIterable, Sendable {
    case none
    /// Debits may not exceed credits: a liability that may not be overdrawn.
    case debitsWithinCredits = "debits_within_credits"
    /// Credits may not exceed debits: a till cannot pay out cash that it does not hold.
    case creditsWithinDebits = "credits_within_debits"

    /// Whether a balance keeps the bound, with what is pending against it counted as posted.
    func allows(_ balance: AccountBalance) -> Bool {
        let (posted, pending) = (balance.posted, balance.pending)
        switch self {
        case .none: return true
        case .debitsWithinCredits:
            return Self.isSum(posted.debits, pending.debits, atMost: posted.credits)
        case .creditsWithinDebits:
            return Self.isSum(posted.credits, pending.credits, atMost: posted.debits)
        }
    }

    // A sum past the end of 64 bits is above every bound.
    private static func isSum(_ posted: Int64, _ pending: Int64, atMost bound: Int64) -> Bool {
        let (sum, hasOverflow) = posted.addingReportingOverflow(pending)
        return !hasOverflow && sum <= bound
    }
}

/// An account's code in the chart: a four-digit head and dotted sub-codes, `1001.S0001-C1`.
public struct AccountCode: Hashable, Comparable, Sendable {
    /// The longest code, in characters.
    public static let maximumLength = 48

    /// The code's text.
    public let text: String

    /// Makes a code, or nothing unless it is four digits and sub-codes of `A-Z`, `0-9`, `-`.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maximumLength, let head = parts.first, head.count == 4,
            head.allSatisfy({ (0x30...0x39).contains($0) }),
            parts.dropFirst().allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isSubcodeByte) })
        else { return nil }
        self.text = text
    }

    /// What stands for a code that cannot be read, until the query ends with an error.
    static let damaged = AccountCode(unchecked: "0000")

    private init(unchecked text: String) {
        self.text = text
    }

    public static func < (left: AccountCode, right: AccountCode) -> Bool {
        left.text < right.text
    }

    private static func isSubcodeByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x2D
    }
}

extension AccountCode: CustomStringConvertible {
    public var description: String { text }
}

/// An account of the chart.
public struct Account: Sendable, Equatable {
    public let id: ID<Account>
    public let code: AccountCode
    public let name: String
    public let type: AccountType
    public let currency: Currency
    public let limit: BalanceLimit
}

/// The totals of an account, in minor units; a balance is their difference.
public struct AccountTotals: Equatable, Sendable {
    public var debits: Int64
    public var credits: Int64

    public static let zero = AccountTotals(debits: 0, credits: 0)

    public init(debits: Int64, credits: Int64) {
        self.debits = debits
        self.credits = credits
    }

    /// The sums with other totals, or nothing when 64 bits cannot hold one.
    func adding(_ other: AccountTotals) -> AccountTotals? {
        let (debits, debitsOverflow) = debits.addingReportingOverflow(other.debits)
        let (credits, creditsOverflow) = credits.addingReportingOverflow(other.credits)
        return debitsOverflow || creditsOverflow
            ? nil : AccountTotals(debits: debits, credits: credits)
    }

    /// The balance, positive on the side given.
    public func balance(on side: Side) -> Int64 {
        switch side {
        case .debit: debits - credits
        case .credit: credits - debits
        }
    }
}

/// What an account holds: what is posted, and what is pending apart from it.
public struct AccountBalance: Equatable, Sendable {
    public var posted: AccountTotals
    /// Amounts of entries that are neither posted nor voided yet.
    public var pending: AccountTotals

    public static let zero = AccountBalance(posted: .zero, pending: .zero)

    public init(posted: AccountTotals, pending: AccountTotals) {
        self.posted = posted
        self.pending = pending
    }
}
