/// Where a pack stands.
///
///     in_stock ──▶ in_transit ──▶ in_stock    offered, then received or declined
///        ├──────▶ open ──▶ exhausted          its last serial was sold, used or spoilt
///        │         │ └───▶ in_stock           closed, to sell another first or to send it back
///        │         └─────▶ frozen ──▶ in_stock or exhausted    a gap, and its resolution
///        └──────▶ returned                    to the principal
///
/// In every state the serials sold, damaged, voided and left sum to the pack's size. Only an open
/// pack sells, and only one pack of an item is open at a station.
public enum StockPackState: String, CaseIterable, Sendable {
    case inStock = "in_stock"
    case inTransit = "in_transit"
    case open, frozen, exhausted, returned

    /// The state after an event, or nothing when the event may not happen.
    func after(_ event: StockPackEvent) -> StockPackState? {
        switch self {
        case .inStock:
            switch event {
            case .offered: .inTransit
            case .opened: .open
            case .givenBack: .returned
            case .received, .declined, .closed, .gapFound, .gapResolved, .lastTaken: nil
            }
        case .inTransit:
            switch event {
            case .received, .declined: .inStock
            case .offered, .opened, .closed, .gapFound, .gapResolved, .lastTaken, .givenBack: nil
            }
        case .open:
            switch event {
            case .closed: .inStock
            case .gapFound: .frozen
            case .lastTaken: .exhausted
            case .offered, .received, .declined, .opened, .gapResolved, .givenBack: nil
            }
        case .frozen:
            switch event {
            case .gapResolved: .inStock
            case .lastTaken: .exhausted
            case .offered, .received, .declined, .opened, .closed, .gapFound, .givenBack: nil
            }
        case .exhausted, .returned: nil
        }
    }
}

/// What happens to a pack.
public enum StockPackEvent: String, CaseIterable, Sendable {
    /// Its holder offers it to another place.
    case offered
    /// The other place has counted it and takes it.
    case received
    /// The other place does not take it, or its holder keeps it.
    case declined
    /// A station begins to sell it.
    case opened
    case closed
    /// A serial that was to come next is missing.
    case gapFound = "gap_found"
    /// A supervisor has told what became of each missing serial.
    case gapResolved = "gap_resolved"
    /// No serial is left.
    case lastTaken = "last_taken"
    /// To the principal.
    case givenBack = "given_back"
}

/// What became of one serial.
///
///     left ──▶ sold ──▶ voided                    the sale was taken back
///       ├────▶ activation_due ──▶ active          a card that the operator's network knows
///       │           └───────────▶ failed ──▶ returned    it does not: the cash goes back
///       ├────▶ used ──▶ voided                    paper that was spoilt while printing
///       ├────▶ damaged
///       └────▶ voided
public enum StockSerialState: String, CaseIterable, Sendable {
    case left, sold
    case activationDue = "activation_due"
    case active, failed, returned, used, damaged, voided

    /// What happens to a serial.
    enum Event: CaseIterable {
        case sold, soldForActivation, activated, activationFailed, cashReturned, saleTakenBack
        case used, damaged, spoilt
    }

    /// The state after an event, or nothing when the event may not happen.
    func after(_ event: Event) -> StockSerialState? {
        switch self {
        case .left:
            switch event {
            case .sold: .sold
            case .soldForActivation: .activationDue
            case .used: .used
            case .damaged: .damaged
            case .spoilt: .voided
            case .activated, .activationFailed, .cashReturned, .saleTakenBack: nil
            }
        case .sold: event == .saleTakenBack ? .voided : nil
        case .activationDue:
            switch event {
            case .activated: .active
            case .activationFailed: .failed
            case .sold, .soldForActivation, .cashReturned, .saleTakenBack, .used, .damaged,
                .spoilt:
                nil
            }
        case .failed: event == .cashReturned ? .returned : nil
        case .used: event == .spoilt ? .voided : nil
        case .active, .returned, .damaged, .voided: nil
        }
    }

    /// Under which of a pack's counts it falls.
    var count: StockCount {
        switch self {
        case .left: .left
        case .sold, .activationDue, .active, .failed, .used: .sold
        case .damaged: .damaged
        case .returned, .voided: .voided
        }
    }
}

/// The counts that sum to a pack's size.
enum StockCount {
    case left, sold, damaged, voided
}
