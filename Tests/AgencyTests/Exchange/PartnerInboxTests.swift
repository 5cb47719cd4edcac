import CivilTime
import Cryptography
import Foundation
import Ledger
import Settlement
import Testing

@testable import Agency

/// What partners lay into their inboxes, and what becomes of it.
@Suite struct PartnerInboxTests {
    /// A book whose partner WATER01 has a key for its own files, and the partner that writes them.
    struct Bench {
        let test: TestBook
        let key: SymmetricKey
        let keyID: String
        let workshop: String

        init() throws {
            test = try TestBook()
            let sealing = test.book.settlementKeySealing
            let order = SettlementKeyOrder(partnerCode: "WATER01", direction: .in)
            let made = try Answer(
                test.perform { try $0.createSettlementKey(order, sealing: sealing, by: nil) })
            key = try #require(SymmetricKey(hex: made.text("key_hex")))
            keyID = try made.text("key_id")
            // The files are of this day and of some days after it, which have passed.
            test.clock.advance(milliseconds: 10 * 86_400_000)
            workshop = test.copy.path + "/partner"
            try FileManager.default.createDirectory(
                atPath: workshop, withIntermediateDirectories: true)
            try FileManager.default.createDirectory(
                atPath: inbox, withIntermediateDirectories: true)
        }

        var inbox: String { test.book.folder.inboxFolder(partnerCode: "WATER01") }

        /// Writes a file as the partner would.
        @discardableResult
        func file(
            _ sequence: Int, day: Int? = nil, date: String? = nil,
            after previous: SHA256Digest = .zero,
            amountFen: Int64 = 8_650, agency: String? = nil, key: SymmetricKey? = nil,
            keyID: String? = nil, type: SettlementType = .billPayment,
            serial: String = "000000000001"
        ) throws -> (name: String, digest: SHA256Digest) {
            let header = SettlementHeader(
                agencyID: try #require(
                    SettlementIdentifier(agency ?? test.book.profile.code)),
                partnerID: try #require(SettlementIdentifier("WATER01")),
                businessDate: try #require(BusinessDate(date ?? "2026-11-\(day ?? 19 + sequence)")),
                sequence: sequence,
                keyID: try #require(SettlementIdentifier(keyID ?? self.keyID)),
                previousDigest: previous, createdAt: test.clock.now, ledgerRoot: .zero,
                ledgerSize: 0)
            let writer = try SettlementFileWriter(
                folder: workshop, header: header, key: key ?? self.key)
            try writer.append(
                SettlementDetail(
                    serial: try #require(SettlementIdentifier(serial)),
                    partnerReference: "W1", type: type, accountReference: "0310220045",
                    amountFen: amountFen, feeFen: 0, commissionFen: 50, status: .posted,
                    time: test.clock.now, originalSerial: nil))
            let candidate = try writer.finish()
            _ = try candidate.release()
            return (candidate.name.text, candidate.digest)
        }

        /// The partner forgets what it wrote, and may write the same numbers anew.
        func forget() throws {
            try FileManager.default.removeItem(atPath: workshop)
            try FileManager.default.createDirectory(
                atPath: workshop, withIntermediateDirectories: true)
        }

        /// Lays a file into the inbox, as it is or with other bytes.
        func send(
            _ name: String, as other: String? = nil, withSidecar: Bool = true,
            change: (inout [UInt8]) -> Void = { _ in }
        ) throws {
            var bytes = [UInt8](try Data(contentsOf: URL(filePath: workshop + "/" + name)))
            change(&bytes)
            let target = inbox + "/" + (other ?? name)
            if withSidecar {
                let sidecar = try Data(contentsOf: URL(filePath: workshop + "/\(name).hmac"))
                try sidecar.write(to: URL(filePath: target + ".hmac"))
            }
            try Data(bytes).write(to: URL(filePath: target))
        }

        func round(sidecarSeconds: Double = 0) throws -> PartnerInbox.Round {
            try PartnerInbox(book: test.book, restSeconds: 0, sidecarSeconds: sidecarSeconds)
                .receiveAll()
        }

        /// Sends a file and gives what became of it: state and fault.
        func verdict(_ round: PartnerInbox.Round) -> [String] {
            round.items.map { item in
                [item.file.state.rawValue, item.file.fault, item.isRepeated ? "again" : nil]
                    .compactMap { $0 }.joined(separator: " ")
            }
        }

        var left: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: inbox) }
        }

        func states() throws -> [String] {
            try test.texts("SELECT name || ' ' || state FROM partner_file ORDER BY file_id")
        }
    }

    @Test("a good file is accepted once, its bytes are kept, and the same bytes change nothing")
    func accepted() throws {
        let bench = try Bench()
        let (name, digest) = try bench.file(1)
        try bench.send(name)
        let round = try bench.round()
        #expect(bench.verdict(round) == ["accepted"])
        #expect(round.items.first?.file.netFen == 8_600)
        #expect(try bench.left == [])
        let kept = bench.test.book.folder.receivedFolder(partnerCode: "WATER01")
        let folders = try FileManager.default.contentsOfDirectory(atPath: kept)
        #expect(folders.count == 1 && folders[0].hasPrefix(digest.hex))
        let files = try FileManager.default.contentsOfDirectory(atPath: kept + "/" + folders[0])
        #expect(files.sorted() == [name, name + ".hmac"])
        for _ in 1...2 {
            try bench.send(name)
            #expect(bench.verdict(try bench.round()) == ["accepted again"])
        }
        #expect(try bench.test.count("partner_file") == 1)
        #expect(try bench.test.faults() == [])
        let folder = bench.test.book.folder
        func faults() throws -> [String] {
            try bench.test.book.readers.read {
                try SettlementAudit(folder, $0) { _ in }.run(maximumFaults: 10)
            }
        }
        #expect(try faults() == [])
        // Whoever changes the bytes that are kept is found out.
        let handle = try #require(FileHandle(forUpdatingAtPath: "\(kept)/\(folders[0])/\(name)"))
        try handle.write(contentsOf: Data("h".utf8))
        try handle.close()
        #expect(try faults() == ["partner_file \(name): its kept bytes are not what came"])
        let undo = try #require(FileHandle(forUpdatingAtPath: "\(kept)/\(folders[0])/\(name)"))
        try undo.write(contentsOf: Data("H".utf8))
        try undo.close()
        #expect(try faults() == [])
        // So with the proof of who sent them.
        try Data("x".utf8).write(to: URL(filePath: "\(kept)/\(folders[0])/\(name).hmac"))
        #expect(try faults() == ["partner_file \(name): its kept bytes are not what came"])
    }

    @Test("what the partner lays over a file while it is taken is left for the next round")
    func replaced() throws {
        let bench = try Bench()
        let wrong = try bench.file(1, amountFen: 1).name
        try bench.send(wrong) { $0[200] ^= 1 }
        try bench.forget()
        let right = try bench.file(1).name
        let kept = bench.test.book.folder.receivedFolder(partnerCode: "WATER01")
        let (workshop, inbox) = (bench.workshop, bench.inbox)
        // The time is read once the copy is there, and before the file is removed.
        bench.test.clock.whenRead {
            let files = FileManager.default
            let names = (try? files.contentsOfDirectory(atPath: kept)) ?? []
            guard names.contains(where: { $0.hasPrefix(".") }) else { return }
            for name in [right + ".hmac", right] {
                _ = rename(workshop + "/" + name, inbox + "/" + name)
            }
        }
        #expect(bench.verdict(try bench.round()) == ["quarantined codeMismatch"])
        bench.test.clock.whenRead(nil)
        #expect(Set(try bench.left) == [right, right + ".hmac"])
        #expect(bench.verdict(try bench.round()) == ["accepted"])
        #expect(try bench.left == [])
    }

    @Test("a file of no day of ours is refused, and its number is free for the right one")
    func dates() throws {
        let bench = try Bench()
        for date in ["2062-12-01", "2026-12-01", "2026-11-19", "2001-01-01"] {
            try bench.send(bench.file(1, date: date).name)
            let isEarly = date < "2026-11-20"
            #expect(
                bench.verdict(try bench.round())
                    == [isEarly ? "rejected dateBeforeBooks" : "rejected dateInFuture"])
            try bench.forget()
        }
        // One that would wait for another one does not wait for its day.
        let other = try #require(SHA256Digest(hex: String(repeating: "ab", count: 32)))
        try bench.send(bench.file(7, date: "2026-12-01", after: other).name)
        #expect(bench.verdict(try bench.round()) == ["rejected dateInFuture"])
        let first = try bench.file(1, date: "2026-11-30")
        try bench.send(first.name)
        #expect(bench.verdict(try bench.round()) == ["accepted"])
        #expect(try bench.test.faults() == [])
    }

    @Test("lines by which we settled differences are ours alone") func adjustment() throws {
        let bench = try Bench()
        try bench.send(bench.file(1, type: .adjustment, serial: "ADJ1").name)
        #expect(bench.verdict(try bench.round()) == ["rejected adjustmentNotOurs"])
    }

    @Test("what is refused counts on the day that its name tells, once its sender is known")
    func refusedOfDay() throws {
        let bench = try Bench()
        try bench.send(bench.file(1).name) { $0[200] ^= 1 }
        _ = try bench.round()
        try bench.forget()
        try bench.send(bench.file(1, type: .adjustment, serial: "ADJ1").name)
        _ = try bench.round()
        #expect(
            try bench.test.texts(
                "SELECT state || ' ' || ifnull(business_date, '-') FROM partner_file")
                == ["quarantined -", "rejected 20777"])
    }

    @Test("what nobody has signed is kept up to a limit, and then left where it is")
    func quarantineIsFull() throws {
        let bench = try Bench()
        try bench.test.execute(
            """
            INSERT INTO partner_file (partner_id, name, received_at, digest, byte_count, state,
                fault) SELECT partner_id, 'x', 0, printf('%064d', 0),
                \(PartnerReception.maximumQuarantinedByteCount), 'quarantined', 'codeMismatch'
            FROM partner WHERE code = 'WATER01'
            """)
        try bench.send(bench.file(1).name, withSidecar: false)
        let round = try bench.round()
        #expect(round.items.isEmpty)
        #expect(round.faults.count == 1 && round.faults[0].contains("in quarantine already"))
        #expect(try bench.left.count == 1)
        try bench.send(bench.file(1).name)
        #expect(bench.verdict(try bench.round()) == ["accepted"])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let verdict: String
        let prepare: @Sendable (Bench) throws -> Void
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "one byte changed", verdict: "quarantined codeMismatch") { bench in
            try bench.send(bench.file(1).name) { $0[200] ^= 1 }
        },
        Case(name: "cut", verdict: "quarantined codeMismatch") { bench in
            try bench.send(bench.file(1).name) { $0.removeLast(9) }
        },
        Case(name: "empty", verdict: "quarantined trailerMissing") { bench in
            try bench.send(bench.file(1).name) { $0 = [] }
        },
        Case(name: "no sidecar", verdict: "quarantined sidecarMissing") { bench in
            try bench.send(bench.file(1).name, withSidecar: false)
        },
        Case(name: "a sidecar of another file", verdict: "quarantined sidecarForOtherFile") {
            bench in
            let name = try bench.file(1).name
            try bench.send(name, as: name.replacing("000001", with: "000002"))
        },
        Case(name: "an unknown key", verdict: "quarantined keyUnknown") { bench in
            try bench.send(bench.file(1, keyID: "WATER01-P9").name)
        },
        Case(name: "our own key", verdict: "quarantined keyUnknown") { bench in
            try bench.send(bench.file(1, keyID: "WATER01-K1").name)
        },
        Case(name: "a retired key", verdict: "quarantined keyUnknown") { bench in
            _ = try bench.test.perform {
                try $0.retireSettlementKey(
                    bench.keyID, partnerCode: "WATER01", reason: "lost", by: nil)
            }
            try bench.send(bench.file(1).name)
        },
        Case(name: "another secret", verdict: "quarantined codeMismatch") { bench in
            let other = try #require(SymmetricKey(hex: String(repeating: "5a", count: 32)))
            try bench.send(bench.file(1, key: other).name)
        },
        Case(name: "for another agency", verdict: "quarantined keyUnknown") { bench in
            try bench.send(bench.file(1, agency: "ELSEWHERE").name)
        },
        Case(name: "no name of a settlement file", verdict: "rejected fileNameMalformed") { bench in
            try bench.send(bench.file(1).name, as: "report.csv")
        },
        Case(name: "the first has no number 1", verdict: "waiting") { bench in
            let before = try bench.file(1)
            try bench.send(bench.file(2, after: before.digest).name)
        },
    ]

    @Test("each case ends in its state with a reason, and counts for nothing", arguments: cases)
    func refused(_ row: Case) throws {
        let bench = try Bench()
        try row.prepare(bench)
        let round = try bench.round()
        #expect(bench.verdict(round) == [row.verdict])
        #expect(round.faults == [])
        #expect(try !bench.test.texts("SELECT reason FROM partner_file").contains(""))
        #expect(try bench.left == [])
        #expect(
            try bench.test.count("partner_file") == 1
                && bench.states().allSatisfy { !$0.hasSuffix("accepted") })
        // A good file of the same partner is not stopped by it.
        try bench.forget()
        let good = try bench.file(1, amountFen: 1)
        if row.name != "a retired key" {
            try bench.send(good.name)
            #expect(bench.verdict(try bench.round()).first == "accepted")
        }
        #expect(try bench.test.faults() == [])
    }

    @Test("a number that was accepted is never taken with other bytes") func reused() throws {
        let bench = try Bench()
        try bench.send(bench.file(1).name)
        #expect(bench.verdict(try bench.round()) == ["accepted"])
        try bench.forget()
        try bench.send(bench.file(1, amountFen: 8_651).name)
        #expect(bench.verdict(try bench.round()) == ["rejected sequenceReused"])
    }

    @Test("a late file lets those that wait for it in, in the order of the chain") func late()
        throws
    {
        let bench = try Bench()
        var files: [(name: String, digest: SHA256Digest)] = []
        for sequence in 1...4 {
            files.append(try bench.file(sequence, after: files.last?.digest ?? .zero))
        }
        for index in [3, 2, 1] { try bench.send(files[index].name) }
        #expect(Set(bench.verdict(try bench.round())) == ["waiting"])
        try bench.send(files[0].name)
        #expect(bench.verdict(try bench.round()) == ["accepted"])
        #expect(
            try bench.test.texts(
                "SELECT sequence || ' ' || state FROM partner_file ORDER BY sequence")
                == (1...4).map { "\($0) accepted" })
    }

    @Test("what waits and does not follow is rejected when its turn comes") func strayed() throws {
        let bench = try Bench()
        let first = try bench.file(1)
        let other = try #require(SHA256Digest(hex: String(repeating: "ab", count: 32)))
        try bench.send(bench.file(2, after: other).name)
        #expect(bench.verdict(try bench.round()) == ["waiting"])
        try bench.send(first.name)
        _ = try bench.round()
        #expect(
            try bench.test.texts("SELECT state || ' ' || ifnull(fault, '') FROM partner_file")
                == ["rejected chainBroken", "accepted "])
    }

    @Test("what was quarantined for its key is taken once the key is known") func keyLater()
        throws
    {
        let bench = try Bench()
        let hex = (0..<32).map { String(format: "%02x", $0 * 7 % 256) }.joined()
        let key = try #require(SymmetricKey(hex: hex))
        let name = try bench.file(1, key: key, keyID: "WATER01-P2").name
        try bench.send(name)
        #expect(bench.verdict(try bench.round()) == ["quarantined keyUnknown"])
        let order = SettlementKeyOrder(partnerCode: "WATER01", direction: .in, keyHex: hex)
        let sealing = bench.test.book.settlementKeySealing
        _ = try bench.test.perform {
            try $0.createSettlementKey(order, sealing: sealing, by: nil)
        }
        try bench.send(name)
        #expect(bench.verdict(try bench.round()) == ["accepted"])
    }

    @Test("a file that may still be on its way is left alone") func resting() throws {
        let bench = try Bench()
        let name = try bench.file(1).name
        try bench.send(name)
        let inbox = PartnerInbox(book: bench.test.book)
        #expect(try inbox.receiveAll().items.isEmpty)
        try bench.send(name, withSidecar: false)
        try FileManager.default.removeItem(atPath: bench.inbox + "/\(name).hmac")
        #expect(try bench.round(sidecarSeconds: 600).items.isEmpty)
        #expect(try bench.left == [name])
        // Folders, links and hidden files are nobody's files.
        for other in [".hidden", "x.part"] {
            try Data().write(to: URL(filePath: bench.inbox + "/" + other))
        }
        try FileManager.default.createSymbolicLink(
            atPath: bench.inbox + "/link.txt", withDestinationPath: "/etc/passwd")
        try FileManager.default.createDirectory(
            atPath: bench.inbox + "/folder.txt", withIntermediateDirectories: true)
        let round = try bench.round()
        #expect(round.items.map(\.file.name) == [name] && round.faults == [])
    }

    @Test(
        "the database keeps what was received",
        arguments: [
            "DELETE FROM partner_file",
            "UPDATE partner_file SET state = 'rejected', fault = 'x'",
            "UPDATE partner_file SET digest = replace(digest, 'a', 'b')",
            "UPDATE partner_file SET net_fen = net_fen + 1",
            """
            INSERT INTO partner_file (partner_id, name, received_at, digest, sidecar_digest,
                byte_count, state, key_id, business_date, sequence, previous_digest, detail_count,
                net_fen)
            SELECT partner_id, name, received_at, digest, sidecar_digest, byte_count, state, key_id,
                business_date + 1, 3, previous_digest, detail_count, net_fen FROM partner_file
            """,
            """
            INSERT INTO partner_file (partner_id, name, received_at, digest, sidecar_digest,
                byte_count, state, key_id, business_date, sequence, previous_digest, detail_count,
                net_fen)
            SELECT partner_id, name, received_at, digest, sidecar_digest, byte_count, state, key_id,
                business_date, 2, previous_digest, detail_count, net_fen FROM partner_file
            """,
        ])
    func guarded(_ attack: String) throws {
        let bench = try Bench()
        try bench.send(bench.file(1).name)
        _ = try bench.round()
        #expect(throws: (any Error).self) { try bench.test.execute(attack) }
    }
}
