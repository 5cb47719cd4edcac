import CivilTime
import Ledger
import SQL
import StrictJSON

/// Settlement instructions: one person proposes, another one sends to the bank.
extension AgencySession {
    /// Proposes the transfer of a due cycle's net.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `notPermitted`, `unknownSettlementCycle`,
    ///   `settlementCycleState`, `bankDetailsMissing`.
    public func proposeInstruction(
        of id: ID<SettlementCycle>, by principal: Principal
    ) throws -> [UInt8] {
        try checkSettles(principal)
        guard principal.role == .supervisor, let centre = principal.centre else {
            throw Self.onlyDistrict
        }
        let due = try dueCycle(id)
        let known = try SettlementInstructionReader(connection).newest(of: id)
        guard due.cycle.state == .due, known.map(Self.isGone) ?? true else {
            throw Refusal(
                .settlementCycleState,
                due.cycle.state == .due
                    ? "an instruction of this cycle waits for approval; approve or decline it first"
                    : "the cycle is \(due.cycle.state.rawValue), and only a due one is instructed; "
                        + "see GET /v1/settlement-cycles/\(id.number)",
                zh: due.cycle.state == .due
                    ? "该结算周期已有待审批的付款指令；请先审批或退回"
                    : "该结算周期已有付款指令或已结清，请先查询")
        }
        let direction: MoneyDirection = due.netFen > 0 ? .outgoing : .incoming
        let bank = try partnerBank(of: due.cycle)
        guard direction == .incoming || bank != nil else {
            throw Refusal(
                .bankDetailsMissing,
                "partner \(due.cycle.partnerCode) has no bank account; load settlement_terms with "
                    + "bank_name, bank_account and account_name first",
                zh: "合作单位 \(due.cycle.partnerCode) 没有收款账户；"
                    + "请先在 settlement_terms 中登记开户行、账号和户名")
        }
        try connection.prepare(
            """
            INSERT INTO settlement_instruction (cycle_id, reference, direction, amount_fen,
                centre_id, bank_name, bank_account, account_name, state, proposed_by, proposed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'proposed', $9, $10)
            """
        ).run(
            .integer(id.number),
            .text(
                SettlementInstruction.reference(
                    partnerCode: due.cycle.partnerCode, partner: due.cycle.partner,
                    number: due.cycle.number)),
            .text(direction.rawValue), .integer(abs(due.netFen)), .integer(centre.number),
            .text(bank?.name), .text(bank?.account), .text(bank?.holder),
            .integer(principal.staff.number), .integer(now.millisecondsSinceEpoch))
        return try encodedCycle(id)
    }

    /// Approves an instruction: from now on it counts as sent to the bank.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `notPermitted`, `unknownSettlementCycle`,
    ///   `noInstruction`, `samePerson`.
    public func approveInstruction(
        of id: ID<SettlementCycle>, by principal: Principal
    ) throws -> [UInt8] {
        let instruction = try instruction(of: id, in: .proposed, by: principal)
        guard instruction.proposedBy != principal.staff else { throw Self.proposerDecides }
        try decide(instruction, .approved, reason: "", by: principal)
        try connection.prepare(
            "UPDATE settlement_cycle SET state = 'instructed' WHERE cycle_id = $1"
        ).run(.integer(id.number))
        return try encodedCycle(id)
    }

    /// Declines an instruction that was not approved, also the own; another one may follow.
    ///
    /// - Throws: `Refusal` as for the approval, but for `samePerson`.
    public func declineInstruction(
        of id: ID<SettlementCycle>, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        let instruction = try instruction(of: id, in: .proposed, by: principal)
        try decide(instruction, .declined, reason: reason, by: principal)
        return try encodedCycle(id)
    }

    /// Takes back an approved instruction that the bank did not carry out; another one may follow.
    ///
    /// - Throws: `Refusal` as for declining one.
    public func recallInstruction(
        of id: ID<SettlementCycle>, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        let instruction = try instruction(of: id, in: .approved, by: principal)
        try connection.prepare(
            """
            UPDATE settlement_instruction SET state = 'recalled', recalled_by = $1,
                recalled_at = $2, recall_reason = $3
            WHERE instruction_id = $4
            """
        ).run(
            .integer(principal.staff.number), .integer(now.millisecondsSinceEpoch), .text(reason),
            .integer(instruction.id.number))
        try connection.prepare("UPDATE settlement_cycle SET state = 'due' WHERE cycle_id = $1")
            .run(.integer(id.number))
        return try encodedCycle(id)
    }

    /// Whether an instruction no longer counts, so that another one may follow.
    private static func isGone(_ instruction: SettlementInstruction) -> Bool {
        switch instruction.state {
        case .declined, .recalled: true
        case .proposed, .approved, .confirmed: false
        }
    }

    /// - Throws: `Refusal` unless the person works for a district centre or as administrator.
    func checkSettles(_ principal: Principal) throws {
        try checkMayWork(principal)
        switch principal.role {
        case .administrator: return
        case .supervisor:
            guard let centre = principal.centre, try CentreReader(connection).isDistrict(centre)
            else { throw Self.onlyDistrict }
        case .operator, .liaison, .committee: throw Self.onlyDistrict
        }
    }

    static let onlyDistrict = Refusal(
        .notPermitted, "only a supervisor of the district centre does this",
        zh: "此项仅限区县中心主管办理")

    static let proposerDecides = Refusal(
        .samePerson, "who proposed it does not approve it; ask another supervisor or administrator",
        zh: "提出人不能审批，请由其他主管或管理员办理")

    private func instruction(
        of id: ID<SettlementCycle>, in state: SettlementInstruction.State, by principal: Principal
    ) throws -> SettlementInstruction {
        try checkSettles(principal)
        guard try SettlementCycleReader(connection).cycle(id) != nil else {
            throw Refusal.unknownSettlementCycle
        }
        guard let instruction = try SettlementInstructionReader(connection).newest(of: id),
            instruction.state == state
        else {
            throw Refusal(
                .noInstruction,
                "no instruction of this cycle is \(state.rawValue); see GET "
                    + "/v1/settlement-cycles/\(id.number)",
                zh: "该结算周期没有处于此状态（\(state.rawValue)）的付款指令；请先查询")
        }
        return instruction
    }

    private func decide(
        _ instruction: SettlementInstruction, _ state: SettlementInstruction.State,
        reason: String, by principal: Principal
    ) throws {
        try connection.prepare(
            """
            UPDATE settlement_instruction SET state = $1, decided_by = $2, decided_at = $3,
                reason = $4
            WHERE instruction_id = $5
            """
        ).run(
            .text(state.rawValue), .integer(principal.staff.number),
            .integer(now.millisecondsSinceEpoch), .text(reason),
            .integer(instruction.id.number))
    }

    /// Where the partner is paid, by the terms in force today.
    private func partnerBank(of cycle: SettlementCycle) throws -> PartnerBank? {
        try SettlementTermsReader(connection).terms(
            of: cycle.partner, on: try journal.currentDate()
        ).bank
    }

    /// A cycle with its instruction, as a JSON object.
    private func encodedCycle(_ id: ID<SettlementCycle>) throws -> [UInt8] {
        guard let bytes = try SettlementCycleReport(connection, zone: profile.zone).encoded(id)
        else { throw Refusal.unknownSettlementCycle }
        return bytes
    }
}
