import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// What people decide on entries that did not match: one proposes, another one approves.
extension AgencySession {
    /// Proposes that an entry settles an instruction of the same amount, direction and account.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `notPermitted`, `unknownStatementEntry`,
    ///   `statementEntryState`, `noInstruction`, `statementEntryDiffers`.
    public func proposeAssignment(
        of number: Int64, to reference: String, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        let entry = try undecided(number, by: principal)
        guard entry.state == .unmatched || entry.state == .suspended else {
            throw Self.wrongState(entry)
        }
        guard
            let instruction = try SettlementInstructionReader(connection)
                .instruction(reference: reference)
        else {
            throw Refusal(
                .noInstruction, "no instruction has this reference; copy it as it is",
                zh: "没有此参考号的付款指令；请核对参考号", field: "/reference")
        }
        try check(entry, settles: instruction)
        return try note(.assign, of: entry, instruction, reason: reason, by: principal)
    }

    /// Proposes to book an entry to suspense (挂账), where it ages until it is explained.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `notPermitted`, `unknownStatementEntry`,
    ///   `statementEntryState`.
    public func proposeSuspense(
        of number: Int64, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        let entry = try undecided(number, by: principal)
        guard entry.state == .unmatched else { throw Self.wrongState(entry) }
        return try note(.suspend, of: entry, nil, reason: reason, by: principal)
    }

    /// Does what another person proposed, once for each key.
    ///
    /// Refusals: `operatorNotAllowed`, `notPermitted`, `unknownStatementEntry`,
    /// `statementEntryState`, `samePerson`, `statementEntryDiffers`, `depositShort`.
    public func approveStatementEntry(
        _ number: Int64, reason: String, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let (entry, proposal) = try proposed(number, by: principal)
            guard proposal.by != principal.staff else { throw Self.proposerDecides }
            do {
                switch proposal.event {
                case .assign:
                    try assign(entry, to: proposal, reason: reason, by: principal)
                case .suspend: try suspend(entry, reason: reason, by: principal)
                case .approve, .decline:
                    preconditionFailure("a proposal is an assignment or suspense")
                }
            } catch LedgerError.limitExceeded {
                throw Refusal(
                    .depositShort,
                    "our deposit does not hold so much by the book; record what was paid in first",
                    zh: "银行存款账面余额不足；请先登记存入款项")
            }
            return try encodedEntry(entry.id)
        }
    }

    /// Declines a proposal, also the own; the entry waits as before.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `notPermitted`, `unknownStatementEntry`,
    ///   `statementEntryState`.
    public func declineStatementEntry(
        _ number: Int64, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        let (entry, _) = try proposed(number, by: principal)
        return try note(.decline, of: entry, nil, reason: reason, by: principal)
    }

    // MARK: - What is done

    private func assign(
        _ entry: StatementEntry, to proposal: StatementEntry.Proposal, reason: String,
        by principal: Principal
    ) throws {
        let found = try proposal.instruction.flatMap {
            try SettlementInstructionReader(connection).instruction($0)
        }
        guard let instruction = found else {
            throw BookError.damaged(table: "bank_statement_event", field: "instruction_id")
        }
        // Another entry may have settled it meanwhile.
        try check(entry, settles: instruction)
        let money =
            try entry.state == .suspended
            ? cashAccount(.bankSuspense) : deposit(of: entry.centre)
        let posted = try confirm(instruction, through: money)
        _ = try note(.approve, of: entry, nil, reason: reason, by: principal)
        try connection.prepare(
            """
            UPDATE bank_statement_entry SET state = 'assigned', instruction_id = $1, entry_id = $2
            WHERE statement_entry_id = $3
            """
        ).run(
            .integer(instruction.id.number), .integer(posted.number), .integer(entry.id.number))
    }

    private func suspend(
        _ entry: StatementEntry, reason: String, by principal: Principal
    ) throws {
        let isBooked = try connection.prepare(
            """
            SELECT 1 FROM bank_statement_entry e
            JOIN bank_statement s ON s.statement_id = e.statement_id
            JOIN bank_statement_entry o ON o.bank_reference = e.bank_reference
                AND o.bank_reference <> '' AND o.direction = e.direction
                AND o.amount_fen = e.amount_fen AND o.booking_date = e.booking_date
                AND o.statement_id <> e.statement_id AND o.state <> 'unmatched'
            JOIN bank_statement t ON t.statement_id = o.statement_id
                AND t.account = s.account
            WHERE e.statement_entry_id = $1
            """
        ).first(.integer(entry.id.number)) { _ in true }
        guard isBooked == nil else {
            throw Refusal(
                .statementEntryState,
                "an entry of the same bank number, day and amount is booked already; decline this",
                zh: "同一银行流水号、日期和金额的一笔已入账；请退回")
        }
        let legs = [
            (try deposit(of: entry.centre), entry.signedFen),
            (try cashAccount(.bankSuspense), -entry.signedFen),
        ]
        let posted = try journal.post(
            NewEntry(
                kind: .bankSuspense, narrative: "statement entry \(entry.id.number)",
                source: entry.id.number,
                postings: legs.compactMap { Posting($0, signedFen: $1) }),
            at: now)
        _ = try note(.approve, of: entry, nil, reason: reason, by: principal)
        try connection.prepare(
            """
            UPDATE bank_statement_entry SET state = 'suspended', suspense_entry_id = $1
            WHERE statement_entry_id = $2
            """
        ).run(.integer(posted.id.number), .integer(entry.id.number))
    }

    // MARK: - Who and which

    private func statementEntry(
        _ number: Int64, by principal: Principal
    ) throws -> StatementEntry {
        try checkSettles(principal)
        let reader = BankStatementReader(connection, zone: profile.zone)
        guard let entry = try reader.entry(ID(number)) else {
            throw Refusal(
                .unknownStatementEntry, "no statement has this entry; see the list",
                zh: "没有此笔银行流水；请查询列表")
        }
        return entry
    }

    /// An entry for which nothing is proposed.
    private func undecided(_ number: Int64, by principal: Principal) throws -> StatementEntry {
        let entry = try statementEntry(number, by: principal)
        guard entry.proposal == nil else {
            throw Refusal(
                .statementEntryState, "a proposal waits for another person; approve or decline it",
                zh: "该笔已有待审批的处理意见；请先审批或退回")
        }
        return entry
    }

    private func proposed(
        _ number: Int64, by principal: Principal
    ) throws -> (StatementEntry, StatementEntry.Proposal) {
        let entry = try statementEntry(number, by: principal)
        guard let proposal = entry.proposal else {
            throw Refusal(
                .statementEntryState, "nothing is proposed for this entry; propose it first",
                zh: "该笔没有待审批的处理意见；请先提出")
        }
        return (entry, proposal)
    }

    private static func wrongState(_ entry: StatementEntry) -> Refusal {
        Refusal(
            .statementEntryState, "the entry is \(entry.state.rawValue) already; see the list",
            zh: "该笔银行流水已处理；请查询列表")
    }

    private func check(
        _ entry: StatementEntry, settles instruction: SettlementInstruction
    ) throws {
        let obstacle = StatementMatching.obstacle(
            to: instruction, direction: entry.direction, amountFen: entry.amountFen,
            on: entry.centre)
        guard let obstacle else { return }
        throw Refusal(
            .statementEntryDiffers,
            "the entry cannot settle \(instruction.reference) (\(obstacle.rawValue)): amount, "
                + "direction and account must be equal and the instruction approved",
            zh: "该笔流水不能核销 \(instruction.reference)（\(obstacle.rawValue)）："
                + "金额、方向、账户须一致且指令已审批",
            field: "/reference")
    }

    private func note(
        _ event: StatementEntryEvent, of entry: StatementEntry,
        _ instruction: SettlementInstruction?, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        try connection.prepare(
            """
            INSERT INTO bank_statement_event (statement_entry_id, event, instruction_id, staff_id,
                recorded_at, reason)
            VALUES ($1, $2, $3, $4, $5, $6)
            """
        ).run(
            .integer(entry.id.number), .text(event.rawValue), .integer(instruction?.id.number),
            .integer(principal.staff.number), .integer(now.millisecondsSinceEpoch), .text(reason))
        return try encodedEntry(entry.id)
    }

    private func encodedEntry(_ id: ID<StatementEntry>) throws -> [UInt8] {
        let reader = BankStatementReader(connection, zone: profile.zone)
        guard let bytes = try reader.encodedEntry(id) else {
            throw BookError.damaged(table: "bank_statement_entry", field: "statement_entry_id")
        }
        return bytes
    }
}

/// SHA-256 over the fields of an approval, for its idempotency key.
public func approveStatementEntryFingerprint(_ number: Int64, reason: String) -> SHA256Digest {
    commandFingerprint("approve_statement_entry", "\(number)", reason)
}
