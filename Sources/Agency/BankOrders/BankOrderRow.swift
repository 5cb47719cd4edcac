import CivilTime
import Ledger
import SQL

/// How an order started.
public enum BankOrderStart: Sendable {
    /// It was answered before, refused, or is still running.
    case known(CommandOutcome)
    /// Its intent is durable: ask the bank now.
    case pending(PendingBankOrder)
}

/// What an order adds to its transaction.
struct BankOrderDetails {
    /// Whose limit it counts against.
    let partyDigest: String
    let accountDigest: String
    let accountLastFour: String
    /// The payee's name with only its first character; empty for a transfer.
    let maskedPayeeName: String
}

/// An order as the book holds it.
struct BankOrderRow {
    let serial: Int64
    let product: ID<Product>
    let kind: TransactionKind
    let status: TransactionStatus
    let businessDate: BusinessDate
    let amountFen: Int64
    let feeFen: Int64
    let partyDigest: String
    let key: String
    let credential: Int64
    let pendingEntry: ID<JournalEntry>?
    let takenEntry: ID<JournalEntry>?
    /// The account of the till that it was paid in at.
    let cashAccount: ID<Account>
    /// Whether the bank is to undo it: `none`, `due` or `confirmed`.
    let reversal: String

    /// The cash that the customer paid, in fen.
    var takenFen: Int64 {
        switch kind.cashFlow {
        case .takenIn: amountFen + feeFen
        case .none: feeFen
        case .paidOut: 0
        }
    }
}

extension AgencySession {
    func bankOrder(_ serial: Int64) throws -> BankOrderRow? {
        try connection.prepare(
            """
            SELECT x.product_id, x.kind, x.status, x.business_date, x.amount_fen, x.fee_fen,
                o.party_digest, o.key, o.credential, o.pending_entry_id, o.taken_entry_id,
                t.cash_account_id, o.reversal
            FROM bank_order o JOIN service_transaction x ON x.serial = o.serial
            JOIN shift h ON h.shift_id = x.shift_id JOIN till t ON t.till_id = h.till_id
            WHERE o.serial = $1
            """
        ).first(.integer(serial)) { row in
            guard let kind = TransactionKind(rawValue: row.text(1)),
                let status = TransactionStatus(rawValue: row.text(2))
            else { throw row.damage(2, expected: "a status, beside a kind") }
            return BankOrderRow(
                serial: serial, product: ID(row.integer(0)), kind: kind, status: status,
                businessDate: row.businessDate(3), amountFen: row.integer(4),
                feeFen: row.integer(5), partyDigest: row.text(6), key: row.text(7),
                credential: row.integer(8), pendingEntry: row.optionalInteger(9).map { ID($0) },
                takenEntry: row.optionalInteger(10).map { ID($0) },
                cashAccount: ID(row.integer(11)), reversal: row.text(12))
        }
    }

    /// Orders whose bank never answered as far as the book knows, in order of serial number.
    func ordersLeftPending() throws -> [Int64] {
        try connection.prepare(
            """
            SELECT serial FROM service_transaction
            WHERE status IN ('pending', 'authorised', 'unknown', 'return_due')
                AND +status = 'pending' AND kind IN ('remittance', 'transfer') ORDER BY +serial
            """
        ).all { $0.integer(0) }
    }

    /// Orders of which the bank must be asked, or told to undo them, by serial number.
    func ordersToResolve() throws -> [Int64] {
        try connection.prepare(
            """
            SELECT serial FROM service_transaction
            WHERE status IN ('pending', 'authorised', 'unknown', 'return_due')
                AND +status = 'unknown' AND kind IN ('remittance', 'transfer')
            UNION SELECT serial FROM bank_order WHERE reversal = 'due' ORDER BY serial
            """
        ).all { $0.integer(0) }
    }

    /// What is to be done about an order: ask, tell to undo, or nothing.
    func resolution(of serial: Int64) throws -> BankOrderResolution {
        guard let order = try bankOrder(serial) else { return .nothing }
        let product = catalogue.product(order.product)
        let pending = PendingBankOrder(
            serial: serial, partnerCode: product.partner.code, productCode: product.code,
            amountFen: order.amountFen)
        if order.reversal == "due" { return .reverse(pending) }
        return order.status == .unknown ? .query(pending) : .nothing
    }

    func insertBankOrder(
        _ details: BankOrderDetails, serial: Int64, claim: IdempotencyClaim,
        pendingEntry: ID<JournalEntry>?
    ) throws {
        try connection.prepare(
            """
            INSERT INTO bank_order (serial, party_digest, account_digest, account_last_four,
                payee_name, key, credential, pending_entry_id, reversal)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'none')
            """
        ).run(
            .integer(serial), .text(details.partyDigest), .text(details.accountDigest),
            .text(details.accountLastFour), .text(details.maskedPayeeName), .text(claim.key),
            .integer(claim.credential), .integer(pendingEntry?.number))
    }

    func markOrderReversal(_ state: String, of serial: Int64) throws {
        try connection.prepare(
            "UPDATE bank_order SET reversal = $1 WHERE serial = $2 AND reversal <> $1"
        ).run(.text(state), .integer(serial))
    }
}

/// What is to be done about an order.
enum BankOrderResolution: Sendable, Equatable {
    case query(PendingBankOrder)
    case reverse(PendingBankOrder)
    case nothing
}
