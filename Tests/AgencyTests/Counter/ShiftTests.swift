import StrictJSON
import Testing

@testable import Agency

@Suite struct ShiftTests {
    /// Who signs on with which till, after whom.
    struct SignOn: Sendable, CustomTestStringConvertible {
        let code: RefusalCode?
        var staff = "OP000101"
        var terminal: String? = "S0001-T1"
        var till = "S0001-C1"
        var preparing = ""
        var isOn = false
        var holder: (staff: String, terminal: String)?
        var testDescription: String { "\(staff) takes \(till): \(code?.rawValue ?? "done")" }
    }

    private static let unvetted = "UPDATE staff_member SET vetted_until = 20776"
    private static let untrained = "UPDATE staff_member SET trained_until = 20776"

    static let signOns = [
        SignOn(code: nil), SignOn(code: nil, till: "S0001-C2"),
        SignOn(code: nil, preparing: "UPDATE staff_member SET vetted_until = 20777"),
        SignOn(code: nil, till: "S0001-C2", holder: ("OP000102", "S0001-T1")),
        SignOn(code: .notPermitted, staff: "SV-T01", terminal: nil, till: "NOPE"),
        SignOn(code: .notPermitted, terminal: nil, till: "NOPE", preparing: unvetted),
        SignOn(code: .operatorNotAllowed, till: "NOPE", preparing: unvetted),
        SignOn(code: .operatorNotAllowed, preparing: untrained),
        SignOn(
            code: .operatorNotAllowed, preparing: "UPDATE staff_member SET vetted_until = NULL"),
        SignOn(code: .alreadySignedOn, till: "NOPE", isOn: true),
        SignOn(code: .unknownTill, till: "NOPE"), SignOn(code: .unknownTill, till: "S0002-C1"),
        SignOn(code: .tillTaken, holder: ("OP000102", "S0001-T1")),
    ]

    @Test("a sign-on is refused by the first rule that it breaks", arguments: signOns)
    func signOn(_ row: SignOn) throws {
        let test = try TestBook(preparing: row.preparing)
        if row.isOn { _ = try test.signOn() }
        if let holder = row.holder {
            let principal = try test.principal(holder.staff, at: holder.terminal)
            _ = try test.perform { try $0.signOn(tillCode: "S0001-C1", by: principal) }
        }
        let before = try test.count("shift")
        let caller = try test.principal(row.staff, at: row.terminal)
        let code = try refusalCode {
            _ = try test.perform { try $0.signOn(tillCode: row.till, by: caller) }
        }
        #expect(code == row.code)
        #expect(try test.count("shift") - before == (row.code == nil ? 1 : 0))
    }

    @Test(
        "over and short go to accounts of their own and never net each other",
        arguments: [-1_234, 0, 567] as [Int64])
    func difference(fen: Int64) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.payPhone(key: "terminal-1", by: teller)
        var answer: Answer?
        let moved = try test.movement {
            answer = try test.signOff(teller, differenceFen: fen).answer()
        }
        let expected: [String: Int64] =
            fen > 0
            ? ["1001.S0001-C1": fen, "2241.S0001-C1": -fen]
            : fen < 0 ? ["1001.S0001-C1": fen, "1221.S0001-C1": -fen] : [:]
        #expect(moved == expected)
        #expect(try answer?.fen("book_cash_fen") == 505_000)
        #expect(try answer?.fen("counted_cash_fen") == 505_000 + fen)
        #expect(try answer?.fen("over_fen") == max(fen, 0))
        #expect(try answer?.fen("short_fen") == max(-fen, 0))
        #expect(try test.faults() == [])
    }

    @Test("an over after a short leaves both accounts standing") func bothStand() throws {
        let test = try TestBook()
        try test.signOff(try test.signOn(), differenceFen: -900)
        try test.signOff(try test.signOn(), differenceFen: 900)
        let balances = try test.balances()
        #expect(balances["1221.S0001-C1"] == 900)
        #expect(balances["2241.S0001-C1"] == -900)
        #expect(balances["1001.S0001-C1"] == 500_000)
    }

    @Test("the next shift opens with the counted cash") func nextShift() throws {
        let test = try TestBook()
        try test.signOff(try test.signOn(), differenceFen: -900)
        let teller = try test.principal("OP000102", at: "S0001-T2")
        let answer = try Answer(test.perform { try $0.signOn(tillCode: "S0001-C1", by: teller) })
        #expect(try answer.fen("opening_cash_fen") == 499_100)
    }

    @Test("nothing that an operator sees before the count tells the book's cash")
    func blind() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.payPhone("MOBILE", 12_345, key: "terminal-1", by: teller)
        let (shift, cash) = try test.openShift(of: teller)
        let station = try #require(teller.station)
        let tills = try test.book.readers.read { connection in
            var writer = JSONWriter()
            try TillReader(connection).encodeTills(of: station, to: &writer)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
        #expect(tills.contains("OP000101"))
        #expect(!tills.contains("\(cash)"))
        let count = try CashCount(fewestPiecesOf: 1)
        let other = try test.claim(
            "terminal-2", teller, signOffFingerprint(shift: shift + 1, count: count))
        let refused = try test.perform {
            try $0.signOff(shift: shift + 1, count: count, claim: other, by: teller)
        }
        guard case .refused(let refusal) = refused else {
            Issue.record("another shift was signed off")
            return
        }
        #expect(refusal.code == .unknownShift)
        #expect(!refusal.detail.contains("\(cash)"))
    }

    @Test("a count is posted once, and no second count under the same key") func replay() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let (shift, cash) = try test.openShift(of: teller)
        func signOff(_ counted: Int64, key: String) throws -> CommandOutcome {
            let count = try CashCount(fewestPiecesOf: counted)
            let claim = try test.claim(
                key, teller, signOffFingerprint(shift: shift, count: count))
            return try test.perform {
                try $0.signOff(shift: shift, count: count, claim: claim, by: teller)
            }
        }
        let first = try signOff(cash + 5, key: "terminal-1")
        let moved = try test.movement { () throws in
            #expect(try signOff(cash + 5, key: "terminal-1") == first)
            #expect(try signOff(cash, key: "terminal-1").refusalCode == .idempotencyKeyReused)
            #expect(try signOff(cash, key: "terminal-2").refusalCode == .unknownShift)
        }
        #expect(moved == [:])
    }

    @Test(
        "a shift with an unfinished withdrawal is not signed off", arguments: [false, true])
    func unfinished(isAuthorised: Bool) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.pending(key: "terminal-1", by: teller)
        if isAuthorised { _ = try test.record(.approved(reference: "R"), serial) }
        #expect(try test.signOff(teller).refusalCode == .shiftHasPendingItems)
        #expect(try test.integer("SELECT count(*) FROM shift WHERE state = 'open'") == 1)
    }

    @Test("one who signed off takes no more payments") func afterSignOff() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.payPhone(key: "terminal-1", by: teller)
        try test.signOff(teller)
        #expect(try test.payPhone(key: "terminal-2", by: teller).refusalCode == .notSignedOn)
    }
}
