import Ledger

/// Why an entry of a statement did not settle a cycle by itself; the raw value stands in the
/// database.
public enum StatementEntryReason: String, CaseIterable, Sendable {
    /// It names none.
    case noReference = "no_reference"
    /// It names one that no instruction has.
    case unknownReference = "unknown_reference"
    /// It names several.
    case severalReferences = "several_references"
    /// The instruction was not approved yet.
    case notApproved = "not_approved"
    /// Another entry settled the cycle before.
    case alreadySettled = "already_settled"
    case wrongDirection = "wrong_direction"
    /// One fen counts.
    case wrongAmount = "wrong_amount"
    /// The instruction is of another account.
    case otherAccount = "other_account"
    /// Our deposit does not hold so much by the book.
    case depositShort = "deposit_short"
    /// The bank booked several transfers as one sum.
    case batchBooking = "batch_booking"
    /// The bank took an entry of its own back.
    case reversal
    /// An entry of the same bank reference came in an earlier statement.
    case seenBefore = "seen_before"
}

/// What is known of a bank's entry.
///
///     matched                                   its reference, amount and direction settled a cycle
///     unmatched ──▶ assigned, suspended         as two people decided
///     suspended ──▶ assigned                    it was explained later
public enum StatementEntryState: String, CaseIterable, Sendable {
    case matched, assigned, suspended, unmatched
}

/// What people do with an entry that did not match; the raw value stands in the database.
enum StatementEntryEvent: String, CaseIterable, Sendable {
    case assign, suspend, approve, decline
}

/// An entry of a bank's statement, as the book knows it.
struct StatementEntry: Sendable {
    /// What one proposed and nobody decided yet.
    struct Proposal: Sendable {
        let event: StatementEntryEvent
        let instruction: ID<SettlementInstruction>?
        let by: ID<StaffMember>
    }

    let id: ID<StatementEntry>
    let centre: ID<Centre>
    let direction: MoneyDirection
    let amountFen: Int64
    let state: StatementEntryState
    let proposal: Proposal?

    /// The account's side of a movement, debits positive.
    var signedFen: Int64 {
        switch direction {
        case .incoming: amountFen
        case .outgoing: -amountFen
        }
    }
}
