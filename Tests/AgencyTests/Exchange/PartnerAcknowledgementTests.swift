import Cryptography
import Foundation
import Settlement
import Testing

@testable import Agency

/// What partners say of files of ours, by files of their own and by persons.
@Suite struct PartnerAcknowledgementTests {
    /// A closed and released day, and the partner WATER01, which has one line in its file.
    struct Bench {
        let partner: PartnerInboxTests.Bench
        let file: SettlementFileRow

        var test: TestBook { partner.test }

        init() throws {
            partner = try PartnerInboxTests.Bench()
            try partner.test.playDay()
            try partner.test.closeDay()
            let files = try partner.test.release()
            file = try #require(files.first { $0.partnerCode == "WATER01" })
        }

        func content(
            _ number: Int = 1, _ verdict: Acknowledgement.Verdict = .accepted,
            fault: String = "", lines: [Int] = [], of name: String? = nil, digest: String? = nil
        ) throws -> Acknowledgement {
            Acknowledgement(
                agencyID: try #require(SettlementIdentifier(test.book.profile.code)),
                partnerID: try #require(SettlementIdentifier("WATER01")),
                date: file.date.adding(days: 1), number: number,
                keyID: try #require(SettlementIdentifier(partner.keyID)),
                createdAt: test.clock.now, fileName: name ?? file.name,
                fileDigest: try #require(SHA256Digest(hex: digest ?? file.digest ?? "")),
                verdict: verdict, fault: fault,
                items: lines.map {
                    .init(
                        lineNumber: $0, serial: "000000000001", code: .amountDiffers,
                        cause: "yours 1, ours 2 fen")
                })
        }

        /// Writes it as the partner would, and lays it into the inbox.
        @discardableResult
        func send(
            _ content: Acknowledgement, key: SymmetricKey? = nil, withSidecar: Bool = true,
            change: (inout [UInt8]) -> Void = { _ in }
        ) throws -> String {
            let released = try AcknowledgementWriter.release(
                content, key: key ?? partner.key, in: partner.workshop)
            try partner.send(released.name.text, withSidecar: withSidecar, change: change)
            return released.name.text
        }

        func verdict() throws -> [String] {
            let round = try partner.round()
            #expect(round.faults == [])
            return partner.verdict(round)
        }

        /// What counts: verdict, fault and how many items.
        func newest() throws -> String? {
            try test.book.readers.read {
                try SettlementAcknowledgementReader($0).newest(of: file.id)
            }.map { "\($0.verdict.rawValue) \($0.fault) \($0.itemCount)" }
        }
    }

    @Test("a right one is recorded with its items, once, and the newest counts") func recorded()
        throws
    {
        let bench = try Bench()
        #expect(try bench.newest() == nil)
        let name = try bench.send(try bench.content(1, .partly, lines: [2, 0]))
        let round = try bench.partner.round()
        let told = try #require(round.items.first?.acknowledgement)
        #expect(told.fileName == bench.file.name && told.partnerFileName == name)
        #expect(round.items.first?.file.kind == .acknowledgement)
        #expect(try bench.newest() == "PARTLY  2")
        let items = try bench.test.book.readers.read {
            try SettlementAcknowledgementReader($0).items(of: told.id, after: 0, limit: 10)
        }
        #expect(items.map(\.lineNumber) == [2, 0])
        #expect(items.allSatisfy { $0.code == .amountDiffers && $0.serial == "000000000001" })
        try bench.partner.send(name)
        #expect(try bench.verdict() == ["accepted again"])
        #expect(try bench.test.count("settlement_acknowledgement") == 1)
        try bench.send(try bench.content(7, .rejected, fault: "codeMismatch"))
        #expect(try bench.verdict() == ["accepted"])
        #expect(try bench.newest() == "REJECTED codeMismatch 0")
        // A number before it that comes late says nothing any more.
        try bench.send(try bench.content(3))
        #expect(try bench.verdict() == ["rejected acknowledgementOvertaken"])
        #expect(try bench.newest() == "REJECTED codeMismatch 0")
        try bench.send(try bench.content(8))
        #expect(try bench.verdict() == ["accepted"])
        #expect(try bench.newest() == "ACCEPTED  0")
        #expect(try bench.test.faults() == [])
        // Nobody acknowledges an acknowledgement, and none takes a place in the chain of files.
        #expect(try AcknowledgementExchange(book: bench.test.book).releaseAll().files == [])
        try bench.partner.send(bench.partner.file(1).name)
        #expect(try bench.verdict() == ["accepted"])
        let folder = bench.test.book.folder
        let faults = try bench.test.book.readers.read {
            try SettlementAudit(folder, $0) { _ in }.run(maximumFaults: 10)
        }
        #expect(faults == [])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let verdict: String
        let prepare: @Sendable (Bench) throws -> Void
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "one byte changed", verdict: "quarantined codeMismatch") { bench in
            try bench.send(bench.content()) { $0[100] ^= 1 }
        },
        Case(name: "no sidecar", verdict: "quarantined sidecarMissing") { bench in
            try bench.send(bench.content(), withSidecar: false)
        },
        Case(name: "another secret", verdict: "quarantined codeMismatch") { bench in
            let other = try #require(SymmetricKey(hex: String(repeating: "5a", count: 32)))
            try bench.send(bench.content(), key: other)
        },
        Case(name: "our own key", verdict: "quarantined keyUnknown") { bench in
            var content = try bench.content()
            content.keyID = try #require(SettlementIdentifier("WATER01-K1"))
            try bench.send(content)
        },
        Case(name: "a retired key", verdict: "quarantined keyUnknown") { bench in
            let keyID = bench.partner.keyID
            _ = try bench.test.perform {
                try $0.retireSettlementKey(keyID, partnerCode: "WATER01", reason: "lost", by: nil)
            }
            try bench.send(bench.content())
        },
        Case(name: "of a file that is not ours", verdict: "rejected acknowledgedFileUnknown") {
            bench in
            try bench.send(bench.content(of: "APS_330102A_WATER01_20261121_000002.txt"))
        },
        Case(
            name: "of another partner's file", verdict: "rejected acknowledgedFileUnknown"
        ) { bench in
            let other = try #require(
                try bench.test.book.readers.read {
                    try SettlementFileReader($0).file(
                        named: "APS_330102A_POWER01_20261120_000001.txt")
                })
            try bench.send(bench.content(of: other.name, digest: other.digest))
        },
        Case(name: "of other bytes", verdict: "rejected acknowledgedDigestDiffers") { bench in
            try bench.send(bench.content(digest: String(repeating: "ab", count: 32)))
        },
        Case(name: "of the header's line", verdict: "rejected acknowledgedLineUnknown") { bench in
            try bench.send(bench.content(1, .partly, lines: [2, 1]))
        },
        Case(
            name: "of a line behind the last", verdict: "rejected acknowledgedLineUnknown"
        ) { bench in
            try bench.send(bench.content(1, .partly, lines: [3]))
        },
        Case(name: "a number again", verdict: "rejected sequenceReused") { bench in
            try bench.send(bench.content(1))
            #expect(try bench.verdict() == ["accepted"])
            try bench.partner.forget()
            try bench.send(bench.content(1, .rejected, fault: "other"))
        },
        Case(name: "a malformed name", verdict: "rejected fileNameMalformed") { bench in
            let name = try bench.send(bench.content())
            let inbox = bench.partner.inbox
            for suffix in [".hmac", ""] {
                try FileManager.default.moveItem(
                    atPath: "\(inbox)/\(name)\(suffix)", toPath: "\(inbox)/APA_x.txt\(suffix)")
            }
        },
    ]

    @Test("each case ends in its state with a reason, and nothing is recorded", arguments: cases)
    func refused(_ row: Case) throws {
        let bench = try Bench()
        try row.prepare(bench)
        let before = try bench.newest()
        #expect(try bench.verdict() == [row.verdict])
        #expect(try bench.newest() == before)
        #expect(try bench.partner.left == [])
        let reasons = try bench.test.texts(
            "SELECT reason FROM partner_file ORDER BY file_id DESC LIMIT 1")
        #expect(!reasons.contains(""))
        #expect(try bench.test.faults() == [])
    }

    @Test("a signed file with a wrong line is rejected whole") func wrongLine() throws {
        let bench = try Bench()
        let content = try bench.content(1, .partly, lines: [2])
        let name = try content.name().text
        let bytes = try AcknowledgementWriter.bytes(of: content)
        let text = String(decoding: bytes, as: UTF8.self).replacing("E|1", with: "E|2")
        let code = HMACSHA256.authenticate(Array(text.utf8), key: bench.partner.key)
        try Data("HMAC-SHA2-256(\(name))= \(code.hex)\n".utf8).write(
            to: URL(filePath: bench.partner.workshop + "/\(name).hmac"))
        try Data(text.utf8).write(to: URL(filePath: bench.partner.workshop + "/" + name))
        try bench.partner.send(name)
        #expect(try bench.verdict() == ["rejected totalWrong"])
        #expect(try bench.newest() == nil)
    }

    @Test("a liaison says it without a file; the same again is kept once")
    func byPerson() throws {
        let bench = try Bench()
        let liaison = try bench.test.principal("LI-WATER01", at: nil)
        let name = bench.file.name
        let digest = try #require(bench.file.digest)
        func say(
            _ verdict: Acknowledgement.Verdict, _ fault: String = "", lines: [Int] = [],
            digest other: String? = nil, by principal: Principal? = nil
        ) throws -> Int64 {
            let items = lines.map {
                AcknowledgementItem(lineNumber: $0, serial: "", code: .missing, cause: "")
            }
            return try bench.test.perform {
                try $0.acknowledge(
                    name, digest: other ?? digest,
                    NewAcknowledgement(verdict: verdict, fault: fault, items: items),
                    by: principal ?? liaison)
            }.id.number
        }
        let first = try say(.partly, lines: [2, 0])
        #expect(try say(.partly, lines: [2, 0]) == first)
        #expect(try say(.partly, lines: [0, 2]) != first)
        #expect(try say(.rejected, "unreadable") == first + 2)
        #expect(try bench.newest() == "REJECTED unreadable 0")
        func code(_ body: () throws -> Int64) -> RefusalCode? {
            do {
                _ = try body()
                return nil
            } catch let refusal as Refusal {
                return refusal.code
            } catch {
                return nil
            }
        }
        let other = String(repeating: "ab", count: 32)
        #expect(code { try say(.accepted, digest: other) } == .acknowledgementMismatch)
        #expect(code { try say(.partly, lines: [3]) } == .acknowledgementMismatch)
        let stranger = try bench.test.principal("LI-MOBILE01", at: nil)
        #expect(code { try say(.accepted, by: stranger) } == .unknownSettlementFile)
        #expect(try bench.test.count("settlement_acknowledgement") == 3)
        #expect(try bench.test.faults() == [])
    }

    @Test(
        "the database keeps what was said",
        arguments: [
            "DELETE FROM settlement_acknowledgement",
            "UPDATE settlement_acknowledgement SET verdict = 'ACCEPTED', item_count = 0",
            "DELETE FROM settlement_acknowledgement_item",
            "UPDATE settlement_acknowledgement_item SET cause = 'x'",
            "INSERT INTO settlement_acknowledgement_item VALUES (1, 2, 0, '', 'MISSING', '')",
            """
            INSERT INTO settlement_acknowledgement (file_id, staff_id, recorded_at, verdict, fault,
                item_count)
            SELECT 1, staff_id, 0, 'ACCEPTED', '', 0 FROM staff_member WHERE code = 'LI-WATER01'
            """,
            """
            INSERT INTO settlement_acknowledgement (file_id, partner_file_id, recorded_at, verdict,
                fault, item_count)
            SELECT file_id, 1, 0, 'ACCEPTED', '', 0 FROM settlement_file WHERE name LIKE '%WATER01%'
            """,
            "UPDATE partner_file SET kind = 'settlement'",
        ])
    func guarded(_ attack: String) throws {
        let bench = try Bench()
        try bench.send(bench.content(1, .partly, lines: [2]))
        #expect(try bench.verdict() == ["accepted"])
        #expect(throws: (any Error).self) { try bench.test.execute(attack) }
    }
}
