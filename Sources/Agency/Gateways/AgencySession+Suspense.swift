import Cryptography
import Ledger
import SQL
import StrictJSON

extension EntryKind {
    /// Cash that waits in suspense, for its partner did not answer.
    static let partnerSuspense = EntryKind("partner_suspense")
    /// Cash in suspense that went back to the customer.
    static let partnerReturn = EntryKind("partner_return")
}

/// SHA-256 over a return's fields, for its idempotency key.
public func returnFingerprint(serial: Int64) -> SHA256Digest {
    fingerprintOf("payment_return", "\(serial)", "", 0)
}

/// Cash of calls that were not answered: into suspense, and out of it on one of two ways.
extension AgencySession {
    /// Moves a call's cash from pending to the partner's suspense account.
    func suspend(_ call: PartnerCall, _ partner: Partner) throws {
        _ = try journal.void(call.pendingEntry, narrative: "unanswered", at: now)
        let entry = try journal.post(
            NewEntry(
                kind: .partnerSuspense, narrative: catalogue.product(call.product).code,
                source: call.serial,
                postings: [
                    .debit(try shift(of: call).cashAccount, call.cashFen),
                    .credit(suspense(of: partner), call.cashFen),
                ]),
            at: now
        ).id
        try connection.prepare("UPDATE partner_call SET suspense_entry_id = $1 WHERE serial = $2")
            .run(.integer(entry.number), .integer(call.serial))
    }

    /// Moves a call's cash from suspense to the partner, the commission and the fee.
    func settle(_ call: PartnerCall, _ partner: Partner) throws -> ID<JournalEntry> {
        let accounts = catalogue.accounts(of: try shift(of: call).station)
        let legs = [
            (suspense(of: partner), call.cashFen),
            (partner.payableAccount, call.commissionFen - call.amountFen),
            (accounts.commission, -call.commissionFen), (accounts.fee, -call.feeFen),
        ]
        return try journal.post(
            NewEntry(
                kind: call.kind.entryKind, narrative: catalogue.product(call.product).code,
                source: call.serial, postings: legs.compactMap { Posting($0, signedFen: $1) }),
            at: now
        ).id
    }

    /// Pays the cash of a payment that its partner never booked back, once for each key.
    ///
    /// The cash leaves the caller's till, at the station that took it; the fee goes back too.
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
                    "no payment of this station with this serial waited for a partner",
                    zh: "本站没有此流水号的待确认缴费；请核对凭条")
            }
            guard call.status == .returnDue else {
                throw Refusal(
                    .returnNotDue,
                    "the payment is \(call.status.rawValue); pay nothing back",
                    zh: "该笔状态为 \(call.status.rawValue)，无需退款；请勿付款")
            }
            let entry = try payBack(call, from: current)
            try connection.prepare(
                """
                UPDATE partner_call SET return_entry_id = $1, return_shift_id = $2
                WHERE serial = $3
                """
            ).run(.integer(entry.number), .integer(current.id.number), .integer(serial))
            try setStatus(.returned, of: serial)
            let receipt = try receiptJSON(serial)
            try finish(key: call.key, credential: call.credential, .done(receipt))
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("serial_returned", Receipt.serialText(serial))
            writer.field("till_id", current.tillCode)
            writer.field("operator_id", current.staffCode)
            writer.field("returned_fen", call.cashFen)
            writer.field("returned_at", profile.zone.text(now))
            writer.endObject()
            return writer.bytes
        }
    }

    private func payBack(_ call: PartnerCall, from shift: Shift) throws -> ID<JournalEntry> {
        let product = catalogue.product(call.product)
        do {
            return try journal.post(
                NewEntry(
                    kind: .partnerReturn, narrative: product.code, source: call.serial,
                    postings: [
                        .debit(suspense(of: product.partner), call.cashFen),
                        .credit(shift.cashAccount, call.cashFen),
                    ]),
                at: now
            ).id
        } catch LedgerError.limitExceeded {
            throw Self.tillShortOfCash
        }
    }

    private func suspense(of partner: Partner) -> ID<Account> {
        guard let account = partner.suspenseAccount else {
            preconditionFailure("\(partner.code) was called, so that it has a gateway")
        }
        return account
    }

    private func shift(of call: PartnerCall) throws -> Shift {
        guard let shift = try ShiftReader(connection).shift(call.shift) else {
            preconditionFailure("a transaction's shift is kept")
        }
        return shift
    }
}
