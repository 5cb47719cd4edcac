import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

extension AgencySession {
    /// Records the intent to withdraw, before the bank is asked.
    ///
    /// Refusals, in order: `identityNotChecked`, `notSignedOn`, `unknownProduct`,
    /// `wrongProductKind`, `noContract`, `amountNotAllowed`, `agentNotAllowed`, `feeNotInTariff`,
    /// `tillShortOfCash`, `cardLimitExceeded`, `cardCountExceeded`, `cardMonthLimitExceeded`. The
    /// card's allowance is taken here, where one command runs at a time.
    func startWithdrawal(
        _ request: WithdrawalRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> WithdrawalStart {
        if let known = try knownOutcome(of: claim) { return .known(known) }
        let result = try undoingRefusal(of: claim) {
            try keep(claim, outcome: "running", answer: [])
            return try insertWithdrawal(request, claim: claim, by: principal)
        }
        switch result {
        case .success(let pending): return .pending(pending)
        case .failure(let refusal): return .known(.refused(refusal))
        }
    }

    private func insertWithdrawal(
        _ request: WithdrawalRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> PendingWithdrawal {
        guard let identity = request.identity else { throw Self.identityNotChecked }
        let shift = try shifts.shift(of: principal, connection)
        let product = try catalogue.product(request.productCode, .withdrawal)
        let date = try journal.currentDate()
        let contract = try catalogue.contract(for: product, on: date)
        try contract.check(amountFen: request.amountFen)
        try checkAgent(request.agent, holder: identity, contract)
        let digest = request.cardDigest(key: cardKey)
        let isFree = try isFree(card: digest, contract: contract, on: date)
        let feeFen = isFree ? 0 : contract.serviceFeeFen
        try contract.check(feeFen: request.serviceFeeFen, tariffFen: feeFen)
        let transaction = NewTransaction(
            kind: .withdrawal, product: product, contract: contract, shift: shift,
            accountReference: masked(lastFour: request.cardLastFour),
            amountFen: request.amountFen, feeFen: feeFen,
            commissionFen: contract.commission.commissionFen(on: request.amountFen))
        let serial = try nextSerial()
        let pendingEntry = try pendPayout(transaction, serial: serial)
        try takeAllowance(
            request.amountFen, card: digest, isFree: isFree, contract: contract, on: date)
        _ = try insert(transaction, serial: serial, status: .pending, entry: nil)
        try connection.prepare(
            """
            INSERT INTO withdrawal (serial, card_digest, card_last_four, key, credential,
                pending_entry_id, is_free, reversal)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'none')
            """
        ).run(
            .integer(serial), .text(digest), .text(request.cardLastFour), .text(claim.key),
            .integer(claim.credential), .integer(pendingEntry.number),
            .integer(isFree ? 1 : 0))
        try recordIdentityCheck(identity, of: .holder, serial: serial, by: shift)
        if let agent = request.agent {
            try recordIdentityCheck(agent, of: .agent, serial: serial, by: shift)
        }
        return PendingWithdrawal(
            serial: serial, partnerCode: product.partner.code, amountFen: request.amountFen)
    }

    /// Undoes the command that began a withdrawal which no line can carry; its key is not used up.
    func giveUp(_ request: WithdrawalRequest) throws -> WithdrawalStart {
        try undoCommand()
        let partner = try catalogue.product(request.productCode, .withdrawal).partner
        return .known(.refused(Self.unreachable(partner, cashFen: -request.amountFen)))
    }

    /// - Throws: `Refusal` with `agentNotAllowed` where the contract lets only the holder draw, or
    ///   where the holder is named as the own agent.
    private func checkAgent(
        _ agent: IdentityDocument?, holder: IdentityDocument, _ contract: Contract
    ) throws {
        guard let agent else { return }
        guard contract.terms[.agentWithdrawals] == 1 else {
            throw Refusal(
                .agentNotAllowed,
                "only the card's holder may withdraw here; ask the holder to come",
                zh: "此业务须由持卡人本人办理；请持卡人到场", field: "/agent")
        }
        guard agent != holder else {
            throw Refusal(
                .agentNotAllowed,
                "holder and agent have the same document; send the agent's own, or no agent",
                zh: "代办人与持卡人证件相同；请录入代办人本人证件，或按本人办理", field: "/agent")
        }
    }

    /// Records the bank's answer to a pending withdrawal; a later one is kept and changes nothing.
    ///
    /// - Returns: what the terminal is told; to a late answer never that it may pay out.
    func recordBankAnswer(
        _ answer: BankAnswer, serial: Int64
    ) throws -> CommandOutcome {
        guard let withdrawal = try withdrawal(serial) else {
            return .refused(Self.bankDidNotAnswer)
        }
        guard withdrawal.status == .pending else {
            try recordLate(answer, to: withdrawal)
            return .refused(Self.bankDidNotAnswer)
        }
        let outcome: CommandOutcome
        switch answer {
        case .approved(let reference):
            try setStatus(.authorised, of: serial, reference: Self.carried(reference))
            outcome = .done(try receiptJSON(serial))
        case .declined(let reason):
            try setStatus(.declined, of: serial)
            try release(withdrawal, narrative: "declined")
            outcome = .refused(
                Refusal(
                    .withdrawalDeclined,
                    "the bank declined: \(Self.told(reason)); pay out no cash",
                    zh: "银行拒绝：\(Self.toldInChinese(reason))；请勿付款"))
        case .noAnswer:
            try setStatus(.reversed, of: serial)
            try markReversal("due", of: serial)
            try release(withdrawal, narrative: "unanswered")
            outcome = .refused(Self.bankDidNotAnswer)
        }
        try finish(key: withdrawal.key, credential: withdrawal.credential, outcome)
        return outcome
    }

    /// Posts an authorised withdrawal whose cash was handed out, once for each key.
    ///
    /// Refusals: `notSignedOn`, `unknownWithdrawal`, `withdrawalNotAuthorised`.
    public func confirmCashPaid(
        serial: Int64, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let withdrawal = try authorised(serial, by: principal)
            let entry = try journal.postPending(withdrawal.pendingEntry, at: now)
            try setStatus(.posted, of: serial, entry: entry.id)
            return try receiptJSON(serial)
        }
    }

    /// Cancels an authorised withdrawal whose cash was not handed out, once for each key.
    public func cancelWithdrawal(
        serial: Int64, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let withdrawal = try authorised(serial, by: principal)
            try setStatus(.reversed, of: serial)
            try markReversal("due", of: serial)
            try release(withdrawal, narrative: "cancelled")
            return try receiptJSON(serial)
        }
    }

    /// Notes that the bank confirmed a reversal.
    func confirmReversal(serial: Int64) throws {
        try markReversal("confirmed", of: serial)
    }

    static let bankDidNotAnswer = Refusal(
        .bankDidNotAnswer,
        "the bank did not answer and the withdrawal is reversed; pay out no cash and try again",
        zh: "银行无应答，此笔取款已冲正；请勿付款，可重新办理")

    /// A withdrawal of the operator's own shift; of any shift below a supervisor, for an operator
    /// who is gone leaves it to the supervisor, without whom the till could not be signed off.
    private func withdrawal(
        _ serial: Int64, finishedBy principal: Principal
    ) throws -> WithdrawalRow? {
        switch principal.role {
        case .operator:
            let shift = try shifts.shift(of: principal, connection)
            return try withdrawal(serial).flatMap { $0.shift == shift.id ? $0 : nil }
        case .supervisor, .administrator:
            guard let withdrawal = try withdrawal(serial),
                let shift = try ShiftReader(connection).shift(withdrawal.shift),
                try oversees(principal, shift.station)
            else { return nil }
            return withdrawal
        case .liaison, .committee: return nil
        }
    }

    private func authorised(
        _ serial: Int64, by principal: Principal
    ) throws -> WithdrawalRow {
        guard let withdrawal = try withdrawal(serial, finishedBy: principal) else {
            throw Refusal(
                .unknownWithdrawal,
                "there is no such withdrawal in this shift; compare the serial number",
                zh: "本班次没有此笔取款；请核对流水号")
        }
        guard withdrawal.status == .authorised else {
            throw Refusal(
                .withdrawalNotAuthorised,
                "the withdrawal is \(withdrawal.status.rawValue), not authorised; pay out nothing "
                    + "more and look at its receipt",
                zh: "此笔取款不在已授权状态；请勿再付款，请查看凭条")
        }
        return withdrawal
    }

    /// Gives back what a withdrawal that came to nothing had taken: allowance and pending cash.
    private func release(_ withdrawal: WithdrawalRow, narrative: String) throws {
        try restoreAllowance(of: withdrawal)
        _ = try journal.void(withdrawal.pendingEntry, narrative: narrative, at: now)
    }
}
