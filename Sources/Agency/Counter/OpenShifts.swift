import CivilTime
import Ledger
import SQL

/// A shift in which an operator holds a till.
public struct Shift: Sendable, Equatable {
    public let id: ID<Shift>
    public let staff: ID<StaffMember>
    public let staffCode: String
    public let station: ID<Station>
    public let stationCode: String
    public let till: ID<Till>
    public let tillCode: String
    let cashAccount: ID<Account>
}

/// The open shifts that the writer has looked up, so that a payment need not read its own again.
///
/// Shifts change only by sign-on and sign-off. A batch that holds one of these forgets all, so
/// that nothing of a batch that was undone is believed.
struct OpenShifts {
    /// How many are remembered; beyond it they are read anew.
    static let maximumCount = 10_000

    private var byStaff: [ID<StaffMember>: Shift] = [:]
    private var hasChanged = false

    /// The open shift of a person.
    ///
    /// - Throws: `Refusal` with `notSignedOn`.
    mutating func shift(of principal: Principal, _ connection: Connection) throws -> Shift {
        if let shift = byStaff[principal.staff] { return shift }
        guard let shift = try ShiftReader(connection).openShift(of: principal.staff) else {
            throw Refusal(.notSignedOn, "sign on with a till first (POST /v1/shifts)")
        }
        if byStaff.count >= Self.maximumCount { byStaff.removeAll() }
        byStaff[principal.staff] = shift
        return shift
    }

    /// Notes that a shift was opened or closed in this batch.
    mutating func shiftsDidChange() {
        byStaff.removeAll()
        hasChanged = true
    }

    mutating func batchDidEnd() {
        if hasChanged { byStaff.removeAll() }
        hasChanged = false
    }
}

/// What a connection can read of the shifts.
struct ShiftReader {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func openShift(of staff: ID<StaffMember>) throws -> Shift? {
        try connection.prepare(
            """
            SELECT h.shift_id, h.staff_id, m.code, s.station_id, s.code, t.till_id, t.code,
                t.cash_account_id
            FROM shift h
            JOIN staff_member m ON m.staff_id = h.staff_id
            JOIN till t ON t.till_id = h.till_id
            JOIN station s ON s.station_id = t.station_id
            WHERE h.staff_id = $1 AND h.state = 'open'
            """
        ).first(.integer(staff.number), read: Shift.init(row:))
    }

    /// A shift by its number, open or closed.
    func shift(_ id: ID<Shift>) throws -> Shift? {
        try connection.prepare(
            """
            SELECT h.shift_id, h.staff_id, m.code, s.station_id, s.code, t.till_id, t.code,
                t.cash_account_id
            FROM shift h
            JOIN staff_member m ON m.staff_id = h.staff_id
            JOIN till t ON t.till_id = h.till_id
            JOIN station s ON s.station_id = t.station_id
            WHERE h.shift_id = $1
            """
        ).first(.integer(id.number), read: Shift.init(row:))
    }
}

extension Shift {
    fileprivate init(row: Row) {
        id = ID(row.integer(0))
        staff = ID(row.integer(1))
        staffCode = row.text(2)
        station = ID(row.integer(3))
        stationCode = row.text(4)
        till = ID(row.integer(5))
        tillCode = row.text(6)
        cashAccount = ID(row.integer(7))
    }
}
