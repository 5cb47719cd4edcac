import CivilTime
import Ledger
import SQL
import Settlement

extension AgencySession {
    /// Records what a comparison gave: every exception that it opens, clears or continues.
    ///
    /// - Throws: `ReconciliationFault.changedMeanwhile` when what was compared is no longer so.
    func record(_ outcome: ReconciliationOutcome) throws -> Reconciliation {
        let due = outcome.file
        let reader = ReconciliationReader(connection)
        guard try reader.dueFile(of: due.partner, code: due.partnerCode)?.id == due.id,
            try Set(reader.carried(of: due.partner, limit: outcome.maximumCarried).map(\.id))
                == Set(outcome.carried.map(\.exception.id))
        else { throw ReconciliationFault.changedMeanwhile(file: due.name) }
        let id = try insert(outcome)
        for (exception, fate) in outcome.carried {
            switch fate {
            case .cleared: try end(exception, in: id, as: "cleared", .clear, due.name)
            case .takenBack(let number):
                try end(exception, in: id, as: "cleared", .clear, "\(due.name) line \(number)")
            case .continued: try end(exception, in: id, as: "continued", .goOn, due.name)
            // Where the lines were not compared, nobody knows yet whether it is missing.
            case .open: if outcome.isCompared { try reclassify(exception) }
            }
        }
        for exception in outcome.exceptions { try open(exception, in: id, due) }
        guard let done = try ReconciliationList(connection).reconciliation(id) else {
            preconditionFailure("the reconciliation was written in this command")
        }
        return done
    }

    private func insert(_ outcome: ReconciliationOutcome) throws -> ID<Reconciliation> {
        let due = outcome.file
        let cleared = outcome.carried.count { item in
            switch item.fate {
            case .cleared, .takenBack: true
            case .continued, .open: false
            }
        }
        let number = try connection.prepare(
            """
            INSERT INTO reconciliation (partner_id, partner_file_id, first_date, last_date,
                recorded_at, has_commission, is_compared, our_count, our_net_fen, their_count,
                their_net_fen, matched_count, cleared_count)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            RETURNING reconciliation_id
            """
        ).first(
            .integer(due.partner.number), .integer(due.id.number),
            .integer(Int64(due.firstDate.daysSinceEpoch)),
            .integer(Int64(due.lastDate.daysSinceEpoch)),
            .integer(now.millisecondsSinceEpoch), .integer(due.hasCommission ? 1 : 0),
            .integer(outcome.isCompared ? 1 : 0), .integer(outcome.ourCount),
            .integer(outcome.ourNetFen), .integer(due.theirCount), .integer(due.theirNetFen),
            .integer(outcome.matchedCount), .integer(Int64(cleared))
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        return ID(number)
    }

    /// Ends an exception that a later file answers; a proposal about it has no object any more.
    ///
    /// - Parameter place: the file, and its line where that is no counterpart.
    private func end(
        _ exception: CarriedException, in reconciliation: ID<Reconciliation>,
        as resolution: String, _ event: ExceptionEvent, _ place: String
    ) throws {
        try lapseProposal(on: exception.id)
        try connection.prepare(
            """
            UPDATE settlement_exception SET state = 'resolved', resolution = $1, resolved_at = $2,
                resolved_in = $3
            WHERE exception_id = $4
            """
        ).run(
            .text(resolution), .integer(now.millisecondsSinceEpoch),
            .integer(reconciliation.number), .integer(exception.id.number))
        try note(event, of: exception.id, place, by: nil)
    }

    /// What was TIMING and is not in the next file is missing.
    private func reclassify(_ exception: CarriedException) throws {
        guard exception.exceptionClass == .timing else { return }
        let missing: ExceptionClass =
            switch exception.side {
            case .ours: .oursOnly
            case .theirs: .partnerOnly
            }
        try connection.prepare("UPDATE settlement_exception SET class = $1 WHERE exception_id = $2")
            .run(.text(missing.rawValue), .integer(exception.id.number))
        try note(.reclassify, of: exception.id, missing.rawValue, by: nil)
    }

    private func open(
        _ exception: NewException, in reconciliation: ID<Reconciliation>, _ due: DuePartnerFile
    ) throws {
        try connection.prepare(
            """
            INSERT INTO settlement_exception (reconciliation_id, partner_id, business_date, class,
                basis, difference_fen, ours, theirs, serial, explanation, state, opened_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', $11)
            """
        ).run(
            .integer(reconciliation.number), .integer(due.partner.number),
            .integer(Int64(due.lastDate.daysSinceEpoch)),
            .text(exception.exceptionClass.rawValue), .text(exception.basis?.rawValue),
            .integer(exception.differenceFen), .text(exception.ours?.json),
            .text(exception.theirs?.json), .text(exception.serial),
            .text(exception.explanation), .integer(now.millisecondsSinceEpoch))
    }

    /// Ends the proposal that an exception is part of, if there is one.
    private func lapseProposal(on exception: ID<SettlementException>) throws {
        let reader = ResolutionReader(connection)
        guard let proposal = try reader.proposal(on: exception) else { return }
        try connection.prepare(
            """
            UPDATE settlement_resolution SET state = 'lapsed', decided_at = $1
            WHERE resolution_id = $2
            """
        ).run(.integer(now.millisecondsSinceEpoch), .integer(proposal.number))
        for item in try reader.items(of: proposal) {
            try note(.lapse, of: item, "proposal \(proposal.number)", by: nil)
        }
    }

    /// Adds to the history of an exception.
    func note(
        _ event: ExceptionEvent, of exception: ID<SettlementException>, _ text: String,
        by staff: ID<StaffMember>?
    ) throws {
        try connection.prepare(
            """
            INSERT INTO exception_event (exception_id, event, staff_id, recorded_at, text)
            VALUES ($1, $2, $3, $4, $5)
            """
        ).run(
            .integer(exception.number), .text(event.rawValue), .integer(staff?.number),
            .integer(now.millisecondsSinceEpoch), .text(text))
    }
}

/// What happened to an exception.
public enum ExceptionEvent: String, CaseIterable, Sendable {
    case note, assign, propose, withdraw, refuse, approve, lapse, clear, reclassify
    case goOn = "continue"
}
