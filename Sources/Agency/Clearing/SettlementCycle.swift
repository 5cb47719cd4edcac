import CivilTime
import Ledger
import SQL
import StrictJSON

/// The dates whose money one partner and the agency settle by one transfer.
///
///     open ──▶ due                    every date is closed, every file released: the net is fixed
///     due ──▶ instructed ──▶ settled  two people ordered the transfer; the bank booked it
///     due ──▶ settled                 nothing is to be paid
public struct SettlementCycle: Sendable, Equatable {
    public enum State: String, CaseIterable, Sendable {
        case open, due, instructed, settled
    }

    public let id: ID<SettlementCycle>
    public let partner: ID<Partner>
    public let partnerCode: String
    public let number: Int64
    public let length: SettlementCycleLength
    public let from: BusinessDate
    public let to: BusinessDate
    public let state: State
    /// What the dates added to the payable account; nothing while open.
    public let payableFen: Int64?
    /// What they added to the receivable account.
    public let receivableFen: Int64?
    /// Payable less receivable: above 0 the agency pays the partner, below 0 the partner pays.
    public let netFen: Int64?

    /// Writes the cycle's own members into an open object.
    func encodeMembers(to writer: inout JSONWriter) {
        writer.field("cycle_id", String(id.number))
        writer.field("partner_id", partnerCode)
        writer.field("number", number)
        writer.field("length", length.rawValue)
        writer.field("from_date", from.description)
        writer.field("to_date", to.description)
        writer.field("state", state.rawValue)
        writer.field("payable_fen", orNull: payableFen)
        writer.field("receivable_fen", orNull: receivableFen)
        writer.field("net_fen", orNull: netFen)
    }
}

extension SettlementCycleLength {
    /// The last date of the cycle that a date lies in, by the calendar.
    func end(of date: BusinessDate) -> BusinessDate {
        switch self {
        case .daily: return date
        case .weekly: return date.adding(days: 6 - Int(TripCalendar.weekday(of: date)))
        case .monthly:
            let (year, month, _) = date.parts
            let next = BusinessDate(
                year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
            // The calendar ends with its last year.
            return next?.adding(days: -1) ?? date
        }
    }
}

/// What a connection can read of the settlement cycles.
public struct SettlementCycleReader {
    /// The most cycles on one page.
    public static let maximumPageSize = 200

    private static let columns = """
        SELECT c.cycle_id, c.partner_id, p.code, c.number, c.length, c.from_date, c.to_date,
            c.state, c.payable_fen, c.receivable_fen, c.net_fen
        FROM settlement_cycle c JOIN partner p ON p.partner_id = c.partner_id
        """

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Cycles after a cycle's number in the book, oldest first.
    ///
    /// - Parameter date: only those that this date lies in.
    public func cycles(
        partner: ID<Partner>?, state: SettlementCycle.State?, date: BusinessDate?,
        after cursor: Int64, limit: Int
    ) throws -> [SettlementCycle] {
        try connection.prepare(
            computed: Self.columns + """

                WHERE c.cycle_id > $1 AND ($2 IS NULL OR c.partner_id = $2)
                    AND ($3 IS NULL OR c.state = $3)
                    AND ($4 IS NULL OR $4 BETWEEN c.from_date AND c.to_date)
                ORDER BY c.cycle_id LIMIT $5
                """
        ).all(
            .integer(cursor), .integer(partner?.number), .text(state?.rawValue),
            .integer(date.map { Int64($0.daysSinceEpoch) }),
            .integer(Int64(min(limit, Self.maximumPageSize))),
            read: SettlementCycle.init(row:))
    }

    public func cycle(_ id: ID<SettlementCycle>) throws -> SettlementCycle? {
        try connection.prepare(computed: Self.columns + " WHERE c.cycle_id = $1")
            .first(.integer(id.number), read: SettlementCycle.init(row:))
    }

    /// A partner's newest cycle, which alone may take further dates.
    func newest(of partner: ID<Partner>) throws -> SettlementCycle? {
        try connection.prepare(
            computed: Self.columns + " WHERE c.partner_id = $1 ORDER BY c.number DESC LIMIT 1"
        ).first(.integer(partner.number), read: SettlementCycle.init(row:))
    }

    /// Open cycles of a partner that no date can join any more, with all their files released.
    func finished(of partner: ID<Partner>, before open: BusinessDate) throws -> [SettlementCycle] {
        try connection.prepare(
            computed: Self.columns + """

                WHERE c.partner_id = $1 AND c.state = 'open' AND c.state <> 'settled'
                    AND c.to_date < $2
                    AND NOT EXISTS (SELECT 1 FROM settlement_file f
                        WHERE f.partner_id = c.partner_id AND f.state = 'assigned'
                        AND f.business_date BETWEEN c.from_date AND c.to_date)
                ORDER BY c.number
                """
        ).all(
            .integer(partner.number), .integer(Int64(open.daysSinceEpoch)),
            read: SettlementCycle.init(row:))
    }

    /// What a cycle's dates added to a partner's accounts, without payments of earlier cycles.
    func moved(in cycle: SettlementCycle) throws -> (payableFen: Int64, receivableFen: Int64) {
        try connection.prepare(
            """
            SELECT ifnull((SELECT sum(d.credits - d.debits) FROM account_day d
                    WHERE d.account_id = p.payable_account_id
                    AND d.business_date BETWEEN $1 AND $2), 0)
                + ifnull((SELECT sum(y.payable_fen) FROM settlement_payment y
                    WHERE y.partner_id = $3 AND y.business_date BETWEEN $1 AND $2), 0),
                ifnull((SELECT sum(d.debits - d.credits) FROM account_day d
                    WHERE d.account_id = p.receivable_account_id
                    AND d.business_date BETWEEN $1 AND $2), 0)
                + ifnull((SELECT sum(y.receivable_fen) FROM settlement_payment y
                    WHERE y.partner_id = $3 AND y.business_date BETWEEN $1 AND $2), 0)
            FROM partner p WHERE p.partner_id = $3
            """
        ).first(
            .integer(Int64(cycle.from.daysSinceEpoch)), .integer(Int64(cycle.to.daysSinceEpoch)),
            .integer(cycle.partner.number)
        ) { ($0.integer(0), $0.integer(1)) } ?? (0, 0)
    }

    /// What settled earlier cycles with a partner on a date, as its accounts lack it.
    func paidFen(to partner: ID<Partner>, on date: BusinessDate) throws -> Int64 {
        try connection.prepare(
            """
            SELECT ifnull(sum(net_fen), 0) FROM settlement_payment
            WHERE partner_id = $1 AND business_date = $2
            """
        ).first(.integer(partner.number), .integer(Int64(date.daysSinceEpoch))) {
            $0.integer(0)
        } ?? 0
    }
}

extension SettlementCycle {
    fileprivate init(row: Row) throws {
        guard let length = SettlementCycleLength(rawValue: row.text(4)) else {
            throw row.damage(4, expected: "a cycle's length")
        }
        guard let state = State(rawValue: row.text(7)) else {
            throw row.damage(7, expected: "a cycle's state")
        }
        self.init(
            id: ID(row.integer(0)), partner: ID(row.integer(1)), partnerCode: row.text(2),
            number: row.integer(3), length: length, from: row.businessDate(5),
            to: row.businessDate(6), state: state, payableFen: row.optionalInteger(8),
            receivableFen: row.optionalInteger(9), netFen: row.optionalInteger(10))
    }
}
