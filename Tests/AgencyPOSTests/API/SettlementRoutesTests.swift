import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct SettlementRoutesTests {
    @Test("what a partner downloads is verified by stock openssl")
    func openssl() throws {
        let server = try LiveServer()
        let client = try server.counter()
        #expect(try client.payBlind(amountFen: 12_300).status == 201)
        let shift = try client.post(
            "/v1/shifts/1/sign-off", ["counts": .counts(512_300)], key: client.freshKey())
        #expect(try shift.json()["over_fen"]?.number == 0, "\(shift)")
        let administrator = try server.client(of: "AD0001")
        let date = DemoNetwork.businessDate.description
        let closed = try administrator.post(
            "/v1/day-close", ["business_date": .string(date)], key: "day-close-\(date)")
        let files = try #require(try closed.json()["settlement_files"]?.items)
        #expect(files.count == DemoNetwork.partnerCount)
        let folder = try TemporaryFolder()
        for file in files {
            let name = try #require(file["name"]?.text)
            let partner = try #require(file["partner_id"]?.text)
            let contents = try administrator.get("/v1/settlement-files/\(name)")
            let sidecar = try administrator.get("/v1/settlement-files/\(name)/hmac")
            #expect(
                contents.headers["content-disposition"] == "attachment; filename=\"\(name)\"")
            let path = URL(fileURLWithPath: folder.path + "/" + name)
            try Data(contents.body).write(to: path)
            let key = try #require(
                try DemoNetwork.credentials().settlementKeys.first { $0.partnerID == partner })
            let mac = try Self.run(
                ["dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(key.keyHex)", name],
                in: folder)
            #expect(mac == sidecar.text)
            let digest = try Self.run(["dgst", "-sha256", "-r", name], in: folder)
            #expect(digest.prefix(64) == file["sha256"]?.text ?? "")
            #expect(contents.text.split(separator: "\n").count > 1)
            let lines = contents.text.components(separatedBy: "\n").filter { $0.hasPrefix("D|") }
            #expect(lines.count == (partner == "MOBILE01" ? 1 : 0), "\(contents.text)")
            #expect(file["detail_count"]?.number == Int64(lines.count))

            // One byte more, and the same check says no.
            try Data(contents.body + [0x0A]).write(to: path)
            let other = try Self.run(
                ["dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(key.keyHex)", name],
                in: folder)
            #expect(other != sidecar.text)
        }
    }

    @Test(
        "a name that leads elsewhere finds nothing",
        arguments: [
            "none.txt", "..", "%2e%2e%2fbook.db", "..%2f..%2fbook.db", "book.db",
            String(repeating: "a", count: 129),
        ])
    func names(_ name: String) throws {
        let bench = try StrictRequestTests.bench.get()
        let client = try bench.server.client()
        client.token = bench.administratorToken
        let answer = try client.get("/v1/settlement-files/\(name)")
        #expect([400, 404].contains(answer.status))
        #expect(!answer.text.contains("SQLite"))
    }

    private static func run(_ arguments: [String], in folder: TemporaryFolder) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestFailure("openssl failed") }
        return String(decoding: data, as: UTF8.self)
    }
}
