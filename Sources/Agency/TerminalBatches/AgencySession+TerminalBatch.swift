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
        let digest = batch.digest(key: cardKey).hex
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
                key: item.key, credential: terminal.number,
                fingerprint: item.fingerprint(key: cardKey))
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
            return try book(claim, item.staffCode, terminal, Self.passing) { person in
                try once(claim, passing: Self.passing) {
                    let shift = try shifts.shift(of: person, connection)
                    return try collect(request, shift: shift).json(zone: profile.zone)
                }
            }
        case .sellStock(let request):
            if let known = try knownOutcome(of: claim) { return Self.result(ofKnown: known) }
            if try needsLine(request) {
                try refuse(claim, Self.buyerNeedsLine)
                return .refused(Self.buyerNeedsLine)
            }
            let passing = Self.passing.union(Self.passingOfStock)
            return try book(claim, item.staffCode, terminal, passing) { person in
                try sellStock(request, claim: claim, by: person, passing: passing).outcome
            }
        }
    }

    /// What hinders an item now and may not tomorrow: its cash lies in the till already.
    private static let passing: Set<RefusalCode> = [
        .notSignedOn, .shiftSuspended, .handoverOffered, .operatorNotAllowed, .noContract,
        .tillCeilingReached,
    ]

    /// What hinders the sale of a paper until the station or its centre has put the pack right.
    private static let passingOfStock: Set<RefusalCode> = [
        .unknownStockItem, .noOpenStockPack, .stockPackFrozen,
    ]

    /// Books what an operator took cash for, into the till that this person holds now.
    private func book(
        _ claim: IdempotencyClaim, _ staffCode: String, _ terminal: ID<Terminal>,
        _ passing: Set<RefusalCode>, _ body: (Principal) throws -> CommandOutcome
    ) throws -> TerminalItemResult {
        guard let person = try StaffReader(connection).credential(staffCode)?.principal,
            person.role == .operator, try person.station == station(of: terminal)
        else { return .postponed(Refusal.notSignedOn) }
        switch try body(person.at(terminal)) {
        case .done(let answer): return .applied(answer)
        case .refused(let refusal):
            return passing.contains(refusal.code) ? .postponed(refusal) : .refused(refusal)
        case .running: preconditionFailure("what asks no partner is done in one command")
        }
    }

    /// Whether what is sold must be activated, or its buyer be identified, on the line.
    private func needsLine(_ request: StockSaleRequest) throws -> Bool {
        guard let product = catalogue.products.first(where: { $0.code == request.productCode })
        else { return false }
        return stockItems.all.contains { $0.product == product.id && $0.isTiedToBuyer }
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

    private static let buyerNeedsLine = Refusal(
        .notSafeOffline,
        "what is activated or tied to its buyer is sold on the line only: take it back and give the "
            + "cash back, or sell it to the customer on the line with a new key",
        zh: "须激活或实名登记的单证只能联机销售：请收回单证并将现金退还客户，或联机后以新编号为客户重新办理",
        field: "/product_id")

    private static let numberWasUsed = Refusal(
        .terminalNumberReused,
        "this number came with a request already; it cannot be declared unused",
        zh: "该编号已随请求送达；不能声明为未使用")
}
