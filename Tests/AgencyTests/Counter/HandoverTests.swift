import StrictJSON
import Testing

@testable import Agency

@Suite struct HandoverTests {
    @Test("a suspended till takes nothing until its operator resumes it with a fresh session")
    func suspension() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let shift = try test.openShift(of: teller).number
        try test.execute(Self.session("old", teller))
        _ = try test.perform { try $0.suspend(shift: shift, by: teller) }
        #expect(try test.count("session WHERE ended_at IS NULL") == 0)
        #expect(try test.payPhone(key: "terminal-1", by: teller).refusalCode == .shiftSuspended)
        #expect(try test.signOff(teller).refusalCode == .shiftSuspended)
        func resume(_ digest: String, by principal: Principal) throws -> RefusalCode? {
            try refusalCode {
                _ = try test.perform {
                    try $0.resume(shift: shift, tokenDigest: digest, by: principal)
                }
            }
        }
        #expect(try resume("old", by: teller) == .notPermitted)
        #expect(try resume("new", by: test.operatorB()) == .unknownShift)
        try test.execute(Self.session("new", teller))
        #expect(try resume("new", by: teller) == nil)
        #expect(try resume("new", by: teller) == .shiftNotSuspended)
        #expect(try test.payPhone(key: "terminal-2", by: teller).refusalCode == nil)
        #expect(try test.faults() == [])
    }

    private static func session(_ digest: String, _ principal: Principal) -> String {
        "INSERT INTO session (token_digest, staff_id, created_at, expires_at) "
            + "VALUES ('\(digest)', \(principal.staff.number), 0, 9e15)"
            .replacing("9e15", with: "9000000000000000")
    }

    @Test("B takes over under its own name what A counted, and A's difference stays A's")
    func handover() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.payPhone(key: "terminal-1", by: teller)
        let (shift, cash) = try test.openShift(of: teller)
        let successor = try test.operatorB()
        let offered = try test.offer(shift, fen: cash - 700, key: "offer-01", by: teller)
        #expect(try offered.answer().names.isDisjoint(with: ["book_cash_fen", "short_fen"]))
        #expect(try test.payPhone(key: "terminal-2", by: teller).refusalCode == .handoverOffered)
        let first = try test.accept(shift, fen: cash - 700, key: "accept-1", by: successor)
        #expect(try first.answer().text("operator_id") == "OP000102")
        #expect(try first.answer().fen("opening_cash_fen") == cash - 700)
        #expect(try test.accept(shift, fen: cash - 700, key: "accept-1", by: successor) == first)
        #expect(try test.payPhone(key: "terminal-3", by: teller).refusalCode == .notSignedOn)
        #expect(try test.payPhone(key: "terminal-4", by: successor).refusalCode == nil)
        let owners = try test.texts(
            "SELECT m.code || ' ' || d.kind || ' ' || d.amount_fen FROM till_difference d "
                + "JOIN shift h ON h.shift_id = d.shift_id "
                + "JOIN staff_member m ON m.staff_id = h.staff_id")
        #expect(owners == ["OP000101 short 700"])
        #expect(try test.faults() == [])
    }

    @Test("an offer that was withdrawn leaves the till with A, who counts anew")
    func withdrawn() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let (shift, cash) = try test.openShift(of: teller)
        _ = try test.offer(shift, fen: cash, key: "offer-01", by: teller).bytes()
        _ = try test.perform { try $0.withdrawHandover(shift: shift, by: teller) }
        let successor = try test.operatorB()
        #expect(
            try test.accept(shift, fen: cash, key: "accept-1", by: successor).refusalCode
                == .noHandover)
        #expect(try test.payPhone(key: "terminal-1", by: teller).refusalCode == nil)
        _ = try test.offer(shift, fen: cash + 5_000, key: "offer-02", by: teller).bytes()
        #expect(
            try test.accept(shift, fen: cash, key: "accept-2", by: successor).refusalCode
                == .handoverCountDiffers)
        _ = try test.accept(shift, fen: cash + 5_000, key: "accept-3", by: successor).bytes()
        #expect(try test.count("cash_count") == 3)
        #expect(try test.faults() == [])
    }

    struct Offer: Sendable, CustomTestStringConvertible {
        let code: RefusalCode
        var successor = "OP000102"
        var witness = "SV-T01"
        var preparing = ""
        var testDescription: String { "\(successor) before \(witness): \(code) \(preparing)" }
    }

    static let offers = [
        Offer(code: .successorNotAllowed, successor: "OP000101"),
        Offer(code: .successorNotAllowed, successor: "OP000201"),
        Offer(code: .successorNotAllowed, successor: "SV-T01"),
        Offer(code: .successorNotAllowed, successor: "NOBODY"),
        Offer(
            code: .successorNotAllowed,
            preparing: "UPDATE staff_member SET trained_until = 20776 WHERE code = 'OP000102'"),
        Offer(
            code: .successorNotAllowed,
            preparing: "UPDATE staff_member SET is_active = 0 WHERE code = 'OP000102'"),
        Offer(code: .witnessNotAllowed, witness: "OP000101"),
        Offer(code: .witnessNotAllowed, witness: "OP000102"),
        Offer(code: .witnessNotAllowed, witness: "OP000201"),
        Offer(code: .witnessNotAllowed, witness: "SV-T02"),
        Offer(code: .witnessNotAllowed, witness: "AD0001"),
        Offer(code: .witnessNotAllowed, witness: "VC-V001"),
    ]

    @Test("a handover needs a successor who may work and a witness from near", arguments: offers)
    func refused(_ row: Offer) throws {
        let test = try TestBook(preparing: row.preparing)
        let teller = try test.signOn()
        let (shift, cash) = try test.openShift(of: teller)
        let outcome = try test.offer(
            shift, to: row.successor, witness: row.witness, fen: cash, key: "offer-01", by: teller)
        #expect(outcome.refusalCode == row.code)
        #expect(try test.count("handover") == 0)
        #expect(try test.count("cash_count") == 0)
    }

    @Test("only the successor who was named takes the till") func otherSuccessor() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let (shift, cash) = try test.openShift(of: teller)
        _ = try test.offer(shift, fen: cash, key: "offer-01", by: teller).bytes()
        for (person, code) in [
            (try test.operatorA(2), RefusalCode.noHandover), (teller, .alreadySignedOn),
            (try test.person("SV-T01"), .notPermitted),
        ] {
            let outcome = try test.accept(shift, fen: cash, key: "accept-1", by: person)
            #expect(outcome.refusalCode == code)
        }
    }

    @Test(
        "a supervisor signs off who is gone, before a witness, in whatever state the shift is",
        arguments: ["open", "suspended", "offered", "dismissed"])
    func forced(_ state: String) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let town = try test.person("SV-T01")
        let (shift, cash) = try test.openShift(of: teller)
        switch state {
        case "suspended": _ = try test.perform { try $0.suspend(shift: shift, by: teller) }
        case "offered":
            _ = try test.offer(shift, fen: cash, key: "offer-01", by: teller).bytes()
        case "dismissed":
            _ = try test.perform {
                try $0.dismiss(staffCode: "OP000101", reason: "left", by: town)
            }
        case _: break
        }
        for (person, witness, code) in [
            (teller, "OP000102", RefusalCode.unknownShift),
            (try test.person("SV-T02"), "OP000102", .unknownShift),
            (town, "OP000101", .witnessNotAllowed), (town, "SV-T01", .witnessNotAllowed),
        ] {
            // A dismissed person is no witness either, and cannot be asked.
            guard witness != "OP000101" || state != "dismissed" else { continue }
            let outcome = try test.force(
                shift, fen: cash, witness: witness, key: "force-\(code)-\(witness)", by: person)
            let isGone = person == teller && state == "dismissed"
            #expect(outcome.refusalCode == (isGone ? .operatorNotAllowed : code))
        }
        let answer = try test.force(shift, fen: cash - 100, key: "force-done", by: town).answer()
        #expect(try answer.fen("short_fen") == 100)
        #expect(try test.count("shift WHERE state <> 'closed'") == 0)
        #expect(try test.payPhone(key: "terminal-1", by: teller).refusalCode == .notSignedOn)
        #expect(
            try test.force(shift, fen: cash, key: "force-again", by: town).refusalCode
                == .unknownShift)
        #expect(try test.faults() == [])
    }
}
