import CivilTime
import Ledger
import SQL
import StrictJSON

/// How much cash a till may hold, from a date on.
public struct TillLimit: Sendable, Equatable {
    /// Above it the centre is warned, in fen.
    public let limitFen: Int64
    /// Above it no cash is taken, in fen; nothing for a till without such a bound.
    public let ceilingFen: Int64?

    public init(limitFen: Int64, ceilingFen: Int64?) {
        self.limitFen = limitFen
        self.ceilingFen = ceilingFen
    }

    /// What holds where the data files say nothing: a warning at 50,000 yuan, and no ceiling.
    static let initial = TillLimit(limitFen: 5_000_000, ceilingFen: nil)
}

/// Whose limit it is: the narrower one wins.
public enum TillLimitScope: Sendable, Equatable {
    case till(String)
    /// All stations of a tier.
    case tier(String)
    case agency
}

/// What a connection can read of the tills' limits.
public struct TillLimitReader {
    /// The most limits on one page.
    public static let maximumPageSize = 200

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The limit of a till on a date: its own, else its tier's, else the agency's.
    ///
    /// Of several that began the latest counts, and of those of one date the last recorded.
    func limit(of till: ID<Till>, tier: String, on date: BusinessDate) throws -> TillLimit? {
        try connection.prepare(
            """
            SELECT limit_fen, ceiling_fen FROM till_limit
            WHERE (till_id = $1 OR tier = $2 OR (till_id IS NULL AND tier IS NULL))
                AND valid_from <= $3
            ORDER BY till_id IS NULL, tier IS NULL, valid_from DESC, limit_id DESC LIMIT 1
            """
        ).first(.integer(till.number), .text(tier), .integer(Int64(date.daysSinceEpoch))) {
            TillLimit(limitFen: $0.integer(0), ceilingFen: $0.optionalInteger(1))
        }
    }

    /// Writes a page of the limits as a JSON array, oldest first; gives the cursor of the next.
    public func encodeLimits(
        after cursor: Int64, limit: Int, zone: ZoneOffset, to writer: inout JSONWriter
    ) throws -> Int64? {
        var last: Int64?
        var count = 0
        writer.beginArray()
        try connection.prepare(
            """
            SELECT l.limit_id, t.code, l.tier, l.valid_from, l.limit_fen, l.ceiling_fen, m.code,
                l.recorded_at
            FROM till_limit l LEFT JOIN till t ON t.till_id = l.till_id
            LEFT JOIN staff_member m ON m.staff_id = l.recorded_by
            WHERE l.limit_id > $1 ORDER BY l.limit_id LIMIT $2
            """
        ).forEach(.integer(cursor), .integer(Int64(limit))) { row in
            last = row.integer(0)
            count += 1
            writer.beginObject()
            writer.field("limit_id", String(row.integer(0)))
            writer.field("till_id", orNull: row.optionalText(1))
            writer.field("tier", orNull: row.optionalText(2))
            writer.field("valid_from", row.businessDate(3).description)
            writer.field("limit_fen", row.integer(4))
            writer.field("ceiling_fen", orNull: row.optionalInteger(5))
            writer.field("recorded_by", orNull: row.optionalText(6))
            writer.field(
                "recorded_at", zone.text(Instant(millisecondsSinceEpoch: row.integer(7))))
            writer.endObject()
        }
        writer.endArray()
        return count == limit ? last : nil
    }
}

extension AgencySession {
    /// Sets a limit from today or a later date on.
    ///
    /// - Returns: the limit as the bytes of a JSON object.
    /// - Throws: `Refusal` with `notPermitted`, `unknownTill`, `dateNotOpen`, `limitNotAllowed`.
    public func setTillLimit(
        _ limit: TillLimit, for scope: TillLimitScope, from date: BusinessDate,
        by principal: Principal
    ) throws -> [UInt8] {
        try checkMayWork(principal)
        let till = try checkedScope(scope, principal)
        let open = try journal.currentDate()
        guard date >= open else {
            throw Refusal(
                .dateNotOpen, "a limit begins on the open business date \(open) or later",
                zh: "限额生效日不得早于当前营业日 \(open)，请改日期", field: "/valid_from")
        }
        if let ceilingFen = limit.ceilingFen, ceilingFen < limit.limitFen {
            throw Refusal(
                .limitNotAllowed, "the ceiling is below the limit; raise it or leave it out",
                zh: "硬上限低于库存限额，请调高或不填", field: "/ceiling_fen")
        }
        var tier: String?
        if case .tier(let name) = scope { tier = name }
        let number = try insertTillLimit(
            limit, till: till, tier: tier, from: date, by: principal.staff)
        shifts.shiftsDidChange()
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("limit_id", String(number))
        writer.field("valid_from", date.description)
        writer.field("limit_fen", limit.limitFen)
        writer.field("ceiling_fen", orNull: limit.ceilingFen)
        writer.endObject()
        return writer.bytes
    }

    /// A supervisor sets the limits of tills below its centre, one by one; the rest is agency-wide.
    private func checkedScope(
        _ scope: TillLimitScope, _ principal: Principal
    ) throws -> ID<Till>? {
        guard case .till(let code) = scope else {
            guard principal.role == .administrator else {
                throw Refusal(
                    .notPermitted, "only an administrator sets the limits of a tier or of all",
                    zh: "只有管理员可设置档次或全机构限额")
            }
            return nil
        }
        let found = try connection.prepare("SELECT till_id, station_id FROM till WHERE code = $1")
            .first(.text(code)) { (ID<Till>($0.integer(0)), ID<Station>($0.integer(1))) }
        guard let (till, station) = found, try oversees(principal, station) else {
            throw Refusal(
                .unknownTill, "there is no such till below your centre",
                zh: "本中心辖内没有该尾箱，请核对编号", field: "/till_id")
        }
        return till
    }

    private func insertTillLimit(
        _ limit: TillLimit, till: ID<Till>?, tier: String?, from date: BusinessDate,
        by staff: ID<StaffMember>
    ) throws -> Int64 {
        let number = try connection.prepare(
            """
            INSERT INTO till_limit (till_id, tier, valid_from, limit_fen, ceiling_fen,
                recorded_by, recorded_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING limit_id
            """
        ).first(
            .integer(till?.number), .text(tier), .integer(Int64(date.daysSinceEpoch)),
            .integer(limit.limitFen), .integer(limit.ceilingFen), .integer(staff.number),
            .integer(now.millisecondsSinceEpoch)
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        return number
    }

    /// Refuses postings that would lift a till above its ceiling.
    ///
    /// - Throws: `Refusal` with `tillCeilingReached`.
    func checkCeiling(_ shift: Shift, _ postings: [Posting]) throws {
        guard shift.limit?.ceilingFen != nil else { return }
        for posting in postings
        where posting.account == shift.cashAccount && posting.side == .debit {
            try checkCeiling(shift, taking: posting.amount)
        }
    }

    /// Refuses cash that would lift a till above its ceiling.
    ///
    /// It costs a look at a balance in memory, and only for a till that has a ceiling.
    /// - Throws: `Refusal` with `tillCeilingReached`.
    func checkCeiling(_ shift: Shift, taking amountFen: Int64) throws {
        guard let ceilingFen = shift.limit?.ceilingFen else { return }
        let balance = try journal.balance(of: shift.cashAccount)
        // Pending cash lies in the till already while its partner is asked.
        let cash = (balance?.posted.balance(on: .debit) ?? 0) + (balance?.pending.debits ?? 0)
        guard amountFen <= ceilingFen - cash else {
            throw Refusal(
                .tillCeilingReached,
                "the till would hold more than it may; hand cash to the centre first "
                    + "(POST /v1/cash-transfers)",
                zh: "尾箱现金将超过上限，请先向中心上缴现金")
        }
    }
}
