/// Where each account's line is on the balance sheet; a look-up hashes nothing.
///
/// The database numbers accounts from 1 without gaps, so a plain table serves; numbers beyond its
/// largest size, which only a foreign hand could give, are kept apart.
struct AccountPlaces {
    /// The largest number in the table; it takes four bytes for each.
    private static let maximumTableNumber: Int64 = 4_194_304
    private static let none: Int32 = -1

    private var table: [Int32] = []
    private var others: [ID<Account>: Int] = [:]

    /// The place of an account, or nothing.
    subscript(account: ID<Account>) -> Int? {
        get {
            guard let index = Self.tableIndex(of: account) else { return others[account] }
            guard index < table.count, table[index] != Self.none else { return nil }
            return Int(table[index])
        }
        set {
            guard let index = Self.tableIndex(of: account) else {
                others[account] = newValue
                return
            }
            if index >= table.count {
                let count = max(index + 1, 2 * table.count) - table.count
                table.append(contentsOf: repeatElement(Self.none, count: count))
            }
            table[index] = newValue.map { Int32($0) } ?? Self.none
        }
    }

    private static func tableIndex(of account: ID<Account>) -> Int? {
        (0...maximumTableNumber).contains(account.number) ? Int(account.number) : nil
    }
}
