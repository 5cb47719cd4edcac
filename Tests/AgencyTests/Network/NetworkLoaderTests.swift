import CivilTime
import Foundation
import Testing

@testable import Agency

@Suite struct NetworkLoaderTests {
    private func load(_ data: String, into copy: BookCopy) throws -> NetworkLoader.Summary {
        let loader = try NetworkLoader(path: copy.path) { _ in }
        return try loader.load(DataFolder.load(data), openingOn: BusinessDate("2026-11-20"))
    }

    private func count(_ sql: String, in copy: BookCopy) throws -> Int64 {
        let rows = try BookFolder(path: copy.path).openReaders().read {
            try $0.prepare(computed: sql).all { $0.integer(0) }
        }
        return try #require(rows.first)
    }

    private static let key = String(repeating: "0f", count: 32)

    /// A sound network whose every person, terminal and partner has a secret, so that it loads.
    private func sound() throws -> DataFileSandbox {
        let people = ["OP1", "SV1", "LI1", "VC1", "AD1"]
            .map { #"{"user_id":"\#($0)","pin":"012345"}"# }
        let keys = zip(["WATER01", "COACH01", "BANK01"], ["1a", "2b", "3c"]).map {
            let hex = String(repeating: $1, count: 32)
            return #"{"partner_id":"\#($0)","key_id":"\#($0)-K1","key_hex":"\#(hex)"}"#
        }
        let sandbox = try DataFileSandbox()
        try sandbox.write(
            "demo-credentials.json",
            Data(
                """
                {"notice":"\(DemoCredentialsFile.notice)",
                "user_pins":[\(people.joined(separator: ","))],
                "terminal_secrets":[{"terminal_id":"S0001-T1","secret_hex":"\(Self.key)"}],
                "settlement_keys":[\(keys.joined(separator: ","))]}
                """.utf8))
        return sandbox
    }

    @Test("the demo network loads whole and its book is clean") func demo() throws {
        let test = try TestBook()
        #expect(try test.count("station") == 12)
        #expect(try test.count("bill") == 6_000)
        #expect(try test.count("trip") == 55 + 3)
        #expect(try test.count("settlement_key") == 14)
        #expect(try test.balances()["1001.S0001-C1"] == 500_000)
        #expect(try test.faults() == [])
    }

    @Test("a network loaded again is known and changes nothing") func again() throws {
        let copy = try TestNetwork.copy()
        let tables = ["station", "staff_member", "ledger_account", "bill", "trip", "journal_entry"]
        let before = try tables.map { try count("SELECT count(*) FROM \($0)", in: copy) }
        let summary = try load(TestNetwork.dataFolder, into: copy)
        #expect(summary.isKnownNetwork)
        #expect(summary.bills == 6_000)
        let after = try tables.map { try count("SELECT count(*) FROM \($0)", in: copy) }
        #expect(after == before)
        #expect(try copy.faults() == [])
    }

    @Test(
        "another network or staff is refused",
        arguments: [
            ("network.json", "东村站", "西村站"), ("staff.json", "张三", "李三"),
        ])
    func otherNetwork(file: String, old: String, new: String) throws {
        let (copy, sandbox) = (try BookCopy(), try sound())
        _ = try load(sandbox.path, into: copy)
        let text = try String(contentsOfFile: sandbox.path + "/" + file, encoding: .utf8)
        let changed = text.replacingOccurrences(of: old, with: new)
        try #require(changed != text)
        try sandbox.write(file, Data(changed.utf8))
        #expect(throws: BookError.otherNetworkLoaded) { try load(sandbox.path, into: copy) }
    }

    @Test("the demo's book refuses any other network") func otherThanDemo() throws {
        let sandbox = try sound()
        #expect(throws: BookError.otherNetworkLoaded) {
            try load(sandbox.path, into: TestNetwork.copy())
        }
    }

    @Test("unpaid bills are brought up to date, paid ones stay as they were paid")
    func bills() throws {
        let (copy, sandbox) = (try BookCopy(), try sound())
        let rows = ["3100001,张三", "3100002,李四"]
        func write(_ amountFen: Int, _ lateFeeFen: Int, more: String = "") throws {
            let lines = rows.map {
                "WATER,\($0),东村1号,2026-10,\(amountFen),\(lateFeeFen),2026-11-25\n"
            }
            try sandbox.write(
                "bills.csv", Data((DataFileSandbox.billHeader + lines.joined() + more).utf8))
        }
        try write(1_250, 0)
        _ = try load(sandbox.path, into: copy)
        try copy.damage("UPDATE bill SET held_fen = amount_fen WHERE account_number = '3100001'")
        try write(1_250, 77, more: "WATER,3100003,王五,东村3号,2026-10,9,0,2026-11-25\n")
        #expect(try load(sandbox.path, into: copy).isKnownNetwork)
        let sum = "SELECT sum(late_fee_fen) FROM bill WHERE account_number = "
        #expect(try count(sum + "'3100001'", in: copy) == 0)
        #expect(try count(sum + "'3100002'", in: copy) == 77)
        #expect(try count("SELECT count(*) FROM bill", in: copy) == 3)
    }

    @Test("a new network without its secrets is refused and leaves the book empty")
    func missingCredentials() throws {
        let (copy, sandbox) = (try BookCopy(), try sound())
        try sandbox.remove("demo-credentials.json")
        #expect(
            throws: BookError.unusable(
                path: sandbox.path + "/demo-credentials.json",
                reason: "a new network needs its PINs, terminal secrets and settlement keys")
        ) { try load(sandbox.path, into: copy) }
        try expectEmpty(copy)
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let file: String
        let old: String
        let new: String
        var testDescription: String { "\(file): \(old) → \(new)" }
    }

    // Each of these is found only while the rows go in, or by a rule of the book itself.
    static let broken = [
        Broken(
            file: "demo-credentials.json", old: #"{"user_id":"AD1","pin":"012345"}"#,
            new: #"{"user_id":"OP1","pin":"012345"}"#),
        Broken(
            file: "demo-credentials.json", old: #"{"user_id":"VC1","pin":"012345"},"#, new: ""),
        Broken(
            file: "demo-credentials.json",
            old: #"{"terminal_id":"S0001-T1","secret_hex":"\#(key)"}"#, new: ""),
        Broken(file: "network.json", old: "CNY", new: "EUR"),
        Broken(file: "network.json", old: "S0001-C1", new: "S0001_C1"),
        Broken(file: "staff.json", old: #""station_id":"S0001""#, new: #""station_id":"S0009""#),
    ]

    @Test("half-broken data leaves the book empty", arguments: broken)
    func halfBroken(_ row: Broken) throws {
        let (copy, sandbox) = (try BookCopy(), try sound())
        let path = sandbox.path + "/" + row.file
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let changed = text.replacingOccurrences(of: row.old, with: row.new)
        try #require(changed != text)
        try sandbox.write(row.file, Data(changed.utf8))
        #expect(throws: (any Error).self) { try load(sandbox.path, into: copy) }
        try expectEmpty(copy)
        // With the data corrected the same folder takes the network.
        try sandbox.write(row.file, Data(text.utf8))
        #expect(try load(sandbox.path, into: copy).stations == 1)
        #expect(try copy.faults() == [])
    }

    @Test("a broken line of arrears keeps all of them out until it is corrected")
    func brokenBills() throws {
        let (copy, sandbox) = (try BookCopy(), try sound())
        let good = try Data(contentsOf: URL(filePath: sandbox.path + "/bills.csv"))
        try sandbox.write("bills.csv", good + Data("WATER,3100002,李四,东村,2026-10,-5,0,x\n".utf8))
        #expect(throws: DataFileError.self) { try load(sandbox.path, into: copy) }
        #expect(try count("SELECT count(*) FROM bill", in: copy) == 0)
        try sandbox.write("bills.csv", good)
        #expect(try load(sandbox.path, into: copy).bills == 1)
    }

    private func expectEmpty(_ copy: BookCopy) throws {
        guard FileManager.default.fileExists(atPath: copy.path + "/book.db") else { return }
        for table in ["agency", "station", "staff_member", "ledger_account", "business_date"] {
            #expect(try count("SELECT count(*) FROM \(table)", in: copy) == 0, "\(table)")
        }
    }
}
