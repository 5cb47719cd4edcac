import Ledger
import SQL
import StrictJSON

/// What a connection can read of the tills and shifts for those at a station.
public struct TillReader {
    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Writes a station's tills as a JSON array; cash is shown to nobody who may have to count it.
    public func encodeTills(of station: ID<Station>, to writer: inout JSONWriter) throws {
        writer.beginArray()
        try connection.prepare(
            """
            SELECT t.code, m.code FROM till t
            LEFT JOIN shift h ON h.till_id = t.till_id AND h.state <> 'closed'
            LEFT JOIN staff_member m ON m.staff_id = h.staff_id
            WHERE t.station_id = $1 ORDER BY t.code
            """
        ).forEach(.integer(station.number)) { row in
            writer.beginObject()
            writer.field("till_id", row.text(0))
            writer.field("held_by", orNull: row.optionalText(1))
            writer.endObject()
        }
        writer.endArray()
    }

    /// A person's open shift, or nothing.
    public func openShift(of principal: Principal) throws -> Shift? {
        try ShiftReader(connection).openShift(of: principal.staff)
    }

    /// Whether a shift's till holds more than its limit; the sum itself is not told.
    public func isOverLimit(_ shift: Shift) throws -> Bool {
        guard let limit = shift.limit else { return false }
        let balance = try LedgerReader(connection).balance(of: shift.cashAccount)
        return (balance?.posted.balance(on: .debit) ?? 0) > limit.limitFen
    }

    /// A shift by its number, or nothing.
    public func shift(_ number: Int64) throws -> Shift? {
        try ShiftReader(connection).shift(ID(number))
    }
}
