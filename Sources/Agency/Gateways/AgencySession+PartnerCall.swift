import CivilTime
import Ledger
import SQL
import StrictJSON

/// A payment whose intent is durable: ask the partner now.
struct StartedPartnerCall: Sendable {
    let serial: Int64
    let partnerCode: String
    let productCode: String
    let accountNumber: String
    let amountFen: Int64
    let billerReference: String
}

/// How a payment started.
enum PaymentStart: Sendable {
    /// It is answered: posted without asking anyone, refused, or known from an earlier request.
    case known(PaymentOutcome)
    /// Its intent is durable: ask the partner now.
    case asking(StartedPartnerCall)
}

/// What became of a payment so far.
public struct PaymentOutcome: Sendable, Equatable {
    public let outcome: CommandOutcome
    /// False while the partner's answer is awaited: the receipt says so, and its number stays.
    public let isSettled: Bool
}

extension AgencySession {
    /// Posts a payment, or records its intent where a partner must be asked first.
    ///
    /// Refusals are those of `payBill(_:claim:by:)`. A key whose payment is not settled yet gets
    /// the receipt as it stands now.
    func startBillPayment(
        _ request: BillPaymentRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> PaymentStart {
        if let known = try knownOutcome(of: claim) {
            return .known(try current(known, of: claim))
        }
        let changes = connection.changeCount
        do {
            let shift = try shifts.shift(of: principal, connection)
            let order = try billOrder(request, shift: shift)
            guard order.isOnline else {
                let answer = try post(order).json(zone: profile.zone)
                try keep(claim, outcome: "done", answer: answer)
                return .known(PaymentOutcome(outcome: .done(answer), isSettled: true))
            }
            return .asking(try begin(order, claim: claim))
        } catch let refusal as Refusal {
            if connection.changeCount != changes { try undoCommand() }
            try refuse(claim, refusal)
            return .known(PaymentOutcome(outcome: .refused(refusal), isSettled: true))
        }
    }

    /// What a key is told: of a payment that is not settled, its receipt as it stands.
    private func current(
        _ known: CommandOutcome, of claim: IdempotencyClaim
    ) throws -> PaymentOutcome {
        guard case .running = known,
            let call = try PartnerCallReader(connection).call(
                key: claim.key, credential: claim.credential)
        else { return PaymentOutcome(outcome: known, isSettled: true) }
        switch call.status {
        case .unknown, .returnDue:
            return PaymentOutcome(outcome: .done(try receiptJSON(call.serial)), isSettled: false)
        case .pending, .authorised, .posted, .declined, .reversed, .returned:
            return PaymentOutcome(outcome: known, isSettled: false)
        }
    }

    /// Records a payment's intent: pending transaction, pending cash, a running key.
    private func begin(
        _ order: BillOrder, claim: IdempotencyClaim
    ) throws -> StartedPartnerCall {
        let transaction = order.transaction
        precondition(transaction.kind.cashFlow == .takenIn, "only cash taken in can be suspended")
        guard transaction.product.partner.suspenseAccount != nil else {
            throw Self.unavailable(transaction.product.partner)
        }
        let postings = transaction.postings(catalogue)
        try checkCeiling(transaction.shift, postings)
        try keep(claim, outcome: "running", answer: [])
        let serial = try nextSerial()
        let pending = try journal.pend(
            NewEntry(
                kind: transaction.kind.entryKind, narrative: transaction.product.code,
                source: serial, postings: postings),
            expiresAt: nil, at: now
        ).id
        _ = try insert(transaction, serial: serial, status: .pending, entry: nil)
        try record(order, serial: serial)
        try connection.prepare(
            """
            INSERT INTO partner_call (serial, state, key, credential, biller_reference,
                pending_entry_id, asked_at)
            VALUES ($1, 'posting', $2, $3, $4, $5, $6)
            """
        ).run(
            .integer(serial), .text(claim.key), .integer(claim.credential),
            .text(order.billerReference), .integer(pending.number),
            .integer(now.millisecondsSinceEpoch))
        return StartedPartnerCall(
            serial: serial, partnerCode: transaction.product.partner.code,
            productCode: transaction.product.code,
            accountNumber: transaction.accountReference, amountFen: transaction.amountFen,
            billerReference: order.billerReference)
    }

    static func unavailable(_ partner: Partner) -> Refusal {
        Refusal(
            .partnerUnavailable,
            "\(partner.name) cannot be reached and nothing was booked; give the cash back and try "
                + "again later",
            zh: "无法连接\(partner.name)，未入账；请退还现金，稍后再试")
    }

    private static func refused(_ partner: Partner, reason: String) -> Refusal {
        Refusal(
            .partnerRefused,
            "\(partner.name) refused: \(told(reason)); give the cash back",
            zh: "\(partner.name)拒绝受理：\(told(reason))；请退还现金")
    }

    /// Records what was heard of a partner; what comes twice or too late changes nothing.
    ///
    /// - Returns: what the payment's key is told now.
    func record(_ news: PartnerCallNews, serial: Int64) throws -> PaymentOutcome {
        guard let call = try PartnerCallReader(connection).call(serial) else {
            preconditionFailure("no call \(serial) was begun")
        }
        guard let (next, action) = call.state.transition(on: news.event) else {
            if call.state.question != nil { try note(news, of: call, state: call.state) }
            return try answer(of: call.serial)
        }
        try carryOut(action, call, news)
        try note(news, of: call, state: next)
        return try answer(of: call.serial)
    }

    private func carryOut(
        _ action: PartnerCallAction, _ call: PartnerCall, _ news: PartnerCallNews
    ) throws {
        let partner = catalogue.product(call.product).partner
        let reference = Self.carried(news.reference)
        switch action {
        case .nothing: break
        case .post:
            let entry = try journal.postPending(call.pendingEntry, at: now)
            try setStatus(.posted, of: call.serial, reference: reference, entry: entry.id)
            try keepToken(news.token, of: call)
            try finish(call, .done(try receiptJSON(call.serial)))
        case .decline:
            _ = try journal.void(call.pendingEntry, narrative: "declined", at: now)
            try setStatus(.declined, of: call.serial)
            try releaseBill(of: call.serial)
            let isUnsent = news.event == .notSent
            let refusal =
                isUnsent ? Self.unavailable(partner) : Self.refused(partner, reason: news.reason)
            try finish(call, .refused(refusal))
        case .suspend:
            try suspend(call, partner)
            try setStatus(.unknown, of: call.serial)
        case .settle:
            try keepToken(news.token, of: call)
            let entry = try settle(call, partner)
            try setStatus(.posted, of: call.serial, reference: reference, entry: entry)
            try finish(call, .done(try receiptJSON(call.serial)))
        case .oweReturn:
            try setStatus(.returnDue, of: call.serial)
            try releaseBill(of: call.serial)
        }
    }

    private func finish(_ call: PartnerCall, _ outcome: CommandOutcome) throws {
        try finish(key: call.key, credential: call.credential, outcome)
    }

    private func keepToken(_ token: String, of call: PartnerCall) throws {
        guard !token.isEmpty else { return }
        try connection.prepare("UPDATE partner_call SET token = $1 WHERE serial = $2")
            .run(.text(token), .integer(call.serial))
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

    /// What the key of a call is told now.
    private func answer(of serial: Int64) throws -> PaymentOutcome {
        guard let call = try PartnerCallReader(connection).call(serial) else {
            preconditionFailure("the call was read in this command")
        }
        switch call.status {
        case .posted, .returned, .unknown, .returnDue:
            return PaymentOutcome(
                outcome: .done(try receiptJSON(serial)),
                isSettled: call.status == .posted || call.status == .returned)
        case .declined:
            let kept = try keptOutcome(key: call.key, credential: call.credential)
            return PaymentOutcome(outcome: kept ?? .running, isSettled: true)
        case .pending, .authorised, .reversed:
            return PaymentOutcome(outcome: .running, isSettled: false)
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
