import CivilTime
import Cryptography
import Ledger
import Testing

@testable import Agency

@Suite struct AuthorisationTests {
    /// Where each event leads from an issued authorisation; every other state is final.
    static let ways: [(event: Authorisation.Event, state: Authorisation.State)] = [
        (.codeGiven, .used), (.wrongCodeGiven, .issued), (.timeRanOut, .expired),
        (.anotherIssued, .replaced),
    ]

    static func authorisation(
        _ state: Authorisation.State, wrongCodeCount: Int64 = 0
    ) -> Authorisation {
        Authorisation(
            id: ID(1), supervisor: ID(2), codeDigest: "",
            expiresAt: Instant(millisecondsSinceEpoch: 0), state: state,
            wrongCodeCount: wrongCodeCount)
    }

    @Test(
        "every event in every state leads where the diagram says",
        arguments: Authorisation.State.allCases, Authorisation.Event.allCases)
    func stateMachine(state: Authorisation.State, event: Authorisation.Event) throws {
        var authorisation = Self.authorisation(state)
        let wasPossible = authorisation.hear(event)
        switch state {
        case .issued:
            #expect(wasPossible)
            #expect(authorisation.state == Self.ways.first { $0.event == event }?.state)
            #expect(authorisation.wrongCodeCount == (event == .wrongCodeGiven ? 1 : 0))
        case .used, .expired, .blocked, .replaced:
            #expect(!wasPossible)
            #expect(authorisation.state == state)
            #expect(authorisation.wrongCodeCount == 0)
        }
    }

    @Test("the last wrong code that is allowed blocks") func blocked() {
        var authorisation = Self.authorisation(
            .issued, wrongCodeCount: Authorisation.maximumWrongCodes - 1)
        let wasPossible = authorisation.hear(.wrongCodeGiven)
        #expect(wasPossible)
        #expect(authorisation.state == .blocked)
    }

    @Test("codes are eight digits and differ") func codes() throws {
        let codes = try (0..<200).map { _ in try Authorisation.newCode() }
        #expect(codes.allSatisfy(Authorisation.isCode))
        // Two of 200 codes out of 10⁸ are the same once in five thousand runs; ten never.
        #expect(Set(codes).count > 190)
    }

    @Test(
        "what is no code is none",
        arguments: ["", "1234567", "123456789", "1234567a", "１２３４５６７８", "-1234567"])
    func noCode(text: String) {
        #expect(!Authorisation.isCode(text))
    }

    @Test("a code is kept as a keyed digest, of its own act and receipt") func digests() throws {
        let key = try SymmetricKey(bytes: [1])
        let digest = Authorisation.digest(code: "12345678", .void, serial: 1, key: key)
        let others = [
            Authorisation.digest(code: "12345679", .void, serial: 1, key: key),
            Authorisation.digest(code: "12345678", .refund, serial: 1, key: key),
            Authorisation.digest(code: "12345678", .void, serial: 2, key: key),
            Authorisation.digest(
                code: "12345678", .void, serial: 1, key: try SymmetricKey(bytes: [2])),
        ]
        #expect(!others.contains(digest))
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.paidPhone(by: teller)
        let code = try test.code(for: .void, of: serial)
        let kept = try test.texts("SELECT code_digest || reason || serial FROM authorisation")
        #expect(kept.count == 1 && !kept[0].contains(code))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let isAccepted: Bool
        let prepare: @Sendable (TestBook, Int64, Principal) throws -> String
        var testDescription: String { name }
    }

    static let rows = [
        Row(name: "the code", isAccepted: true) { test, serial, _ in
            try test.code(for: .void, of: serial)
        },
        Row(name: "a code of the centre above the town", isAccepted: true) { test, serial, _ in
            try test.code(for: .void, of: serial, by: test.supervisor("SV-D01"))
        },
        Row(name: "the first of two supervisors' codes", isAccepted: true) { test, serial, _ in
            let code = try test.code(for: .void, of: serial)
            _ = try test.code(for: .void, of: serial, by: test.supervisor("SV-D01"))
            return code
        },
        Row(name: "the last moment of ten minutes", isAccepted: true) { test, serial, _ in
            let code = try test.code(for: .void, of: serial)
            test.clock.advance(milliseconds: 599_000)
            return code
        },
        Row(name: "no code", isAccepted: false) { _, _, _ in "00000000" },
        Row(name: "a code of ten minutes ago", isAccepted: false) { test, serial, _ in
            let code = try test.code(for: .void, of: serial)
            test.clock.advance(milliseconds: 600_000)
            return code
        },
        Row(name: "a code that was replaced", isAccepted: false) { test, serial, _ in
            let code = try test.code(for: .void, of: serial)
            _ = try test.code(for: .void, of: serial)
            return code
        },
        Row(name: "a code for another receipt", isAccepted: false) { test, _, teller in
            let other = try test.paidPhone(key: "terminal-other", by: teller)
            return try test.code(for: .void, of: other)
        },
        Row(name: "the code after two wrong ones", isAccepted: true) { test, serial, teller in
            try wrong(2, test, serial, teller)
        },
        Row(name: "the code after three wrong ones", isAccepted: false) { test, serial, teller in
            try wrong(3, test, serial, teller)
        },
    ]

    /// Tries wrong codes and gives the right one.
    private static func wrong(
        _ count: Int, _ test: TestBook, _ serial: Int64, _ teller: Principal
    ) throws -> String {
        let code = try test.code(for: .void, of: serial)
        let other = code == "11111111" ? "22222222" : "11111111"
        for number in 1...count {
            let outcome = try test.correct(
                .void, serial, code: other, key: "wrong-code-\(number)", by: teller)
            #expect(outcome.refusalCode == .authorisationRefused)
            // The same request again is no other try.
            let again = try test.correct(
                .void, serial, code: other, key: "wrong-code-\(number)", by: teller)
            #expect(again == outcome)
        }
        let counted = try test.integer("SELECT wrong_codes FROM authorisation")
        #expect(counted == Int64(count))
        return code
    }

    @Test("only a live code of the receipt authorises its void, and once", arguments: rows)
    func used(_ row: Row) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.paidPhone(by: teller)
        let code = try row.prepare(test, serial, teller)
        let outcome = try test.correct(.void, serial, code: code, key: "void-0001", by: teller)
        #expect(outcome.refusalCode == (row.isAccepted ? nil : .authorisationRefused))
        let used = try test.integer("SELECT count(*) FROM authorisation WHERE state = 'used'")
        #expect(used == (row.isAccepted ? 1 : 0))
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("a supervisor sees no receipt of another centre's station") func foreign() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.paidPhone(by: teller)
        for (code, serial) in [("SV-T02", serial), ("SV-T01", serial + 1)] {
            let supervisor = try test.supervisor(code)
            let refused = try refusalCode {
                _ = try test.code(for: .void, of: serial, by: supervisor)
            }
            #expect(refused == .unknownReceipt)
        }
        #expect(try test.count("authorisation") == 0)
    }
}
