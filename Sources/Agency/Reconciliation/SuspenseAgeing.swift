import CivilTime
import Ledger
import SQL
import StrictJSON

/// How long differences with partners have been waiting (挂账账龄).
public struct SuspenseAgeing {
    /// The first day of each band of ages.
    public static let bandStarts: [Int64] = [0, 8, 31, 91]

    /// The first day of the band that an age lies in, of which `$1` is the end.
    private static let band =
        "CASE"
        + bandStarts.reversed().map { " WHEN $1 - e.business_date >= \($0) THEN \($0)" }.joined()
        + " ELSE 0 END"

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Writes each partner's unresolved exceptions by age as a JSON object.
    ///
    /// - Parameter date: the open business date, to which ages are counted.
    public func encode(
        partner: ID<Partner>?, on date: BusinessDate, to writer: inout JSONWriter
    ) throws {
        writer.beginObject()
        writer.field("business_date", date.description)
        writer.key("lines")
        writer.beginArray()
        try connection.prepare(
            computed: """
                SELECT p.code, e.state, \(Self.band) AS band, count(*),
                    sum(CASE WHEN e.difference_fen > 0 THEN e.difference_fen ELSE 0 END),
                    sum(CASE WHEN e.difference_fen < 0 THEN e.difference_fen ELSE 0 END),
                    min(e.business_date)
                FROM settlement_exception e JOIN partner p ON p.partner_id = e.partner_id
                WHERE e.state <> 'resolved' AND ($2 IS NULL OR e.partner_id = $2)
                GROUP BY p.code, e.state, band ORDER BY p.code, e.state, band
                """
        ).forEach(.integer(Int64(date.daysSinceEpoch)), .integer(partner?.number)) { row in
            let start = row.integer(2)
            let next = Self.bandStarts.first { $0 > start }
            writer.beginObject()
            writer.field("partner_id", row.text(0))
            writer.field("state", row.text(1))
            writer.field("from_days", start)
            writer.field("to_days", orNull: next.map { $0 - 1 })
            writer.field("count", row.integer(3))
            // One never nets the other.
            writer.field("ours_more_fen", row.integer(4))
            writer.field("theirs_more_fen", -row.integer(5))
            writer.field("oldest_date", row.businessDate(6).description)
            writer.endObject()
        }
        writer.endArray()
        writer.key("suspense_accounts")
        writer.beginArray()
        for (id, code) in try PartnerReader(connection).all()
        where partner == nil || partner == id {
            let account = PartnerAccountPurpose.difference.code(partnerCode: code)
            let balanceFen = try connection.prepare(
                """
                SELECT b.credits - b.debits FROM ledger_account a
                JOIN account_balance b ON b.account_id = a.account_id WHERE a.code = $1
                """
            ).first(.text(account)) { $0.integer(0) }
            // It is opened when it is first needed.
            guard let balanceFen else { continue }
            writer.beginObject()
            writer.field("partner_id", code)
            writer.field("account", account)
            writer.field("balance_fen", balanceFen)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}
