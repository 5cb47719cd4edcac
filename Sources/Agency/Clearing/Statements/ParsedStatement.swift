import CivilTime
import Ledger
import Printing

/// Which way money went, seen from our account.
public enum MoneyDirection: String, CaseIterable, Sendable {
    case incoming = "in"
    case outgoing = "out"
}

/// How a bank writes its statements.
public enum BankStatementFormat: String, CaseIterable, Sendable {
    case camt053 = "camt.053"
    case csv
}

/// The sizes that a statement may have; past any of them it is refused whole.
public enum StatementLimits {
    /// Length of a file, in bytes.
    public static let maximumBytes = 4 * 1024 * 1024
    /// Accounts of one file.
    public static let maximumStatements = 20
    /// Entries of one file.
    public static let maximumEntries = 10_000
    /// Elements of XML inside one another.
    public static let maximumDepth = 32
    /// Elements of one XML file.
    public static let maximumElements = 400_000
    /// Length of an account's number, an id or a reference, in characters.
    public static let referenceCharacters = 1...35
    /// Length of what is kept of a remittance text, in characters; the rest is cut.
    public static let remittanceCharacters = 500
}

/// A bank's statement of one account as its file tells it, before the book knows of it.
public struct ParsedStatement: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public var direction: MoneyDirection
        public var amountFen: Int64
        public var bookingDate: BusinessDate
        /// The bank's own number of the entry; empty when it gives none.
        public var bankReference = ""
        /// What the payer wrote as reference; empty when it gave none.
        public var endToEndID = ""
        public var remittance = ""
        /// Why it is never matched by itself, whatever its reference.
        public var obstacle: StatementEntryReason?
    }

    public var format: BankStatementFormat
    public var account: String
    /// The bank's id of the statement.
    public var id: String
    /// Nothing when the file tells no balances.
    public var openingFen: Int64?
    public var closingFen: Int64?
    public var entries: [Entry]

    /// What the entries did to the balance.
    var movedFen: Int64 {
        entries.reduce(0) { sum, entry in
            switch entry.direction {
            case .incoming: sum + entry.amountFen
            case .outgoing: sum - entry.amountFen
            }
        }
    }

    /// Balances and entries must add up, to the fen.
    func checkBalances() throws(StatementFault) {
        guard let openingFen, let closingFen else { return }
        // At most 10,000 amounts of 10¹² fen and two balances stay far inside 64 bits.
        let expected = openingFen + movedFen
        guard expected == closingFen else {
            throw StatementFault(
                "statement \(id) does not add up: opening \(openingFen) and entries "
                    + "\(movedFen) make \(expected) fen, it closes with \(closingFen); "
                    + "ask the bank for the whole statement",
                zh: "对账单 \(id) 余额不平：期初 \(YuanText.plain(openingFen)) 元加发生额 "
                    + "\(YuanText.plain(movedFen)) 元为 \(YuanText.plain(expected)) 元，"
                    + "期末为 \(YuanText.plain(closingFen)) 元；请向银行索取完整对账单")
        }
    }
}

/// Amounts as banks write them, by integers alone.
enum StatementAmount {
    /// Whole fen of yuan with at most two places that count, such as `12`, `12.3` or `12.340`.
    ///
    /// Nothing for a sign, a grouping comma, a third place that is not 0, or an amount that no
    /// entry of the journal could hold.
    static func fen(_ text: String) -> Int64? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, let yuan = digits(parts[0]), (1...13).contains(yuan.count) else {
            return nil
        }
        var places: [Int64] = []
        if parts.count == 2 {
            guard let found = digits(parts[1]), (1...5).contains(found.count),
                found.dropFirst(2).allSatisfy({ $0 == 0 })
            else { return nil }
            places = Array(found.prefix(2))
        }
        while places.count < 2 { places.append(0) }
        let fen = (yuan + places).reduce(Int64(0)) { $0 * 10 + $1 }
        return fen <= Posting.maximumAmount ? fen : nil
    }

    private static func digits(_ bytes: some Collection<UInt8>) -> [Int64]? {
        guard bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return bytes.map { Int64($0) - 0x30 }
    }
}

extension String {
    /// The text without blanks around it, and without line breaks and control characters.
    var asStatementText: String {
        let scalars = unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }
        let words = scalars.split(separator: " ").map { String(String.UnicodeScalarView($0)) }
        return words.joined(separator: " ")
    }
}
