import CivilTime
import Ledger
import SQL

/// A withdrawal as the book holds it.
struct WithdrawalRow {
    let serial: Int64
    let shift: ID<Shift>
    let businessDate: BusinessDate
    let status: TransactionStatus
    let amountFen: Int64
    let cardDigest: String
    /// One of the month's withdrawals of a subsidy that cost no fee.
    let isFree: Bool
    let key: String
    let credential: Int64
    /// The entry that holds the cash until it is paid out or not.
    let pendingEntry: ID<JournalEntry>
}

extension AgencySession {
    func withdrawal(_ serial: Int64) throws -> WithdrawalRow? {
        try connection.prepare(
            """
            SELECT x.shift_id, x.business_date, x.status, x.amount_fen, w.card_digest,
                w.key, w.credential, w.pending_entry_id, w.is_free
            FROM withdrawal w JOIN service_transaction x ON x.serial = w.serial
            WHERE w.serial = $1
            """
        ).first(.integer(serial)) { row in
            guard let status = TransactionStatus(rawValue: row.text(2)) else {
                throw row.damage(2, expected: "a status")
            }
            return WithdrawalRow(
                serial: serial, shift: ID(row.integer(0)), businessDate: row.businessDate(1),
                status: status, amountFen: row.integer(3), cardDigest: row.text(4),
                isFree: row.integer(8) == 1, key: row.text(5), credential: row.integer(6),
                pendingEntry: ID(row.integer(7)))
        }
    }

    /// Serial numbers of withdrawals whose bank's answer was never recorded.
    func pendingWithdrawals() throws -> [Int64] {
        // The sign keeps SQLite on the small index of unfinished transactions.
        try connection.prepare(
            """
            SELECT serial FROM service_transaction
            WHERE final_date IS NULL AND status = 'pending' AND kind = 'withdrawal' ORDER BY +serial
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
                SELECT w.serial, p.code, x.amount_fen FROM withdrawal w
                JOIN service_transaction x ON x.serial = w.serial
                JOIN product d ON d.product_id = x.product_id
                JOIN partner p ON p.partner_id = d.partner_id
                WHERE w.reversal = 'due' \(rest)
                """
        ).all(values) {
            PendingWithdrawal(
                serial: $0.integer(0), partnerCode: $0.text(1), amountFen: $0.integer(2))
        }
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
                "the till holds too little cash for this amount; the bank was not asked; fetch cash "
                    + "or enter less",
                zh: "尾箱现金不足，尚未联系银行；请先调入现金或减少金额", field: "/amount_fen")
        }
    }
}
