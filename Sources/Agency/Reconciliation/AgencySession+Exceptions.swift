import CivilTime
import Ledger
import SQL
import StrictJSON

/// Who works exceptions, and how.
extension AgencySession {
    /// The longest note, in characters.
    public static let noteLengths = 1...500

    /// Gives an exception to someone who may work it.
    ///
    /// - Returns: the exception as the bytes of a JSON object.
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownException`, `exceptionResolved`,
    ///   `unknownStaff`.
    public func assignException(
        _ number: Int64, to staffCode: String, by principal: Principal
    ) throws -> [UInt8] {
        try checkReconciles(principal)
        let exception = try unresolvedException(number, for: principal)
        let owner = try connection.prepare(
            """
            SELECT staff_id FROM staff_member WHERE code = $1 AND is_active = 1
                AND (role IN ('supervisor', 'administrator')
                    OR role = 'liaison' AND partner_id = $2)
            """
        ).first(.text(staffCode), .integer(exception.partner.number)) {
            ID<StaffMember>($0.integer(0))
        }
        guard let owner else {
            throw Refusal(
                .unknownStaff,
                "nobody of this id may work it; name the partner's liaison, a "
                    + "supervisor or an administrator",
                zh: "此编号的人员无权处理；请指定该单位客户经理、主管或管理员",
                field: "/owner_id")
        }
        try connection.prepare(
            "UPDATE settlement_exception SET owner_id = $1 WHERE exception_id = $2"
        ).run(.integer(owner.number), .integer(number))
        try note(.assign, of: exception.id, staffCode, by: principal.staff)
        return try exceptionBytes(number)
    }

    /// Adds a note, also to an exception that is resolved.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownException`.
    public func noteException(
        _ number: Int64, _ text: String, by principal: Principal
    ) throws -> [UInt8] {
        try checkReconciles(principal)
        let exception = try self.exception(number, for: principal)
        try note(.note, of: exception.id, text, by: principal.staff)
        return try exceptionBytes(number)
    }

    // MARK: - Steps

    /// - Throws: `Refusal` with `operatorNotAllowed`, or `notPermitted` for whoever has no part in
    ///   what the whole institution settles.
    func checkReconciles(_ principal: Principal) throws {
        try checkMayWork(principal)
        switch principal.role {
        case .liaison, .administrator: return
        case .supervisor:
            if let centre = principal.centre, try CentreReader(connection).isDistrict(centre) {
                return
            }
        case .operator, .committee: break
        }
        throw Refusal(
            .notPermitted, "only the district centre reconciles with partners",
            zh: "此项仅限区县中心办理")
    }

    func exception(
        _ number: Int64, for principal: Principal
    ) throws -> SettlementException {
        let found = try SettlementExceptionReader(connection)
            .exception(number, of: principal.partner)
        guard let found else {
            throw Refusal.unknownException
        }
        return found
    }

    func unresolvedException(
        _ number: Int64, for principal: Principal
    ) throws -> SettlementException {
        let found = try exception(number, for: principal)
        guard found.state != .resolved else {
            throw Refusal(
                .exceptionResolved,
                "exception \(number) is resolved already; there is nothing to do",
                zh: "差错 \(number) 已处理完毕，无需重复操作")
        }
        return found
    }

    private func exceptionBytes(_ number: Int64) throws -> [UInt8] {
        let reader = SettlementExceptionReader(connection)
        guard let exception = try reader.exception(number, of: nil) else {
            preconditionFailure("the exception was read in this command")
        }
        var writer = JSONWriter()
        try reader.encode(
            exception, zone: profile.zone, on: try journal.currentDate(), to: &writer)
        return writer.bytes
    }
}

extension Refusal {
    /// An exception that is not there, or not of this caller's partner.
    public static let unknownException = Refusal(
        .unknownException, "there is no such exception that you may see",
        zh: "没有您可查看的此差错；请核对编号")
}
