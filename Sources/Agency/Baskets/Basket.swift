import Ledger

/// A basket to which items are being added: what they share.
struct OpenBasket {
    /// The first item's serial number, which is the basket's.
    let serial: Int64
    let receiptNumber: Int64

    /// What a transaction needs to know of it.
    var place: (serial: Int64, receiptNumber: Int64) { (serial, receiptNumber) }
}

/// Where a basket stands: open while the cash of one of its items waits with us.
///
///     open ──▶ settled    every item is posted, or its cash went back
///
/// Items that ask no partner are posted in the command that makes the basket, all or none; of the
/// others each goes its own way.
struct BasketProgress {
    enum State: String, CaseIterable {
        case open, settled
    }

    /// Where an item stands.
    ///
    ///     waiting ──▶ posted
    ///        ├──────▶ refused                   its cash goes back with the change
    ///        └──────▶ return_due ──▶ returned   it came to nothing later: its cash is paid back
    enum ItemState: String, CaseIterable {
        /// Its partner has not answered; its cash stays with us.
        case waiting
        case posted
        /// Its partner said no at once.
        case refused
        /// Its partner said no later, or had not booked it.
        case returnDue = "return_due"
        case returned

        init(_ status: TransactionStatus) {
            switch status {
            case .pending, .authorised, .unknown: self = .waiting
            case .returnDue: self = .returnDue
            case .posted: self = .posted
            case .declined, .reversed: self = .refused
            case .returned: self = .returned
            }
        }

        /// Whether nothing can change it any more.
        var isFinal: Bool {
            switch self {
            case .waiting, .returnDue: false
            case .posted, .refused, .returned: true
            }
        }
    }

    /// Each item's state and what the customer pays for it, in fen.
    let items: [(state: ItemState, totalFen: Int64)]

    var state: State { items.allSatisfy(\.state.isFinal) ? .settled : .open }

    /// What the items in a state cost together, in fen.
    func totalFen(_ state: ItemState) -> Int64 {
        items.reduce(0) { $1.state == state ? $0 + $1.totalFen : $0 }
    }
}
