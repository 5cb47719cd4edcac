import CivilTime
import Cryptography
import Ledger
import SQL

extension AgencySession {
    /// Records an order's intent before the bank is asked; a refusal is kept under the key.
    func startOrder(
        _ claim: IdempotencyClaim, _ insert: () throws -> PendingBankOrder
    ) throws -> BankOrderStart {
        if let known = try begin(claim) { return .known(known) }
        do {
            return .pending(try insert())
        } catch let refusal as Refusal {
            try undoCommand()
            try refuse(claim, refusal)
            return .known(.refused(refusal))
        }
    }

    /// Writes an order as pending: its entry, its transaction, and its row.
    ///
    /// - Throws: `Refusal` with `tillCeilingReached` when the till would hold more than it may.
    func insertOrder(
        _ transaction: NewTransaction, _ details: BankOrderDetails, claim: IdempotencyClaim
    ) throws -> PendingBankOrder {
        let serial = try nextSerial()
        let postings = transaction.postings(catalogue)
        try checkCeiling(transaction.shift, postings)
        // A transfer that earns nothing moves nothing.
        let pendingEntry =
            try postings.isEmpty
            ? nil
            : journal.pend(
                NewEntry(
                    kind: transaction.kind.entryKind, narrative: transaction.product.code,
                    source: serial, postings: postings),
                expiresAt: nil, at: now
            ).id
        _ = try insert(transaction, serial: serial, status: .pending, entry: nil)
        try insertBankOrder(details, serial: serial, claim: claim, pendingEntry: pendingEntry)
        return PendingBankOrder(
            serial: serial, partnerCode: transaction.product.partner.code,
            productCode: transaction.product.code, amountFen: transaction.amountFen)
    }

    /// Records what became of an order; the answer is kept under its key the first time.
    ///
    /// - Returns: what the terminal is told, and what is still to be done.
    func recordOrder(
        _ event: BankOrderEvent, serial: Int64
    ) throws -> (outcome: CommandOutcome, next: BankOrderResolution) {
        guard let order = try bankOrder(serial) else { return (.running, .nothing) }
        let step = BankOrderStep(order.status, event)
        switch step {
        case .post: try post(order, event)
        case .decline:
            try voidPending(order, narrative: "declined")
            try setStatus(.declined, of: serial)
            try restoreOrderDay(order)
        case .suspend: try suspend(order)
        // Once the bank was told to undo it, only the end of that is believed.
        case .postFromSuspense where order.reversal != "none": try recordLate(event, order)
        case .postFromSuspense: try postFromSuspense(order, event)
        case .giveBack: try giveBack(order, event)
        case .recordLate: try recordLate(event, order)
        case .keep: break
        }
        if order.status == .pending, step == .keep { return (.running, .nothing) }
        let outcome = try outcome(of: order, event)
        if order.status == .pending {
            try finish(key: order.key, credential: order.credential, outcome)
        }
        return (outcome, try resolution(of: serial))
    }

    /// Notes that the bank does not know an order, so that it is told to refuse it for good.
    func recordOrderNotBooked(serial: Int64) throws -> BankOrderResolution {
        if try bankOrder(serial)?.status == .unknown {
            try markOrderReversal("due", of: serial)
        }
        return try resolution(of: serial)
    }

    /// Notes that the bank confirmed the reversal of an order, and gives back what was taken.
    func confirmOrderReversal(serial: Int64) throws {
        try markOrderReversal("confirmed", of: serial)
        _ = try recordOrder(.undone, serial: serial)
    }

    private func outcome(
        of order: BankOrderRow, _ event: BankOrderEvent
    ) throws -> CommandOutcome {
        if order.status == .pending, case .declined(let reason) = event {
            return .refused(
                Refusal(
                    .orderDeclined,
                    "the bank declined: \(Self.told(reason)); give the customer the cash back",
                    zh: "银行拒绝：\(Self.told(reason))；请将现金退还客户"))
        }
        return .done(try receiptJSON(order.serial))
    }

    private func post(_ order: BankOrderRow, _ event: BankOrderEvent) throws {
        let entry = try order.pendingEntry.map { try journal.postPending($0, at: now).id }
        try setStatus(
            .posted, of: order.serial, reference: event.carriedReference, entry: entry)
    }

    private func voidPending(_ order: BankOrderRow, narrative: String) throws {
        guard let pending = order.pendingEntry else { return }
        _ = try journal.void(pending, narrative: narrative, at: now)
    }

    private func recordLate(_ event: BankOrderEvent, _ order: BankOrderRow) throws {
        switch event {
        case .booked(let reference):
            try keepLate("approved", reference: reference, of: order.serial)
            // The bank may hold what was given back: it is told to undo it.
            if order.reversal == "none" { try markOrderReversal("due", of: order.serial) }
        case .declined: try keepLate("declined", reference: "", of: order.serial)
        case .noAnswer, .undone: break
        }
    }
}

extension BankOrderEvent {
    /// The bank's reference as a settlement file can carry it.
    var carriedReference: String? {
        switch self {
        case .booked(let reference): AgencySession.carried(reference)
        case .declined, .noAnswer, .undone: nil
        }
    }
}
