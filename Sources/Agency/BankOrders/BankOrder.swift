import CivilTime
import Ledger
import PartnerAPI
import SQL

/// What an order to a bank adds to its transaction: a remittance or a transfer.
///
/// The numbers and the name themselves go to the bank and nowhere else.
struct BankOrder {
    /// Whose limit it counts against.
    let partyDigest: String
    let accountDigest: String
    let accountLastFour: String
    /// The payee's name with only its first character; empty for a transfer.
    let maskedPayeeName: String
}

extension AgencySession {
    /// Records the intent of an order: its transaction, its call to the bank, and its row.
    ///
    /// - Returns: the serial number, under which the bank is asked.
    /// - Throws: `Refusal` with `tillCeilingReached` when the till would hold more than it may.
    func begin(
        _ order: BankOrder, _ transaction: NewTransaction, claim: IdempotencyClaim
    ) throws -> Int64 {
        let serial = try beginCall(transaction, claim: claim)
        try connection.prepare(
            """
            INSERT INTO bank_order (serial, party_digest, account_digest, account_last_four,
                payee_name)
            VALUES ($1, $2, $3, $4, $5)
            """
        ).run(
            .integer(serial), .text(order.partyDigest), .text(order.accountDigest),
            .text(order.accountLastFour), .text(order.maskedPayeeName))
        return serial
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
    func restoreOrderDay(of call: PartnerCall) throws {
        try connection.prepare(
            """
            UPDATE bank_order_day SET ordered_fen = ordered_fen - $1
            WHERE business_date = $2 AND kind = $3
                AND party_digest = (SELECT party_digest FROM bank_order WHERE serial = $4)
            """
        ).run(
            .integer(call.amountFen), .integer(Int64(call.businessDate.daysSinceEpoch)),
            .text(call.kind.rawValue), .integer(call.serial))
    }
}

extension PartnerDesk {
    /// Sends cash to an account, once for each key; `completion` hears when the outcome is durable.
    ///
    /// - Throws: `WriterError` when the intent could not be queued; then nothing was begun.
    public func remit(
        _ request: RemittanceRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping Completion
    ) throws {
        try lead(completion) { try $0.startRemittance(request, claim: claim, by: principal) }
    }

    /// Moves money from a card to an account of the same customer, once for each key.
    ///
    /// - Throws: as `remit` does.
    public func transfer(
        _ request: TransferRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping Completion
    ) throws {
        try lead(completion) { try $0.startTransfer(request, claim: claim, by: principal) }
    }
}
