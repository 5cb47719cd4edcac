import CivilTime
import Dispatch
import Foundation
import Ledger
import Synchronization
import Testing

@testable import Agency

/// Days are closed, files released and cycles settled while other threads take payments.
@Suite struct CloseUnderLoadTests {
    private static let tellerCount = 3
    private static let roundCount = 25
    private static let paymentsOfRound = 3
    /// After so many rounds every teller waits for a close: by chance one might never come.
    private static let roundsPerClose = 5

    /// What the threads met that they should not have.
    private final class Findings: Sendable {
        let unexpected = Mutex<[String]>([])
        let finishedCount = Mutex(0)
        let closedCount = Mutex(0)

        /// Waits until a number of dates were closed, or somebody met what should not be.
        func wait(forCloses count: Int) {
            while closedCount.withLock({ $0 }) < count, unexpected.withLock({ $0.isEmpty }) {
                Thread.sleep(forTimeInterval: 0.002)
            }
        }

        func note(_ body: () throws -> Void) {
            do { try body() } catch { unexpected.withLock { $0.append("\(error)") } }
        }
    }

    @Test("a close while traffic flows leaves nothing behind, and nothing is in two windows")
    func load() async throws {
        try await onOwnThread { try run() }
    }

    private func run() throws {
        let test = try TestBook()
        try test.fillDeposit(1_000_000_000)
        try test.execute(
            """
            INSERT INTO settlement_terms (partner_id, valid_from, timing_margin_minutes,
                write_off_limit_fen, cycle, file_weekdays, file_due_minutes, escalation_minutes,
                bank_name, bank_account, account_name)
            SELECT partner_id, 20000, 15, 0, CASE code WHEN 'MOBILE01' THEN 'daily' ELSE 'weekly'
                END, '', 600, 1440, 'Bank', '1', 'Partner'
            FROM partner WHERE code IN ('MOBILE01', 'TELECOM01')
            """)
        let findings = Findings()
        let tellers = DispatchGroup()
        for station in 1...Self.tellerCount {
            start(tellers) {
                findings.note { try Self.serve(station, test, findings) }
                findings.finishedCount.withLock { $0 += 1 }
            }
        }
        let closer = DispatchGroup()
        start(closer) {
            findings.note {
                while findings.finishedCount.withLock({ $0 }) < Self.tellerCount {
                    if try Self.tryToClose(test) { findings.closedCount.withLock { $0 += 1 } }
                }
            }
        }
        let settler = DispatchGroup()
        start(settler) {
            findings.note {
                var round = 0
                while findings.finishedCount.withLock({ $0 }) < Self.tellerCount {
                    round += 1
                    try test.release()
                    try Self.settleDue(test, round: round)
                }
            }
        }
        for group in [tellers, closer, settler] { group.wait() }
        #expect(findings.unexpected.withLock { $0 } == [])
        // Otherwise the test has shown nothing.
        #expect(findings.closedCount.withLock { $0 } >= Self.roundCount / Self.roundsPerClose)
        for _ in 1...8 { try test.endDay() }
        try Self.settleDue(test, round: 0)
        try check(test)
    }

    private func start(_ group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
        group.enter()
        let thread = Thread {
            body()
            group.leave()
        }
        thread.start()
    }

    private static func serve(
        _ station: Int, _ test: TestBook, _ findings: Findings
    ) throws {
        for round in 1...roundCount {
            let teller = try test.signOn(station)
            for payment in 1...paymentsOfRound {
                _ = try test.payPhone(
                    payment % 2 == 0 ? "TELECOM" : "MOBILE", 1_000 + Int64(round),
                    key: "load-\(station)-\(round)-\(payment)", by: teller
                ).bytes()
            }
            let (shift, cash) = try test.openShift(of: teller)
            let count = try CashCount(fewestPiecesOf: cash)
            let claim = try test.claim(
                "sign-off-\(shift)", teller, signOffFingerprint(shift: shift, count: count))
            _ = try test.perform {
                try $0.signOff(shift: shift, count: count, claim: claim, by: teller)
            }.bytes()
            if round % roundsPerClose == 0 { findings.wait(forCloses: round / roundsPerClose) }
        }
    }

    /// Closes the open date unless somebody is signed on.
    private static func tryToClose(_ test: TestBook) throws -> Bool {
        let isClosed = try test.perform { session in
            do {
                _ = try session.closeDay(try session.journal.currentDate())
                return true
            } catch let refusal as Refusal where refusal.code == .shiftsOpen {
                return false
            }
        }
        if isClosed { test.clock.advance(milliseconds: 86_400_000) }
        return isClosed
    }

    private static func settleDue(_ test: TestBook, round: Int) throws {
        var lines: [BankLine] = []
        for cycle in try test.cycles(state: .due) {
            let reference = try test.instruct(cycle)
            lines.append(BankLine(signedFen: cycle.netFen.map { -$0 } ?? 0, text: reference))
        }
        if !lines.isEmpty { try test.importLines(lines, id: "round-\(round)") }
    }

    private func check(_ test: TestBook) throws {
        let payments = Int64(Self.tellerCount * Self.roundCount * Self.paymentsOfRound)
        #expect(try test.count("service_transaction") == payments)
        #expect(
            try test.integer(
                """
                SELECT count(*) FROM service_transaction x
                JOIN product d ON d.product_id = x.product_id
                JOIN settlement_file f ON f.partner_id = d.partner_id
                    AND f.business_date = x.final_date
                    AND x.serial BETWEEN f.first_serial AND f.last_serial
                JOIN settlement_cycle c ON c.partner_id = d.partner_id
                    AND f.business_date BETWEEN c.from_date AND c.to_date
                    AND c.state = 'settled'
                """) == payments)
        #expect(try test.integer("SELECT sum(detail_count) FROM settlement_file") == payments)
        let owed = try test.integer(
            "SELECT sum(amount_fen - commission_fen) FROM service_transaction")
        #expect(try test.integer("SELECT sum(net_fen) FROM settlement_file") == owed)
        #expect(try test.integer("SELECT sum(net_fen) FROM settlement_payment") == owed)
        let balances = try test.balances()
        #expect(balances["2202.MOBILE01"] == 0)
        #expect(balances["2202.TELECOM01"] == 0)
        #expect(balances["1002.D01"] == 1_000_000_000 - owed)
        #expect(try test.faults() == [])
    }
}
