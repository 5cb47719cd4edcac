import Ledger
import SQL

/// All that one receipt shows: its items, which are one or those of a basket, and what became of
/// them.
public struct ReceiptSheet: Sendable, Equatable {
    /// One transaction, and those that undid it or parts of it.
    public struct Item: Sendable, Equatable {
        public let receipt: Receipt
        public let corrections: [Receipt.Original]
    }

    public let stationName: String
    /// At least one, in order of their serial numbers.
    public let items: [Item]

    /// The receipt by whose serial number the sheet is known.
    public var head: Receipt { items[0].receipt }

    /// - Precondition: there is an item.
    public init(stationName: String, items: [Item]) {
        precondition(!items.isEmpty, "a receipt has an item")
        self.stationName = stationName
        self.items = items
    }
}

extension ReceiptReader {
    /// How far apart the serial numbers of a basket's items may lie.
    static let maximumBasketSpan: Int64 = 1_000

    /// The whole receipt that a transaction is on, or nothing.
    public func sheet(serial: Int64) throws -> ReceiptSheet? {
        guard let named = try receipt(serial: serial) else { return nil }
        let receipts = try named.basketSerial.map { try basket($0) } ?? [named]
        guard let first = receipts.first else { return nil }
        return ReceiptSheet(
            stationName: try stationName(first.number.stationCode),
            items: try receipts.map {
                ReceiptSheet.Item(receipt: $0, corrections: try corrections(of: $0.serial))
            })
    }

    private func corrections(of serial: Int64) throws -> [Receipt.Original] {
        try connection.prepare(
            """
            SELECT serial, original_item, correction FROM service_transaction
            WHERE original_serial = $1 AND status = 'posted' ORDER BY serial
            """
        ).all(.integer(serial)) { row in
            guard let correction = Correction(rawValue: row.text(2)) else {
                throw row.damage(2, expected: "a correction")
            }
            return Receipt.Original(
                serial: row.integer(0), item: row.integer(1), correction: correction)
        }
    }

    private func stationName(_ code: String) throws -> String {
        try connection.prepare("SELECT name FROM station WHERE code = $1")
            .first(.text(code)) { $0.text(0) } ?? code
    }
}
