import Foundation
import Ledger
import SQL
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct LedgerRoutesTests {
    /// Runs `tools/verify-proof`, which shares no code with the server.
    private static func verify(_ arguments: [String]) throws -> (code: Int32, text: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let tool = DemoNetwork.repository + "/tools/verify-proof"
        process.arguments = ["python3", tool] + arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    /// Pays, signs off and closes the day; gives the administrator.
    private static func closeDay(
        _ server: LiveServer, shift: Int, paying counter: APIClient
    ) throws -> APIClient {
        #expect(try counter.payBlind(amountFen: 12_300).status == 201)
        let cash = 500_000 + 12_300 * Int64(shift)
        let signOff = try counter.post(
            "/v1/shifts/\(shift)/sign-off", ["counts": .counts(cash)],
            key: counter.freshKey())
        #expect(signOff.status == 200, "\(signOff)")
        let administrator = try server.client(of: "AD0001")
        let date = try administrator.get("/v1/business-date").json()["business_date"] ?? .null
        let close = try administrator.post(
            "/v1/day-close", ["business_date": date], key: administrator.freshKey())
        #expect(close.status == 200, "\(close)")
        return administrator
    }

    @Test("a receipt's proof, fetched by its teller, holds against a partner's settlement file")
    func endToEnd() throws {
        let server = try LiveServer()
        let folder = try TemporaryFolder()
        func save(_ name: String, _ answer: APIAnswer) throws -> String {
            #expect(answer.status == 200, "\(answer)")
            let path = folder.path + "/" + name
            try Data(answer.body).write(to: URL(fileURLWithPath: path))
            return path
        }
        func settlementFile(_ client: APIClient, _ date: String) throws -> String {
            let list = try client.get("/v1/settlement-files?business_date=\(date)").json()
            let name = try #require(list["settlement_files"]?.items.first?["name"]?.text)
            return try save(name, client.get("/v1/settlement-files/\(name)"))
        }

        let teller = try server.counter()
        _ = try Self.closeDay(server, shift: 1, paying: teller)
        server.clock.advance(minutes: 24 * 60)
        let next = try server.counter()
        let administrator = try Self.closeDay(server, shift: 2, paying: next)
        let supervisor = try server.client(of: "SV-D01")

        let first = try settlementFile(administrator, "2026-11-21")
        let second = try settlementFile(administrator, "2026-11-22")
        let own = try save("own.json", supervisor.get("/v1/receipts/1/proof"))
        let later = try save(
            "later.json", next.get("/v1/receipts/1/proof?business_date=2026-11-22"))
        let consistency = try save(
            "consistency.json",
            next.get("/v1/ledger/consistency-proof?from=2026-11-21&to=2026-11-22"))

        #expect(try Self.verify(["--seal", first, own]).code == 0)
        #expect(try Self.verify(["--seal", second, later]).code == 0)
        #expect(try Self.verify(["--seal", second, own]).code == 1)
        let chain = try Self.verify(["--seal", second, own, consistency])
        #expect(chain.code == 0, "\(chain)")
        #expect(chain.text.contains("(bill_payment 1: "), "\(chain)")
        #expect(try Self.verify(["--seal", first, "--seal", second, consistency]).code == 0)

        // The command line prints the same, while the server runs.
        let data = ["--data", server.folder.path]
        for (words, path) in [
            (["receipt", "1"], own), (["receipt", "1", "--date", "2026-11-22"], later),
            (["consistency", "--from", "2026-11-21", "--to", "2026-11-22"], consistency),
        ] {
            let printed = try Program.run(["proof"] + words + data)
            #expect(printed.code == 0, "\(printed)")
            #expect(printed.output == (try String(contentsOfFile: path, encoding: .utf8)) + "\n")
        }
        let seals = try Program.run(["seals"] + data)
        let fields = try seals.output.split(separator: "\n").map { line in
            let fields = line.split(separator: " ").map { String($0) }
            return try #require(fields.count == 4 ? fields : nil)
        }
        #expect(fields.map { $0[0] } == ["2026-11-21", "2026-11-22"], "\(seals)")
        let typed = ["--size", fields[0][1], "--root", fields[0][3], own]
        #expect(try Self.verify(typed).code == 0)
    }

    @Test("the seals are listed page by page, for everyone who is signed in")
    func seals() throws {
        let server = try LiveServer()
        let counter = try server.counter()
        #expect(try counter.get("/v1/ledger/seals").text == #"{"seals":[],"next_cursor":null}"#)
        let administrator = try Self.closeDay(server, shift: 1, paying: counter)
        server.clock.advance(minutes: 24 * 60)
        _ = try Self.closeDay(server, shift: 2, paying: server.counter())
        let liaison = try server.client(of: "LI-WATER01")
        let all = try liaison.get("/v1/ledger/seals").json()["seals"]?.items ?? []
        #expect(all.map { $0["business_date"]?.text } == ["2026-11-21", "2026-11-22"])
        #expect(all[0]["entry_count"]?.number == all[0]["tree_size"]?.number)
        var cursor = ""
        for seal in all {
            let page = try liaison.get("/v1/ledger/seals?limit=1" + cursor).json()
            #expect(page["seals"]?.items == [seal])
            cursor = "&cursor=" + (try #require(page["next_cursor"]?.text))
        }
        let end = try liaison.get("/v1/ledger/seals?limit=1" + cursor).json()
        #expect(end["seals"]?.items == [] && end["next_cursor"] == .null)
        let far = try liaison.get("/v1/ledger/seals?cursor=9000000000")
        #expect(far.status == 400 && far.problemField == "cursor")
        let sealed = try server.book.readers.read { try LedgerReader($0).seals() }
        #expect(sealed.map(\.treeRoot) == all.compactMap { $0["root"]?.text })
        #expect(administrator.token != nil)
    }

    static let refusals: [(path: String, field: String?, status: Int, code: String)] = [
        ("/v1/receipts/1/proof?business_date=2026-11-21", nil, 200, ""),
        ("/v1/receipts/1/proof?business_date=2026-11-22", "business_date", 400, ""),
        ("/v1/receipts/1/proof?business_date=yesterday", "business_date", 400, ""),
        ("/v1/receipts/2/proof?business_date=2026-11-21", "business_date", 400, ""),
        ("/v1/receipts/2/proof", nil, 200, ""),
        ("/v1/receipts/3/proof", nil, 409, "receipt-not-posted"),
        ("/v1/receipts/9/proof", nil, 404, "unknown-receipt"),
        ("/v1/receipts/x/proof", "serial", 404, "invalid-parameter"),
        ("/v1/ledger/consistency-proof?from=2026-11-21&to=2026-11-21", nil, 200, ""),
        ("/v1/ledger/consistency-proof?from=2026-11-21&to=2026-11-22", "to", 400, ""),
        ("/v1/ledger/consistency-proof?from=2026-11-20&to=2026-11-21", "from", 400, ""),
        ("/v1/ledger/consistency-proof?from=2026-11-22&to=2026-11-21", "to", 400, ""),
        ("/v1/ledger/consistency-proof?from=2026-11-21", "to", 400, ""),
        ("/v1/ledger/consistency-proof?to=2026-11-21", "from", 400, ""),
    ]

    @Test("a proof that cannot be given is refused, with the parameter to blame")
    func refusals() throws {
        let server = try LiveServer()
        _ = try Self.closeDay(server, shift: 1, paying: server.counter())
        server.clock.advance(minutes: 24 * 60)
        let counter = try server.counter()
        #expect(try counter.payBlind().status == 201)
        let withdrawal = try counter.post(
            "/v1/withdrawals", .withdrawal(), key: counter.freshKey())
        #expect(withdrawal.status == 201, "\(withdrawal)")
        for row in Self.refusals {
            let answer = try counter.get(row.path)
            #expect(answer.status == row.status, "\(row.path): \(answer)")
            #expect(answer.problemField == row.field, "\(row.path): \(answer)")
            guard row.status != 200 else { continue }
            #expect(answer.problemCode == (row.code.isEmpty ? "invalid-parameter" : row.code))
        }
        // Another station's operator sees the seals, and not the receipt.
        let stranger = try server.client(of: "OP000201")
        #expect(try stranger.get("/v1/receipts/1/proof").problemCode == "unknown-receipt")
        #expect(try stranger.get("/v1/ledger/seals").status == 200)
    }

    @Test("a book that does not lead to its root gives no proof, and says why in the log only")
    func damaged() throws {
        let server = try LiveServer()
        _ = try Self.closeDay(server, shift: 1, paying: server.counter())
        let raw = try Connection(path: server.folder.path + "/book.db", access: .write)
        try raw.execute(script: "DROP TRIGGER journal_entry_fixed")
        try raw.execute(script: "UPDATE journal_entry SET narrative = 'x' WHERE entry_id = 1")
        let answer = try server.client(of: "SV-D01").get("/v1/receipts/1/proof")
        #expect(answer.status == 500 && answer.problemCode == "internal", "\(answer)")
        #expect(!answer.text.contains("root"))
        let printed = try Program.run(["proof", "receipt", "1", "--data", server.folder.path])
        #expect(printed.code == ExitCode.failure.rawValue && printed.output.isEmpty)
        #expect(printed.errors.contains("run verify"), "\(printed)")
    }
}
