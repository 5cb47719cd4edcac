import CivilTime
import Ledger
import SQL
import StrictJSON

extension AgencySession {
    /// Runs the first step of a command at most once under a key, which is kept with what it wrote.
    ///
    /// A key whose partners have not all answered gets its receipt as it stands now. What `body`
    /// wrote before a refusal is undone, and the refusal is kept as the answer.
    func startOnce(
        _ claim: IdempotencyClaim, _ body: () throws -> PartnerStep
    ) throws -> PartnerStart {
        if let known = try knownOutcome(of: claim) {
            return .known(try current(known, of: claim))
        }
        let result = try undoingRefusal(of: claim) {
            let step = try body()
            switch step {
            case .done(let answer): try keep(claim, outcome: "done", answer: answer)
            case .asking: try keep(claim, outcome: "running", answer: [])
            }
            return step
        }
        switch result {
        case .success(.done(let answer)):
            return .known(PaymentOutcome(outcome: .done(answer), isSettled: true))
        case .success(.asking(let calls)): return .asking(calls)
        case .failure(let refusal):
            return .known(PaymentOutcome(outcome: .refused(refusal), isSettled: true))
        }
    }

    /// Records the intent of a transaction: pending row, pending cash, and a call to its partner.
    ///
    /// - Parameters:
    ///   - refund: what stands and falls with it; then cash is the difference of both.
    ///   - claim: the key that hears the answer; nothing for an item of a basket.
    /// - Returns: the transaction's serial number, under which the partner is asked.
    /// - Throws: `Refusal` with `tillCeilingReached`, `tillShortOfCash`.
    func beginCall(
        _ transaction: NewTransaction, _ act: PartnerAct = .post, refund: NewTransaction? = nil,
        claim: IdempotencyClaim?
    ) throws -> Int64 {
        let postings = Posting.summed(
            transaction.postings(catalogue) + (refund?.postings(catalogue) ?? []))
        try checkCeiling(transaction.shift, postings)
        let serial = try nextSerial()
        let pending = try pend(postings, of: transaction, serial: serial)
        _ = try insert(transaction, serial: serial, status: .pending, entry: nil)
        let refundSerial = try refund.map { refund in
            try insert(refund, serial: nextSerial(), status: .pending, entry: nil).serial
        }
        try connection.prepare(
            """
            INSERT INTO partner_call (serial, act, state, key, credential, cash_fen,
                pending_entry_id, asked_at, refund_serial)
            VALUES ($1, $2, 'posting', $3, $4, $5, $6, $7, $8)
            """
        ).run(
            .integer(serial), .text(act.rawValue), .text(claim?.key), .integer(claim?.credential),
            .integer(transaction.cashFen + (refund?.cashFen ?? 0)), .integer(pending?.number),
            .integer(now.millisecondsSinceEpoch), .integer(refundSerial))
        return serial
    }

    /// Undoes the command that began a call which no line can carry; its key is not used up.
    func withdraw(_ started: StartedPartnerCall) throws -> PaymentOutcome {
        guard let call = try PartnerCallReader(connection).call(started.serial) else {
            preconditionFailure("the call was begun in this command")
        }
        let place = try basketPlace(ofItem: call.serial)
        try undoCommand()
        var refusal =
            call.originalSerial == nil || call.kind == .ticketSale
            ? refusal(of: call, PartnerCallNews(event: .notSent)) : Self.voidNeedsPartner
        if let place { refusal = refusal.ofItem(place) }
        return PaymentOutcome(outcome: .refused(refusal), isSettled: true)
    }

    private func pend(
        _ postings: [Posting], of transaction: NewTransaction, serial: Int64
    ) throws -> ID<JournalEntry>? {
        // A transfer that earns nothing moves nothing.
        guard !postings.isEmpty else { return nil }
        do {
            return try journal.pend(
                NewEntry(
                    kind: transaction.kind.entryKind, narrative: transaction.product.code,
                    source: serial, postings: postings),
                expiresAt: nil, at: now
            ).id
        } catch LedgerError.limitExceeded {
            throw Self.tillShortOfCash
        }
    }

    /// Records what was heard of a partner; what comes twice or too late changes nothing.
    ///
    /// - Returns: what the key is told now.
    func record(_ news: PartnerCallNews, serial: Int64) throws -> PaymentOutcome {
        guard let call = try PartnerCallReader(connection).call(serial) else {
            preconditionFailure("no call \(serial) was begun")
        }
        guard let (next, action) = call.state.transition(on: news.event) else {
            if call.state.question != nil { try note(news, of: call, state: call.state) }
            return try answer(of: serial)
        }
        try carryOut(action, call, news)
        try note(news, of: call, state: next)
        try followBasket(of: call)
        return try answer(of: serial)
    }

    private func carryOut(
        _ action: PartnerCallAction, _ call: PartnerCall, _ news: PartnerCallNews
    ) throws {
        switch action {
        case .nothing: break
        case .post: try book(call, try postPending(of: call), news)
        case .decline:
            try release(call, narrative: "declined")
            try setStatus(.declined, of: call)
            try comeToNothing(call)
            try finish(call, .refused(refusal(of: call, news)))
        case .suspend:
            try suspend(call)
            try setStatus(.unknown, of: call)
        case .settle: try book(call, try settle(call), news)
        case .comeToNothing:
            let isCashHeld = call.cashFen > 0
            try setStatus(isCashHeld ? .returnDue : .reversed, of: call)
            try comeToNothing(call)
            if !isCashHeld {
                try finish(call, .refused(refusal(of: call, news)))
            } else if call.basketSerial != nil {
                try keepRefusal(returnAdvice(of: call), ofItem: call.serial)
            }
        }
    }

    private func book(
        _ call: PartnerCall, _ entries: PartnerCallEntries, _ news: PartnerCallNews
    ) throws {
        // A partner that took back an original tells no number of its own.
        let reference = news.reference.isEmpty ? nil : Self.carried(news.reference)
        try setStatus(.posted, of: call.serial, reference: reference, entry: entries.own)
        if let refund = call.refundSerial {
            try setStatus(.posted, of: refund, reference: reference, entry: entries.refund)
        }
        let answer = try finishBooked(call, news)
        // What a late answer owes to the customer is paid out first; then the key is told of it.
        let isCashDue = try PartnerCallReader(connection).call(call.serial)?.isReturnDue ?? false
        if !isCashDue { try finish(call, .done(answer)) }
    }

    /// Tells the key of a call its answer; of an item of a basket a refusal is kept beside the item.
    func finish(_ call: PartnerCall, _ outcome: CommandOutcome) throws {
        guard let key = call.key, let credential = call.credential else {
            guard case .refused(let refusal) = outcome else { return }
            return try keepRefusal(refusal, ofItem: call.serial)
        }
        try finish(key: key, credential: credential, outcome)
    }

    /// Notes where a call stands and what was heard last.
    private func note(
        _ news: PartnerCallNews, of call: PartnerCall, state: PartnerCallState
    ) throws {
        try connection.prepare(
            """
            UPDATE partner_call SET state = $1, reason = $2, booked_fen = ifnull($3, booked_fen),
                attempt_count = attempt_count + 1, asked_at = $4
            WHERE serial = $5
            """
        ).run(
            .text(state.rawValue), .text(String(news.reason.prefix(200))),
            .integer(news.bookedFen), .integer(now.millisecondsSinceEpoch),
            .integer(call.serial))
    }

    // MARK: - Answers

    /// What a key is told: of a transaction that is not settled, its receipt as it stands.
    private func current(
        _ known: CommandOutcome, of claim: IdempotencyClaim
    ) throws -> PaymentOutcome {
        guard case .running = known else { return PaymentOutcome(outcome: known, isSettled: true) }
        if let call = try PartnerCallReader(connection).call(
            key: claim.key, credential: claim.credential)
        {
            return try answer(of: call.serial)
        }
        return try basketOutcome(of: claim) ?? PaymentOutcome(outcome: known, isSettled: true)
    }

    /// What the key of a call is told now.
    private func answer(of serial: Int64) throws -> PaymentOutcome {
        guard let call = try PartnerCallReader(connection).call(serial) else {
            preconditionFailure("the call was read in this command")
        }
        guard let key = call.key, let credential = call.credential else {
            guard let basket = call.basketSerial else {
                throw BookError.damaged(table: "partner_call", field: "key")
            }
            return try basketOutcome(basket)
        }
        switch call.status {
        case .pending, .authorised: return PaymentOutcome(outcome: .running, isSettled: false)
        case .unknown, .returnDue, .posted, .declined, .reversed, .returned:
            let kept = try keptOutcome(key: key, credential: credential) ?? .running
            guard case .running = kept else {
                return PaymentOutcome(outcome: kept, isSettled: true)
            }
            return PaymentOutcome(outcome: .done(try standing(call)), isSettled: false)
        }
    }

    /// A transaction's receipt as it stands.
    func receiptJSON(_ serial: Int64) throws -> [UInt8] {
        guard let receipt = try ReceiptReader(connection).receipt(serial: serial) else {
            preconditionFailure("the transaction was read in this command")
        }
        return receipt.json(zone: profile.zone)
    }
}
