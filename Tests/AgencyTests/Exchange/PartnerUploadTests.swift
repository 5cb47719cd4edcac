import Cryptography
import Foundation
import Settlement
import Synchronization
import Testing

@testable import Agency

/// Files that come over the wire go the way of those in the inbox.
@Suite struct PartnerUploadTests {
    private static func upload(
        _ bench: PartnerInboxTests.Bench, _ name: String, withCode: Bool = true
    ) throws -> PartnerUpload {
        let text = try String(contentsOfFile: bench.workshop + "/" + name, encoding: .utf8)
        let partner = try #require(
            try bench.test.book.readers.read { try PartnerReader($0).partner("WATER01") })
        let code = HMACSHA256.authenticate(text, key: bench.key).hex
        return PartnerUpload(
            partner: partner, partnerCode: "WATER01", name: name,
            codeHex: withCode ? code : nil, bytes: Array(text.utf8))
    }

    private static func hidden(_ bench: PartnerInboxTests.Bench) throws -> [String] {
        try bench.test.copy.names(in: "received/WATER01").filter { $0.hasPrefix(".") }
    }

    @Test("it is kept and recorded as if it had lain in the inbox, and is the same file there")
    func same() throws {
        let bench = try PartnerInboxTests.Bench()
        let (name, digest) = try bench.file(1)
        let inbox = PartnerInbox(book: bench.test.book, restSeconds: 0, sidecarSeconds: 0)
        let item = try inbox.take(Self.upload(bench, name))
        #expect(item.file.state == .accepted && !item.isRepeated)
        #expect(item.file.digest == digest.hex)
        #expect(try inbox.take(Self.upload(bench, name)).isRepeated)
        try bench.send(name)
        #expect(bench.verdict(try inbox.receiveAll()) == ["accepted again"])
        #expect(try bench.test.count("partner_file") == 1)
        #expect(try Self.hidden(bench) == [])
        let folder = bench.test.book.folder
        let faults = try bench.test.book.readers.read {
            try SettlementAudit(folder, $0) { _ in }.run(maximumFaults: 10)
        }
        #expect(faults == [])
    }

    @Test("without a code it is quarantined, and with it taken") func withoutCode() throws {
        let bench = try PartnerInboxTests.Bench()
        let name = try bench.file(1).name
        let inbox = PartnerInbox(book: bench.test.book)
        let item = try inbox.take(Self.upload(bench, name, withCode: false))
        #expect(item.file.state == .quarantined && item.file.fault == "sidecarMissing")
        #expect(try inbox.take(Self.upload(bench, name)).file.state == .accepted)
        #expect(try bench.test.count("partner_file") == 2)
    }

    @Test("twice at once, and beside rounds of the inbox, it is one row") func atOnce() throws {
        let bench = try PartnerInboxTests.Bench()
        let inbox = PartnerInbox(book: bench.test.book, restSeconds: 0, sidecarSeconds: 0)
        var previous = SHA256Digest.zero
        let stateCounts = Mutex<[String: Int]>([:])
        for sequence in 1...5 {
            let (name, digest) = try bench.file(sequence, after: previous)
            previous = digest
            let upload = try Self.upload(bench, name)
            try bench.send(name)
            DispatchQueue.concurrentPerform(iterations: 8) { index in
                do {
                    let items =
                        index % 2 == 0 ? [try inbox.take(upload)] : try inbox.receiveAll().items
                    for item in items {
                        stateCounts.withLock { $0[item.file.state.rawValue, default: 0] += 1 }
                    }
                } catch {
                    Issue.record("\(error)")
                }
            }
        }
        #expect(stateCounts.withLock { Set($0.keys) } == ["accepted"])
        #expect(
            try bench.test.texts("SELECT sequence || ' ' || state FROM partner_file")
                == (1...5).map { "\($0) accepted" })
        #expect(try bench.left == [])
        #expect(try Self.hidden(bench) == [])
        #expect(try bench.test.faults() == [])
    }

    @Test("a round clears what a crash left, and nothing that is in use") func abandoned() throws {
        let bench = try PartnerInboxTests.Bench()
        let left = bench.test.copy.path + "/received/WATER01/.123"
        try FileManager.default.createDirectory(
            atPath: left, withIntermediateDirectories: true)
        _ = try bench.round()
        #expect(!FileManager.default.fileExists(atPath: left))
    }

    @Test(
        "a name is no path, not hidden and no sidecar",
        arguments: [
            ("APS_330102A_WATER01_20261120_000001.txt", true), ("a", true), ("", false),
            ("../x.txt", false), ("a/b", false), (".x", false), ("x.hmac", false),
            ("x.part", false), ("x y", false), ("水.txt", false),
            (String(repeating: "a", count: 129), false),
        ])
    func names(_ name: String, _ isName: Bool) {
        #expect(PartnerUpload.isName(name) == isName)
    }
}
