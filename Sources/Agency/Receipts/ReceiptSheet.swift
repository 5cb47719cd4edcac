import CivilTime
import Ledger
import SQL

/// All that one receipt shows: its items, which are one or those of a basket, and what became of
/// them.
public struct ReceiptSheet: Sendable, Equatable {
    /// One transaction, and what it was of.
    public struct Item: Sendable, Equatable {
        public let receipt: Receipt
        /// What was paid to a biller; nothing for one that takes any amount at any time.
        public var bill: BillLine?
        /// Where and when tickets are valid.
        public var journey: Journey?
        /// Tickets that have more to show than their sale: names, or their principal's numbers.
        public var tickets: [TicketLine] = []
        /// What was sold from numbered stock.
        public var goods: GoodsLine?
    }

    /// A bill or a period as its receipt shows it.
    public struct BillLine: Sendable, Equatable {
        /// `2026-10`, or a year.
        public let period: String
        /// What of the amount is the biller's late fee, in fen; below zero when it goes back.
        public var lateFeeFen: Int64 = 0
        /// The numbers of the insured persons, masked; empty where none are named.
        public var insured: [String] = []
    }

    /// The trip, visit or event of a sale's tickets.
    public struct Journey: Sendable, Equatable {
        public let kind: Trip.Kind
        /// Where a trip begins; an offer's name.
        public let origin: String
        /// Where a trip ends; an offer's venue.
        public let destination: String
        public let date: BusinessDate
        /// `HH:MM`: the departure, an event's beginning, or an attraction's closing.
        public let time: String
        public let seats: [Seats]

        public struct Seats: Sendable, Equatable {
            public let fareClass: FareClass
            public let count: Int64
        }
    }

    /// What was sold from numbered stock, as its receipt shows it.
    public struct GoodsLine: Sendable, Equatable {
        public let name: String
        /// Whether each is tied to one person, as cards are.
        public let isCard: Bool
        public let count: Int64
        /// The first and the last serial of each run without a gap.
        public let ranges: [Range]

        public struct Range: Sendable, Equatable {
            public let first: String
            public let last: String
        }
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
            items: try receipts.map(item),
            tender: try named.basketSerial.flatMap { try tender(of: $0) })
    }

    private func tender(of basket: Int64) throws -> ReceiptSheet.Tender? {
        try connection.prepare(
            "SELECT tendered_fen, tendered_fen - total_fen FROM basket WHERE basket_serial = $1"
        ).first(.integer(basket)) {
            ReceiptSheet.Tender(tenderedFen: $0.integer(0), changeFen: $0.integer(1))
        }
    }

    private func stationName(_ code: String) throws -> String {
        try connection.prepare("SELECT name FROM station WHERE code = $1")
            .first(.text(code)) { $0.text(0) } ?? code
    }
}
