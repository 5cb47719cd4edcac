import CivilTime
import Ledger
import SQL

/// A transaction about to be written: the business row, its receipt number and its entry.
struct NewTransaction {
    let kind: TransactionKind
    let product: Product
    let shift: Shift
    let accountReference: String
    let amountFen: Int64
    let feeFen: Int64
    let commissionFen: Int64

    /// The postings of a collection: the customer pays cash, the partner is owed the rest.
    func collectionPostings(_ catalogue: Catalogue) -> [Posting] {
        let station = catalogue.accounts(of: shift.station)
        var postings: [Posting] = [.debit(shift.cashAccount, amountFen + feeFen)]
        let owed = amountFen - commissionFen
        // A minimum commission may exceed a very small amount; then the partner owes us.
        if owed > 0 { postings.append(.credit(product.partner.payableAccount, owed)) }
        if owed < 0 { postings.append(.debit(product.partner.payableAccount, -owed)) }
        if commissionFen > 0 { postings.append(.credit(station.commission, commissionFen)) }
        if feeFen > 0 { postings.append(.credit(station.fee, feeFen)) }
        return postings
    }

    /// The postings of a pay-out: cash leaves the till, the partner owes it and our commission.
    func payoutPostings(_ catalogue: Catalogue) -> [Posting] {
        let station = catalogue.accounts(of: shift.station)
        var postings: [Posting] = [
            .debit(product.partner.receivableAccount, amountFen + commissionFen),
            .credit(shift.cashAccount, amountFen),
        ]
        if commissionFen > 0 { postings.append(.credit(station.commission, commissionFen)) }
        return postings
    }
}

extension AgencySession {
    /// Posts a collection with its entry and gives its receipt.
    func postCollection(_ transaction: NewTransaction) throws -> Receipt {
        let serial = try nextSerial()
        let entry = try journal.post(
            NewEntry(
                kind: transaction.kind.entryKind, narrative: transaction.product.code,
                source: serial, postings: transaction.collectionPostings(catalogue)),
            at: now
        ).id
        return try insert(transaction, serial: serial, status: .posted, entry: entry)
    }

    /// Writes the business row and takes the station's next receipt number.
    func insert(
        _ transaction: NewTransaction, serial: Int64, status: TransactionStatus,
        entry: ID<JournalEntry>?
    ) throws -> Receipt {
        let date = try journal.currentDate()
        let number = try receiptCounters.next(transaction.shift.station, on: date, connection)
        try connection.prepare(
            """
            INSERT INTO service_transaction (serial, business_date, recorded_at, shift_id,
                product_id, kind, status, account_reference, partner_reference, amount_fen,
                fee_fen, commission_fen, receipt_number, entry_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $11, $12, $13)
            """
        ).run(
            .integer(serial), .integer(Int64(date.daysSinceEpoch)),
            .integer(now.millisecondsSinceEpoch), .integer(transaction.shift.id.number),
            .integer(transaction.product.id.number), .text(transaction.kind.rawValue),
            .text(status.rawValue), .text(transaction.accountReference),
            .integer(transaction.amountFen), .integer(transaction.feeFen),
            .integer(transaction.commissionFen), .integer(number), .integer(entry?.number))
        return Receipt(
            serial: serial,
            number: ReceiptNumber(
                stationCode: transaction.shift.stationCode, businessDate: date, number: number),
            kind: transaction.kind, status: status, recordedAt: now,
            operatorCode: transaction.shift.staffCode, tillCode: transaction.shift.tillCode,
            productCode: transaction.product.code, productName: transaction.product.name,
            accountReference: transaction.accountReference, partnerReference: "",
            amountFen: transaction.amountFen, feeFen: transaction.feeFen)
    }
}
