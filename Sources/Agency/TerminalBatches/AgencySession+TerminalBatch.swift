import CivilTime
import Cryptography
import Ledger
import SQL

extension AgencySession {
    /// Keeps that a batch was received, or quarantines it; the same bytes change nothing.
    ///
    /// - Returns: the batch's number.
    func receive(
        _ batch: TerminalBatch, isAuthentic: Bool, of terminal: ID<Terminal>,
        by principal: Principal
    ) throws -> ID<TerminalBatch> {
        let digest = batch.digest.hex
        let known = try connection.prepare(
            "SELECT batch_id FROM terminal_batch WHERE terminal_id = $1 AND digest = $2"
        ).first(.integer(terminal.number), .text(digest)) { ID<TerminalBatch>($0.integer(0)) }
        if let known { return known }
        let id = try connection.prepare(
            """
            INSERT INTO terminal_batch (terminal_id, digest, first_sequence, last_sequence,
                item_count, created_at, received_at, received_by, state)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING batch_id
            """
        ).first(
            .integer(terminal.number), .text(digest), .integer(batch.sequences.lowerBound),
            .integer(batch.sequences.upperBound), .integer(Int64(batch.items.count)),
            .integer(batch.createdAt.millisecondsSinceEpoch),
            .integer(now.millisecondsSinceEpoch), .integer(principal.staff.number),
            .text(isAuthentic ? "received" : "quarantined")
        ) { ID<TerminalBatch>($0.integer(0)) }
        guard let id else { preconditionFailure("RETURNING gives a row or an error") }
        return id
    }

    /// Does what one item of a received batch asks for, exactly once, as on the line.
    func apply(
        _ item: TerminalItem, in batch: ID<TerminalBatch>, of terminal: ID<Terminal>
    ) throws -> TerminalItemResult {
        guard
            var claim = IdempotencyClaim(
                key: item.key, credential: terminal.number, fingerprint: item.fingerprint)
        else { preconditionFailure("the key was checked when the item was read") }
        claim.terminalNumber = TerminalNumber(
            item.sequence, in: batch, recordedAt: item.recordedAt)
        if let refusal = try refusalOfNumber(claim) {
            let isAgain = try isUnusedAgain(item, terminal)
            return isAgain ? .declaredUnused(isRepeated: true) : .refused(refusal)
        }
        switch item.action {
        case .unused: return try declareUnused(item, in: batch, of: terminal)
        case .refused(let refusal):
            // It may have been done on the line, and only its answer was lost.
            if let known = try knownOutcome(of: claim, isOfAnyRequest: true) {
                return .repeated(known)
            }
            try refuse(claim, refusal)
            return .refused(refusal)
        case .payBill(let request):
            if let known = try knownOutcome(of: claim) { return Self.result(ofKnown: known) }
            return try pay(request, claim, item.staffCode, terminal)
        }
    }

    /// What hinders an item now and may not tomorrow: its cash lies in the till already.
    private static let passing: Set<RefusalCode> = [
        .notSignedOn, .shiftSuspended, .handoverOffered, .operatorNotAllowed, .noContract,
        .tillCeilingReached,
    ]

    private func pay(
        _ request: BillPaymentRequest, _ claim: IdempotencyClaim, _ staffCode: String,
        _ terminal: ID<Terminal>
    ) throws -> TerminalItemResult {
        guard let person = try StaffReader(connection).credential(staffCode)?.principal,
            person.role == .operator, try person.station == station(of: terminal)
        else { return .postponed(Refusal.notSignedOn) }
        let outcome = try once(claim, passing: Self.passing) {
            let shift = try shifts.shift(of: person.at(terminal), connection)
            return try collect(request, shift: shift).json(zone: profile.zone)
        }
        switch outcome {
        case .done(let answer): return .applied(answer)
        case .refused(let refusal):
            return Self.passing.contains(refusal.code) ? .postponed(refusal) : .refused(refusal)
        case .running: preconditionFailure("a bill without partner is paid in one command")
        }
    }

    /// Notes that all items of a batch were looked at, and up to where all numbers arrived.
    func finishBatch(_ id: ID<TerminalBatch>, of terminal: ID<Terminal>) throws -> TerminalNumbers {
        let numbers = try TerminalNumberReader(connection).numbers(of: terminal)
        try connection.prepare(
            """
            UPDATE terminal_batch SET state = 'applied', complete_to = $1
            WHERE batch_id = $2 AND state = 'received'
            """
        ).run(.integer(numbers.completeTo), .integer(id.number))
        return numbers
    }

    /// A key that was used for something else is no repeat.
    private static func result(ofKnown outcome: CommandOutcome) -> TerminalItemResult {
        if case .refused(let refusal) = outcome, refusal.code == .idempotencyKeyReused {
            return .refused(refusal)
        }
        return .repeated(outcome)
    }

    private func declareUnused(
        _ item: TerminalItem, in batch: ID<TerminalBatch>, of terminal: ID<Terminal>
    ) throws -> TerminalItemResult {
        guard try arrival(of: item.sequence, terminal: terminal.number) == .none else {
            return .refused(Self.numberWasUsed)
        }
        try insertNumber(
            item.sequence, terminal: terminal.number, key: nil,
            batch: (batch, item.recordedAt))
        return .declaredUnused(isRepeated: false)
    }

    private func isUnusedAgain(
        _ item: TerminalItem, _ terminal: ID<Terminal>
    ) throws -> Bool {
        try item.action == .unused
            && arrival(of: item.sequence, terminal: terminal.number) == .unused
    }

    private func station(of terminal: ID<Terminal>) throws -> ID<Station>? {
        try connection.prepare("SELECT station_id FROM terminal WHERE terminal_id = $1")
            .first(.integer(terminal.number)) { ID<Station>($0.integer(0)) }
    }

    private static let numberWasUsed = Refusal(
        .terminalNumberReused,
        "this number came with a request already; it cannot be declared unused",
        zh: "该编号已随请求送达；不能声明为未使用")
}
