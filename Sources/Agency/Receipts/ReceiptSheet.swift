import Ledger
import SQL

/// All that one receipt shows: its items, which are one or those of a basket, and what became of
/// them.
public struct ReceiptSheet: Sendable, Equatable {
    /// One transaction, and those that undid it or parts of it.
    public struct Item: Sendable, Equatable {
        public let receipt: Receipt
        public let corrections: [Receipt.Original]
        /// Tickets that have more to show than their sale: names, or their principal's numbers.
        public var tickets: [TicketLine] = []
    }

    /// One ticket of a sale as its receipt shows it.
    public struct TicketLine: Sendable, Equatable {
        public let item: Int64
        /// The principal's number; empty without.
        public let principalNumber: String
        /// Who travels, masked, and the end of the document's number; empty without.
        public let passenger: String
    }

    /// What was handed over for a basket, and what of it came back, in fen.
    public struct Tender: Sendable, Equatable {
        public let tenderedFen: Int64
        public let changeFen: Int64
    }

    public let stationName: String
    /// At least one; those of a basket in its order.
    public let items: [Item]
    /// Nothing for a transaction that was paid alone.
    public let tender: Tender?

    /// The receipt by whose serial number the sheet is known.
    public var head: Receipt { items[0].receipt }

    /// - Precondition: there is an item.
    public init(stationName: String, items: [Item], tender: Tender? = nil) {
        precondition(!items.isEmpty, "a receipt has an item")
        self.stationName = stationName
        self.items = items
        self.tender = tender
    }
}

extension ReceiptReader {
    /// The whole receipt that a transaction is on, or nothing.
    public func sheet(serial: Int64) throws -> ReceiptSheet? {
        guard let named = try receipt(serial: serial) else { return nil }
        let receipts = try named.basketSerial.map { try basket($0) } ?? [named]
        guard let first = receipts.first else { return nil }
        return ReceiptSheet(
            stationName: try stationName(first.number.stationCode),
            items: try receipts.map {
                ReceiptSheet.Item(
                    receipt: $0, corrections: try corrections(of: $0.serial),
                    tickets: $0.kind == .ticketSale ? try ticketLines(of: $0.serial) : [])
            },
            tender: try named.basketSerial.flatMap { try tender(of: $0) })
    }

    private func tender(of basket: Int64) throws -> ReceiptSheet.Tender? {
        try connection.prepare(
            "SELECT tendered_fen, tendered_fen - total_fen FROM basket WHERE basket_serial = $1"
        ).first(.integer(basket)) {
            ReceiptSheet.Tender(tenderedFen: $0.integer(0), changeFen: $0.integer(1))
        }
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

    private func ticketLines(of serial: Int64) throws -> [ReceiptSheet.TicketLine] {
        try TicketReader(connection).tickets(of: serial).compactMap { ticket in
            let passenger = ticket.passenger.map { "\($0.maskedName) *\($0.lastFour)" } ?? ""
            guard !ticket.principalNumber.isEmpty || !passenger.isEmpty else { return nil }
            return ReceiptSheet.TicketLine(
                item: ticket.item, principalNumber: ticket.principalNumber, passenger: passenger)
        }
    }

    private func stationName(_ code: String) throws -> String {
        try connection.prepare("SELECT name FROM station WHERE code = $1")
            .first(.text(code)) { $0.text(0) } ?? code
    }
}
