import Ledger
import StrictJSON

/// A basket to which items are being added: what they share.
struct OpenBasket {
    /// The first item's serial number, which is the basket's.
    let serial: Int64
    let receiptNumber: Int64

    /// What a transaction needs to know of it.
    var place: (serial: Int64, receiptNumber: Int64) { (serial, receiptNumber) }
}

/// Where a basket stands: open while a partner is asked about one of its items.
///
///     open ──▶ settled    every item is posted or refused; what was refused goes back in cash
///
/// Items that ask no partner are posted in the command that makes the basket, all or none.
struct BasketProgress: Equatable {
    enum State: String, CaseIterable {
        case open, settled
    }

    /// Where an item stands.
    enum ItemState: String, CaseIterable {
        /// Its partner has not answered yet.
        case waiting
        case posted
        /// Its partner said no, or had not booked it; its cash goes back to the customer.
        case refused

        init(_ status: TransactionStatus) {
            switch status {
            case .pending, .authorised, .unknown, .returnDue: self = .waiting
            case .posted: self = .posted
            case .declined, .reversed, .returned: self = .refused
            }
        }
    }

    /// Each item's state and what the customer pays for it, in fen.
    let items: [(state: ItemState, totalFen: Int64)]

    var state: State { items.contains { $0.state == .waiting } ? .open : .settled }

    /// What goes back to the customer beside the change, in fen.
    var returnedFen: Int64 {
        items.reduce(0) { $1.state == .refused ? $0 + $1.totalFen : $0 }
    }

    static func == (left: BasketProgress, right: BasketProgress) -> Bool {
        left.items.elementsEqual(right.items) { $0 == $1 }
    }
}
