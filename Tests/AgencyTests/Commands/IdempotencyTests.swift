import Cryptography
import SQL
import Testing

@testable import Agency

@Suite struct IdempotencyTests {
    @Test(
        "a key has 8 to 64 plain characters",
        arguments: [
            ("12345678", true), ("1234567", false), ("A-Z.a_z:0-9", true), ("", false),
            (String(repeating: "k", count: 64), true), (String(repeating: "k", count: 65), false),
            ("12345678 ", false), ("1234\t5678", false), ("12345678é", false), ("键键键键", false),
            ("1234/5678", false), ("12345678\u{0}", false),
        ])
    func keys(key: String, isValid: Bool) {
        #expect(IdempotencyClaim.isValid(key) == isValid)
        let claim = IdempotencyClaim(key: key, credential: 1, fingerprint: SHA256.hash("a"))
        #expect((claim != nil) == isValid)
    }

    private func claim(_ body: String, credential: Int64 = 1) throws -> IdempotencyClaim {
        try #require(
            IdempotencyClaim(
                key: "terminal-1", credential: credential, fingerprint: SHA256.hash(body)))
    }

    private static let refusal = Refusal(
        .soldOut, "detail\nof two lines", zh: "已售完", field: "/seat_count")

    @Test("a done command answers again without running again") func done() throws {
        let test = try TestBook()
        let claim = try claim("a")
        #expect(try test.perform { try $0.once(claim) { [1, 2, 3] } } == .done([1, 2, 3]))
        let again = try test.perform { session in
            try session.once(claim) {
                Issue.record("it ran twice")
                return []
            }
        }
        #expect(again == .done([1, 2, 3]))
    }

    @Test("a refused command answers its refusal again, field and lines as they were")
    func refused() throws {
        let test = try TestBook()
        let claim = try claim("a")
        #expect(
            try test.perform { try $0.once(claim) { throw Self.refusal } }
                == .refused(Self.refusal))
        #expect(try test.perform { try $0.once(claim) { [1] } } == .refused(Self.refusal))
    }

    @Test("every refusal survives being kept", arguments: RefusalCode.allCases)
    func kept(code: RefusalCode) throws {
        let test = try TestBook()
        let claim = try claim("a")
        let refusal = Refusal(code, "do something", zh: "有误")
        _ = try test.perform { try $0.once(claim) { throw refusal } }
        #expect(try test.perform { try $0.once(claim) { [] } } == .refused(refusal))
    }

    @Test("a running command answers that it runs until it is finished") func running() throws {
        let test = try TestBook()
        let claim = try claim("a")
        #expect(try test.perform { try $0.knownOutcome(of: claim) } == nil)
        try test.perform { try $0.keep(claim, outcome: "running", answer: []) }
        #expect(try test.perform { try $0.knownOutcome(of: claim) } == .running)
        #expect(try test.perform { try $0.once(claim) { [] } } == .running)
        try test.perform {
            try $0.finish(key: claim.key, credential: claim.credential, .done([7]))
        }
        #expect(try test.perform { try $0.knownOutcome(of: claim) } == .done([7]))
        // A second finish is too late.
        try test.perform {
            try $0.finish(key: claim.key, credential: claim.credential, .done([8]))
        }
        #expect(try test.perform { try $0.knownOutcome(of: claim) } == .done([7]))
    }

    @Test("another request under a used key is refused and leaves the first answer")
    func otherBody() throws {
        let test = try TestBook()
        let (first, other) = (try claim("a"), try claim("b"))
        _ = try test.perform { try $0.once(first) { [1] } }
        #expect(
            try test.perform { try $0.once(other) { [2] } }.refusalCode == .idempotencyKeyReused)
        #expect(
            try test.perform { try $0.knownOutcome(of: other) }?.refusalCode
                == .idempotencyKeyReused)
        #expect(try test.perform { try $0.once(first) { [3] } } == .done([1]))
    }

    @Test("the same key of another credential is another key") func credentials() throws {
        let test = try TestBook()
        let (first, second) = (try claim("a"), try claim("a", credential: -1))
        _ = try test.perform { try $0.once(first) { [1] } }
        #expect(try test.perform { try $0.once(second) { [2] } } == .done([2]))
    }

    @Test("what a command wrote before its refusal is gone, and the next one goes on")
    func undone() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let (first, second) = (try claim("a"), try claim("b", credential: 2))
        let moved = try test.movement {
            let outcome = try test.perform { session in
                try session.once(first) {
                    let product = try session.catalogue.product("MOBILE", .bill)
                    _ = try session.post(
                        NewTransaction(
                            kind: .billPayment, product: product,
                            contract: try session.catalogue.contract(
                                for: product, on: try session.journal.currentDate()),
                            shift: try session.shifts.shift(of: teller, session.connection),
                            accountReference: "1", amountFen: 1_000, feeFen: 0,
                            commissionFen: 10))
                    throw Self.refusal
                }
            }
            #expect(outcome == .refused(Self.refusal))
        }
        #expect(moved == [:])
        #expect(try test.count("service_transaction") == 0)
        #expect(try test.count("receipt_counter") == 0)
        #expect(try test.count("idempotency_key") == 1)
        _ = try test.perform { try $0.once(second) { [] } }
        let receipt = try test.payPhone(key: "terminal-2", by: teller).answer()
        #expect(try receipt.text("serial") == "000000000001")
        #expect(try test.faults() == [])
    }

    @Test("an unexpected error leaves neither rows nor the key") func unexpected() throws {
        struct Unexpected: Error {}
        let test = try TestBook()
        let claim = try claim("a")
        #expect(throws: Unexpected.self) {
            try test.perform { session in
                try session.once(claim) {
                    try session.connection.execute(
                        script: "UPDATE bill SET customer_name = 'x' WHERE bill_id = 1")
                    throw Unexpected()
                }
            }
        }
        #expect(try test.count("idempotency_key") == 0)
        #expect(try test.integer("SELECT count(*) FROM bill WHERE customer_name = 'x'") == 0)
    }

    @Test("a key of money is never deleted") func neverDeleted() throws {
        let test = try TestBook()
        let claim = try claim("a")
        _ = try test.perform { try $0.once(claim) { [] } }
        #expect(throws: SQLError.self) { try test.execute("DELETE FROM idempotency_key") }
    }
}
