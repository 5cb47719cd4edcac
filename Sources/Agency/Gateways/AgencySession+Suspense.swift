import Cryptography
import Ledger
import SQL
import StrictJSON

extension EntryKind {
    /// Cash that waits in suspense, for its partner did not answer.
    static let partnerSuspense = EntryKind("partner_suspense")
    /// Cash in suspense that went to the customer.
    static let partnerReturn = EntryKind("partner_return")
}

/// SHA-256 over a return's fields, for its idempotency key.
public func returnFingerprint(serial: Int64) -> SHA256Digest {
    fingerprintOf("payment_return", "\(serial)", "", 0)
}

/// Cash of calls that were not answered: into suspense, and out of it.
extension AgencySession {
    /// Releases what is pending; nothing of it was moved.
    func release(_ call: PartnerCall, narrative: String) throws {
        guard let pending = call.pendingEntry else { return }
        _ = try journal.void(pending, narrative: narrative, at: now)
    }

    /// Releases what is pending; cash that came in moves to the partner's suspense account.
    func suspend(_ call: PartnerCall) throws {
        try release(call, narrative: "unanswered")
        guard call.cashFen > 0 else { return }
        let entry = try journal.post(
            NewEntry(
                kind: .partnerSuspense, narrative: catalogue.product(call.product).code,
                source: call.serial,
                postings: [
                    .debit(try shift(of: call).cashAccount, call.cashFen),
                    .credit(suspenseAccount(of: call), call.cashFen),
                ]),
            at: now
        ).id
        try keepSuspense(entry, of: call)
    }

    /// Posts what was pending after all, with the suspense account in the place of the till: cash
    /// that came in comes out of it, cash that is to be paid out waits there for the customer.
    ///
    /// - Returns: the entry; nothing for a transaction that moves nothing.
    func settle(_ call: PartnerCall) throws -> PartnerCallEntries {
        if let refund = call.refundSerial { return try settle(call, refund: refund) }
        guard let pendingEntry = call.pendingEntry else { return PartnerCallEntries() }
        guard let pending = try journal.entry(pendingEntry) else {
            throw BookError.damaged(table: "partner_call", field: "pending_entry_id")
        }
        let till = try shift(of: call).cashAccount
        let suspense = suspenseAccount(of: call)
        let postings = pending.postings.map { posting -> Posting in
            guard posting.account == till else { return posting }
            return switch posting.side {
            case .debit: .debit(suspense, posting.amount)
            case .credit: .credit(suspense, posting.amount)
            }
        }
        let entry = try journal.post(
            NewEntry(
                kind: call.kind.entryKind, narrative: pending.narrative, source: call.serial,
                postings: postings),
            at: now
        ).id
        if call.cashFen < 0 { try keepSuspense(entry, of: call) }
        return PartnerCallEntries(own: entry)
    }

    /// Pays out cash that waits for its customer, once for each key: that of a payment that came to
    /// nothing, or of a correction that the partner confirmed late.
    ///
    /// The cash leaves the caller's till, at the station that took it; a fee goes back too.
    /// Refusals, in order: `notSignedOn`, `unknownReceipt`, `returnNotDue`, `tillShortOfCash`.
    public func returnCash(
        serial: Int64, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let current = try shifts.shift(of: principal, connection)
            guard let call = try PartnerCallReader(connection).call(serial),
                try shift(of: call).station == current.station
            else {
                throw Refusal(
                    .unknownReceipt,
                    "no transaction of this station with this serial waited for a partner",
                    zh: "本站没有此流水号的待确认业务；请核对凭条")
            }
            guard call.isReturnDue else { throw Self.returnNotDue(call) }
            let entry = try payOut(call, from: current)
            try connection.prepare(
                """
                UPDATE partner_call SET return_entry_id = $1, return_shift_id = $2
                WHERE serial = $3
                """
            ).run(.integer(entry.number), .integer(current.id.number), .integer(serial))
            if call.status == .returnDue { try setStatus(.returned, of: serial) }
            try finish(call, .done(try standing(call)))
            try followBasket(of: call)
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("serial_returned", Receipt.serialText(serial))
            writer.field("till_id", current.tillCode)
            writer.field("operator_id", current.staffCode)
            writer.field("returned_fen", abs(call.cashFen))
            writer.field("returned_at", profile.zone.text(now))
            writer.endObject()
            return writer.bytes
        }
    }

    private static func returnNotDue(_ call: PartnerCall) -> Refusal {
        switch call.status {
        case .pending, .authorised, .unknown:
            Refusal(
                .returnNotDue,
                "the partner has not said yet what became of it; pay nothing, and ask again later "
                    + "with a new key",
                zh: "合作方尚未答复结果；请勿付款，稍后以新编号重新查询")
        case .returnDue, .posted, .declined, .reversed, .returned:
            Refusal(
                .returnNotDue,
                "it is \(call.status.rawValue), and no cash waits; pay nothing and look at its "
                    + "receipt",
                zh: "此笔状态为“\(call.status.text(.chinese).text)”，没有应退现金；请勿付款，请查看凭条")
        }
    }

    private func payOut(_ call: PartnerCall, from shift: Shift) throws -> ID<JournalEntry> {
        do {
            return try journal.post(
                NewEntry(
                    kind: .partnerReturn, narrative: catalogue.product(call.product).code,
                    source: call.serial,
                    postings: [
                        .debit(suspenseAccount(of: call), abs(call.cashFen)),
                        .credit(shift.cashAccount, abs(call.cashFen)),
                    ]),
                at: now
            ).id
        } catch LedgerError.limitExceeded {
            throw Self.tillShortOfCash
        }
    }

    func keepSuspense(_ entry: ID<JournalEntry>, of call: PartnerCall) throws {
        try connection.prepare("UPDATE partner_call SET suspense_entry_id = $1 WHERE serial = $2")
            .run(.integer(entry.number), .integer(call.serial))
    }

    func suspenseAccount(of call: PartnerCall) -> ID<Account> {
        catalogue.product(call.product).partner.suspenseAccount
    }

    private func shift(of call: PartnerCall) throws -> Shift {
        guard let shift = try ShiftReader(connection).shift(call.shift) else {
            preconditionFailure("a transaction's shift is kept")
        }
        return shift
    }
}
