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
        /// What was paid to the partner, below zero, or by it; no line of the file.
        public let paymentFen: Int64
    }

    public let partnerCode: String
    public let partnerName: String
    public let currency: String
    public let first: BusinessDate
    public let last: BusinessDate
    public let openingFen: Int64
    public let closingFen: Int64
    public let days: [Day]
    /// The files, for their lines.
    let files: [SettlementFileRow]

    /// How many lines the files hold.
    public var lineCount: Int64 { files.reduce(0) { $0 + ($1.detailCount ?? 0) } }

    /// Reads a statement; nothing while a file of its dates is not released.
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
        guard let found, let open, last < open, files.allSatisfy({ $0.state == .released })
        else { return nil }
        func balance(_ date: BusinessDate) throws -> Int64 {
            try found.accounts.reduce(0) { sum, account in
                sum + (try reader.balance(of: account, asOf: date)).posted.balance(on: .credit)
            }
        }
        let days = try files.map { file in
            let movedFen = try found.accounts.reduce(Int64(0)) { sum, account in
                sum
                    + (try reader.movement(of: account, on: file.date)).balance(on: .credit)
            }
            return Day(
                date: file.date, fileName: file.name,
                totals: try SettlementTotalReader(connection).totals(.out, file: file.id.number),
                paymentFen: movedFen - (file.netFen ?? 0))
        }
        return AccountStatement(
            partnerCode: found.code, partnerName: found.name,
            currency: try AgencyProfile.read(connection).currency.code, first: first,
            last: last, openingFen: try balance(first.adding(days: -1)),
            closingFen: try balance(last), days: days, files: files)
    }
}
