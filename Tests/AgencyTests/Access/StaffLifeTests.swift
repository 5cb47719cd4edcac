import CivilTime
import Cryptography
import StrictJSON
import Testing

@testable import Agency

@Suite struct StaffLifeTests {
    /// What ends an operator's right to work while its shift is open.
    enum Loss: String, CaseIterable, Sendable {
        case dismissal, vetting, training
    }

    private func lose(_ loss: Loss, _ test: TestBook) throws {
        let town = try test.person("SV-T01")
        let (past, later) = (
            try #require(BusinessDate("2026-11-19")), try #require(BusinessDate("2027-12-31"))
        )
        _ = try test.perform { session in
            switch loss {
            case .dismissal:
                try session.dismiss(staffCode: "OP000101", reason: "left", by: town)
            case .vetting:
                try session.qualify(
                    staffCode: "OP000101", vettedUntil: past, trainedUntil: later, reason: "due",
                    by: town)
            case .training:
                try session.qualify(
                    staffCode: "OP000101", vettedUntil: later, trainedUntil: past, reason: "due",
                    by: town)
            }
        }
    }

    @Test(
        "who is dismissed, unvetted or untrained does nothing more, though the shift is open",
        arguments: Loss.allCases)
    func nothingMore(_ loss: Loss) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let (shift, cash) = try test.openShift(of: teller)
        let bill = try test.bill()
        let quote = try test.quote(bill, by: teller)
        let withdrawal = try test.pending(key: "terminal-0", by: teller)
        _ = try test.record(.approved(reference: "R"), withdrawal).bytes()
        _ = try test.payPhone(key: "terminal-1", by: teller).bytes()
        try lose(loss, test)
        let refused: [CommandOutcome] = [
            try test.payPhone(key: "terminal-2", by: teller),
            try test.pay(
                BillPaymentRequest(target: .quote(quote), amountFen: bill.totalFen),
                key: "terminal-3", by: teller),
            try test.confirmCash(withdrawal, key: "terminal-4", by: teller),
            try test.cancel(withdrawal, key: "terminal-5", by: teller),
            try test.signOff(teller),
            try test.send(.till, to: .centre, "T01", fen: 100, key: "terminal-6", by: teller),
            try test.offer(shift, fen: cash, key: "terminal-7", by: teller),
            try #require(
                try test.start(
                    TestBook.withdrawal(100_000), key: "terminal-8", by: teller
                ).outcome),
        ]
        #expect(refused.map(\.refusalCode) == refused.map { _ in .operatorNotAllowed })
        let thrown: [(AgencySession) throws -> Void] = [
            { _ = try $0.quoteBill(bill.number, by: teller) },
            { _ = try $0.suspend(shift: shift, by: teller) },
            { _ = try $0.signOn(tillCode: "S0001-C2", by: teller) },
            { _ = try $0.disputeDifference(1, reason: "no", by: teller) },
        ]
        for body in thrown {
            let command = Command(body)
            #expect(
                try refusalCode { try test.perform { try command.run($0) } }
                    == .operatorNotAllowed)
        }
        #expect(try test.count("service_transaction") == 2)
    }

    /// A command of a table; the writer's thread is the only one that runs it.
    private struct Command: @unchecked Sendable {
        let run: (AgencySession) throws -> Void
        init(_ run: @escaping (AgencySession) throws -> Void) { self.run = run }
    }

    @Test("who is renewed goes on with the same shift") func renewed() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let town = try test.person("SV-T01")
        try lose(.dismissal, test)
        _ = try test.perform {
            try $0.reinstate(staffCode: "OP000101", reason: "back", by: town)
        }
        _ = try test.payPhone(key: "terminal-1", by: teller).bytes()
        try lose(.vetting, test)
        #expect(
            try test.payPhone(key: "terminal-2", by: teller).refusalCode == .operatorNotAllowed)
        let later = try #require(BusinessDate("2026-11-20"))
        _ = try test.perform {
            try $0.qualify(
                staffCode: "OP000101", vettedUntil: later, trainedUntil: later, reason: "done",
                by: town)
        }
        _ = try test.payPhone(key: "terminal-3", by: teller).bytes()
        #expect(
            try test.texts("SELECT event || ' ' || reason FROM staff_event") == [
                "dismiss left", "reinstate back", "qualify due", "qualify done",
            ])
        #expect(try test.faults() == [])
    }

    @Test("a dismissal ends the person's sessions, and no one else's") func sessions() throws {
        let test = try TestBook()
        for (digest, staff) in [("a", "OP000101"), ("b", "OP000101"), ("c", "OP000102")] {
            try test.execute(
                "INSERT INTO session (token_digest, staff_id, created_at, expires_at) VALUES "
                    + "('\(digest)', \(try test.person(staff).staff.number), 0, 9000000000000)")
        }
        try lose(.dismissal, test)
        #expect(
            try test.texts("SELECT token_digest FROM session WHERE ended_at IS NULL") == ["c"])
    }

    @Test("an operator whose vetting or training has run out does not sign in")
    func signIn() throws {
        for change in ["vetted_until = 20776", "trained_until = 20776", "vetted_until = NULL"] {
            let test = try TestBook(
                preparing: "UPDATE staff_member SET \(change) WHERE code = 'OP000101'")
            let credentials = try TestNetwork.credentials()
            let pin = try #require(credentials.userPINs.first { $0.userID == "OP000101" }).pin
            let secret = try #require(
                credentials.terminalSecrets.first { $0.terminalID == "S0001-T1" })
            let request = SignInRequest(
                staffCode: "OP000101", pin: pin, terminal: ("S0001-T1", secret.secretHex))
            let code = try refusalCode {
                _ = try SignIn(readers: test.book.readers, writer: test.book.writer)
                    .open(request, at: test.clock.now)
            }
            #expect(code == .operatorNotAllowed, "\(change)")
            #expect(try test.count("session") == 0)
        }
    }

    struct Act: Sendable, CustomTestStringConvertible {
        let code: RefusalCode?
        let by: String
        let on: String
        var testDescription: String { "\(by) dismisses \(on): \(code?.rawValue ?? "done")" }
    }

    static let acts = [
        Act(code: nil, by: "AD0001", on: "OP000101"), Act(code: nil, by: "AD0001", on: "SV-D01"),
        Act(code: nil, by: "SV-D01", on: "OP000501"), Act(code: nil, by: "SV-T01", on: "OP000101"),
        Act(code: .unknownStaff, by: "SV-T01", on: "OP000501"),
        Act(code: .unknownStaff, by: "SV-D01", on: "SV-T01"),
        Act(code: .unknownStaff, by: "SV-T01", on: "SV-T01"),
        Act(code: .unknownStaff, by: "SV-T01", on: "AD0001"),
        Act(code: .unknownStaff, by: "OP000101", on: "OP000102"),
        Act(code: .unknownStaff, by: "AD0001", on: "NOBODY"),
        Act(code: .ownRecord, by: "AD0001", on: "AD0001"),
    ]

    @Test("each looks after those below, and nobody after himself", arguments: acts)
    func who(_ act: Act) throws {
        let test = try TestBook()
        let person = try test.person(act.by)
        func dismiss() throws -> RefusalCode? {
            try refusalCode {
                _ = try test.perform {
                    try $0.dismiss(staffCode: act.on, reason: "left", by: person)
                }
            }
        }
        #expect(try dismiss() == act.code)
        #expect(try test.count("staff_event") == (act.code == nil ? 1 : 0))
        if act.code == nil { #expect(try dismiss() == .staffNotActive) }
        let back = try refusalCode {
            _ = try test.perform {
                try $0.reinstate(staffCode: act.on, reason: "back", by: person)
            }
        }
        #expect(back == act.code)
    }

    @Test(
        "the database keeps every event",
        arguments: [
            "UPDATE staff_event SET reason = 'x'", "DELETE FROM staff_event",
            "UPDATE shift_event SET staff_id = 1", "DELETE FROM shift_event",
        ])
    func guards(_ sql: String) throws {
        let test = try TestBook()
        try test.signOff(try test.signOn())
        try lose(.dismissal, test)
        #expect(throws: (any Error).self) { try test.execute(sql) }
    }
}
