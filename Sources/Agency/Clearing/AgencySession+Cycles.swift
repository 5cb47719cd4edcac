import CivilTime
import Ledger
import SQL

/// The life of settlement cycles up to the day on which their net is known.
extension AgencySession {
    /// Puts a date that is being closed into one cycle of each partner.
    ///
    /// A cycle begins on the day after the one before, so that dates without business belong
    /// somewhere too; its length is that of the terms in force on the date that opens it.
    func assignSettlementCycles(on date: BusinessDate) throws {
        let (reader, terms) = (
            SettlementCycleReader(connection), SettlementTermsReader(connection)
        )
        for (partner, _) in try PartnerReader(connection).all() {
            let newest = try reader.newest(of: partner)
            if let newest, newest.to >= date {
                let end = try end(of: newest.to, newest.length, of: partner, after: date)
                if end < newest.to { try shorten(newest, to: end) }
                continue
            }
            let length = try terms.terms(of: partner, on: date).cycle
            let end = try end(of: length.end(of: date), length, of: partner, after: date)
            try connection.prepare(
                """
                INSERT INTO settlement_cycle (partner_id, number, length, from_date, to_date, state)
                VALUES ($1, $2, $3, $4, $5, 'open')
                """
            ).run(
                .integer(partner.number), .integer((newest?.number ?? 0) + 1),
                .text(length.rawValue),
                .integer(Int64((newest?.to.adding(days: 1) ?? date).daysSinceEpoch)),
                .integer(Int64(end.daysSinceEpoch)))
        }
    }

    /// Where a cycle ends: at its own end, or the day before terms with another length begin.
    private func end(
        of planned: BusinessDate, _ length: SettlementCycleLength, of partner: ID<Partner>,
        after date: BusinessDate
    ) throws -> BusinessDate {
        let change =
            try connection.prepare(
                """
                SELECT min(valid_from) FROM settlement_terms
                WHERE partner_id = $1 AND valid_from > $2 AND cycle <> $3
                """
            ).first(
                .integer(partner.number), .integer(Int64(date.daysSinceEpoch)),
                .text(length.rawValue)
            ) { $0.isNull(0) ? nil : $0.businessDate(0) } ?? nil
        return change.map { min(planned, $0.adding(days: -1)) } ?? planned
    }

    private func shorten(_ cycle: SettlementCycle, to end: BusinessDate) throws {
        try connection.prepare("UPDATE settlement_cycle SET to_date = $1 WHERE cycle_id = $2")
            .run(.integer(Int64(end.daysSinceEpoch)), .integer(cycle.id.number))
    }

    /// Fixes the net of a partner's cycles whose files are all released.
    ///
    /// What needs no transfer is settled at once; when both accounts moved by the same sum, they
    /// are cleared against each other.
    func concludeCycles(of partner: ID<Partner>) throws {
        let reader = SettlementCycleReader(connection)
        let open = try journal.currentDate()
        for cycle in try reader.finished(of: partner, before: open) {
            let moved = try reader.moved(in: cycle)
            try connection.prepare(
                """
                UPDATE settlement_cycle SET state = 'due', payable_fen = $1, receivable_fen = $2,
                    net_fen = $3, due_at = $4
                WHERE cycle_id = $5
                """
            ).run(
                .integer(moved.payableFen), .integer(moved.receivableFen),
                .integer(moved.payableFen - moved.receivableFen),
                .integer(now.millisecondsSinceEpoch), .integer(cycle.id.number))
            guard moved.payableFen == moved.receivableFen else { continue }
            if moved.payableFen != 0 {
                _ = try postSettlement(of: dueCycle(cycle.id), through: nil)
            }
            try settle(cycle.id)
        }
    }

    /// A cycle whose net is fixed.
    ///
    /// - Throws: `Refusal` with `unknownSettlementCycle` or `settlementCycleState`.
    func dueCycle(_ id: ID<SettlementCycle>) throws -> DueCycle {
        guard let cycle = try SettlementCycleReader(connection).cycle(id) else {
            throw Refusal.unknownSettlementCycle
        }
        guard let payable = cycle.payableFen, let receivable = cycle.receivableFen else {
            throw Refusal(
                .settlementCycleState,
                "the cycle to \(cycle.to) is open: its dates are not all closed, or a file is not "
                    + "released; wait for it",
                zh: "结算周期（至 \(cycle.to)）尚未到期：有营业日未日结或对账文件未发布；请稍候")
        }
        return DueCycle(cycle: cycle, payableFen: payable, receivableFen: receivable)
    }

    /// Clears a cycle's sums from the partner's accounts, against the bank's deposit or what
    /// waited in suspense.
    ///
    /// - Parameter money: where the net came from or went to; nothing for a net of 0.
    /// - Throws: `LedgerError.limitExceeded` when the deposit does not hold it by the book.
    func postSettlement(
        of due: DueCycle, through money: ID<Account>?
    ) throws -> ID<JournalEntry> {
        let accounts = try connection.prepare(
            "SELECT payable_account_id, receivable_account_id FROM partner WHERE partner_id = $1"
        ).first(.integer(due.cycle.partner.number)) {
            (payable: ID<Account>($0.integer(0)), receivable: ID<Account>($0.integer(1)))
        }
        guard let accounts else {
            throw BookError.damaged(table: "partner", field: "partner_id")
        }
        // Debits positive: what was payable is no longer owed, what was receivable has come.
        var legs = [
            (accounts.payable, due.payableFen), (accounts.receivable, -due.receivableFen),
        ]
        if let money { legs.append((money, -due.netFen)) }
        let entry = try journal.together {
            try journal.post(
                NewEntry(
                    kind: .settlementPayment,
                    narrative: "\(due.cycle.partnerCode) \(due.cycle.number)",
                    source: due.cycle.id.number,
                    postings: legs.compactMap { Posting($0, signedFen: $1) }),
                at: now)
        }
        try connection.prepare(
            """
            INSERT INTO settlement_payment (cycle_id, partner_id, business_date, entry_id,
                payable_fen, receivable_fen, net_fen)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """
        ).run(
            .integer(due.cycle.id.number), .integer(due.cycle.partner.number),
            .integer(Int64(try journal.currentDate().daysSinceEpoch)), .integer(entry.id.number),
            .integer(due.payableFen), .integer(due.receivableFen), .integer(due.netFen))
        return entry.id
    }

    func settle(_ cycle: ID<SettlementCycle>) throws {
        try connection.prepare(
            "UPDATE settlement_cycle SET state = 'settled', settled_at = $1 WHERE cycle_id = $2"
        ).run(.integer(now.millisecondsSinceEpoch), .integer(cycle.number))
    }
}

/// A cycle with what it moved.
struct DueCycle {
    let cycle: SettlementCycle
    let payableFen: Int64
    let receivableFen: Int64

    var netFen: Int64 { payableFen - receivableFen }
}

extension EntryKind {
    /// A cycle's sums left the partner's accounts.
    static let settlementPayment = EntryKind("settlement_payment")
    /// Money that the bank booked went to suspense.
    static let bankSuspense = EntryKind("bank_suspense")
}

extension Refusal {
    /// There is no such cycle, or it is another partner's.
    public static let unknownSettlementCycle = Refusal(
        .unknownSettlementCycle, "there is no such settlement cycle that you may see",
        zh: "没有您可查看的此结算周期；请核对编号")
}
