import CivilTime
import Ledger
import PartnerAPI
import SQL

/// A call to a partner as the book holds it, with its transaction.
struct PartnerCall: Sendable {
    let serial: Int64
    let state: PartnerCallState
    let status: TransactionStatus
    let key: String
    let credential: Int64
    let billerReference: String
    let kind: TransactionKind
    let shift: ID<Shift>
    let product: ID<Product>
    let contract: ID<Contract>
    let accountReference: String
    let amountFen: Int64
    let feeFen: Int64
    let commissionFen: Int64
    let pendingEntry: ID<JournalEntry>
    let reason: String

    /// What the customer handed over, in fen.
    var cashFen: Int64 { amountFen + feeFen }
}

/// What a partner is to be asked about a serial.
struct PartnerTask: Sendable {
    let serial: Int64
    let partnerCode: String
    let amountFen: Int64
    let question: PartnerQuestion
}

/// What a connection can read of the calls to partners.
struct PartnerCallReader {
    private static let columns = """
        SELECT c.serial, c.state, x.status, c.key, c.credential, c.biller_reference, x.kind,
            x.shift_id, x.product_id, x.contract_id, x.account_reference, x.amount_fen, x.fee_fen,
            x.commission_fen, c.pending_entry_id, c.reason
        FROM partner_call c JOIN service_transaction x ON x.serial = c.serial
        """

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func call(_ serial: Int64) throws -> PartnerCall? {
        try connection.prepare(computed: Self.columns + " WHERE c.serial = $1")
            .first(.integer(serial), read: PartnerCall.init(row:))
    }

    /// The call that a key began.
    func call(key: String, credential: Int64) throws -> PartnerCall? {
        try connection.prepare(computed: Self.columns + " WHERE c.key = $1 AND c.credential = $2")
            .first(.text(key), .integer(credential), read: PartnerCall.init(row:))
    }

    /// The calls that are not final, in order of serial number.
    func open() throws -> [PartnerCall] {
        try connection.prepare(
            computed: Self.columns
                + " WHERE c.state IN ('posting', 'unknown', 'reversing', 'disputed')"
                + " ORDER BY c.serial"
        ).all(read: PartnerCall.init(row:))
    }
}

extension PartnerCall {
    fileprivate init(row: Row) throws {
        guard let state = PartnerCallState(rawValue: row.text(1)),
            let status = TransactionStatus(rawValue: row.text(2)),
            let kind = TransactionKind(rawValue: row.text(6))
        else { throw row.damage(1, expected: "a state, beside a status and a kind") }
        self.init(
            serial: row.integer(0), state: state, status: status, key: row.text(3),
            credential: row.integer(4), billerReference: row.text(5), kind: kind,
            shift: ID(row.integer(7)), product: ID(row.integer(8)), contract: ID(row.integer(9)),
            accountReference: row.text(10), amountFen: row.integer(11), feeFen: row.integer(12),
            commissionFen: row.integer(13), pendingEntry: ID(row.integer(14)),
            reason: row.text(15))
    }
}
