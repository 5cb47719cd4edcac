import CivilTime
import Cryptography
import Ledger
import SQL

/// Cash of orders that no bank has answered: in suspense until it is known whose it is.
extension AgencySession {
    /// The ledger's kind of an entry that takes cash into suspense.
    static let orderSuspended = EntryKind("order_suspended")
    /// The ledger's kind of an entry that pays it back out of a till.
    static let orderReturned = EntryKind("order_returned")

    /// The account that holds the cash of a bank's unanswered orders; opened when first needed.
    func orderSuspenseAccount(of partner: Partner) throws -> ID<Account> {
        guard let code = AccountCode("2241.\(partner.code).ORDERS") else {
            preconditionFailure("partner codes are parts of account codes")
        }
        if let account = try LedgerReader(connection).account(code) { return account.id }
        return try journal.openAccount(
            code: code, name: "suspense of orders to \(partner.name)", type: .liability,
            currency: profile.currency)
    }

    /// The bank did not answer: what the customer paid is in the till, and owed to one of two.
    func suspend(_ order: BankOrderRow) throws {
        if let pending = order.pendingEntry {
            _ = try journal.void(pending, narrative: "unanswered", at: now)
        }
        if order.takenFen > 0 {
            let suspense = try suspenseAccount(of: order)
            let taken = try journal.post(
                NewEntry(
                    kind: Self.orderSuspended, narrative: "unanswered", source: order.serial,
                    postings: [
                        .debit(order.cashAccount, order.takenFen),
                        .credit(suspense, order.takenFen),
                    ]), at: now)
            try connection.prepare("UPDATE bank_order SET taken_entry_id = $1 WHERE serial = $2")
                .run(.integer(taken.id.number), .integer(order.serial))
        }
        try setStatus(.unknown, of: order.serial)
    }

    /// The bank had booked: what the entry would have taken from the till comes out of suspense.
    func postFromSuspense(_ order: BankOrderRow, _ event: BankOrderEvent) throws {
        let entry = try order.pendingEntry.map { id in
            guard let pending = try journal.entry(id) else {
                throw BookError.damaged(table: "bank_order", field: "pending_entry_id")
            }
            let suspense = try suspenseAccount(of: order)
            let postings = pending.postings.map { posting -> Posting in
                guard posting.account == order.cashAccount else { return posting }
                return switch posting.side {
                case .debit: .debit(suspense, posting.amount)
                case .credit: .credit(suspense, posting.amount)
                }
            }
            return try journal.post(
                NewEntry(
                    kind: order.kind.entryKind, narrative: pending.narrative,
                    source: order.serial, postings: postings), at: now
            ).id
        }
        try setStatus(
            .posted, of: order.serial, reference: event.carriedReference, entry: entry)
    }

    /// The bank has not booked and will not: the cash is the customer's again.
    func giveBack(_ order: BankOrderRow, _ event: BankOrderEvent) throws {
        try setStatus(order.takenEntry == nil ? .reversed : .returnDue, of: order.serial)
        try restoreOrderDay(order)
    }

    /// Pays the cash of an order that came to nothing back from the caller's till.
    ///
    /// Refusals: `notSignedOn`, `unknownOrder`, `orderStillUnknown`, `returnNotDue`,
    /// `tillShortOfCash`.
    public func returnOrderCash(
        serial: Int64, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let order = try orderToReturn(serial, at: shift)
            let suspense = try suspenseAccount(of: order)
            let entry: PostedEntry
            do {
                entry = try journal.post(
                    NewEntry(
                        kind: Self.orderReturned, narrative: "cash returned", source: serial,
                        postings: [
                            .debit(suspense, order.takenFen),
                            .credit(shift.cashAccount, order.takenFen),
                        ]), at: now)
            } catch LedgerError.limitExceeded {
                throw Self.tillShortOfCash
            }
            try setStatus(.returned, of: serial)
            try connection.prepare(
                """
                UPDATE bank_order SET returned_entry_id = $1, returned_shift_id = $2
                WHERE serial = $3
                """
            ).run(
                .integer(entry.id.number), .integer(shift.id.number), .integer(serial))
            return try receiptJSON(serial)
        }
    }

    private func orderToReturn(_ serial: Int64, at shift: Shift) throws -> BankOrderRow {
        let isOfStation =
            try connection.prepare(
                """
                SELECT 1 FROM service_transaction x JOIN shift h ON h.shift_id = x.shift_id
                JOIN till t ON t.till_id = h.till_id
                WHERE x.serial = $1 AND t.station_id = $2
                """
            ).first(.integer(serial), .integer(shift.station.number)) { _ in true } ?? false
        guard isOfStation, let order = try bankOrder(serial) else {
            throw Refusal(
                .unknownOrder,
                "this station has no such remittance or transfer; compare the serial number",
                zh: "本网点没有此笔汇款或转账；请核对流水号")
        }
        guard order.status != .unknown, order.status != .pending else {
            throw Refusal(
                .orderStillUnknown,
                "the bank has not said yet what became of it; return no cash and ask again later "
                    + "with a new key",
                zh: "银行尚未答复结果；请勿退款，稍后重新查询")
        }
        guard order.status == .returnDue else {
            throw Refusal(
                .returnNotDue,
                "it is \(order.status.rawValue), and no cash is to be returned; look at its receipt",
                zh: "此笔业务没有应退现金；请勿退款，请查看凭条")
        }
        return order
    }

    private func suspenseAccount(of order: BankOrderRow) throws -> ID<Account> {
        try orderSuspenseAccount(of: catalogue.product(order.product).partner)
    }
}

/// What customers ordered on a date, counted over all stations against their limit.
extension AgencySession {
    /// Adds to what a customer ordered, and gives the sum of the date, in fen.
    func takeOrderDay(
        _ kind: TransactionKind, party digest: String, amountFen: Int64, on date: BusinessDate
    ) throws -> Int64 {
        try connection.prepare(
            """
            INSERT INTO bank_order_day (business_date, kind, party_digest, ordered_fen)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (business_date, kind, party_digest) DO UPDATE SET
                ordered_fen = bank_order_day.ordered_fen + excluded.ordered_fen
            RETURNING ordered_fen
            """
        ).first(
            .integer(Int64(date.daysSinceEpoch)), .text(kind.rawValue), .text(digest),
            .integer(amountFen)
        ) { $0.integer(0) } ?? 0
    }

    /// What a customer has ordered on a date, in fen.
    func orderedFen(
        _ kind: TransactionKind, party digest: String, on date: BusinessDate
    ) throws -> Int64 {
        try connection.prepare(
            """
            SELECT ordered_fen FROM bank_order_day
            WHERE business_date = $1 AND kind = $2 AND party_digest = $3
            """
        ).first(
            .integer(Int64(date.daysSinceEpoch)), .text(kind.rawValue), .text(digest)
        ) { $0.integer(0) } ?? 0
    }

    /// Gives back what an order that came to nothing had taken of its date's limit.
    func restoreOrderDay(_ order: BankOrderRow) throws {
        try connection.prepare(
            """
            UPDATE bank_order_day SET ordered_fen = ordered_fen - $1
            WHERE business_date = $2 AND kind = $3 AND party_digest = $4
            """
        ).run(
            .integer(order.amountFen), .integer(Int64(order.businessDate.daysSinceEpoch)),
            .text(order.kind.rawValue), .text(order.partyDigest))
    }
}
