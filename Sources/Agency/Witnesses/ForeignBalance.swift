import Ledger

/// An account's balance as another program prints it.
struct ForeignBalance: Equatable {
    let account: String
    /// In minor units, debits positive.
    let amount: Int64
    /// Nothing when the program prints a bare 0.
    let currency: String?

    /// Reads one line of a witness's balances, or gives nothing when it is not understood.
    init?(_ line: Substring, of witness: Witness) {
        var cells =
            switch witness {
            case .hledger, .beancount: line.split(separator: ",").map(Self.trimmed)
            case .ledger: line.split(separator: "\t").map(Self.trimmed)
            }
        if cells.count == 2 {
            // hledger and ledger print amount and currency in one cell.
            let words = cells[1].split(separator: " ").map(String.init)
            cells = [cells[0]] + words
        }
        guard (2...3).contains(cells.count), let amount = Self.minorUnits(cells[1]),
            cells.count == 3 || amount == 0
        else { return nil }
        account = cells[0]
        self.amount = amount
        currency = cells.count == 3 ? cells[2] : nil
    }

    private static func trimmed(_ cell: Substring) -> String {
        String(cell.drop { " \"".contains($0) }.reversed().drop { " \"\r".contains($0) }.reversed())
    }

    /// Reads `-12.3` or `12.30` exactly; more than two places are not understood.
    static func minorUnits(_ text: String) -> Int64? {
        let isNegative = text.hasPrefix("-")
        let parts = text.dropFirst(isNegative ? 1 : 0)
            .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty else { return nil }
        let places = parts.count == 2 ? parts[1] : "00"
        let digits = whole + places + (places.utf8.count == 1 ? "0" : "")
        guard (1...2).contains(places.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        // Signed from the start, for the most negative number has no positive counterpart.
        return Int64((isNegative ? "-" : "") + digits)
    }
}
