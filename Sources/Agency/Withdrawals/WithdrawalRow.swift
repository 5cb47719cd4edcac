import CivilTime
import Ledger
import SQL

/// A withdrawal as the book holds it.
struct WithdrawalRow {
    let serial: Int64
    let shift: ID<Shift>
    let product: ID<Product>
    let businessDate: BusinessDate
    let status: TransactionStatus
    let amountFen: Int64
    let commissionFen: Int64
    let cardDigest: String
    let key: String
    let credential: Int64
    /// The entry that holds the cash until it is paid out or not.
    let pendingEntry: ID<JournalEntry>
}

extension AgencySession {
    func withdrawal(_ serial: Int64) throws -> WithdrawalRow? {
        try connection.prepare(
            """
            SELECT x.shift_id, x.product_id, x.business_date, x.status, x.amount_fen,
                x.commission_fen, w.card_digest, w.key, w.credential, w.pending_entry_id
            FROM withdrawal w JOIN service_transaction x ON x.serial = w.serial
            WHERE w.serial = $1
            """
        ).first(.integer(serial)) { row in
            guard let status = TransactionStatus(rawValue: row.text(3)) else {
                throw row.damage(3, expected: "a status")
            }
            return WithdrawalRow(
                serial: serial, shift: ID(row.integer(0)), product: ID(row.integer(1)),
                businessDate: row.businessDate(2), status: status, amountFen: row.integer(4),
                commissionFen: row.integer(5), cardDigest: row.text(6), key: row.text(7),
                credential: row.integer(8), pendingEntry: ID(row.integer(9)))
        }
    }

    /// Serial numbers of withdrawals whose bank's answer was never recorded.
    func pendingWithdrawals() throws -> [Int64] {
        // The signs keep SQLite on the small index of unfinished transactions.
        try connection.prepare(
            """
            SELECT serial FROM service_transaction
            WHERE status IN ('pending', 'authorised') AND +status = 'pending' ORDER BY +serial
            """
        ).all { $0.integer(0) }
    }

    /// Withdrawals whose reversal the bank has not confirmed, in order of serial number.
    func dueReversals() throws -> [PendingWithdrawal] {
        try dueReversals("ORDER BY w.serial", [])
    }

    /// The withdrawal with a serial number, if its reversal is due.
    func dueReversal(of serial: Int64) throws -> PendingWithdrawal? {
        try dueReversals("AND w.serial = $1", [.integer(serial)]).first
    }

    private func dueReversals(
        _ rest: String, _ values: [SQLValue]
    ) throws -> [PendingWithdrawal] {
        try connection.prepare(
            computed: """
                SELECT w.serial, p.code FROM withdrawal w
                JOIN service_transaction x ON x.serial = w.serial
                JOIN product d ON d.product_id = x.product_id
                JOIN partner p ON p.partner_id = d.partner_id
                WHERE w.reversal = 'due' \(rest)
                """
        ).all(values) { PendingWithdrawal(serial: $0.integer(0), partnerCode: $0.text(1)) }
    }

    func markReversal(_ state: String, of serial: Int64) throws {
        try connection.prepare(
            "UPDATE withdrawal SET reversal = $1 WHERE serial = $2 AND reversal <> $1"
        )
        .run(.text(state), .integer(serial))
    }

    /// Records the pay-out as pending, so that the till's cash cannot be promised twice.
    ///
    /// - Throws: `Refusal` with `tillShortOfCash` when the till, less what is pending, is short.
    func pendPayout(_ transaction: NewTransaction, serial: Int64) throws -> ID<JournalEntry> {
        do {
            return try journal.pend(
                NewEntry(
                    kind: transaction.kind.entryKind, narrative: transaction.product.code,
                    source: serial, postings: transaction.postings(catalogue)),
                expiresAt: nil, at: now
            ).id
        } catch LedgerError.limitExceeded {
            throw Refusal(
                .tillShortOfCash,
                "the till holds too little cash for this amount; the bank was not asked",
                field: "/amount_fen")
        }
    }

    /// - Throws: `Refusal` with `cardLimitExceeded`.
    func takeAllowance(
        _ amountFen: Int64, card digest: String, contract: Contract, on date: BusinessDate
    ) throws {
        let withdrawn = try connection.prepare(
            """
            INSERT INTO card_day (business_date, card_digest, withdrawn_fen) VALUES ($1, $2, $3)
            ON CONFLICT (business_date, card_digest) DO UPDATE SET
                withdrawn_fen = card_day.withdrawn_fen + excluded.withdrawn_fen
            RETURNING withdrawn_fen
            """
        ).first(.integer(Int64(date.daysSinceEpoch)), .text(digest), .integer(amountFen)) {
            $0.integer(0)
        }
        let limitFen = contract.terms[.dailyCardLimitFen]
        guard let withdrawn, withdrawn <= limitFen else {
            throw Refusal(
                .cardLimitExceeded,
                "the card may withdraw \(limitFen) fen a day over all stations; "
                    + "pay out no cash",
                field: "/amount_fen")
        }
    }

    func restoreAllowance(of withdrawal: WithdrawalRow) throws {
        try connection.prepare(
            """
            UPDATE card_day SET withdrawn_fen = withdrawn_fen - $1
            WHERE business_date = $2 AND card_digest = $3
            """
        ).run(
            .integer(withdrawal.amountFen),
            .integer(Int64(withdrawal.businessDate.daysSinceEpoch)),
            .text(withdrawal.cardDigest))
    }
}
