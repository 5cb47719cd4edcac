import CivilTime
import Ledger
import SQL
import StrictJSON

/// Cash transfers (现金调拨): the sender counts and hands over, the receiver counts and takes.
extension AgencySession {
    /// Sends cash: it leaves the sender's account at once and is in transit until it arrives.
    ///
    /// Refusals: `operatorNotAllowed`, `notSignedOn` and as a shift's state refuses,
    /// `notPermitted`, `unknownTill`, `transferNotAllowed`, `amountNotAllowed`,
    /// `tillShortOfCash`, `depositShort`.
    public func send(
        _ request: CashTransferRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            try checkMayWork(principal)
            let (sender, shift) = try sender(request, principal)
            let receiver = try receiver(request, principal)
            try check(request, from: sender, to: receiver)
            let number =
                try connection.prepare("SELECT ifnull(max(transfer_id), 0) + 1 FROM cash_transfer")
                .first { $0.integer(0) } ?? 1
            let amount = request.count.totalFen
            let entry = try postCash(
                NewEntry(
                    kind: .cashSent,
                    narrative: "\(request.from.rawValue) to \(request.to.rawValue)",
                    source: number,
                    postings: [
                        .debit(try cashAccount(.inTransit), amount),
                        .credit(sender.account, amount),
                    ]),
                from: sender.kind
            ).id
            let counted = try keep(
                request.count, for: .transferSent, shift: shift?.id, by: principal.staff)
            try insert(
                request, number: number, from: sender, to: receiver, shift: shift?.id,
                entry: entry, counted: counted, by: principal.staff)
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("transfer_id", String(number))
            writer.field("state", TransferState.offered.rawValue)
            writer.field("amount_fen", amount)
            writer.field("sent_at", profile.zone.text(now))
            writer.endObject()
            return writer.bytes
        }
    }

    /// Takes cash back that has not arrived: by the sender, once for each key.
    ///
    /// Refusals: `operatorNotAllowed`, `notSignedOn` and as a shift's state refuses,
    /// `unknownTransfer`, `transferNotOffered`.
    public func cancelTransfer(
        _ number: Int64, reason: String, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            try checkMayWork(principal)
            guard let transfer = try transfer(number) else { throw Refusal.unknownTransfer }
            let shift = try actsFor(transfer.sender, principal)
            _ = try transfer.state.after(.cancel)
            let entry = try journal.reverse(
                transfer.sentEntry, narrative: "cash came back", at: now
            ).id
            try end(
                transfer, .cancel, entry: entry, shift: shift?.id, resolution: nil,
                reason: reason, by: principal.staff)
            return answer(transfer, .cancelled, amountFen: transfer.amountFen)
        }
    }

    /// Checks that a person acts for one end of a transfer.
    ///
    /// - Returns: the shift in which the person holds the till, where it is one.
    /// - Throws: `Refusal` with `unknownTransfer`; for an operator also what `shift(of:)` throws.
    func actsFor(_ place: CashPlace, _ principal: Principal) throws -> Shift? {
        guard let centre = place.centre else {
            guard principal.role == .operator else { throw Refusal.unknownTransfer }
            let shift = try shifts.shift(of: principal, connection)
            guard shift.till == place.till else { throw Refusal.unknownTransfer }
            return shift
        }
        guard try oversees(principal, centre: centre) else { throw Refusal.unknownTransfer }
        return nil
    }

    /// Keeps how a transfer ended other than by its receipt.
    func end(
        _ transfer: CashTransfer, _ event: TransferEvent, entry: ID<JournalEntry>,
        shift: ID<Shift>?, resolution: TransferResolution?, reason: String,
        by staff: ID<StaffMember>
    ) throws {
        let state = try transfer.state.after(event)
        try connection.prepare(
            """
            UPDATE cash_transfer SET state = $1, ended_by = $2, ended_shift_id = $3,
                ended_at = $4, ended_entry_id = $5, resolution = $6, reason = $7
            WHERE transfer_id = $8
            """
        ).run(
            .text(state.rawValue), .integer(staff.number), .integer(shift?.number),
            .integer(now.millisecondsSinceEpoch), .integer(entry.number),
            .text(resolution?.rawValue), .text(reason), .integer(transfer.number))
    }

    func answer(
        _ transfer: CashTransfer, _ state: TransferState, amountFen: Int64
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("transfer_id", String(transfer.number))
        writer.field("state", state.rawValue)
        writer.field("amount_fen", amountFen)
        writer.endObject()
        return writer.bytes
    }

    /// An operator sends out of its own till, a supervisor out of its centre's vault or account.
    private func sender(
        _ request: CashTransferRequest, _ principal: Principal
    ) throws -> (CashPlace, Shift?) {
        let places = CashPlaceReader(connection: connection)
        switch (principal.role, request.from) {
        case (.operator, .till):
            let shift = try shifts.shift(of: principal, connection)
            guard let place = try places.till(shift.till) else {
                preconditionFailure("a shift's till is kept")
            }
            return (place, shift)
        case (.supervisor, .centre), (.supervisor, .bank):
            guard let centre = principal.centre,
                let place = try request.from == .centre
                    ? places.vault(of: centre) : places.bank(of: centre)
            else { throw Self.senderNotPermitted }
            return (place, nil)
        case (.operator, .centre), (.operator, .bank), (.supervisor, .till),
            (.liaison, .till), (.liaison, .centre), (.liaison, .bank),
            (.committee, .till), (.committee, .centre), (.committee, .bank),
            (.administrator, .till), (.administrator, .centre), (.administrator, .bank):
            throw Self.senderNotPermitted
        }
    }

    private static let senderNotPermitted = Refusal(
        .notPermitted,
        "an operator sends from the own till, a supervisor from the own centre or its bank account",
        zh: "操作员只能从本人尾箱调出，主管只能从本中心金库或银行账户调出", field: "/from_kind")

    private func receiver(
        _ request: CashTransferRequest, _ principal: Principal
    ) throws -> CashPlace {
        let places = CashPlaceReader(connection: connection)
        let found: CashPlace? =
            switch request.to {
            case .till: try request.toCode.flatMap { try places.till(code: $0) }
            case .centre: try request.toCode.flatMap { try places.vault(code: $0) }
            case .bank:
                try request.toCode == nil
                    ? principal.centre.flatMap { try places.bank(of: $0) } : nil
            }
        guard let found else { throw Self.notARoute }
        return found
    }

    private static let notARoute = Refusal(
        .transferNotAllowed,
        "cash goes between tills, to and from a centre above, and between a centre and its bank "
            + "account; correct to_kind and to_id",
        zh: "现金只能在尾箱之间、尾箱与上级中心之间、中心与其银行账户之间调拨，请更正收方",
        field: "/to_id")

    private func check(
        _ request: CashTransferRequest, from sender: CashPlace, to receiver: CashPlace
    ) throws {
        guard
            try CashPlaceReader(connection: connection).isRoute(from: sender, to: receiver)
        else { throw Self.notARoute }
        let hasBank = sender.kind == .bank || receiver.kind == .bank
        guard hasBank == (request.bankReference != nil) else {
            throw Refusal(
                .transferNotAllowed,
                "give the number of the bank's slip, exactly where the bank is one end",
                zh: "与银行之间调拨须填写银行回单号，其他调拨不填", field: "/bank_reference")
        }
        guard request.count.totalFen > 0 else {
            throw Refusal(
                .amountNotAllowed, "there is nothing to send; count the cash",
                zh: "调拨金额为零，请清点后填写", field: "/counts")
        }
    }

    private func insert(
        _ request: CashTransferRequest, number: Int64, from sender: CashPlace,
        to receiver: CashPlace, shift: ID<Shift>?, entry: ID<JournalEntry>,
        counted: ID<CashCountRow>, by staff: ID<StaffMember>
    ) throws {
        try connection.prepare(
            """
            INSERT INTO cash_transfer (transfer_id, sender_kind, sender_till_id,
                sender_centre_id, sender_account_id, receiver_kind, receiver_till_id,
                receiver_centre_id, receiver_account_id, bank_reference, amount_fen, state,
                sent_by, sent_shift_id, sent_at, sent_entry_id, sent_count_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'offered', $12, $13, $14, $15,
                $16)
            """
        ).run(
            .integer(number), .text(sender.kind.rawValue), .integer(sender.till?.number),
            .integer(sender.centre?.number), .integer(sender.account.number),
            .text(receiver.kind.rawValue), .integer(receiver.till?.number),
            .integer(receiver.centre?.number), .integer(receiver.account.number),
            .text(request.bankReference), .integer(request.count.totalFen),
            .integer(staff.number), .integer(shift?.number),
            .integer(now.millisecondsSinceEpoch), .integer(entry.number),
            .integer(counted.number))
    }
}
