import CivilTime
import Cryptography
import Foundation
import Settlement
import Testing

@testable import Agency

@Suite struct SettlementExchangeTests {
    @Test("every partner gets its file, also one that sold nothing, and its net is the ledger's")
    func files() throws {
        let test = try TestBook()
        let moved = try test.movement { try test.playDay() }
        try test.closeDay()
        let files = try test.release()
        #expect(
            files.map(\.partnerCode) == [
                "BANK01", "BANK02", "CABLE01", "COACH01", "GAS01", "HEAT01", "LOTTERY01",
                "MEDICAL01", "MOBILE01", "POWER01", "RAIL01", "TELECOM01", "UNICOM01", "WATER01",
            ])
        let counts = files.map { $0.detailCount }
        // The bank's second line proves the withdrawal that was reversed.
        #expect(counts == [2, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 0, 1])
        for file in files {
            let partner = file.partnerCode
            let net = -(moved["2202.\(partner)"] ?? 0) - (moved["1122.\(partner)"] ?? 0)
            #expect(file.netFen == net, "\(partner)")
            let verified = try verify(file, in: test)
            #expect(verified.totals.netFen == net)
            #expect(verified.header.businessDate.description == "2026-11-20")
            #expect(verified.header.sequence == 1)
            #expect(verified.header.previousDigest == .zero)
            #expect(verified.digest.hex == file.digest)
        }
        #expect(files.first { $0.partnerCode == "BANK01" }?.netFen == -100_100)
        #expect(try test.release() == [])
    }

    @Test("a partner checks each file with one line of openssl") func openssl() throws {
        let test = try TestBook()
        try test.playDay()
        try test.closeDay()
        for file in try test.release() {
            let sidecar = try test.copy.bytes(path(file) + ".hmac")
            #expect(try openssl(file, in: test) == sidecar, "\(file.name)")
        }
    }

    @Test("each file names the one before it, over three days") func chain() throws {
        let test = try TestBook()
        var previous: [String: SHA256Digest] = [:]
        for day in 1...3 {
            // The second day is one on which nobody sells anything.
            if day != 2 { try test.playDay("day-\(day)") }
            try test.closeDay()
            let files = try test.release()
            #expect(files.count == TestNetwork.partnerCount)
            for file in files {
                let verified = try verify(file, in: test)
                #expect(verified.header.sequence == day)
                #expect(
                    verified.header.previousDigest == previous[file.partnerCode] ?? .zero,
                    "\(file.name)")
                previous[file.partnerCode] = SHA256.hash(try test.copy.bytes(path(file)))
            }
            test.clock.advance(milliseconds: 86_400_000)
        }
        #expect(try test.faults() == [])
    }

    @Test("days closed before any file was written are released in the order of their chains")
    func backlog() throws {
        let test = try TestBook()
        for day in 1...3 {
            try test.playDay("day-\(day)")
            try test.closeDay()
            test.clock.advance(milliseconds: 86_400_000)
        }
        let files = try test.release().filter { $0.partnerCode == "WATER01" }
        #expect(files.map(\.sequence) == [1, 2, 3])
        let previous = try files.map { try verify($0, in: test).header.previousDigest.hex }
        #expect(previous == [SHA256Digest.zero.hex] + files.dropLast().compactMap(\.digest))
    }

    @Test("a crash between seal and release changes no byte of any file") func crash() throws {
        var test: TestBook? = try TestBook()
        let copy = try #require(test).copy
        try test?.playDay()
        try test?.closeDay()
        test = nil
        let twin = try BookCopy(of: copy.path)
        let whole = try TestBook(reopening: copy, at: "2026-11-20 18:00")
        let files = try whole.release()
        // The twin crashed after it had laid out some files, and before it had noted any.
        for (index, file) in files.enumerated() where index % 3 != 0 {
            try FileManager.default.createDirectory(
                atPath: twin.path + "/settlement/" + file.partnerCode,
                withIntermediateDirectories: true)
            let suffixes = index % 3 == 1 ? [".hmac"] : [".hmac", ""]
            for suffix in suffixes {
                try FileManager.default.copyItem(
                    atPath: copy.path + "/" + path(file) + suffix,
                    toPath: twin.path + "/" + path(file) + suffix)
            }
        }
        let next = try TestBook(reopening: twin, at: "2026-11-23 04:05:06")
        #expect(try next.release().map(\.digest) == files.map(\.digest))
        for file in files {
            for suffix in ["", ".hmac"] {
                #expect(try twin.bytes(path(file) + suffix) == copy.bytes(path(file) + suffix))
            }
            #expect(
                try twin.names(in: "settlement/" + file.partnerCode)
                    == [file.name, file.name + ".hmac"])
        }
        #expect(try next.faults() == [])
    }

    @Test("a tampered amount holds its file back, and no other partner's") func tampered() throws {
        var test: TestBook? = try TestBook()
        let copy = try #require(test).copy
        try test?.playDay()
        try test?.closeDay()
        test = nil
        try copy.damage(
            "UPDATE service_transaction SET amount_fen = amount_fen + 1 WHERE kind = 'withdrawal'"
                + " AND status = 'posted'")
        let next = try TestBook(reopening: copy, at: "2026-11-21 18:00")
        let name = "APS_330102A_BANK01_20261120_000001.txt"
        for _ in 1...2 {
            #expect(
                throws: SettlementFault.linesDifferFromLedger(
                    file: name, linesFen: -100_101, ledgerFen: -100_100)
            ) { try next.release() }
        }
        #expect(try copy.names(in: "settlement/BANK01") == [])
        #expect(
            try next.texts("SELECT name FROM settlement_file WHERE state = 'assigned'") == [name])
        // The next day's file of that partner waits too, for it must name this one.
        try next.closeDay()
        #expect(throws: SettlementFault.self) { try next.release() }
        #expect(
            try next.texts("SELECT name FROM settlement_file WHERE state = 'assigned'")
                == [name, "APS_330102A_BANK01_20261121_000002.txt"])
    }

    @Test("a file that lies there with other bytes is never overwritten") func otherBytes() throws {
        let test = try TestBook()
        try test.closeDay()
        let folder = test.copy.path + "/settlement/WATER01"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let name = "APS_330102A_WATER01_20261120_000001.txt"
        try Data("other".utf8).write(to: URL(filePath: folder + "/" + name))
        #expect(throws: (any Error).self) { try test.release() }
        #expect(try test.copy.bytes("settlement/WATER01/" + name) == Array("other".utf8))
    }

    private func path(_ file: SettlementFileRow) -> String {
        "settlement/\(file.partnerCode)/\(file.name)"
    }

    private func key(of file: SettlementFileRow) throws -> String {
        try #require(
            try TestNetwork.credentials().settlementKeys.first { $0.keyID == file.keyID }
        ).keyHex
    }

    private func verify(
        _ file: SettlementFileRow, in test: TestBook
    ) throws -> VerifiedSettlement {
        let key = SymmetricKey(hex: try key(of: file))
        return try SettlementVerifier { _ in key }.verify(
            file.name, in: test.copy.path + "/settlement/" + file.partnerCode)
    }

    private func openssl(_ file: SettlementFileRow, in test: TestBook) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.currentDirectoryURL = URL(
            filePath: test.copy.path + "/settlement/" + file.partnerCode)
        process.arguments = [
            "openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt",
            "hexkey:" + (try key(of: file)), file.name,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return [UInt8](data)
    }
}
