import CivilTime
import Ledger
import SQL
import Settlement

/// What moved between the agency and a partner over some dates, from balance to balance.
///
/// The balance is what the agency owes the partner; below zero the partner owes the agency.
public struct AccountStatement: Sendable {
    /// The most days of one statement.
    public static let maximumDays = 31
    /// The most lines of one statement.
    public static let maximumLines = 100_000

    /// What one date moved: the lines of its file, and payments.
    public struct Day: Sendable {
        public let date: BusinessDate
        public let fileName: String
        public let totals: [SettlementTotalRow]
        /// Money that settled cycles; no lines of the file.
        public let payments: [Payment]
    }

    /// A transfer that settled a cycle, as it was booked.
    public struct Payment: Sendable, Equatable {
        /// What it adds to the balance: below zero what was paid to the partner.
        public let amountFen: Int64
        /// What the transfer names, as `APS-WATER01-000001`.
        public let reference: String
        /// The bank's own number of its entry; empty where it gave none.
        public let bankReference: String
        /// The date under which the bank booked it.
        public let bookingDate: BusinessDate
    }

    public let partnerCode: String
    public let partnerName: String
    public let currency: String
    public let first: BusinessDate
    public let last: BusinessDate
    public let openingFen: Int64
    public let closingFen: Int64
    /// When its last date was closed: nothing in it has changed since.
    public let closedAt: Instant
    public let days: [Day]
    /// The files, for their lines.
    let files: [SettlementFileRow]

    /// How many lines the files hold.
    public var lineCount: Int64 { files.reduce(0) { $0 + ($1.detailCount ?? 0) } }

    /// Reads a statement; nothing while a file of its dates is not released.
    ///
    /// - Throws: `BookError.damaged` when lines and payments do not lead from balance to balance.
    public static func read(
        _ connection: Connection, partner: ID<Partner>, from first: BusinessDate,
        to last: BusinessDate
    ) throws -> AccountStatement? {
        let reader = LedgerReader(connection)
        let found = try connection.prepare(
            """
            SELECT code, name, payable_account_id, receivable_account_id FROM partner
            WHERE partner_id = $1
            """
        ).first(.integer(partner.number)) { row in
            (
                code: row.text(0), name: row.text(1),
                accounts: [ID<Account>(row.integer(2)), ID<Account>(row.integer(3))]
            )
        }
        let open = try reader.openDate()
        let files = try SettlementFileReader(connection)
            .files(partner: partner, from: first, to: last)
        guard let found, let open, last < open, files.allSatisfy({ $0.state == .released }),
            let closedAt = try closeTime(connection, upTo: last)
        else { return nil }
        func balance(_ date: BusinessDate) throws -> Int64 {
            try found.accounts.reduce(0) { sum, account in
                sum + (try reader.balance(of: account, asOf: date)).posted.balance(on: .credit)
            }
        }
        let (openingFen, closingFen) = (
            try balance(first.adding(days: -1)), try balance(last)
        )
        var reachedFen = openingFen
        let days = try files.map { file in
            let payments = try payments(connection, partner, on: file.date)
            reachedFen += payments.reduce(file.netFen ?? 0) { $0 + $1.amountFen }
            return Day(
                date: file.date, fileName: file.name,
                totals: try SettlementTotalReader(connection).totals(.out, file: file.id.number),
                payments: payments)
        }
        guard reachedFen == closingFen else {
            throw BookError.damaged(table: "account_day", field: "credits of \(found.code)")
        }
        return AccountStatement(
            partnerCode: found.code, partnerName: found.name,
            currency: try AgencyProfile.read(connection).currency.code, first: first,
            last: last, openingFen: openingFen, closingFen: closingFen, closedAt: closedAt,
            days: days, files: files)
    }

    /// When the last date of ours up to a date was closed; nothing before the book's first.
    private static func closeTime(
        _ connection: Connection, upTo date: BusinessDate
    ) throws -> Instant? {
        try connection.prepare(
            """
            SELECT sealed_at FROM business_date WHERE business_date <= $1 AND state = 'sealed'
            ORDER BY business_date DESC LIMIT 1
            """
        ).first(.integer(Int64(date.daysSinceEpoch))) {
            Instant(millisecondsSinceEpoch: $0.integer(0))
        }
    }

    /// What settled cycles with a partner on a date; a net of 0 moved no money.
    private static func payments(
        _ connection: Connection, _ partner: ID<Partner>, on date: BusinessDate
    ) throws -> [Payment] {
        try connection.prepare(
            """
            SELECT y.net_fen, i.reference, e.bank_reference, e.booking_date
            FROM settlement_payment y
            LEFT JOIN settlement_instruction i ON i.cycle_id = y.cycle_id
                AND i.state = 'confirmed'
            LEFT JOIN bank_statement_entry e ON e.instruction_id = i.instruction_id
            WHERE y.partner_id = $1 AND y.business_date = $2 AND y.net_fen <> 0
            ORDER BY y.entry_id
            """
        ).all(.integer(partner.number), .integer(Int64(date.daysSinceEpoch))) { row in
            guard let reference = row.optionalText(1), !row.isNull(3) else {
                throw row.damage(1, expected: "the instruction and the bank's entry of a payment")
            }
            return Payment(
                amountFen: -row.integer(0), reference: reference, bankReference: row.text(2),
                bookingDate: row.businessDate(3))
        }
    }
}
