import Cryptography
import Foundation
import Testing

@testable import Settlement

@Suite struct SettlementFileWriterTests {
    @Test("the published first file comes out byte for byte") func golden() throws {
        let folder = try TemporaryFolder()
        let file = try candidate(in: folder, header: Example.header(), Example.details())
        #expect(try folder.names().allSatisfy { $0.hasPrefix(".") })
        #expect(try file.release() == .released)
        #expect(try folder.names() == [Example.firstName, Example.firstName + ".hmac"])
        for name in try folder.names() {
            #expect(try folder.bytes(name) == Example.bytes(name))
        }
        #expect(file.digest == SHA256.hash(try Example.bytes(Example.firstName)))
        #expect(file.byteCount == Int64(try Example.bytes(Example.firstName).count))
        #expect(file.totals.netFen == -6_989)
    }

    @Test("the published second file names the first and has no lines") func goldenEmpty() throws {
        let folder = try TemporaryFolder()
        var header = try Example.header()
        header.sequence = 2
        header.businessDate = header.businessDate.adding(days: 1)
        header.createdAt = header.createdAt.adding(milliseconds: 86_400_999)
        header.previousDigest = SHA256.hash(try Example.bytes(Example.firstName))
        try candidate(in: folder, header: header, []).release()
        for name in [Example.secondName, Example.secondName + ".hmac"] {
            #expect(try folder.bytes(name) == Example.bytes(name))
        }
    }

    @Test("stock openssl prints the sidecar, also for a long file", arguments: [0, 1, 5_000])
    func openssl(detailCount: Int) throws {
        let folder = try TemporaryFolder()
        let details = try (0..<detailCount).map { try Example.detail("S\($0)") }
        try candidate(in: folder, header: Example.header(), details).release()
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.currentDirectoryURL = folder.url
        process.arguments = [
            "-c",
            "openssl dgst -sha256 -mac HMAC -macopt hexkey:$KEY $FILE | diff - $FILE.hmac",
        ]
        process.environment = [
            "KEY": Example.keyHex, "FILE": Example.firstName, "PATH": "/usr/bin:/bin",
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test("the same bytes again change nothing") func again() throws {
        let folder = try TemporaryFolder()
        try candidate(in: folder, header: Example.header(), Example.details()).release()
        let before = try folder.bytes(Example.firstName)
        let second = try candidate(in: folder, header: Example.header(), Example.details())
        #expect(try second.release() == .releasedBefore)
        #expect(try second.release() == .releasedBefore)
        #expect(try folder.bytes(Example.firstName) == before)
        #expect(try folder.names().count == 2)
    }

    @Test(
        "other bytes under a released name are refused and change nothing",
        arguments: ["1001", "1", "1009"])
    func other(serial: String) throws {
        let folder = try TemporaryFolder()
        try candidate(in: folder, header: Example.header(), Example.details()).release()
        // Also when the file is as long as the released one.
        var details = try Example.details()
        details[0].serial = try Example.identifier(serial)
        if serial == "1001" { details.removeLast() }
        let other = try candidate(in: folder, header: Example.header(), details)
        #expect(throws: SettlementError.releasedFileDiffers(name: Example.firstName)) {
            try other.release()
        }
        other.discard()
        for name in [Example.firstName, Example.firstName + ".hmac"] {
            #expect(try folder.bytes(name) == Example.bytes(name))
        }
        #expect(try folder.names().count == 2)
    }

    @Test("a sidecar that lost its file in a crash gets it") func completed() throws {
        let folder = try TemporaryFolder()
        let sidecar = Example.firstName + ".hmac"
        try folder.put(Example.bytes(sidecar), as: sidecar)
        let file = try candidate(in: folder, header: Example.header(), Example.details())
        #expect(try file.release() == .released)
        #expect(try folder.bytes(Example.firstName) == Example.bytes(Example.firstName))
    }

    @Test("a sidecar of other bytes is refused and the file stays hidden") func sidecar() throws {
        let folder = try TemporaryFolder()
        try folder.put("other".utf8, as: Example.firstName + ".hmac")
        let file = try candidate(in: folder, header: Example.header(), Example.details())
        #expect(
            throws: SettlementError.releasedSidecarDiffers(name: Example.firstName + ".hmac")
        ) { try file.release() }
        #expect(try !folder.names().contains(Example.firstName))
    }

    @Test("what is given up leaves nothing") func discarded() throws {
        let folder = try TemporaryFolder()
        do {
            let writer = try SettlementFileWriter(
                folder: folder.path, header: Example.header(), key: Example.key())
            try writer.append(Example.detail())
            #expect(try folder.names().count == 1)
        }
        #expect(try folder.names().isEmpty)
        _ = try candidate(in: folder, header: Example.header(), [])
        #expect(try folder.names().isEmpty)
        let writer = try SettlementFileWriter(
            folder: folder.path, header: Example.header(), key: Example.key())
        writer.discard()
        #expect(try folder.names().isEmpty)
    }

    @Test("what a killed process left is ignored, and removed on demand") func leftOver() throws {
        let folder = try TemporaryFolder()
        let leftOver = [
            ".\(Example.firstName).0123456789abcdef.part",
            ".\(Example.firstName).hmac.0123456789abcdef.part",
        ]
        let foreign = [".other.0123456789abcdef.part", ".\(Example.firstName).01.part", "note"]
        for name in leftOver + foreign { try folder.put("half".utf8, as: name) }
        try candidate(in: folder, header: Example.header(), Example.details()).release()
        #expect(try SettlementFolder.removeTemporaries(in: folder.path) == leftOver)
        #expect(
            try folder.names()
                == (foreign + [Example.firstName, Example.firstName + ".hmac"]).sorted())
    }

    @Test("a missing folder is named") func noFolder() throws {
        #expect(
            throws: SettlementError.systemFailure(
                operation: .openFolder, name: "/nowhere/at/all", code: ENOENT)
        ) {
            try SettlementFileWriter(
                folder: "/nowhere/at/all", header: Example.header(), key: Example.key())
        }
    }
}
