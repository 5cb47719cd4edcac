import Cryptography
import Foundation
import Settlement
import Testing

@testable import Agency

/// What we tell partners of their files.
@Suite struct AcknowledgementExchangeTests {
    /// Our acknowledgements for a partner, verified with our own key.
    static func read(_ test: TestBook, of partner: String) throws -> [Acknowledgement] {
        let folder = test.copy.path + "/settlement/" + partner
        let names = try test.copy.names(in: "settlement/" + partner).filter {
            $0.hasPrefix("APA_") && $0.hasSuffix(".txt")
        }
        return try names.map { name in
            try AcknowledgementVerifier { reference in
                try test.book.readers.read {
                    guard let partner = try PartnerReader($0).partner(partner) else { return nil }
                    return try SettlementKeys($0, sealing: test.book.keys.sealing).validKey(
                        reference.keyID.text, .out, of: partner, at: test.clock.now)
                }
            }.verify(name, in: folder)
        }
    }

    @discardableResult
    static func release(_ test: TestBook) throws -> [AcknowledgementFileRow] {
        let round = try AcknowledgementExchange(book: test.book).releaseAll()
        #expect(round.faults == [])
        #expect(try test.faults() == [])
        return round.files
    }

    private static func audit(_ test: TestBook) throws -> [String] {
        let folder = test.book.folder
        return try test.book.readers.read {
            try SettlementAudit(folder, $0) { _ in }.run(maximumFaults: 10)
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// Line, code and cause of each item.
        let items: [String]
        let change: @Sendable (inout [SettlementDetail]) throws -> Void
        var testDescription: String { name }
    }

    // The day is 5,000, 3,000 and 2,000 fen, in the lines 2, 3 and 4.
    static let cases: [Case] = [
        Case(name: "the same", items: []) { _ in },
        Case(name: "a line is missing", items: ["0 MISSING ours 5000 fen POSTED"]) {
            $0.remove(at: 0)
        },
        Case(name: "a line is new", items: ["5 NOT_FOUND yours 700 fen POSTED"]) { lines in
            var line = lines[0]
            line.serial = try #require(SettlementIdentifier("P900"))
            line.accountReference = "13999999999"
            line.amountFen = 700
            line.commissionFen = 7
            lines.append(line)
        },
        Case(
            name: "one fen less",
            items: ["3 AMOUNT_DIFFERS ours 3000 fen POSTED, yours 2999 fen POSTED"]
        ) { $0[1].amountFen -= 1 },
        Case(
            name: "reversed there",
            items: ["4 STATUS_DIFFERS ours 2000 fen POSTED, yours 2000 fen REVERSED"]
        ) { $0[2].status = .reversed },
        Case(name: "listed twice", items: ["5 DUPLICATE yours 5000 fen POSTED"]) {
            $0.append($0[0])
        },
        Case(
            name: "another commission",
            items: ["0 COMMISSION_DIFFERS 000000000002: ours 24, theirs 21 fen"]
        ) { $0[1].commissionFen -= 3 },
    ]

    @Test("an accepted file is acknowledged once it is compared, line by line", arguments: cases)
    func accepted(_ example: Case) throws {
        let bench = try ReconcilerBench()
        var lines = try bench.playDay([5_000, 3_000, 2_000])
        try example.change(&lines)
        try bench.send(lines, for: "2026-11-20")
        #expect(try Self.release(bench.test) == [])
        try bench.reconcile()
        let row = try #require(try Self.release(bench.test).first)
        #expect(try Self.release(bench.test) == [])
        let told = try #require(try Self.read(bench.test, of: ReconcilerBench.partner).first)
        #expect(told.verdict == (example.items.isEmpty ? .accepted : .partly))
        #expect(told.fault == "" && told.number == 1)
        #expect(
            told.items.map { "\($0.lineNumber) \($0.code.rawValue) \($0.cause)" }
                == example.items)
        #expect(try told.fileName == bench.test.texts("SELECT name FROM partner_file")[0])
        #expect(
            try told.fileDigest.hex == bench.test.texts("SELECT digest FROM partner_file")[0])
        #expect(row.name == "APA_330102A_MOBILE01_20261121_000001.txt")
        for name in [row.name, row.name + ".hmac"] {
            #expect(
                try bench.test.copy.bytes("sent/MOBILE01/" + name)
                    == bench.test.copy.bytes("settlement/MOBILE01/" + name))
        }
        #expect(try Self.audit(bench.test) == [])
    }

    @Test("a line near the day cut stays TIMING, whatever becomes of it; a later one has no line")
    func timing() throws {
        let bench = try ReconcilerBench()
        bench.test.clock.advance(milliseconds: 14 * 3_600_000 + 55 * 60_000)
        let first = try bench.playDay([5_000, 3_000])
        var early = first[0]
        early.serial = try #require(SettlementIdentifier("P1"))
        early.accountReference = "13999999999"
        try bench.send([early], for: "2026-11-20")
        try bench.reconcile()
        try Self.release(bench.test)
        let before = try bench.test.copy.bytes(
            "sent/MOBILE01/APA_330102A_MOBILE01_20261121_000001.txt")
        let told = try #require(try Self.read(bench.test, of: "MOBILE01").first)
        #expect(told.items.map(\.code) == [.timing, .timing, .timing])
        #expect(told.items.map(\.lineNumber).sorted() == [0, 0, 2])
        var second = try bench.playDay([1_000])
        var late = first[1]
        late.amountFen -= 100
        second.append(late)
        try bench.send(second, for: "2026-11-21")
        try bench.reconcile()
        #expect(
            try bench.test.count(
                "settlement_exception WHERE class IN ('OURS_ONLY', 'PARTNER_ONLY')") == 2)
        try Self.release(bench.test)
        let later = try Self.read(bench.test, of: "MOBILE01")
        #expect(later.map(\.number) == [1, 2])
        #expect(
            later[1].items.map { "\($0.lineNumber) \($0.code.rawValue)" } == [
                "3 AMOUNT_DIFFERS"
            ])
        #expect(try Self.audit(bench.test) == [])
        // Made anew from the rows as they are now, it has the bytes that it had.
        for suffix in ["", ".hmac"] {
            for folder in ["sent", "settlement"] {
                try FileManager.default.removeItem(
                    atPath: bench.test.copy.path
                        + "/\(folder)/MOBILE01/APA_330102A_MOBILE01_20261121_000001.txt" + suffix)
            }
        }
        #expect(
            try bench.test.book.resendSettlementFile("APA_330102A_MOBILE01_20261121_000001.txt"))
        #expect(
            try bench.test.copy.bytes("sent/MOBILE01/APA_330102A_MOBILE01_20261121_000001.txt")
                == before)
    }

    @Test("a line of an earlier file that meets its counterpart has no line in the new file")
    func earlierLine() throws {
        let bench = try ReconcilerBench()
        let first = try bench.playDay([5_000])
        var early = first[0]
        early.serial = try #require(SettlementIdentifier("000000000002"))
        early.accountReference = "13810000002"
        early.amountFen = 7_000
        try bench.send(first + [early], for: "2026-11-20")
        try bench.reconcile()
        let second = try bench.playDay([8_000]).map(\.serial)
        #expect(second == [early.serial])
        try bench.send([], for: "2026-11-21")
        try bench.reconcile()
        try Self.release(bench.test)
        let told = try Self.read(bench.test, of: "MOBILE01").flatMap(\.items)
        #expect(
            told.map { "\($0.lineNumber) \($0.code.rawValue) \($0.cause)" } == [
                "3 NOT_FOUND yours 7000 fen POSTED",
                "0 AMOUNT_DIFFERS ours 8000 fen POSTED, yours 7000 fen POSTED",
            ])
        #expect(try Self.audit(bench.test) == [])
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let name: String
        /// Verdict and fault of each acknowledgement.
        let told: [String]
        let prepare: @Sendable (PartnerInboxTests.Bench) throws -> Void
        var testDescription: String { name }
    }

    static let refusals: [Refused] = [
        Refused(name: "a wrong MAC", told: ["REJECTED codeMismatch"]) { bench in
            try bench.send(bench.file(1).name) { $0[200] ^= 1 }
        },
        Refused(name: "a number again", told: ["REJECTED sequenceReused"]) { bench in
            try bench.send(bench.file(1).name)
            _ = try bench.round()
            try bench.forget()
            try bench.send(bench.file(1, amountFen: 8_651).name)
        },
        Refused(name: "the day of the one before", told: ["REJECTED chainBroken"]) { bench in
            let first = try bench.file(1)
            try bench.send(first.name)
            try bench.send(bench.file(2, day: 20, after: first.digest).name)
        },
        Refused(name: "an unknown key", told: []) { bench in
            try bench.send(bench.file(1, keyID: "WATER01-P9").name)
        },
        Refused(name: "our own key", told: []) { bench in
            try bench.send(bench.file(1, keyID: "WATER01-K1").name)
        },
        Refused(name: "no sidecar", told: []) { bench in
            try bench.send(bench.file(1).name, withSidecar: false)
        },
        Refused(name: "no name of a file", told: []) { bench in
            try bench.send(bench.file(1).name, as: "report.csv")
        },
        Refused(name: "a first line of nothing", told: []) { bench in
            try bench.send(bench.file(1).name) { $0 = [] }
        },
        Refused(name: "one that waits", told: []) { bench in
            let before = try bench.file(1)
            try bench.send(bench.file(2, after: before.digest).name)
        },
        Refused(name: "one that is not compared yet", told: []) { bench in
            try bench.send(bench.file(1).name)
        },
    ]

    @Test("what is refused is told to whoever is known to have sent it", arguments: refusals)
    func refused(_ row: Refused) throws {
        let bench = try PartnerInboxTests.Bench()
        try row.prepare(bench)
        #expect(try bench.round().faults == [])
        try Self.release(bench.test)
        let told =
            try FileManager.default.fileExists(
                atPath: bench.test.copy.path + "/settlement/WATER01")
            ? Self.read(bench.test, of: "WATER01") : []
        #expect(told.map { "\($0.verdict.rawValue) \($0.fault)" } == row.told)
        #expect(told.allSatisfy { $0.items.isEmpty })
        #expect(try Self.release(bench.test) == [])
        let names = try bench.test.book.readers.read {
            try PartnerFileReader($0).files(partner: nil, state: nil, after: 0, limit: 10)
                .compactMap(\.acknowledgement)
        }
        #expect(names.count == row.told.count)
    }

    @Test("a crash after any step repeats it with the same bytes") func crash() throws {
        let bench = try PartnerInboxTests.Bench()
        try bench.send(bench.file(1).name) { $0[200] ^= 1 }
        _ = try bench.round()
        let test = bench.test
        let partner = try #require(
            try test.book.readers.read { try PartnerReader($0).partner("WATER01") })
        try test.perform {
            try $0.assignAcknowledgements(of: partner, code: "WATER01", limit: 10)
        }
        let row = try #require(
            try test.book.readers.read { try AcknowledgementFileReader($0).unreleased().first })
        // The process dies after it has kept the file, and is tried again on another day.
        let sent = SettlementOutbox(test.book.folder, partnerCode: "WATER01")
        try sent.prepareSent()
        let content = try test.book.readers.read {
            try AcknowledgementFileReader($0).content(of: row, test.book.profile)
        }
        let key = try #require(
            try test.book.readers.read {
                try SettlementKeys($0, sealing: test.book.keys.sealing).key(
                    row.keyID, of: partner)
            })
        try AcknowledgementWriter.release(content, key: key, in: sent.sent, access: .owner)
        let bytes = try test.copy.bytes("sent/WATER01/" + row.name)
        test.clock.advance(milliseconds: 3 * 86_400_000)
        // A key that is replaced meanwhile signs nothing that was assigned before.
        let sealing = test.book.settlementKeySealing
        _ = try test.perform {
            try $0.rotateSettlementKey(
                .init(partnerCode: "WATER01", direction: .out), overlapHours: 48,
                sealing: sealing, by: nil)
        }
        #expect(try Self.release(test).map(\.name) == [row.name])
        #expect(try test.copy.bytes("sent/WATER01/" + row.name) == bytes)
        #expect(try test.copy.bytes("settlement/WATER01/" + row.name) == bytes)
        #expect(try Self.audit(test) == [])
    }

    @Test("what cannot be written is a fault, stops no other partner, and is tried again")
    func heldBack() throws {
        let bench = try PartnerInboxTests.Bench()
        try bench.send(bench.file(1).name) { $0[200] ^= 1 }
        _ = try bench.round()
        let obstacle = bench.test.copy.path + "/sent"
        try Data().write(to: URL(filePath: obstacle))
        let exchange = AcknowledgementExchange(book: bench.test.book)
        for _ in 1...2 {
            let round = try exchange.releaseAll()
            #expect(round.files == [] && round.faults.count == 1)
        }
        try FileManager.default.removeItem(atPath: obstacle)
        #expect(try exchange.releaseAll().files.count == 1)
        #expect(try bench.test.count("acknowledgement_file") == 1)
    }

    @Test(
        "the database keeps what was told",
        arguments: [
            "DELETE FROM acknowledgement_file",
            "UPDATE acknowledgement_file SET verdict = 'ACCEPTED'",
            "UPDATE acknowledgement_file SET digest = replace(digest, 'a', 'b')",
            """
            INSERT INTO acknowledgement_file (partner_id, partner_file_id, sequence, name, key_id,
                created_at, verdict, fault, item_count, state)
            SELECT partner_id, file_id, 2, 'x', 'WATER01-K1', 0, 'REJECTED', fault, 0, 'assigned'
            FROM partner_file ORDER BY file_id LIMIT 1
            """,
            """
            INSERT INTO acknowledgement_file (partner_id, partner_file_id, sequence, name, key_id,
                created_at, verdict, fault, item_count, state)
            SELECT partner_id, file_id, 2, 'x', 'WATER01-K1', 0, 'ACCEPTED', '', 0, 'assigned'
            FROM partner_file ORDER BY file_id DESC LIMIT 1
            """,
            """
            INSERT INTO acknowledgement_file (partner_id, partner_file_id, sequence, name, key_id,
                created_at, verdict, fault, item_count, state)
            SELECT partner_id, file_id, 3, 'x', 'WATER01-K1', 0, 'REJECTED', fault, 0, 'assigned'
            FROM partner_file ORDER BY file_id DESC LIMIT 1
            """,
        ])
    func guarded(_ attack: String) throws {
        let bench = try PartnerInboxTests.Bench()
        try bench.send(bench.file(1).name) { $0[200] ^= 1 }
        _ = try bench.round()
        try Self.release(bench.test)
        try bench.forget()
        try bench.send(bench.file(1).name) { $0[201] ^= 1 }
        _ = try bench.round()
        #expect(throws: (any Error).self) { try bench.test.execute(attack) }
        // The rows as they should be are taken.
        #expect(try Self.release(bench.test).map(\.sequence) == [2])
    }
}
