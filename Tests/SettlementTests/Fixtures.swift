import CivilTime
import Cryptography
import Foundation
import Testing

@testable import Settlement

/// The published example of `fixtures/settlement`, and a folder of its own for each test.
enum Example {
    static let keyHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    /// The root over the eight test leaves that are published with Certificate Transparency.
    static let rootHex = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    static let firstName = "APS_QINGCHUAN_DEMO01_20261121_000001.txt"
    static let secondName = "APS_QINGCHUAN_DEMO01_20261122_000002.txt"

    static var repository: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    static var folder: URL { repository.appending(path: "fixtures/settlement") }

    static func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: name)))
    }

    static func text(_ name: String = firstName) throws -> String {
        try String(decoding: bytes(name), as: UTF8.self)
    }

    static func key() throws -> SymmetricKey {
        try #require(SymmetricKey(hex: keyHex))
    }

    static func identifier(_ text: String) throws -> SettlementIdentifier {
        try #require(SettlementIdentifier(text))
    }

    static func time(_ text: String) throws -> Instant {
        try FieldGrammar.time(Array(text.utf8)[...])
    }

    static func header() throws -> SettlementHeader {
        SettlementHeader(
            agencyID: try identifier("QINGCHUAN"), partnerID: try identifier("DEMO01"),
            businessDate: try #require(BusinessDate("2026-11-21")), sequence: 1,
            keyID: try identifier("DEMO01-TEST1"), previousDigest: .zero,
            createdAt: try time("2026-11-21T23:05:00+08:00"),
            ledgerRoot: try #require(SHA256Digest(hex: rootHex)), ledgerSize: 8)
    }

    static func detail(
        _ serial: String = "1001", reference: String = "", _ type: SettlementType = .billPayment,
        account: String = "0310220045", _ amountFen: Int64 = 8_650, feeFen: Int64 = 0,
        commissionFen: Int64 = 50, _ status: SettlementStatus = .posted,
        at clock: String = "09:05:07", takingBack original: String? = nil
    ) throws -> SettlementDetail {
        SettlementDetail(
            serial: try identifier(serial), partnerReference: reference, type: type,
            accountReference: account, amountFen: amountFen, feeFen: feeFen,
            commissionFen: commissionFen, status: status,
            time: try time("2026-11-21T\(clock)+08:00"),
            originalSerial: try original.map(identifier))
    }

    static func details() throws -> [SettlementDetail] {
        [
            try detail(reference: "W20261121-0001"),
            try detail(
                "1002", .ticketSale, account: "G1024/05A", 12_350, feeFen: 500,
                commissionFen: 100, at: "09:41:30"),
            try detail(
                "1003", reference: "B778812", .withdrawal, account: "************1234", 50_000,
                commissionFen: 100, at: "10:12:00"),
            try detail(
                "1004", .withdrawal, account: "************9876", 100_000, commissionFen: 100,
                .reversed, at: "10:15:44"),
            try detail(
                "1005", reference: "W20261121-0002", account: "甲3栋-201", 123, commissionFen: 1,
                at: "16:59:59"),
            try detail(
                "1006", .stockSale, account: "BJ0231-0457-012", 2_000, commissionFen: 160,
                at: "17:01:10"),
            try detail(
                "1007", .prizePayment, account: "BJ0231-0457-012", 5_000, commissionFen: 25,
                at: "17:03:00"),
            try detail(
                "1008", .remittance, account: "3502-0017-88", 30_000, feeFen: 200,
                commissionFen: 60, at: "17:10:25"),
            try detail(
                "1009", .transfer, account: "************1234", 80_000, commissionFen: 30,
                at: "17:14:02"),
            try detail(
                "1010", account: "甲3栋-201", -123, commissionFen: -1, at: "17:20:00",
                takingBack: "1005"),
            try detail(
                "1011", .ticketSale, account: "G1022/11C", -4_500, feeFen: -500,
                commissionFen: -36, at: "17:31:45", takingBack: "877"),
        ]
    }

    static func verifier() throws -> SettlementVerifier {
        let key = try key()
        let reference = try header().keyReference
        return SettlementVerifier { $0 == reference ? key : nil }
    }
}

/// A folder that goes when its test ends.
final class TemporaryFolder {
    let url: URL
    var path: String { url.path(percentEncoded: false) }

    /// - Parameter inMemory: For thousands of files, on which a disk would spend half a minute.
    init(inMemory: Bool = false) throws {
        let memory = URL(filePath: "/dev/shm")
        let isThere = FileManager.default.isWritableFile(atPath: memory.path)
        let parent = inMemory && isThere ? memory : FileManager.default.temporaryDirectory
        url = parent.appending(path: "settlement-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(at: url) } catch { print("left: \(error)") }
    }

    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: url.appending(path: name)))
    }

    func put(_ bytes: some Sequence<UInt8>, as name: String) throws {
        try Data(bytes).write(to: url.appending(path: name))
    }

    /// Puts a file with the sidecar that the example's key gives for it.
    ///
    /// - Parameter path: A folder of this one, to be made, with its slash; nothing for this one.
    func putSigned(
        _ bytes: [UInt8], as name: String = Example.firstName, in path: String = ""
    ) throws {
        try makeFolder(path)
        try put(bytes, as: path + name)
        let code = HMACSHA256.authenticate(bytes, key: try Example.key())
        try put("HMAC-SHA2-256(\(name))= \(code.hex)\n".utf8, as: path + name + ".hmac")
    }

    /// Puts a file with a sidecar of these bytes, into a folder of this one.
    func put(_ bytes: [UInt8], sidecar: [UInt8], in path: String) throws {
        try makeFolder(path)
        try put(bytes, as: path + Example.firstName)
        try put(sidecar, as: path + Example.firstName + ".hmac")
    }

    private func makeFolder(_ path: String) throws {
        guard !path.isEmpty else { return }
        try FileManager.default.createDirectory(
            at: url.appending(path: path), withIntermediateDirectories: true)
    }
}

/// Writes a file as a program would, up to the candidate.
func candidate(
    in folder: TemporaryFolder, header: SettlementHeader, _ details: [SettlementDetail]
) throws -> SettlementCandidate {
    let writer = try SettlementFileWriter(
        folder: folder.path, header: header, key: try Example.key())
    for detail in details { try writer.append(detail) }
    return try writer.finish()
}
