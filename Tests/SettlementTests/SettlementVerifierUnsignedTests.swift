import CivilTime
import Cryptography
import Foundation
import Testing

@testable import Settlement

/// Refusals before, around and after the signed content.
@Suite struct SettlementVerifierUnsignedTests {
    static let name = Example.firstName
    static let sidecarName = Example.firstName + ".hmac"

    @Test(
        "a sidecar of any other form is refused",
        arguments: [
            ("= ", "=", SettlementError.sidecarMalformed(name: sidecarName)),
            ("HMAC-SHA2-256", "HMAC-SHA256", .sidecarMalformed(name: sidecarName)),
            ("b38284\n", "B38284\n", .sidecarMalformed(name: sidecarName)),
            ("284\n", "284", .sidecarMalformed(name: sidecarName)),
            ("284\n", "284\n\n", .sidecarMalformed(name: sidecarName)),
            ("284\n", "28\n", .sidecarMalformed(name: sidecarName)),
            ("284\n", String(repeating: "a", count: 600), .sidecarMalformed(name: sidecarName)),
            ("_000001", "_000002", .sidecarForOtherFile(name: sidecarName, expected: name)),
            ("8284\n", "8285\n", .codeMismatch(name: name)),
        ])
    func sidecar(old: String, new: String, error: SettlementError) throws {
        let folder = try TemporaryFolder()
        try folder.put(Example.bytes(Self.name), as: Self.name)
        let text = try Example.text(Self.sidecarName)
        let place = try #require(text.range(of: old))
        try folder.put(
            text.replacingCharacters(in: place, with: new).utf8, as: Self.sidecarName)
        #expect(throws: error) { try Example.verifier().verify(Self.name, in: folder.path) }
    }

    @Test("the MAC is checked before the content is believed") func codeFirst() throws {
        let folder = try TemporaryFolder()
        let text = try Example.text().replacing("|-6989\n", with: "|0\n")
        try folder.put(text.utf8, as: Self.name)
        try folder.put(Example.bytes(Self.sidecarName), as: Self.sidecarName)
        #expect(throws: SettlementError.codeMismatch(name: Self.name)) {
            try Example.verifier().verify(Self.name, in: folder.path)
        }
    }

    @Test("an unknown or retired key is named") func keyUnknown() throws {
        let path = Example.folder.path(percentEncoded: false)
        let error = SettlementError.keyUnknown(try Example.header().keyReference)
        let verifier = SettlementVerifier { _ in nil }
        #expect(throws: error) { try verifier.verify(Self.name, in: path) }
    }

    @Test("another partner's key does not vouch") func otherKey() throws {
        let path = Example.folder.path(percentEncoded: false)
        let key = try SymmetricKey(bytes: [UInt8](repeating: 1, count: 32))
        let verifier = SettlementVerifier { _ in key }
        #expect(throws: SettlementError.codeMismatch(name: Self.name)) {
            try verifier.verify(Self.name, in: path)
        }
    }

    @Test(
        "a name of any other form is refused",
        arguments: [
            "", "APS.txt", "../" + name, name + ".hmac", name.lowercased(),
            "APS_QINGCHUAN_DEMO01_20261121_1.txt", "APS_QINGCHUAN_DEMO01_20261121_000000.txt",
            "APS_QINGCHUAN_DEMO01_20261131_000001.txt", "APS_A_B_C_20261121_000001.txt",
            "APS_QINGCHUAN__20261121_000001.txt", "APS_QINGCHUAN_DEMO01_+2261121_000001.txt",
        ])
    func badName(name: String) throws {
        #expect(throws: SettlementError.fileNameMalformed(name: name)) {
            try Example.verifier().verify(name, in: "/")
        }
    }

    @Test("a missing file or sidecar is named") func missing() throws {
        let folder = try TemporaryFolder()
        func error(_ name: String) -> SettlementError {
            .systemFailure(operation: .open, name: name, code: ENOENT)
        }
        let verifier = try Example.verifier()
        #expect(throws: error(Self.name)) { try verifier.verify(Self.name, in: folder.path) }
        try folder.put(Example.bytes(Self.name), as: Self.name)
        #expect(throws: error(Self.sidecarName)) { try verifier.verify(Self.name, in: folder.path) }
    }

    @Test("a pipe, a folder or a link is no file") func notRegular() throws {
        let verifier = try Example.verifier()
        let error = SettlementError.fileNotRegular(name: Self.name)
        for make in [
            { (path: String) in mkfifo(path, 0o600) }, { mkdir($0, 0o700) },
            { symlink("/etc/hostname", $0) },
        ] {
            let folder = try TemporaryFolder()
            #expect(make(folder.path + "/" + Self.name) == 0)
            #expect(throws: error) { try verifier.verify(Self.name, in: folder.path) }
        }
    }

    @Test("a file larger than any valid one is not read") func tooLarge() throws {
        let folder = try TemporaryFolder()
        try folder.put([], as: Self.name)
        let limit = SettlementVerifier.maximumFileByteCount
        #expect(truncate(folder.path + "/" + Self.name, Int(limit) + 1) == 0)
        #expect(
            throws: SettlementError.fileTooLarge(
                name: Self.name, byteCount: limit + 1, limit: limit)
        ) { try Example.verifier().verify(Self.name, in: folder.path) }
    }

    @Test("an empty file has no trailer") func empty() throws {
        let folder = try TemporaryFolder()
        try folder.putSigned([])
        #expect(throws: SettlementError.trailerMissing(line: 1)) {
            try Example.verifier().verify(Self.name, in: folder.path)
        }
    }

    @Test("a file that changes after its verification is noticed") func changed() throws {
        let folder = try TemporaryFolder()
        try folder.putSigned(Example.bytes(Self.name))
        let verified = try Example.verifier().verify(Self.name, in: folder.path)
        let handle = try FileHandle(forWritingTo: folder.url.appending(path: Self.name))
        let place = try #require(try Example.text().utf8.firstRange(of: "0310220045".utf8))
        let bytes = try Example.text().utf8
        try handle.seek(
            toOffset: UInt64(bytes.distance(from: bytes.startIndex, to: place.lowerBound)))
        try handle.write(contentsOf: Data("9".utf8))
        try handle.close()
        #expect(throws: SettlementError.fileChanged(name: Self.name)) {
            try verified.forEachDetail { _ in }
        }
    }

    @Test(
        "a file that does not follow the one before is refused",
        arguments: [
            (3, 0, true, SettlementField.sequence), (1, 0, true, .sequence),
            (2, 0, false, .previousDigest), (2, -1, true, .businessDate),
            (2, -2, true, .businessDate),
        ])
    func chain(sequence: Int, days: Int, isDigestRight: Bool, field: SettlementField) throws {
        let digest = SHA256.hash("the file before")
        var header = try Example.header()
        let date = header.businessDate
        header.sequence = sequence
        header.businessDate = date.adding(days: days + 1)
        header.previousDigest = isDigestRight ? digest : SHA256.hash("another file")
        let link = SettlementChainLink(sequence: 1, businessDate: date, digest: digest)
        do {
            try header.checkFollows(link)
            Issue.record("accepted")
        } catch {
            guard case .chainBroken(let found, _, _) = error else {
                Issue.record("refused for \(error)")
                return
            }
            #expect(found == field)
        }
    }
}
