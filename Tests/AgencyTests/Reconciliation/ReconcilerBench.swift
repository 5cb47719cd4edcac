import CivilTime
import Cryptography
import Foundation
import Ledger
import Settlement
import Testing

@testable import Agency

/// A book that collects for MOBILE01, and the partner, which sends its own view of each day.
final class ReconcilerBench {
    static let partner = "MOBILE01"

    let test: TestBook
    private let key: SymmetricKey
    private let keyID: String
    private let workshop: String
    private var sequence = 0
    private var previous = SHA256Digest.zero
    private var payments = 0

    init(preparing sql: String = "") throws {
        test = try TestBook(preparing: sql)
        let sealing = test.book.settlementKeySealing
        let order = SettlementKeyOrder(partnerCode: Self.partner, direction: .in)
        let made = try Answer(
            test.perform { try $0.createSettlementKey(order, sealing: sealing, by: nil) })
        key = try #require(SymmetricKey(hex: made.text("key_hex")))
        keyID = try made.text("key_id")
        workshop = test.copy.path + "/partner"
        for folder in [workshop, test.book.folder.inboxFolder(partnerCode: Self.partner)] {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        }
    }

    /// Terms from the book's first day on, with a limit for write-offs.
    static func terms(writeOffLimitFen: Int64 = 1_000, rule: String? = nil) -> String {
        """
        INSERT INTO settlement_terms (partner_id, valid_from, match_rule, timing_margin_minutes,
            write_off_limit_fen, cycle, file_weekdays, file_due_minutes, escalation_minutes)
        SELECT partner_id, 0, \(rule.map { "'\($0)'" } ?? "NULL"), 15, \(writeOffLimitFen),
            'daily', '1234567', 600, 1440 FROM partner WHERE code = '\(partner)';
        """
    }

    /// Pays phones for these amounts, closes the day, releases its files and begins the next.
    ///
    /// - Returns: the lines of our file for the partner.
    func playDay(_ amountsFen: [Int64]) throws -> [SettlementDetail] {
        let date = try test.date()
        let operators = try test.signOn(1)
        for amountFen in amountsFen {
            payments += 1
            try test.payPhone(
                account: "138\(10_000_000 + payments)", amountFen, key: "phone-pay-\(payments)",
                by: operators)
        }
        _ = try test.signOff(operators, differenceFen: 0).bytes()
        try test.closeDay()
        let files = try test.release()
        test.clock.advance(milliseconds: 86_400_000)
        let file = try #require(
            files.first { $0.partnerCode == Self.partner && $0.date.description == date })
        var reader = try SettlementDetailReader(
            kept: file.name, in: test.book.folder.settlementFolder(partnerCode: Self.partner),
            digest: #require(SHA256Digest(hex: file.digest ?? "")))
        var lines: [SettlementDetail] = []
        while let line = try reader.next() { lines.append(line) }
        return lines
    }

    /// Sends the partner's view of a date and takes it in.
    func send(_ lines: [SettlementDetail], for date: String) throws {
        sequence += 1
        let header = SettlementHeader(
            agencyID: try #require(SettlementIdentifier(test.book.profile.code)),
            partnerID: try #require(SettlementIdentifier(Self.partner)),
            businessDate: try #require(BusinessDate(date)), sequence: sequence,
            keyID: try #require(SettlementIdentifier(keyID)), previousDigest: previous,
            createdAt: test.clock.now, ledgerRoot: .zero, ledgerSize: 0)
        let writer = try SettlementFileWriter(folder: workshop, header: header, key: key)
        for line in lines { try writer.append(line) }
        let candidate = try writer.finish()
        _ = try candidate.release()
        previous = candidate.digest
        let inbox = test.book.folder.inboxFolder(partnerCode: Self.partner)
        for name in [candidate.name.text + ".hmac", candidate.name.text] {
            try FileManager.default.copyItem(
                atPath: workshop + "/" + name, toPath: inbox + "/" + name)
        }
        let round = try PartnerInbox(book: test.book, restSeconds: 0, sidecarSeconds: 0)
            .receiveAll()
        #expect(round.items.map(\.file.state) == [.accepted], "\(round)")
    }

    /// Compares what is due; every fen must be accounted for afterwards.
    @discardableResult
    func reconcile(
        _ limits: ReconciliationLimits = .usual
    ) throws -> [Reconciliation] {
        let round = try Reconciler(book: test.book, limits: limits).reconcileAll()
        #expect(round.faults == [])
        #expect(try test.faults() == [])
        return round.reconciled
    }

    /// The exceptions that are not resolved, as class and difference.
    func unresolved() throws -> [String] {
        try test.texts(
            """
            SELECT class || ' ' || difference_fen FROM settlement_exception
            WHERE state <> 'resolved' ORDER BY exception_id
            """)
    }

    /// All exceptions, with what became of them.
    func exceptions() throws -> [String] {
        try test.texts(
            """
            SELECT class || ' ' || difference_fen || ' ' || ifnull(resolution, state)
            FROM settlement_exception ORDER BY exception_id
            """)
    }

    func exceptionNumbers() throws -> [Int64] {
        try test.book.readers.read {
            try $0.prepare(
                """
                SELECT exception_id FROM settlement_exception WHERE state <> 'resolved'
                ORDER BY exception_id
                """
            ).all { $0.integer(0) }
        }
    }

    // MARK: - People

    func liaison() throws -> Principal { try test.principal("LI-MOBILE01", at: nil) }
    func district() throws -> Principal { try test.supervisor("SV-D01") }
    func administrator() throws -> Principal { try test.principal("AD0001", at: nil) }

    func propose(
        _ kind: SettlementResolution.Kind, _ exceptions: [Int64], by principal: Principal
    ) throws -> Int64 {
        let proposal = ResolutionProposal(
            kind: kind, exceptions: exceptions, reason: "checked with the partner")
        let answer = try Answer(
            test.perform { try $0.proposeResolution(proposal, by: principal) })
        return try #require(Int64(try answer.text("resolution_id")))
    }

    func approve(_ resolution: Int64, by principal: Principal) throws -> CommandOutcome {
        let claim = try test.claim(
            "approve-it-\(resolution)", principal,
            approveResolutionFingerprint(resolution, reason: "agreed"))
        return try test.perform {
            try $0.approveResolution(
                resolution, reason: "agreed", claim: claim, by: principal)
        }
    }
}
