import Ledger
import Testing

@testable import Agency

extension CashCount {
    /// The fewest notes and coins that make up a sum.
    init(fewestPiecesOf fen: Int64) throws {
        var rest = fen
        var lines: [Line] = []
        for denomination in Currency.renminbi.denominationsFen {
            let pieces = min(rest / denomination, Self.maximumPieces)
            if pieces > 0 { lines.append(Line(denominationFen: denomination, pieceCount: pieces)) }
            rest -= pieces * denomination
        }
        try #require(rest == 0)
        try self.init(lines, in: .renminbi)
    }
}

extension TestBook {
    /// A supervisor, an administrator, or anyone else who needs no terminal.
    func person(_ staff: String) throws -> Principal {
        try principal(staff, at: nil)
    }

    func operatorB(_ station: Int = 1) throws -> Principal {
        try principal("OP000\(station)02", at: "S000\(station)-T1")
    }

    func witness(_ staff: String = "SV-T01") throws -> StaffWitness {
        StaffWitness(try person(staff))
    }

    // MARK: - Handover

    func offer(
        _ shift: Int64, to successor: String = "OP000102", witness: String = "SV-T01",
        fen: Int64, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let count = try CashCount(fewestPiecesOf: fen)
        let offer = HandoverOffer(
            shift: shift, successorCode: successor, witness: try self.witness(witness),
            count: count)
        let claim = try claim(
            key, principal,
            HandoverOffer.fingerprint(
                shift: shift, successorCode: successor, witnessCode: witness, count: count))
        return try perform { try $0.offer(offer, claim: claim, by: principal) }
    }

    func accept(
        _ shift: Int64, fen: Int64, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let count = try CashCount(fewestPiecesOf: fen)
        let claim = try claim(
            key, principal, acceptHandoverFingerprint(shift: shift, count: count))
        return try perform {
            try $0.acceptHandover(shift: shift, count: count, claim: claim, by: principal)
        }
    }

    func force(
        _ shift: Int64, fen: Int64, witness: String = "OP000102", key: String,
        by principal: Principal
    ) throws -> CommandOutcome {
        let count = try CashCount(fewestPiecesOf: fen)
        let request = ForcedSignOff(
            shift: shift, witness: try self.witness(witness), count: count, reason: "gone")
        let claim = try claim(
            key, principal,
            ForcedSignOff.fingerprint(
                shift: shift, witnessCode: witness, count: count, reason: "gone"))
        return try perform { try $0.forceSignOff(request, claim: claim, by: principal) }
    }

    // MARK: - Over and short

    func approve(
        _ difference: Int64, _ resolution: DifferenceResolution, key: String,
        by principal: Principal
    ) throws -> CommandOutcome {
        let claim = try claim(
            key, principal,
            approveDifferenceFingerprint(difference, resolution: resolution, reason: "seen"))
        return try perform {
            try $0.approveDifference(
                difference, as: resolution, reason: "seen", claim: claim, by: principal)
        }
    }

    // MARK: - Transfers

    func send(
        _ from: CashPlaceKind, to: CashPlaceKind, _ code: String?, slip: String? = nil,
        fen: Int64, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let request = CashTransferRequest(
            from: from, to: to, toCode: code, bankReference: slip,
            count: try CashCount(fewestPiecesOf: fen))
        let claim = try claim(key, principal, request.fingerprint)
        return try perform { try $0.send(request, claim: claim, by: principal) }
    }

    func receive(
        _ transfer: Int64, fen: Int64, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let count = try CashCount(fewestPiecesOf: fen)
        let claim = try claim(
            key, principal, receiveTransferFingerprint(transfer, count: count))
        return try perform {
            try $0.receiveTransfer(transfer, count: count, claim: claim, by: principal)
        }
    }

    func cancelTransfer(
        _ transfer: Int64, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let claim = try claim(key, principal, transferStepFingerprint("cancel", transfer, "late"))
        return try perform {
            try $0.cancelTransfer(transfer, reason: "late", claim: claim, by: principal)
        }
    }

    func resolve(
        _ transfer: Int64, _ resolution: TransferResolution, key: String,
        by principal: Principal
    ) throws -> CommandOutcome {
        let claim = try claim(
            key, principal,
            transferStepFingerprint("resolve", transfer, resolution.rawValue, "seen"))
        return try perform {
            try $0.resolveTransfer(
                transfer, as: resolution, reason: "seen", claim: claim, by: principal)
        }
    }

    /// Plays everything that cash goes through; at its end all tills are signed off.
    ///
    /// It follows `playDay`: of that, difference 1 is station 1's over and 2 is station 2's short.
    func playCash(_ prefix: String = "cash-day") throws {
        let (town, district) = (try person("SV-T01"), try person("SV-D01"))
        let first = try signOn(1)
        let second = try signOn(2)
        _ = try approve(1, .returnedToCustomer, key: prefix + "-over", by: town).bytes()
        _ = try approve(2, .loss, key: prefix + "-short", by: town).bytes()
        let sends: [(CashPlaceKind, String, Int64, Principal)] = [
            (.till, "S0002-C1", 30_000, first), (.centre, "T01", 50_000, first),
            (.centre, "T01", 20_000, second), (.till, "S0001-C1", 1_000, second),
        ]
        for (index, (kind, code, fen, sender)) in sends.enumerated() {
            _ = try send(.till, to: kind, code, fen: fen, key: "\(prefix)-s\(index)", by: sender)
                .bytes()
        }
        _ = try receive(1, fen: 30_000, key: prefix + "-r1", by: second).bytes()
        _ = try receive(2, fen: 49_900, key: prefix + "-r2", by: town).bytes()
        _ = try resolve(2, .unexplained, key: prefix + "-e2", by: district).bytes()
        _ = try receive(3, fen: 20_000, key: prefix + "-r3", by: town).bytes()
        _ = try cancelTransfer(4, key: prefix + "-e4", by: second).bytes()
        // It stays under way over the night.
        _ = try send(
            .centre, to: .bank, nil, slip: "SLIP-1", fen: 40_000, key: prefix + "-s5", by: town
        ).bytes()
        let (shift, cash) = try openShift(of: first)
        _ = try offer(shift, fen: cash - 5, key: prefix + "-offer", by: first).bytes()
        let successor = try operatorB()
        _ = try accept(shift, fen: cash - 5, key: prefix + "-accept", by: successor).bytes()
        _ = try perform { try $0.disputeDifference(3, reason: "miscounted", by: first) }
        _ = try signOff(successor).bytes()
        _ = try signOff(second).bytes()
        _ = try perform { session in
            try session.dismiss(staffCode: "OP000301", reason: "left", by: district)
        }
        _ = try perform { session in
            try session.setTillLimit(
                TillLimit(limitFen: 1_000_000, ceilingFen: 2_000_000), for: .till("S0001-C1"),
                from: try session.journal.currentDate(), by: district)
        }
    }
}
