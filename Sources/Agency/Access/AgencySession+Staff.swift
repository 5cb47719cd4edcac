import CivilTime
import Ledger
import SQL
import StrictJSON

/// What changes in a person's employment; the raw value stands in the database.
public enum StaffEvent: String, CaseIterable, Sendable {
    case dismiss, reinstate, qualify
}

/// The life of people: an administrator's for all, a supervisor's for the operators below.
extension AgencySession {
    /// Dismisses a person: all its sessions end at once, and none of its commands is done any more.
    ///
    /// A till that it holds stays as it is until a supervisor counts it (`forceSignOff`).
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownStaff`, `ownRecord`,
    ///   `staffNotActive`.
    public func dismiss(
        staffCode: String, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        let (person, isActive) = try subject(staffCode, principal)
        guard isActive else {
            throw Refusal(
                .staffNotActive, "this person is dismissed already",
                zh: "该人员已停用，无需重复操作")
        }
        try connection.prepare("UPDATE staff_member SET is_active = 0 WHERE staff_id = $1")
            .run(.integer(person.number))
        try endSessions(of: person)
        return try finish(.dismiss, staffCode, person, reason: reason, by: principal)
    }

    /// Takes a dismissed person back.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownStaff`, `ownRecord`, `staffActive`.
    public func reinstate(
        staffCode: String, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        let (person, isActive) = try subject(staffCode, principal)
        guard !isActive else {
            throw Refusal(
                .staffActive, "this person is employed; there is nothing to reinstate",
                zh: "该人员在岗，无需恢复")
        }
        try connection.prepare("UPDATE staff_member SET is_active = 1 WHERE staff_id = $1")
            .run(.integer(person.number))
        return try finish(.reinstate, staffCode, person, reason: reason, by: principal)
    }

    /// Notes until when a person is vetted and trained, both days included.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownStaff`, `ownRecord`.
    public func qualify(
        staffCode: String, vettedUntil: BusinessDate, trainedUntil: BusinessDate,
        reason: String, by principal: Principal
    ) throws -> [UInt8] {
        let (person, _) = try subject(staffCode, principal)
        try connection.prepare(
            "UPDATE staff_member SET vetted_until = $1, trained_until = $2 WHERE staff_id = $3"
        ).run(
            .integer(Int64(vettedUntil.daysSinceEpoch)),
            .integer(Int64(trainedUntil.daysSinceEpoch)), .integer(person.number))
        return try finish(
            .qualify, staffCode, person, until: (vettedUntil, trainedUntil), reason: reason,
            by: principal)
    }

    /// The person that a command is about, whom the caller must look after and not be.
    private func subject(
        _ code: String, _ principal: Principal
    ) throws -> (ID<StaffMember>, isActive: Bool) {
        try checkMayWork(principal)
        guard let (person, isActive) = try StaffReader(connection).person(code),
            try looksAfter(person, principal)
        else {
            throw Refusal(
                .unknownStaff, "there is no such person whom you look after",
                zh: "没有您可管理的该人员，请核对工号")
        }
        guard person.staff != principal.staff else {
            throw Refusal(
                .ownRecord, "nobody changes the own record; ask another administrator",
                zh: "不能修改本人资料，请由其他管理员办理")
        }
        return (person.staff, isActive)
    }

    private func looksAfter(_ person: Principal, _ principal: Principal) throws -> Bool {
        guard principal.role != .administrator else { return true }
        guard person.role == .operator, let station = person.station else { return false }
        return try oversees(principal, station)
    }

    private func finish(
        _ event: StaffEvent, _ code: String, _ person: ID<StaffMember>,
        until: (vetted: BusinessDate, trained: BusinessDate)? = nil, reason: String,
        by principal: Principal
    ) throws -> [UInt8] {
        try connection.prepare(
            """
            INSERT INTO staff_event (staff_id, event, vetted_until, trained_until, recorded_by,
                recorded_at, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """
        ).run(
            .integer(person.number), .text(event.rawValue),
            .integer((until?.vetted.daysSinceEpoch).map { Int64($0) }),
            .integer((until?.trained.daysSinceEpoch).map { Int64($0) }),
            .integer(principal.staff.number), .integer(now.millisecondsSinceEpoch),
            .text(reason))
        // A shift that the person holds is looked up anew, with the person's right to work.
        shifts.shiftsDidChange()
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("staff_id", code)
        writer.field("event", event.rawValue)
        writer.field("recorded_at", profile.zone.text(now))
        writer.endObject()
        return writer.bytes
    }
}
