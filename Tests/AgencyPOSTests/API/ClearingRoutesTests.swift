import Agency
import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

/// Settlement of money over the line and by the command; the whole way is in the request fixtures.
@Suite struct ClearingRoutesTests {
    private static let folder = DemoNetwork.repository + "/fixtures/statements"

    private static func closedDay() throws -> LiveServer {
        let server = try LiveServer()
        let counter = try server.counter()
        guard try counter.payBlind(amountFen: 5_000).status == 201 else {
            throw TestFailure("the payment was refused")
        }
        let cash = try server.book.readers.read { connection in
            try connection.prepare(
                """
                SELECT sum(b.debits - b.credits) FROM account_balance b
                JOIN till t ON t.cash_account_id = b.account_id WHERE t.code = 'S0001-C1'
                """
            ).first { $0.integer(0) } ?? 0
        }
        let shift = try counter.get("/v1/shifts/current").json()["shift_id"]?.text ?? ""
        let counts = JSONValue.array([
            ["denomination_fen": 100, "count": .integer(cash / 100)]
        ])
        let off = try counter.post(
            "/v1/shifts/\(shift)/sign-off", ["counts": counts], key: counter.freshKey())
        guard off.status == 200 else { throw TestFailure("sign-off: \(off)") }
        let district = try server.client(of: "SV-D01")
        let close = try district.post(
            "/v1/day-close", ["business_date": .string(DemoNetwork.businessDate.description)],
            key: district.freshKey())
        guard close.status == 200 else { throw TestFailure("close: \(close)") }
        return server
    }

    @Test("a liaison sees its own partner's cycles and no other, a town's supervisor none")
    func visibility() throws {
        let server = try Self.closedDay()
        let district = try server.client(of: "SV-D01")
        let all = try district.get("/v1/settlement-cycles").json()["settlement_cycles"]?.items
        #expect(all?.count == DemoNetwork.partnerCount)
        let due = try district.get("/v1/settlement-cycles?state=due").json()["settlement_cycles"]
        let cycle = try #require(due?.items.first)
        #expect(due?.items.count == 1)
        #expect(cycle["partner_id"]?.text == "MOBILE01")
        #expect(cycle["net_fen"]?.number == 4_960)
        let id = try #require(cycle["cycle_id"]?.text)
        let own = try server.client(of: "LI-MOBILE01")
        #expect(
            try own.get("/v1/settlement-cycles").json()["settlement_cycles"]?.items.count == 1)
        #expect(try own.get("/v1/settlement-cycles/\(id)").status == 200)
        let other = try server.client(of: "LI-WATER01")
        #expect(
            try other.get("/v1/settlement-cycles/\(id)").problemCode == "unknown-settlement-cycle")
        #expect(
            try other.get("/v1/settlement-cycles?partner_id=MOBILE01").problemCode
                == "unknown-partner")
        let town = try server.client(of: "SV-T01")
        for path in ["/v1/settlement-cycles", "/v1/bank-statements", "/v1/bank-statement-entries"] {
            #expect(try town.get(path).problemCode == "not-permitted")
        }
        #expect(
            try town.post("/v1/settlement-cycles/\(id)/instruction").problemCode
                == "not-permitted")
    }

    @Test("a camt.053 file over the line: taken whole, once, or refused with line and entry")
    func camt() throws {
        let server = try LiveServer()
        let district = try server.client(of: "SV-D01")
        let text = try String(contentsOfFile: Self.folder + "/camt053-08.xml", encoding: .utf8)
        func post(_ text: String) throws -> APIAnswer {
            try district.post(
                "/v1/bank-statements",
                [
                    "format": "camt.053",
                    "content_base64": .string(Data(text.utf8).base64EncodedString()),
                ])
        }
        let spoilt = try post(text.replacingOccurrences(of: ">101.4<", with: ">101,4<"))
        #expect(spoilt.status == 422)
        #expect(spoilt.problemCode == "bank-statement-invalid")
        #expect(try spoilt.json()["detail"]?.text?.contains("line 30, entry 1: ") == true)
        #expect(try spoilt.json()["detail_zh"]?.text?.contains("第 30 行，第 1 笔：") == true)
        #expect(try district.get("/v1/bank-statements").json()["bank_statements"]?.items == [])
        let first = try post(text)
        #expect(first.status == 201)
        #expect(try first.json()["bank_statements"]?.items.first?["unmatched_count"]?.number == 3)
        #expect(try post(text).json()["is_repeated"] == .bool(true))
        #expect(try post(text + "\n").problemCode == "bank-statement-changed")
        let entries = try district.get("/v1/bank-statement-entries?status=unmatched").json()
        #expect(
            entries["bank_statement_entries"]?.items.map { $0["reason"]?.text }
                == ["unknown_reference", "unknown_reference", "no_reference"])
        #expect(
            try district.get("/v1/bank-statement-entries?statement_id=x").problemCode
                == "invalid-parameter")
    }

    @Test("the command takes the same files and lists what waits for people")
    func command() throws {
        let data = try DemoNetwork.copy()
        func run(_ words: String...) throws -> Program.Outcome {
            try Program.run(
                ["settlement", "statement", "--data", data.path] + words, in: Self.folder)
        }
        let table = [
            "--account", "33010200000000000018", "--statement-id", "2026-11-22", "--mapping",
            "mapping.json", "statement.csv",
        ]
        for _ in 1...2 {
            let taken = try run("camt053-08.xml")
            #expect(taken.code == 0, "\(taken.errors)")
            #expect(
                taken.output == """
                    statement QCNB-D01-20261122: 3 entries, 3 wait for people
                      entry 1  -101.40  unknown_reference
                      entry 2  1001.00  unknown_reference
                      entry 3  0.38  no_reference

                    """)
        }
        let rows: [([String], Int32, String)] = [
            ([], 2, "name one statement"),
            (["--account", "1", "camt053-08.xml"], 4, "is of account 33010200000000000018"),
            (["statement.csv"], 4, "statement.csv: line 1: < is expected"),
            (["none.xml"], 3, "none.xml cannot be read"),
            (["--mapping", "mapping.json", "statement.csv"], 2, "--account is missing"),
            (["--mapping", "README.md", "statement.csv"], 2, "--mapping: "),
        ]
        for (words, code, message) in rows {
            let outcome = try Program.run(
                ["settlement", "statement", "--data", data.path] + words, in: Self.folder)
            #expect(outcome.code == code, "\(words)")
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
        }
        let csv = try Program.run(
            ["settlement", "statement", "--data", data.path] + table, in: Self.folder)
        #expect(csv.output.hasPrefix("statement 2026-11-22: 3 entries"), "\(csv.errors)")
    }
}
