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
    public let state: ShiftState
    let cashAccount: ID<Account>
    /// How much cash the till may hold on the shift's date.
    let limit: TillLimit?
}

/// The shifts that the writer has looked up, so that a payment need not read its own again.
///
/// Whoever is remembered here may work: the person is employed, vetted and trained on the shift's
/// date. What changes shifts, people or till limits empties it, and so does the end of a batch
/// that did, so that nothing of a batch that was undone is believed.
struct OpenShifts {
    /// How many are remembered; beyond it they are read anew.
    static let maximumCount = 10_000

    private var byStaff: [ID<StaffMember>: Shift] = [:]
    private var hasChanged = false

    /// The shift in which a person takes payments and moves cash.
    ///
    /// - Throws: `Refusal` with `notSignedOn`, `operatorNotAllowed`, `shiftSuspended`,
    ///   `handoverOffered`.
    mutating func shift(of principal: Principal, _ connection: Connection) throws -> Shift {
        guard let shift = try held(by: principal, connection) else { throw Refusal.notSignedOn }
        switch shift.state {
        case .open: return shift
        case .suspended: throw Refusal.shiftSuspended
        case .offered: throw Refusal.handoverOffered
        case .closed: throw Refusal.notSignedOn
        }
    }

    /// The shift that a person holds, also while it is suspended or being handed over.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`.
    mutating func held(by principal: Principal, _ connection: Connection) throws -> Shift? {
        if let shift = byStaff[principal.staff] { return shift }
        guard let shift = try ShiftReader(connection).openShift(of: principal.staff) else {
            return nil
        }
        try StaffReader(connection).checkMayWork(principal.staff, during: shift.id)
        if byStaff.count >= Self.maximumCount { byStaff.removeAll() }
        byStaff[principal.staff] = shift
        return shift
    }

    /// Notes that a shift, a person or a till's limit was changed in this batch.
    mutating func shiftsDidChange() {
        byStaff.removeAll()
        hasChanged = true
    }

    /// Forgets what a command that was undone may have left.
    mutating func commandDidRollBack() {
        if hasChanged { byStaff.removeAll() }
    }

    mutating func batchDidEnd() {
        if hasChanged { byStaff.removeAll() }
        hasChanged = false
    }
}

extension Refusal {
    static let notSignedOn = Refusal(
        .notSignedOn, "sign on with a till first (POST /v1/shifts)",
        zh: "请先签到并领用尾箱")
}

/// What a connection can read of the shifts.
struct ShiftReader {
    private static let columns = """
        SELECT h.shift_id, h.staff_id, m.code, s.station_id, s.code, t.till_id, t.code, h.state,
            t.cash_account_id, s.tier, h.business_date
        FROM shift h
        JOIN staff_member m ON m.staff_id = h.staff_id
        JOIN till t ON t.till_id = h.till_id
        JOIN station s ON s.station_id = t.station_id
        """

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The shift that a person holds.
    func openShift(of staff: ID<StaffMember>) throws -> Shift? {
        try shift("WHERE h.staff_id = $1 AND h.state <> 'closed'", staff.number)
    }

    /// The shift that a till is held in.
    func openShift(with till: ID<Till>) throws -> Shift? {
        try shift("WHERE h.till_id = $1 AND h.state <> 'closed'", till.number)
    }

    /// A shift by its number, open or closed.
    func shift(_ id: ID<Shift>) throws -> Shift? {
        try shift("WHERE h.shift_id = $1", id.number)
    }

    private func shift(_ condition: String, _ number: Int64) throws -> Shift? {
        let found = try connection.prepare(computed: Self.columns + " " + condition)
            .first(.integer(number)) { row in
                (try Shift(row: row), tier: row.text(9), date: row.businessDate(10))
            }
        guard let (shift, tier, date) = found else { return nil }
        return shift.with(
            limit: try TillLimitReader(connection).limit(of: shift.till, tier: tier, on: date))
    }
}

extension Shift {
    fileprivate init(row: Row) throws {
        guard let state = ShiftState(rawValue: row.text(7)) else {
            throw row.damage(7, expected: "a shift's state")
        }
        self.init(
            id: ID(row.integer(0)), staff: ID(row.integer(1)), staffCode: row.text(2),
            station: ID(row.integer(3)), stationCode: row.text(4), till: ID(row.integer(5)),
            tillCode: row.text(6), state: state, cashAccount: ID(row.integer(8)), limit: nil)
    }

    fileprivate func with(limit: TillLimit?) -> Shift {
        Shift(
            id: id, staff: staff, staffCode: staffCode, station: station,
            stationCode: stationCode, till: till, tillCode: tillCode, state: state,
            cashAccount: cashAccount, limit: limit)
    }
}
