import CivilTime
import Ledger
import PartnerAPI
import SQL

/// What a partner is asked to do.
enum PartnerAct: String, CaseIterable, Sendable {
    /// To book the transaction under its own serial number.
    case post
    /// To take back what it booked under the original's serial number: a void.
    case undo
}

/// A call to a partner as the book holds it, with its transaction.
struct PartnerCall: Sendable {
    let serial: Int64
    let act: PartnerAct
    let state: PartnerCallState
    let status: TransactionStatus
    /// Whose answer it is; nothing for an item of a basket.
    let key: String?
    let credential: Int64?
    let kind: TransactionKind
    let shift: ID<Shift>
    let product: ID<Product>
    let contract: ID<Contract>
    let businessDate: BusinessDate
    let amountFen: Int64
    let commissionFen: Int64
    /// What it moves in the till, in fen; below zero when it pays out.
    let cashFen: Int64
    let pendingEntry: ID<JournalEntry>?
    let suspenseEntry: ID<JournalEntry>?
    let returnEntry: ID<JournalEntry>?
    let originalSerial: Int64?
    let basketSerial: Int64?
    /// Of the change of a ticket the refund of the old one, which stands and falls with it.
    let refundSerial: Int64?
    let reason: String

    /// Whether cash waits for the customer: of a payment that came to nothing, or of a correction
    /// that the partner confirmed late.
    var isReturnDue: Bool {
        status == .returnDue || status == .posted && cashFen < 0 && isSuspended
    }

    private var isSuspended: Bool { suspenseEntry != nil && returnEntry == nil }
}

/// What a partner is to be asked about a call that is open.
struct PartnerTask: Sendable {
    let serial: Int64
    let partnerCode: String
    let amountFen: Int64
    let question: PartnerQuestion
}

/// What a partner is asked about a serial that it may have booked.
enum PartnerQuestion: Sendable, Equatable {
    case query, reverse
    /// To take back an original, again.
    case undo(original: Int64)
}

extension PartnerCall {
    /// What to ask the partner next; nothing when the call is settled.
    var question: PartnerQuestion? {
        switch (act, state.question) {
        case (_, nil): nil
        case (.post, .query): .query
        case (.post, .reverse): .reverse
        // Nothing but the reversal's own answer tells what became of a reversal.
        case (.undo, .query), (.undo, .reverse): originalSerial.map { .undo(original: $0) }
        }
    }
}

/// What a connection can read of the calls to partners.
struct PartnerCallReader {
    private static let columns = """
        SELECT c.serial, c.act, c.state, x.status, c.key, c.credential, x.kind, x.shift_id,
            x.product_id, x.contract_id, x.business_date, x.amount_fen,
            x.commission_fen, c.cash_fen, c.pending_entry_id, c.suspense_entry_id,
            c.return_entry_id, x.original_serial, x.basket_serial, c.refund_serial,
            c.reason
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
        guard let act = PartnerAct(rawValue: row.text(1)),
            let state = PartnerCallState(rawValue: row.text(2)),
            let status = TransactionStatus(rawValue: row.text(3)),
            let kind = TransactionKind(rawValue: row.text(6))
        else { throw row.damage(2, expected: "a state, beside an act, a status and a kind") }
        self.init(
            serial: row.integer(0), act: act, state: state, status: status,
            key: row.optionalText(4), credential: row.optionalInteger(5), kind: kind,
            shift: ID(row.integer(7)), product: ID(row.integer(8)), contract: ID(row.integer(9)),
            businessDate: row.businessDate(10), amountFen: row.integer(11),
            commissionFen: row.integer(12), cashFen: row.integer(13),
            pendingEntry: row.optionalInteger(14).map { ID($0) },
            suspenseEntry: row.optionalInteger(15).map { ID($0) },
            returnEntry: row.optionalInteger(16).map { ID($0) },
            originalSerial: row.optionalInteger(17), basketSerial: row.optionalInteger(18),
            refundSerial: row.optionalInteger(19), reason: row.text(20))
    }
}

extension AgencySession {
    /// What is to be asked about a call; nothing when it is settled.
    func task(serial: Int64) throws -> PartnerTask? {
        try PartnerCallReader(connection).call(serial).flatMap { task(of: $0) }
    }

    func task(of call: PartnerCall) -> PartnerTask? {
        call.question.map {
            PartnerTask(
                serial: call.serial, partnerCode: catalogue.product(call.product).partner.code,
                amountFen: abs(call.amountFen), question: $0)
        }
    }
}

extension PartnerReversal {
    /// Takes back what a partner booked, for the counter voids it.
    static func void(of original: Int64, amountFen: Int64) -> PartnerReversal {
        PartnerReversal(
            serial: PartnerSerial(transaction: original), amountFen: amountFen,
            reason: "voided at the counter")
    }
}
