import Ledger
import SQL
import StrictJSON

/// The other side of a transfer, and what becomes of a difference on arrival.
extension AgencySession {
    /// Takes cash that was sent, as the receiver counts it, once for each key.
    ///
    /// Another sum than was sent is taken as it is, and the transfer is disputed: the rest stays
    /// in transit until a supervisor resolves it. Refusals: `operatorNotAllowed`, `notSignedOn`
    /// and as a shift's state refuses, `unknownTransfer`, `samePerson`, `transferNotOffered`,
    /// `tillCeilingReached`.
    public func receiveTransfer(
        _ number: Int64, count: CashCount, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            try checkMayWork(principal)
            guard let transfer = try transfer(number) else { throw Refusal.unknownTransfer }
            let shift = try actsFor(transfer.receiver, principal)
            guard principal.staff != transfer.sentBy else {
                throw Refusal(
                    .samePerson, "who sent the cash does not receive it; ask another person",
                    zh: "调出人不能同时收款确认，请由他人办理")
            }
            let state = try transfer.state.after(
                count.totalFen == transfer.amountFen ? .receive : .receiveOther)
            if let shift { try checkCeiling(shift, taking: count.totalFen) }
            let entry = try count.totalFen > 0 ? postReceipt(transfer, count.totalFen) : nil
            let counted = try keep(
                count, for: .transferReceived, shift: shift?.id, by: principal.staff)
            try connection.prepare(
                """
                UPDATE cash_transfer SET state = $1, received_by = $2, received_shift_id = $3,
                    received_at = $4, received_fen = $5, received_entry_id = $6,
                    received_count_id = $7
                WHERE transfer_id = $8
                """
            ).run(
                .text(state.rawValue), .integer(principal.staff.number),
                .integer(shift?.id.number), .integer(now.millisecondsSinceEpoch),
                .integer(count.totalFen), .integer(entry?.number), .integer(counted.number),
                .integer(number))
            return answer(transfer, state, amountFen: count.totalFen)
        }
    }

    private func postReceipt(
        _ transfer: CashTransfer, _ amountFen: Int64
    ) throws -> ID<JournalEntry> {
        try postCash(
            NewEntry(
                kind: .cashReceived, narrative: "cash arrived", source: transfer.number,
                postings: [
                    .debit(transfer.receiver.account, amountFen),
                    .credit(try cashAccount(.inTransit), amountFen),
                ])
        ).id
    }

    /// Decides where the difference of a disputed transfer is, once for each key.
    ///
    /// Refusals: `operatorNotAllowed`, `unknownTransfer`, `samePerson`, `transferNotDisputed`,
    /// `resolutionNotAllowed`, `tillNotHeld`, `tillShortOfCash`.
    public func resolveTransfer(
        _ number: Int64, as resolution: TransferResolution, reason: String,
        claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            try checkMayWork(principal)
            guard let transfer = try transfer(number),
                try looksAfter(transfer.sender, principal)
                    || looksAfter(transfer.receiver, principal)
            else { throw Refusal.unknownTransfer }
            guard principal.staff != transfer.sentBy, principal.staff != transfer.receivedBy
            else {
                throw Refusal(
                    .samePerson, "who sent or received the cash does not resolve it; ask another",
                    zh: "收付双方不能自行处理争议，请由其他主管处理")
            }
            _ = try transfer.state.after(.resolve)
            let missingFen = transfer.amountFen - (transfer.receivedFen ?? 0)
            let (account, till) = try account(of: resolution, transfer, isShort: missingFen > 0)
            let shift = try till.map { try openShift(with: $0) }
            let entry = try postResolution(
                of: transfer, to: account, missingFen: missingFen)
            try end(
                transfer, .resolve, entry: entry, shift: shift?.id, resolution: resolution,
                reason: reason, by: principal.staff)
            return answer(transfer, .resolved, amountFen: abs(missingFen))
        }
    }

    /// Where the difference goes, and the till when it is one.
    private func account(
        of resolution: TransferResolution, _ transfer: CashTransfer, isShort: Bool
    ) throws -> (ID<Account>, ID<Till>?) {
        switch resolution {
        case .withSender: (transfer.sender.account, transfer.sender.till)
        case .withReceiver: (transfer.receiver.account, transfer.receiver.till)
        case .unexplained: (try cashAccount(isShort ? .transferShort : .transferOver), nil)
        }
    }

    private func postResolution(
        of transfer: CashTransfer, to account: ID<Account>, missingFen: Int64
    ) throws -> ID<JournalEntry> {
        let transit = try cashAccount(.inTransit)
        let amount = abs(missingFen)
        return try postCash(
            NewEntry(
                kind: .cashResolved, narrative: "difference on arrival", source: transfer.number,
                postings: missingFen > 0
                    ? [.debit(account, amount), .credit(transit, amount)]
                    : [.debit(transit, amount), .credit(account, amount)])
        ).id
    }

    private func looksAfter(_ place: CashPlace, _ principal: Principal) throws -> Bool {
        if let centre = place.centre { return try oversees(principal, centre: centre) }
        guard let station = place.station else { return false }
        return try oversees(principal, station)
    }
}
