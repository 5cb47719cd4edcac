import Ledger
import SQL

/// What a booked call posted.
struct PartnerCallEntries {
    /// Nothing for a transaction that moves nothing.
    var own: ID<JournalEntry>?
    /// Of the change of a ticket, the entry of the refund.
    var refund: ID<JournalEntry>?
}

/// Calls that book two transactions or none: the change of a ticket, its sale and its refund.
///
///     status of the sale      of the refund
///     pending, unknown        the same
///     posted, declined        the same
///     return_due, returned    reversed: it came to nothing, and the difference goes back
///     reversed                reversed
///
/// Only the difference of their cash is held while it is not known what became of them. Each is then
/// posted by an entry of its own, for each is a receipt and a line in a settlement file.
extension AgencySession {
    /// Posts what was pending, for the partner booked it at once.
    func postPending(of call: PartnerCall) throws -> PartnerCallEntries {
        guard let refund = call.refundSerial else {
            return PartnerCallEntries(
                own: try call.pendingEntry.map { try journal.postPending($0, at: now).id })
        }
        try release(call, narrative: "booked")
        // The new fare is in the till before the old one leaves it.
        let own = try postEntry(of: call.serial)
        return PartnerCallEntries(own: own, refund: try postEntry(of: refund))
    }

    /// Posts a sale and its refund after all, with the suspense account in the place of the till.
    func settle(_ call: PartnerCall, refund: Int64) throws -> PartnerCallEntries {
        let suspense = suspenseAccount(of: call)
        // What goes back is in the suspense account before the new fare leaves it.
        let refundEntry = try postEntry(of: refund, cash: suspense)
        let own = try postEntry(of: call.serial, cash: suspense)
        if call.cashFen < 0 { try keepSuspense(refundEntry, of: call) }
        return PartnerCallEntries(own: own, refund: refundEntry)
    }

    /// Moves a call's transaction to a status that is not posted, and its refund with it.
    func setStatus(_ status: TransactionStatus, of call: PartnerCall) throws {
        try setStatus(status, of: call.serial)
        guard let refund = call.refundSerial else { return }
        try setStatus(status == .returnDue ? .reversed : status, of: refund)
    }

    private func postEntry(
        of serial: Int64, cash: ID<Account>? = nil
    ) throws -> ID<JournalEntry> {
        let transaction = try written(serial)
        return try journal.post(
            NewEntry(
                kind: transaction.kind.entryKind, narrative: transaction.product.code,
                source: serial, postings: transaction.postings(catalogue, cash: cash)),
            at: now
        ).id
    }

    /// A transaction as it was written.
    private func written(_ serial: Int64) throws -> NewTransaction {
        let shifts = ShiftReader(connection)
        let found = try connection.prepare(
            """
            SELECT kind, product_id, contract_id, shift_id, account_reference, amount_fen, fee_fen,
                commission_fen
            FROM service_transaction WHERE serial = $1
            """
        ).first(.integer(serial)) { row in
            guard let kind = TransactionKind(rawValue: row.text(0)) else {
                throw row.damage(0, expected: "a kind")
            }
            guard let shift = try shifts.shift(ID<Shift>(row.integer(3))) else {
                preconditionFailure("a transaction's shift is kept")
            }
            return NewTransaction(
                kind: kind, product: catalogue.product(ID<Product>(row.integer(1))),
                contract: catalogue.contract(ID<Contract>(row.integer(2))), shift: shift,
                accountReference: row.text(4), amountFen: row.integer(5), feeFen: row.integer(6),
                commissionFen: row.integer(7))
        }
        guard let found else { preconditionFailure("the transaction was written with its call") }
        return found
    }
}
