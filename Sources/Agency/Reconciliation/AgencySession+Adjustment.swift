import CivilTime
import Ledger
import SQL
import Settlement

/// What two people agreed on is booked (调账).
extension AgencySession {
    /// Settles an exception by an approved resolution: its entry, its adjustment and its state.
    func settle(
        _ exception: SettlementException, _ resolution: SettlementResolution
    ) throws {
        switch (resolution.kind, exception.state) {
        case (.suspense, _): try adjust(exception, resolution, against: .difference)
        case (.writeOff, .open):
            try adjust(
                exception, resolution,
                against: exception.differenceFen > 0 ? .differenceIncome : .differenceLoss)
        case (.writeOff, .suspended), (.writeOff, .resolved):
            try writeOffSuspended(exception, resolution)
        case (.offset, _): break
        }
        switch resolution.kind {
        case .suspense:
            try connection.prepare(
                "UPDATE settlement_exception SET state = 'suspended' WHERE exception_id = $1"
            ).run(.integer(exception.id.number))
        case .writeOff, .offset:
            try connection.prepare(
                """
                UPDATE settlement_exception SET state = 'resolved', resolution = $1,
                    resolved_at = $2
                WHERE exception_id = $3
                """
            ).run(
                .text(resolution.kind.rawValue), .integer(now.millisecondsSinceEpoch),
                .integer(exception.id.number))
        }
    }

    /// Books the partner's figure: what we owe falls by what ours is more than theirs.
    private func adjust(
        _ exception: SettlementException, _ resolution: SettlementResolution,
        against purpose: PartnerAccountPurpose
    ) throws {
        let amountFen = -exception.differenceFen
        let payable = try payableAccount(of: exception.partner)
        let other = try partnerAccount(purpose, of: exception.partner, exception.partnerCode)
        try post(
            exception, resolution, amountFen: amountFen, movesPartner: true,
            legs: [(payable, -amountFen), (other, amountFen)])
    }

    private func writeOffSuspended(
        _ exception: SettlementException, _ resolution: SettlementResolution
    ) throws {
        let fen = exception.differenceFen
        let suspense = try partnerAccount(.difference, of: exception.partner, exception.partnerCode)
        let other = try partnerAccount(
            fen > 0 ? .differenceIncome : .differenceLoss, of: exception.partner,
            exception.partnerCode)
        try post(
            exception, resolution, amountFen: fen, movesPartner: false,
            legs: [(suspense, fen), (other, -fen)])
    }

    /// - Parameter legs: accounts with what they are debited, below zero for a credit.
    private func post(
        _ exception: SettlementException, _ resolution: SettlementResolution, amountFen: Int64,
        movesPartner: Bool, legs: [(ID<Account>, Int64)]
    ) throws {
        // Lines that differ without moving money have nothing to book.
        guard amountFen != 0 else { return }
        let entry = try journal.post(
            NewEntry(
                kind: .settlementAdjustment,
                narrative:
                    "\(resolution.kind.rawValue) \(exception.partnerCode) \(exception.serial)",
                source: exception.id.number,
                postings: legs.compactMap { Posting($0.0, signedFen: $0.1) }),
            at: now)
        let line = exception.ours?.line ?? exception.theirs?.line
        let account = line?.accountReference ?? ""
        let original =
            amountFen < 0
            ? SettlementIdentifier(exception.serial)?.text ?? "X\(exception.id.number)" : nil
        try connection.prepare(
            """
            INSERT INTO settlement_adjustment (resolution_id, exception_id, partner_id,
                business_date, recorded_at, amount_fen, moves_partner, account_reference,
                original_serial, entry_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """
        ).run(
            .integer(resolution.id.number), .integer(exception.id.number),
            .integer(exception.partner.number),
            .integer(Int64(try journal.currentDate().daysSinceEpoch)),
            .integer(now.millisecondsSinceEpoch), .integer(amountFen),
            .integer(movesPartner ? 1 : 0),
            .text(account.isEmpty ? "X\(exception.id.number)" : account), .text(original),
            .integer(entry.id.number))
    }
}

extension EntryKind {
    /// What two people booked to settle a difference with a partner.
    static let settlementAdjustment = EntryKind("settlement_adjustment")
}
