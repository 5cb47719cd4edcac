import CivilTime
import Cryptography
import Ledger
import Printing
import SQL
import Settlement
import StrictJSON

/// What someone proposes to do about exceptions.
public struct ResolutionProposal: Sendable {
    /// How many exceptions one proposal may settle.
    public static let exceptionCounts = 1...100

    public let kind: SettlementResolution.Kind
    public let exceptions: [Int64]
    public let reason: String

    public init(kind: SettlementResolution.Kind, exceptions: [Int64], reason: String) {
        self.kind = kind
        self.exceptions = exceptions
        self.reason = reason
    }
}

/// Differences (差错) are settled by two people (复核): one proposes, another agrees.
extension AgencySession {
    /// Proposes how to settle exceptions of one partner.
    ///
    /// - Returns: the resolution as the bytes of a JSON object.
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownException`, `exceptionResolved`,
    ///   `proposalPending`, `resolutionNotAllowed`, `writeOffLimitExceeded`.
    public func proposeResolution(
        _ proposal: ResolutionProposal, by principal: Principal
    ) throws -> [UInt8] {
        try checkReconciles(principal)
        var exceptions: [SettlementException] = []
        for number in proposal.exceptions {
            let exception = try unresolvedException(number, for: principal)
            guard !exceptions.contains(where: { $0.id == exception.id }) else {
                throw Self.notAllowed(
                    "exception \(number) is named twice; name each once",
                    zh: "差错 \(number) 重复；每项只列一次")
            }
            if let pending = exception.proposal {
                throw Refusal(
                    .proposalPending,
                    "proposal \(pending) on exception \(number) waits for a second person; decide "
                        + "or withdraw it first",
                    zh: "差错 \(number) 已有待复核方案 \(pending)；请先复核或撤回")
            }
            exceptions.append(exception)
        }
        try check(proposal.kind, exceptions)
        guard let partner = exceptions.first?.partner else {
            preconditionFailure("a proposal names exceptions")
        }
        let number = try connection.prepare(
            """
            INSERT INTO settlement_resolution (partner_id, kind, state, proposed_by, proposed_at,
                reason)
            VALUES ($1, $2, 'proposed', $3, $4, $5) RETURNING resolution_id
            """
        ).first(
            .integer(partner.number), .text(proposal.kind.rawValue),
            .integer(principal.staff.number), .integer(now.millisecondsSinceEpoch),
            .text(proposal.reason)
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        for exception in exceptions {
            try connection.prepare(
                """
                INSERT INTO settlement_resolution_item (resolution_id, exception_id)
                VALUES ($1, $2)
                """
            ).run(.integer(number), .integer(exception.id.number))
            try note(
                .propose, of: exception.id, "\(proposal.kind.rawValue): \(proposal.reason)",
                by: principal.staff)
        }
        return try resolutionBytes(number)
    }

    /// Agrees to a proposal, once for each key: it books what is to be booked.
    ///
    /// Refusals: `operatorNotAllowed`, `unknownResolution`, `resolutionDecided`, `samePerson`, and
    /// as for a proposal, for terms and differences may have changed meanwhile.
    public func approveResolution(
        _ number: Int64, reason: String, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            try checkReconciles(principal)
            let resolution = try undecided(number, for: principal)
            try checkIsSecond(principal, resolution)
            let reader = SettlementExceptionReader(connection)
            let exceptions = try ResolutionReader(connection).items(of: resolution.id)
                .compactMap { try reader.exception($0.number, of: nil) }
            try check(resolution.kind, exceptions)
            try decide(resolution, .approved, reason: reason, by: principal)
            for exception in exceptions {
                try settle(exception, resolution)
                try note(.approve, of: exception.id, reason, by: principal.staff)
            }
            return try resolutionBytes(number)
        }
    }

    /// Refuses a proposal: by a second person.
    ///
    /// - Throws: `Refusal` as ``approveResolution(_:reason:claim:by:)``.
    public func refuseResolution(
        _ number: Int64, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        try checkReconciles(principal)
        let resolution = try undecided(number, for: principal)
        try checkIsSecond(principal, resolution)
        return try end(resolution, .refused, .refuse, reason: reason, by: principal)
    }

    /// Takes a proposal back: by who made it.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownResolution`, `resolutionDecided`.
    public func withdrawResolution(
        _ number: Int64, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        try checkReconciles(principal)
        let resolution = try undecided(number, for: principal)
        guard resolution.proposedBy == principal.staff else {
            throw Refusal(
                .notPermitted, "only who made a proposal withdraws it; refuse it instead",
                zh: "只有提出人可撤回方案；其他人请拒绝")
        }
        return try end(resolution, .withdrawn, .withdraw, reason: reason, by: principal)
    }

    // MARK: - Rules

    /// - Throws: `Refusal` unless these exceptions may be settled so.
    private func check(
        _ kind: SettlementResolution.Kind, _ exceptions: [SettlementException]
    ) throws {
        guard Set(exceptions.map(\.partner)).count == 1, Set(exceptions.map(\.state)).count == 1
        else {
            throw Self.notAllowed(
                "exceptions of one proposal have one partner and one state; propose them apart",
                zh: "同一方案内的差错须属同一单位且状态相同；请分别提出")
        }
        switch kind {
        case .suspense:
            guard exceptions.allSatisfy({ $0.state == .open && $0.differenceFen != 0 }) else {
                throw Self.notAllowed(
                    "only open exceptions with a difference go to suspense",
                    zh: "只有未处理且有金额差的差错可挂账")
            }
            try checkFitsLine(exceptions)
        case .offset:
            let sumFen = exceptions.reduce(0) { $0 + $1.differenceFen }
            guard exceptions.count > 1, sumFen == 0 else {
                throw Self.notAllowed(
                    "two or more exceptions offset each other when their differences add up to 0; "
                        + "these give \(sumFen) fen",
                    zh: "两笔以上且差额合计为零才能对冲；现合计 \(YuanText.plain(sumFen)) 元")
            }
        case .writeOff:
            try checkWriteOff(exceptions)
            try checkFitsLine(exceptions)
        }
    }

    /// What is booked is a line of the next settlement file; one that cannot be written holds all
    /// files of the partner back.
    private func checkFitsLine(_ exceptions: [SettlementException]) throws {
        for exception in exceptions
        where !SettlementDetail.allowedAmountsFen.contains(exception.differenceFen) {
            let limitFen = SettlementDetail.allowedAmountsFen.upperBound
            throw Self.notAllowed(
                "exception \(exception.id.number) differs by \(exception.differenceFen) fen, more "
                    + "than the \(limitFen) fen of one settlement line; let the partner correct its "
                    + "file by later lines, then offset the exceptions",
                zh: "差错 \(exception.id.number) 金额 \(YuanText.plain(exception.differenceFen)) 元，"
                    + "超过单条结算明细上限 \(YuanText.plain(limitFen)) 元；"
                    + "请由单位在后续文件中更正，再作对冲")
        }
    }

    private func checkWriteOff(_ exceptions: [SettlementException]) throws {
        let open = try journal.currentDate()
        for exception in exceptions {
            let limitFen = try SettlementTermsReader(connection)
                .terms(of: exception.partner, on: open).writeOffLimitFen
            guard exception.differenceFen.magnitude <= UInt64(limitFen) else {
                throw Refusal(
                    .writeOffLimitExceeded,
                    "exception \(exception.id.number) differs by \(exception.differenceFen) fen, more "
                        + "than the \(limitFen) fen that may be written off; clear it with the "
                        + "partner or put it into suspense",
                    zh: "差错 \(exception.id.number) 金额 \(YuanText.plain(exception.differenceFen)) 元，"
                        + "超过核销限额 \(YuanText.plain(limitFen)) 元；请与单位核实或先挂账")
            }
        }
    }

    private static func notAllowed(_ detail: String, zh: String) -> Refusal {
        Refusal(.resolutionNotAllowed, detail, zh: zh)
    }

    private func undecided(
        _ number: Int64, for principal: Principal
    ) throws -> SettlementResolution {
        let found = try ResolutionReader(connection).resolution(number)
        guard let found, principal.partner == nil || principal.partner == found.partner else {
            throw Refusal(
                .unknownResolution, "there is no such proposal that you may see",
                zh: "没有您可查看的此方案；请核对编号")
        }
        guard found.state == .proposed else {
            throw Refusal(
                .resolutionDecided, "proposal \(number) is \(found.state.rawValue) already",
                zh: "方案 \(number) 已有结论（\(found.state.rawValue)）")
        }
        return found
    }

    /// A second person is a supervisor of a district centre, or an administrator.
    private func checkIsSecond(
        _ principal: Principal, _ resolution: SettlementResolution
    ) throws {
        guard principal.staff != resolution.proposedBy else {
            throw Refusal(
                .samePerson, "who proposed it does not decide on it; ask another supervisor",
                zh: "提出人不能复核本方案，请由其他主管处理")
        }
        switch principal.role {
        case .supervisor, .administrator: break
        case .operator, .liaison, .committee:
            throw Refusal(
                .notPermitted, "a supervisor of the district centre decides on it",
                zh: "须由县（区）中心主管复核")
        }
    }

    // MARK: - Steps

    private func decide(
        _ resolution: SettlementResolution, _ state: SettlementResolution.State,
        reason: String, by principal: Principal
    ) throws {
        try connection.prepare(
            """
            UPDATE settlement_resolution SET state = $1, decided_by = $2, decided_at = $3,
                decision_reason = $4
            WHERE resolution_id = $5
            """
        ).run(
            .text(state.rawValue), .integer(principal.staff.number),
            .integer(now.millisecondsSinceEpoch), .text(reason),
            .integer(resolution.id.number))
    }

    private func end(
        _ resolution: SettlementResolution, _ state: SettlementResolution.State,
        _ event: ExceptionEvent, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        try decide(resolution, state, reason: reason, by: principal)
        for item in try ResolutionReader(connection).items(of: resolution.id) {
            try note(event, of: item, reason, by: principal.staff)
        }
        return try resolutionBytes(resolution.id.number)
    }

    private func resolutionBytes(_ number: Int64) throws -> [UInt8] {
        let reader = ResolutionReader(connection)
        guard let resolution = try reader.resolution(number) else {
            preconditionFailure("the resolution was read in this command")
        }
        var writer = JSONWriter()
        try reader.encode(resolution, zone: profile.zone, to: &writer)
        return writer.bytes
    }
}

/// SHA-256 over the fields of an approval, for its idempotency key.
public func approveResolutionFingerprint(_ number: Int64, reason: String) -> SHA256Digest {
    commandFingerprint("approve_resolution", "\(number)", reason)
}
