/// What becomes of an order to a bank: a remittance or a transfer.
///
///     pending ──▶ posted        the bank booked it; the pending entry is posted
///        ├──────▶ declined      it did not; the pending entry is voided, the cash handed back
///        └──────▶ unknown       it did not answer; the pending entry is voided, the cash that the
///                    │          customer paid is in suspense, and the bank is queried
///                    ├───▶ posted      out of suspense, on the date on which it became known
///                    ├───▶ return_due ──▶ returned   the cash goes back out of a till
///                    └───▶ reversed    no cash had been taken
///
/// Only what the bank undid, or declined, is given back: a bank that does not know an order is told
/// to reverse it first, so that it cannot book it later.
enum BankOrderStep: Equatable {
    case post, decline, suspend
    case postFromSuspense, giveBack
    /// Nothing new was said.
    case keep
    /// The bank says otherwise than what was decided; that is kept, and changes no money of ours.
    case recordLate
}

/// What happens to an order.
enum BankOrderEvent: Equatable, Sendable {
    case booked(reference: String)
    case declined(reason: String)
    case noAnswer
    /// The bank confirmed that it has not booked, and will not.
    case undone
}

extension BankOrderStep {
    /// The step that an event leads to.
    init(_ status: TransactionStatus, _ event: BankOrderEvent) {
        switch (status, event) {
        case (.pending, .booked): self = .post
        case (.pending, .declined): self = .decline
        case (.pending, .noAnswer): self = .suspend
        case (.pending, .undone): self = .keep
        case (.unknown, .booked): self = .postFromSuspense
        case (.unknown, .declined), (.unknown, .undone): self = .giveBack
        case (.unknown, .noAnswer): self = .keep
        case (.posted, .declined): self = .recordLate
        case (.posted, .booked), (.posted, .noAnswer), (.posted, .undone): self = .keep
        case (.declined, .booked), (.returnDue, .booked), (.returned, .booked),
            (.reversed, .booked):
            self = .recordLate
        case (.declined, _), (.returnDue, _), (.returned, _), (.reversed, _): self = .keep
        // No order is ever authorised: nothing is paid out for it.
        case (.authorised, _): self = .keep
        }
    }
}
