import CivilTime
import Cryptography
import Ledger
import Testing

@testable import Agency

@Suite struct TerminalBatchTests {
    @Test("a batch is booked in its order, and once however often it is handed in")
    func once() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let batch = try test.batch(
            (1...5).map { .pay($0, "offline-\($0)00", 1_000 + $0) })
        var report: TerminalBatchReport?
        let moved = try test.movement { report = try test.handIn(batch, by: teller) }
        #expect(moved["1001.S0001-C1"] == 5_015)
        let first = try #require(report)
        #expect(first.words == (1...5).map { "\($0) applied" })
        #expect(first.numbers == TerminalNumbers(highest: 5, completeTo: 5, missing: []))
        let amounts = try test.texts("SELECT amount_fen FROM service_transaction ORDER BY serial")
        #expect(amounts == ["1001", "1002", "1003", "1004", "1005"])
        let again = try test.handIn(batch, by: teller)
        #expect(again.batch == first.batch)
        #expect(again.words == (1...5).map { "\($0) repeated" })
        // The first answers, byte for byte.
        for (left, right) in zip(first.results, again.results) {
            guard case .applied(let bytes) = left.result else { continue }
            #expect(right.result == .repeated(.done(bytes)))
        }
        #expect(try test.count("service_transaction") == 5)
        #expect(try test.count("terminal_batch") == 1)
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("a payment that came on the line and comes again in a batch counts once")
    func alsoOnTheLine() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let item = TestItem.pay(1, "offline-100")
        let online = try test.pay(item.request, key: item.key, by: teller)
        let report = try test.handIn([item, .pay(2, "offline-200")], by: teller)
        #expect(report.words == ["1 repeated", "2 applied"])
        #expect(report.results[0].result == .repeated(online))
        // And the other way round.
        let second = TestItem.pay(2, "offline-200")
        #expect(try test.pay(second.request, key: second.key, by: teller).refusalCode == nil)
        #expect(try test.count("service_transaction") == 2)
        #expect(report.numbers == TerminalNumbers(highest: 2, completeTo: 2, missing: []))
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("missing numbers are listed until they arrive or are declared unused") func gaps() throws
    {
        let test = try TestBook()
        let teller = try test.signOn()
        var report = try test.handIn(
            [.pay(3, "offline-300"), .pay(7, "offline-700")], sequences: 2...9, by: teller)
        #expect(
            report.numbers
                == TerminalNumbers(highest: 9, completeTo: 0, missing: [1...2, 4...6, 8...9]))
        report = try test.handIn(
            [.pay(1, "offline-100"), .unused(2, "offline-200"), .pay(5, "offline-500")],
            by: teller)
        #expect(report.words == ["1 applied", "2 unused", "5 applied"])
        report = try test.handIn([.unused(2, "offline-200")], by: teller)
        #expect(report.words == ["2 unused again"])
        #expect(
            report.numbers
                == TerminalNumbers(highest: 9, completeTo: 3, missing: [4...4, 6...6, 8...9]))
        report = try test.handIn(
            [4, 6, 8, 9].map { .unused($0, "offline-\($0)00") }, by: teller)
        #expect(report.numbers == TerminalNumbers(highest: 9, completeTo: 9, missing: []))
        // What came before is not looked at again, and is still known.
        report = try test.handIn([.pay(10, "offline-1000")], by: teller)
        #expect(report.numbers == TerminalNumbers(highest: 10, completeTo: 10, missing: []))
        let faults = try test.faults()
        #expect(faults == [])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let items: [TestItem]
        let words: [String]
        var sequences: ClosedRange<Int64>?
        var paidCount: Int64 = 1
        var testDescription: String { name }
    }

    static let unsafe = Refusal(.notSafeOffline, "it needs the line", zh: "须联机")

    static let rows = [
        Row(
            name: "numbers that do not rise",
            items: [.pay(2, "offline-200"), .pay(2, "offline-201"), .pay(1, "offline-100")],
            words: ["2 applied", "2 out of order", "1 out of order"]),
        Row(
            name: "a number outside of the batch's",
            items: [.pay(1, "offline-100"), .pay(5, "offline-500")],
            words: ["1 applied", "5 out of order"], sequences: 1...4),
        Row(
            name: "an operator without a till",
            items: [.pay(1, "offline-100", staff: "OP000102"), .pay(2, "offline-200")],
            words: ["1 again not-signed-on", "2 applied"]),
        Row(
            name: "nobody, a supervisor, another station's operator",
            items: [
                .pay(1, "offline-100", staff: "NOBODY"), .pay(2, "offline-200", staff: "SV-T01"),
                .pay(3, "offline-300", staff: "OP000201"), .pay(4, "offline-400"),
            ],
            words: [
                "1 again not-signed-on", "2 again not-signed-on", "3 again not-signed-on",
                "4 applied",
            ]),
        Row(
            name: "what is not safe offline",
            items: [
                TestItem(sequence: 1, key: "offline-100", action: .refused(unsafe)),
                .pay(2, "offline-200"),
            ],
            words: ["1 not-safe-offline", "2 applied"]),
        Row(
            name: "an amount that is not allowed",
            items: [.pay(1, "offline-100", 1), .pay(2, "offline-200")],
            words: ["1 amount-not-allowed", "2 applied"]),
        Row(
            name: "a number that came with another key",
            items: [.pay(1, "offline-100"), .pay(2, "offline-100", 9_000)],
            words: ["1 applied", "2 idempotency-key-reused"]),
        Row(
            name: "the same request under two numbers",
            items: [.pay(1, "offline-100"), .pay(2, "offline-100")],
            words: ["1 applied", "2 repeated"]),
    ]

    @Test("one item that is not done keeps no other from being done", arguments: rows)
    func items(_ row: Row) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let batch = try test.batch(row.items, sequences: row.sequences)
        let report = try test.handIn(batch, by: teller)
        #expect(report.words == row.words)
        #expect(try test.count("service_transaction") == row.paidCount)
        // Again: what was refused for good is told again, and nothing is booked.
        _ = try test.handIn(batch, by: teller)
        #expect(try test.count("service_transaction") == row.paidCount)
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("what waits for an operator is done once that person holds a till") func postponed()
        throws
    {
        let test = try TestBook()
        let teller = try test.signOn()
        let batch = try test.batch([.pay(1, "offline-100", staff: "OP000102")])
        let first = try test.handIn(batch, by: teller)
        #expect(first.words == ["1 again not-signed-on"])
        #expect(first.numbers == TerminalNumbers(highest: 1, completeTo: 0, missing: [1...1]))
        let other = try test.principal("OP000102", at: "S0001-T2")
        _ = try test.perform { try $0.signOn(tillCode: "S0001-C2", by: other) }
        let moved = try test.movement {
            let report = try test.handIn(batch, by: teller)
            #expect(report.words == ["1 applied"])
        }
        #expect(moved["1001.S0001-C2"] == 1_500)
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("what a contract or the till's ceiling hinders now is done when it no longer does")
    func passing() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let batch = try test.batch([.pay(1, "offline-100")])
        try test.execute("UPDATE shift SET state = 'suspended'")
        try test.perform { $0.shifts.shiftsDidChange() }
        #expect(try test.handIn(batch, by: teller).words == ["1 again shift-suspended"])
        #expect(try test.count("idempotency_key") + test.count("terminal_sequence") == 0)
        try test.execute("UPDATE shift SET state = 'open'")
        try test.perform { $0.shifts.shiftsDidChange() }
        #expect(try test.handIn(batch, by: teller).words == ["1 applied"])
    }

    @Test("a number is of one request, on the line too") func numbers() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        _ = try test.handIn([.pay(1, "offline-100"), .unused(2, "offline-200")], by: teller)
        for (number, code) in [
            (Int64(1), RefusalCode?.some(.terminalNumberReused)), (2, .terminalNumberReused),
            (3, nil),
        ] {
            let item = TestItem.pay(number, "other-key-\(number)")
            var claim = try test.claim(item.key, teller, item.request.fingerprint)
            claim.terminalNumber = TerminalNumber(number)
            let request = item.request
            let outcome = try test.perform { [claim] in
                try $0.payBill(request, claim: claim, by: teller)
            }
            #expect(outcome.refusalCode == code)
        }
        let report = try test.handIn(
            [
                .unused(1, "offline-101"), .pay(2, "offline-201"), .unused(3, "offline-301"),
                .pay(4, "offline-400"),
            ], by: teller)
        #expect(
            report.words == [
                "1 terminal-number-reused", "2 terminal-number-reused",
                "3 terminal-number-reused", "4 applied",
            ])
        #expect(report.numbers.completeTo == 4)
        #expect(try test.count("service_transaction") == 3)
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("what could not be read as it was on the line is known by its key") func unsafeRepeated()
        throws
    {
        let test = try TestBook()
        let teller = try test.signOn()
        let held = try test.reserve("QC0009", by: teller)
        let sold = try test.issue(held, key: "offline-100", by: teller)
        let report = try test.handIn(
            [TestItem(sequence: 1, key: "offline-100", action: .refused(Self.unsafe))],
            by: teller)
        #expect(report.results[0].result == .repeated(sold))
    }

    @Test(
        "a batch that its terminal did not sign is quarantined whole",
        arguments: [("S0001-T2", "S0001-T1"), ("S0002-T1", "S0001-T1")])
    func forged(signer: String, named: String) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let forged = try test.batch(
            [.pay(1, "offline-100"), .pay(2, "offline-200")], signedBy: signer, of: named)
        for _ in 0..<2 {
            let code = try refusalCode { _ = try test.handIn(forged, by: teller) }
            #expect(code == .batchSignatureWrong)
        }
        #expect(try test.texts("SELECT state FROM terminal_batch") == ["quarantined"])
        #expect(try test.count("service_transaction") + test.count("terminal_sequence") == 0)
        // The true one is another, and is taken.
        let report = try test.handIn([.pay(1, "offline-100"), .pay(2, "offline-200")], by: teller)
        #expect(report.words == ["1 applied", "2 applied"])
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("a terminal hands in its own batches only") func foreign() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        for terminal in ["S0001-T2", "S0002-T1", "NONE"] {
            let batch = try test.batch([.pay(1, "offline-100")], of: terminal)
            let code = try refusalCode { _ = try test.handIn(batch, by: teller) }
            #expect(code == .notPermitted)
        }
        #expect(try test.count("terminal_batch") == 0)
    }

    @Test("every change of what is signed breaks the signature") func signature() throws {
        let test = try TestBook()
        let items = [TestItem.pay(1, "offline-100"), .pay(2, "offline-200")]
        let batch = try test.batch(items)
        let secret = try test.texts("SELECT secret_digest FROM terminal WHERE code = 'S0001-T1'")[0]
        #expect(batch.isSigned(withDigest: secret))
        let changed = [
            TerminalBatch(
                terminalCode: "S0001-T2", sequences: batch.sequences,
                createdAtText: batch.createdAtText, createdAt: batch.createdAt,
                items: batch.items, signature: batch.signature),
            TerminalBatch(
                terminalCode: batch.terminalCode, sequences: 1...3,
                createdAtText: batch.createdAtText, createdAt: batch.createdAt,
                items: batch.items, signature: batch.signature),
            TerminalBatch(
                terminalCode: batch.terminalCode, sequences: batch.sequences,
                createdAtText: "2026-11-20T09:30:01+08:00", createdAt: batch.createdAt,
                items: batch.items, signature: batch.signature),
            TerminalBatch(
                terminalCode: batch.terminalCode, sequences: batch.sequences,
                createdAtText: batch.createdAtText, createdAt: batch.createdAt,
                items: Array(batch.items.dropLast()), signature: batch.signature),
            TerminalBatch(
                terminalCode: batch.terminalCode, sequences: batch.sequences,
                createdAtText: batch.createdAtText, createdAt: batch.createdAt,
                items: batch.items.reversed(), signature: batch.signature),
        ]
        for other in changed { #expect(!other.isSigned(withDigest: secret)) }
    }

    @Test("five hundred items are taken at once") func largest() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let items = (1...Int64(TerminalBatch.maximumItems)).map {
            TestItem.pay($0, "offline-\($0)-key", 1_000)
        }
        let report = try test.handIn(items, by: teller)
        #expect(report.results.count == TerminalBatch.maximumItems)
        #expect(report.numbers.completeTo == 500)
        #expect(try test.count("service_transaction") == 500)
        let serials = try test.texts(
            """
            SELECT count(*) FROM terminal_sequence n JOIN idempotency_key k
                ON k.key = n.key AND k.credential = n.terminal_id
            WHERE CAST(CAST(k.answer AS TEXT) ->> '$.serial' AS INTEGER) = n.sequence
            """)
        #expect(serials == ["500"])
    }
}
