import CivilTime
import Ledger
import SQL
import StrictJSON

/// A difference between our book and a partner's file that stays until it is explained or settled.
///
///     open ──▶ resolved      cleared: its counterpart came in a later file
///       │  └─▶ resolved      continued: its counterpart came, and differs
///       │  └─▶ resolved      offset or write_off, agreed by two people
///       └────▶ suspended ──▶ resolved      offset or write_off, agreed by two people
///
/// A suspended one is booked as the partner has it; what it differs by lies in an account of its own.
public struct SettlementException: Sendable, Equatable {
    public enum State: String, CaseIterable, Sendable {
        case open, suspended, resolved
    }

    public let id: ID<SettlementException>
    public let partner: ID<Partner>
    public let partnerCode: String
    public let date: BusinessDate
    public let exceptionClass: ExceptionClass
    public let basis: String?
    /// What it adds to ours less theirs, in fen.
    public let differenceFen: Int64
    let ours: ExceptionLine?
    let theirs: ExceptionLine?
    public let serial: String
    public let explanation: String
    public let state: State
    public let resolution: String?
    public let openedAt: Instant
    public let resolvedAt: Instant?
    public let ownerCode: String?
    /// The number of the proposal that waits for a second person.
    public let proposal: Int64?

    /// - Parameter today: the open business date, for the age.
    public func encode(to writer: inout JSONWriter, zone: ZoneOffset, on today: BusinessDate) {
        writer.beginObject()
        encodeMembers(to: &writer, zone: zone, on: today)
        writer.endObject()
    }

    func encodeMembers(to writer: inout JSONWriter, zone: ZoneOffset, on today: BusinessDate) {
        writer.field("exception_id", String(id.number))
        writer.field("partner_id", partnerCode)
        writer.field("business_date", date.description)
        writer.field("class", exceptionClass.rawValue)
        writer.field("found_by", orNull: basis)
        writer.field("difference_fen", differenceFen)
        writer.field("serial", serial)
        for (name, line) in [("ours", ours), ("theirs", theirs)] {
            writer.key(escaping: name)
            if let line {
                line.encode(to: &writer, zone: zone)
            } else {
                writer.null()
            }
        }
        writer.field("explanation", explanation)
        writer.field("state", state.rawValue)
        writer.field("resolution", orNull: resolution)
        writer.field("owner_id", orNull: ownerCode)
        writer.field("proposal_id", orNull: proposal.map { String($0) })
        writer.field("opened_at", zone.text(openedAt))
        writer.field("resolved_at", orNull: resolvedAt.map { zone.text($0) })
        writer.field(
            "age_days",
            orNull: state == .resolved ? nil : Int64(today.daysSinceEpoch - date.daysSinceEpoch))
    }
}

/// Which exceptions are asked for.
public struct ExceptionFilter: Sendable {
    public var partner: ID<Partner>?
    public var state: SettlementException.State?
    public var exceptionClass: ExceptionClass?
    public var date: BusinessDate?
    public var owner: String?

    public init(
        partner: ID<Partner>?, state: SettlementException.State? = nil,
        exceptionClass: ExceptionClass? = nil, date: BusinessDate? = nil, owner: String? = nil
    ) {
        self.partner = partner
        self.state = state
        self.exceptionClass = exceptionClass
        self.date = date
        self.owner = owner
    }
}

/// What a connection can read of the exceptions.
public struct SettlementExceptionReader {
    /// The most exceptions on one page.
    public static let maximumPageSize = 200

    static let columns = """
        SELECT e.exception_id, e.partner_id, p.code, e.business_date, e.class, e.basis,
            e.difference_fen, e.ours, e.theirs, e.serial, e.explanation, e.state, e.resolution,
            e.opened_at, e.resolved_at, m.code,
            (SELECT i.resolution_id FROM settlement_resolution_item i
                JOIN settlement_resolution r ON r.resolution_id = i.resolution_id
                WHERE i.exception_id = e.exception_id AND r.state = 'proposed')
        FROM settlement_exception e JOIN partner p ON p.partner_id = e.partner_id
        LEFT JOIN staff_member m ON m.staff_id = e.owner_id
        """

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// An exception by its number; nothing for one of another partner.
    ///
    /// - Parameter partner: whose it must be; nothing for any.
    public func exception(_ number: Int64, of partner: ID<Partner>?) throws -> SettlementException?
    {
        try connection.prepare(
            computed: Self.columns
                + " WHERE e.exception_id = $1 AND ($2 IS NULL OR e.partner_id = $2)"
        ).first(
            .integer(number), .integer(partner?.number), read: SettlementException.init(row:))
    }

    /// Exceptions after a number, oldest first.
    public func exceptions(
        _ filter: ExceptionFilter, after cursor: Int64, limit: Int
    ) throws -> [SettlementException] {
        try connection.prepare(
            computed: Self.columns + Self.condition(filter)
        ).all(
            .integer(cursor), .integer(filter.partner?.number), .text(filter.state?.rawValue),
            .text(filter.exceptionClass?.rawValue),
            .integer((filter.date?.daysSinceEpoch).map { Int64($0) }), .text(filter.owner),
            .integer(Int64(min(limit, Self.maximumPageSize))),
            read: SettlementException.init(row:))
    }

    /// What a filter asks of the rows, as a statement that finds the unresolved ones by their index.
    static func condition(_ filter: ExceptionFilter) -> String {
        let state =
            switch filter.state {
            case nil: "$3 IS NULL"
            case .open, .suspended: "e.state = $3 AND e.state <> 'resolved'"
            case .resolved: "e.state = $3"
            }
        return """

            WHERE e.exception_id > $1
                AND \(filter.partner == nil ? "$2 IS NULL" : "e.partner_id = $2")
                AND \(state) AND ($4 IS NULL OR e.class = $4)
                AND ($5 IS NULL OR e.business_date = $5) AND ($6 IS NULL OR m.code = $6)
            ORDER BY e.exception_id LIMIT $7
            """
    }

    /// Writes an exception with its history as a JSON object.
    public func encode(
        _ exception: SettlementException, zone: ZoneOffset, on today: BusinessDate,
        to writer: inout JSONWriter
    ) throws {
        writer.beginObject()
        exception.encodeMembers(to: &writer, zone: zone, on: today)
        writer.key("history")
        writer.beginArray()
        try connection.prepare(
            """
            SELECT v.event, m.code, v.recorded_at, v.text FROM exception_event v
            LEFT JOIN staff_member m ON m.staff_id = v.staff_id
            WHERE v.exception_id = $1 ORDER BY v.event_id
            """
        ).forEach(.integer(exception.id.number)) { row in
            writer.beginObject()
            writer.field("event", row.text(0))
            writer.field("by", orNull: row.optionalText(1))
            writer.field("at", zone.text(Instant(millisecondsSinceEpoch: row.integer(2))))
            writer.field("text", row.text(3))
            writer.endObject()
        }
        writer.endArray()
        writer.key("adjustments")
        writer.beginArray()
        try connection.prepare(
            """
            SELECT a.adjustment_id, a.business_date, a.amount_fen, a.moves_partner, a.entry_id
            FROM settlement_adjustment a WHERE a.exception_id = $1 ORDER BY a.adjustment_id
            """
        ).forEach(.integer(exception.id.number)) { row in
            writer.beginObject()
            writer.field("serial", "ADJ\(row.integer(0))")
            writer.field("business_date", row.businessDate(1).description)
            writer.field("amount_fen", row.integer(2))
            writer.field("is_in_settlement_file", row.integer(3) == 1)
            writer.field("entry_id", String(row.integer(4)))
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

extension SettlementException {
    fileprivate init(row: Row) throws {
        guard let exceptionClass = ExceptionClass(rawValue: row.text(4)) else {
            throw row.damage(4, expected: "a class")
        }
        guard let state = State(rawValue: row.text(11)) else {
            throw row.damage(11, expected: "a state")
        }
        self.init(
            id: ID(row.integer(0)), partner: ID(row.integer(1)), partnerCode: row.text(2),
            date: row.businessDate(3), exceptionClass: exceptionClass,
            basis: row.optionalText(5), differenceFen: row.integer(6),
            ours: try row.optionalText(7).map { try ExceptionLine(json: $0) },
            theirs: try row.optionalText(8).map { try ExceptionLine(json: $0) },
            serial: row.text(9), explanation: row.text(10), state: state,
            resolution: row.optionalText(12),
            openedAt: Instant(millisecondsSinceEpoch: row.integer(13)),
            resolvedAt: row.optionalInteger(14).map { Instant(millisecondsSinceEpoch: $0) },
            ownerCode: row.optionalText(15), proposal: row.optionalInteger(16))
    }
}
