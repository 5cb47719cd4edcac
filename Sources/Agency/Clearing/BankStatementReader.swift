import CivilTime
import Ledger
import SQL
import StrictJSON

/// What a connection can read of statements and their entries.
public struct BankStatementReader {
    /// The most statements, and entries, on one page.
    public static let maximumPageSize = 200

    private let connection: Connection
    private let zone: ZoneOffset

    public init(_ connection: Connection, zone: ZoneOffset) {
        self.connection = connection
        self.zone = zone
    }

    /// Writes a page of statements as a JSON array, oldest first; gives the cursor of the next.
    public func encodeStatements(
        after cursor: Int64, limit: Int, to writer: inout JSONWriter
    ) throws -> Int64? {
        var (count, last) = (0, cursor)
        writer.beginArray()
        try connection.prepare(
            computed: Self.statementColumns + """

                WHERE s.statement_id > $1 ORDER BY s.statement_id LIMIT $2
                """
        ).forEach(.integer(cursor), .integer(Int64(limit))) { row in
            (count, last) = (count + 1, row.integer(0))
            encodeStatement(row, to: &writer)
        }
        writer.endArray()
        return count == limit ? last : nil
    }

    /// Writes a statement as a JSON object.
    func encodeStatement(_ id: Int64, to writer: inout JSONWriter) throws {
        try connection.prepare(computed: Self.statementColumns + " WHERE s.statement_id = $1")
            .forEach(.integer(id)) { encodeStatement($0, to: &writer) }
    }

    /// Writes a page of entries as a JSON array, oldest first; gives the cursor of the next.
    ///
    /// - Parameters:
    ///   - state: only those in this state.
    ///   - statement: only those of this statement.
    public func encodeEntries(
        state: StatementEntryState?, statement: Int64?, after cursor: Int64, limit: Int,
        to writer: inout JSONWriter
    ) throws -> Int64? {
        var (count, last) = (0, cursor)
        writer.beginArray()
        // A list of what waits must not walk through all that was settled.
        let isInState = state == nil ? "$2 IS NULL" : "e.state = $2"
        try connection.prepare(
            computed: Self.entryColumns + """

                WHERE e.statement_entry_id > $1 AND \(isInState)
                    AND ($3 IS NULL OR e.statement_id = $3)
                ORDER BY e.statement_entry_id LIMIT $4
                """
        ).forEach(
            .integer(cursor), .text(state?.rawValue), .integer(statement), .integer(Int64(limit))
        ) { row in
            (count, last) = (count + 1, row.integer(0))
            encodeEntry(row, to: &writer)
        }
        writer.endArray()
        return count == limit ? last : nil
    }

    /// An entry as a JSON object; nothing when it is unknown.
    func encodedEntry(_ id: ID<StatementEntry>) throws -> [UInt8]? {
        var writer = JSONWriter()
        try connection.prepare(computed: Self.entryColumns + " WHERE e.statement_entry_id = $1")
            .forEach(.integer(id.number)) { encodeEntry($0, to: &writer) }
        return writer.bytes.isEmpty ? nil : writer.bytes
    }

    private static let statementColumns = """
        SELECT s.statement_id, c.code, s.account, s.external_id, s.format, s.digest,
            s.opening_fen, s.closing_fen, s.entry_count, s.imported_at, m.code,
            (SELECT count(*) FROM bank_statement_entry e
                WHERE e.statement_id = s.statement_id AND e.state = 'unmatched'),
            CASE WHEN s.opening_fen IS NOT NULL AND EXISTS (SELECT 1 FROM bank_statement o
                    WHERE o.account = s.account AND o.closing_fen IS NOT NULL
                        AND (SELECT min(e.booking_date) FROM bank_statement_entry e
                            WHERE e.statement_id = o.statement_id)
                        < (SELECT min(e.booking_date) FROM bank_statement_entry e
                            WHERE e.statement_id = s.statement_id))
                THEN EXISTS (SELECT 1 FROM bank_statement o WHERE o.account = s.account
                    AND o.statement_id <> s.statement_id AND o.closing_fen = s.opening_fen) END
        FROM bank_statement s JOIN centre c ON c.centre_id = s.centre_id
        LEFT JOIN staff_member m ON m.staff_id = s.imported_by
        """

    private func encodeStatement(_ row: Row, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("statement_id", String(row.integer(0)))
        writer.field("centre_id", row.text(1))
        writer.field("account", row.text(2))
        writer.field("bank_statement_id", row.text(3))
        writer.field("format", row.text(4))
        writer.field("sha256", row.text(5))
        writer.field("opening_fen", orNull: row.optionalInteger(6))
        writer.field("closing_fen", orNull: row.optionalInteger(7))
        writer.field("is_continuous", orNull: row.optionalInteger(12).map { $0 == 1 })
        writer.field("entry_count", row.integer(8))
        writer.field("unmatched_count", row.integer(11))
        writer.field("imported_at", zone.text(Instant(millisecondsSinceEpoch: row.integer(9))))
        writer.field("imported_by", orNull: row.optionalText(10))
        writer.endObject()
    }

    private static let entryColumns = """
        SELECT e.statement_entry_id, e.statement_id, e.position, e.direction, e.amount_fen,
            e.booking_date, e.bank_reference, e.end_to_end_id, e.remittance, e.state, e.reason,
            i.reference, v.event, m.code, v.reason, p.reference,
            CASE WHEN e.state IN ('unmatched', 'suspended') THEN
                (SELECT b.business_date FROM business_date b WHERE b.state = 'open')
                - e.booking_date END
        FROM bank_statement_entry e
        LEFT JOIN settlement_instruction i ON i.instruction_id = e.instruction_id
        LEFT JOIN bank_statement_event v ON v.event_id = (
            SELECT max(event_id) FROM bank_statement_event
            WHERE statement_entry_id = e.statement_entry_id)
        LEFT JOIN staff_member m ON m.staff_id = v.staff_id
        LEFT JOIN settlement_instruction p ON p.instruction_id = v.instruction_id
        """

    private func encodeEntry(_ row: Row, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("statement_entry_id", String(row.integer(0)))
        writer.field("statement_id", String(row.integer(1)))
        writer.field("position", row.integer(2))
        writer.field("direction", row.text(3))
        writer.field("amount_fen", row.integer(4))
        writer.field("booking_date", row.businessDate(5).description)
        writer.field("bank_reference", row.text(6))
        writer.field("end_to_end_id", row.text(7))
        writer.field("remittance", row.text(8))
        writer.field("status", row.text(9))
        writer.field("reason", orNull: row.optionalText(10))
        writer.field("instruction_reference", orNull: row.optionalText(11))
        writer.field("last_event", orNull: row.optionalText(12))
        writer.field("last_event_by", orNull: row.optionalText(13))
        writer.field("last_reason", orNull: row.optionalText(14))
        writer.field("proposed_reference", orNull: row.optionalText(15))
        // How long it has waited; nothing once it is settled.
        writer.field("age_days", orNull: row.optionalInteger(16))
        writer.endObject()
    }

    /// An entry that waits for people, as a list for them shows it.
    public struct Unmatched: Sendable {
        public let position: Int64
        public let direction: MoneyDirection
        public let amountFen: Int64
        public let reason: StatementEntryReason
    }

    /// A statement's entries that settled nothing and of which nobody decided yet.
    public func unmatched(of statement: Int64) throws -> [Unmatched] {
        try connection.prepare(
            """
            SELECT position, direction, amount_fen, reason FROM bank_statement_entry
            WHERE statement_id = $1 AND state = 'unmatched' ORDER BY position
            """
        ).all(.integer(statement)) { row in
            guard let direction = MoneyDirection(rawValue: row.text(1)),
                let reason = StatementEntryReason(rawValue: row.text(3))
            else { throw row.damage(3, expected: "a reason") }
            return Unmatched(
                position: row.integer(0), direction: direction, amountFen: row.integer(2),
                reason: reason)
        }
    }

    /// An entry with what is proposed for it.
    func entry(_ id: ID<StatementEntry>) throws -> StatementEntry? {
        try connection.prepare(
            """
            SELECT s.centre_id, e.direction, e.amount_fen, e.state, v.event, v.instruction_id,
                v.staff_id
            FROM bank_statement_entry e JOIN bank_statement s ON s.statement_id = e.statement_id
            LEFT JOIN bank_statement_event v ON v.event_id = (
                SELECT max(event_id) FROM bank_statement_event
                WHERE statement_entry_id = e.statement_entry_id)
                AND v.event IN ('assign', 'suspend')
            WHERE e.statement_entry_id = $1
            """
        ).first(.integer(id.number)) { row in
            guard let direction = MoneyDirection(rawValue: row.text(1)) else {
                throw row.damage(1, expected: "a direction")
            }
            guard let state = StatementEntryState(rawValue: row.text(3)) else {
                throw row.damage(3, expected: "an entry's state")
            }
            let event = try row.optionalText(4).map { text in
                guard let event = StatementEntryEvent(rawValue: text) else {
                    throw row.damage(4, expected: "an event")
                }
                return event
            }
            return StatementEntry(
                id: id, centre: ID(row.integer(0)), direction: direction,
                amountFen: row.integer(2), state: state,
                proposal: event.map {
                    StatementEntry.Proposal(
                        event: $0, instruction: row.optionalInteger(5).map { ID($0) },
                        by: ID(row.integer(6)))
                })
        }
    }
}
