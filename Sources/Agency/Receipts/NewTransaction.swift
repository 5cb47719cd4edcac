import CivilTime
import Ledger
import SQL

/// A transaction about to be written: the business row, its receipt number and its entry.
///
/// One that undoes another has the same kind and contract, and its amounts negated.
struct NewTransaction {
    let kind: TransactionKind
    let product: Product
    let contract: Contract
    let shift: Shift
    let accountReference: String
    let amountFen: Int64
    let feeFen: Int64
    let commissionFen: Int64
    var partnerReference = ""
    var original: Receipt.Original?
    /// The basket's first serial number, and the receipt number that its items share.
    var basket: (serial: Int64, receiptNumber: Int64)?

    /// What it moves in the till, in fen; below zero when cash is paid out.
    var cashFen: Int64 { kind.cashFen(amountFen: amountFen, feeFen: feeFen) }

    /// What its entry posts: cash, what the partner is owed or owes, commission and fee.
    ///
    /// It is empty for a transfer that earns nothing.
    /// - Parameter cash: where its cash is, if not in the till.
    func postings(_ catalogue: Catalogue, cash: ID<Account>? = nil) -> [Posting] {
        let cash = cash ?? shift.cashAccount
        let station = catalogue.accounts(of: shift.station)
        let partner = product.partner
        // Debits positive. A minimum commission may exceed a very small amount; then a partner
        // whose bill was collected owes us.
        let legs: [(account: ID<Account>, fen: Int64)] =
            switch kind.cashFlow {
            case .takenIn:
                [
                    (cash, cashFen),
                    (partner.payableAccount, commissionFen - amountFen),
                ]
            case .paidOut:
                [
                    (partner.receivableAccount, amountFen + commissionFen),
                    (cash, cashFen),
                ]
            case .none:
                [
                    (partner.receivableAccount, commissionFen),
                    (cash, cashFen),
                ]
            }
        return (legs + [(station.commission, -commissionFen), (station.fee, -feeFen)])
            .compactMap { Posting($0, signedFen: $1) }
    }
}

extension Posting {
    /// A debit of a positive amount, a credit of a negative one, nothing for zero.
    init?(_ account: ID<Account>, signedFen: Int64) {
        guard signedFen != 0 else { return nil }
        self = signedFen > 0 ? .debit(account, signedFen) : .credit(account, -signedFen)
    }

    /// One posting for each account, in the order in which they first come; none where both sides
    /// are the same.
    static func summed(_ postings: [Posting]) -> [Posting] {
        var accounts: [ID<Account>] = []
        var sums: [ID<Account>: Int64] = [:]
        for posting in postings {
            if sums[posting.account] == nil { accounts.append(posting.account) }
            let fen =
                switch posting.side {
                case .debit: posting.amount
                case .credit: -posting.amount
                }
            sums[posting.account, default: 0] += fen
        }
        return accounts.compactMap { Posting($0, signedFen: sums[$0] ?? 0) }
    }
}

extension AgencySession {
    /// Posts a transaction with its entry and gives its receipt.
    ///
    /// - Throws: `Refusal` with `tillCeilingReached` when the till would hold more than it may,
    ///   `tillShortOfCash` when it takes more out of the till than is there.
    func post(_ transaction: NewTransaction) throws -> Receipt {
        let serial = try nextSerial()
        let postings = transaction.postings(catalogue)
        guard !postings.isEmpty else {
            return try insert(transaction, serial: serial, status: .posted, entry: nil)
        }
        try checkCeiling(transaction.shift, postings)
        do {
            let entry = try journal.post(
                NewEntry(
                    kind: transaction.kind.entryKind, narrative: transaction.product.code,
                    source: serial, postings: postings),
                at: now
            ).id
            return try insert(transaction, serial: serial, status: .posted, entry: entry)
        } catch LedgerError.limitExceeded {
            throw Self.tillShortOfCash
        }
    }

    static let tillShortOfCash = Refusal(
        .tillShortOfCash,
        "the till holds too little cash for this amount; pay out nothing and fetch cash first",
        zh: "尾箱现金不足；请勿付款，先调入现金", field: "/amount_fen")

    /// Writes the business row and takes the station's next receipt number.
    func insert(
        _ transaction: NewTransaction, serial: Int64, status: TransactionStatus,
        entry: ID<JournalEntry>?
    ) throws -> Receipt {
        let date = try journal.currentDate()
        let day = Int64(date.daysSinceEpoch)
        let number =
            try transaction.basket?.receiptNumber
            ?? receiptCounters.next(transaction.shift.station, on: date, connection)
        try connection.prepare(
            """
            INSERT INTO service_transaction (serial, business_date, recorded_at, shift_id,
                product_id, contract_id, kind, status, account_reference, partner_reference,
                amount_fen, fee_fen, commission_fen, receipt_number, entry_id, final_date,
                basket_serial, original_serial, original_item, correction)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                $18, $19, $20)
            """
        ).run {
            $0.add(serial)
            $0.add(day)
            $0.add(now.millisecondsSinceEpoch)
            $0.add(transaction.shift.id.number)
            $0.add(transaction.product.id.number)
            $0.add(transaction.contract.id.number)
            $0.add(transaction.kind.rawValue)
            $0.add(status.rawValue)
            $0.add(transaction.accountReference)
            $0.add(transaction.partnerReference)
            $0.add(transaction.amountFen)
            $0.add(transaction.feeFen)
            $0.add(transaction.commissionFen)
            $0.add(number)
            $0.add(entry?.number)
            $0.add(status.isFinal ? day : nil)
            $0.add(transaction.basket?.serial)
            $0.add(transaction.original?.serial)
            $0.add(transaction.original?.item)
            $0.add(transaction.original?.correction.rawValue)
        }
        return Receipt(
            serial: serial,
            number: ReceiptNumber(
                stationCode: transaction.shift.stationCode, businessDate: date, number: number),
            kind: transaction.kind, status: status, recordedAt: now,
            operatorCode: transaction.shift.staffCode, tillCode: transaction.shift.tillCode,
            productCode: transaction.product.code, productName: transaction.product.name,
            accountReference: transaction.accountReference,
            partnerReference: transaction.partnerReference, amountFen: transaction.amountFen,
            feeFen: transaction.feeFen, original: transaction.original,
            basketSerial: transaction.basket?.serial)
    }

    /// Moves an unfinished transaction to another status.
    ///
    /// What becomes final belongs to the open business date, which may be later than its own.
    func setStatus(
        _ status: TransactionStatus, of serial: Int64, reference: String? = nil,
        entry: ID<JournalEntry>? = nil
    ) throws {
        let finalDate = status.isFinal ? Int64(try journal.currentDate().daysSinceEpoch) : nil
        try connection.prepare(
            """
            UPDATE service_transaction SET status = $1,
                partner_reference = ifnull($2, partner_reference), entry_id = $3, final_date = $4
            WHERE serial = $5
            """
        ).run(
            .text(status.rawValue), .text(reference), .integer(entry?.number),
            .integer(finalDate), .integer(serial))
    }
}
