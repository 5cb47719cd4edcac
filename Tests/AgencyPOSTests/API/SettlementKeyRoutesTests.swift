import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct SettlementKeyRoutesTests {
    private static let path = "/v1/partners/WATER01/settlement-keys"

    @Test func `a secret is in the answer that made it and in nothing that is asked later`() throws
    {
        let server = try LiveServer()
        let administrator = try server.client(of: "AD0001")
        let made = try administrator.post(Self.path, ["direction": "in"])
        #expect(made.status == 201, "\(made)")
        let secret = try #require(try made.json()["key_hex"]?.text)
        #expect(secret.count == 64)
        let rotated = try administrator.post(
            Self.path + "/rotate", ["direction": "in", "overlap_hours": .integer(1)])
        #expect(rotated.status == 201, "\(rotated)")
        let other = try #require(try rotated.json()["key_hex"]?.text)
        #expect(other != secret)
        let list = try administrator.get(Self.path)
        #expect(list.status == 200)
        #expect(!list.text.contains(secret) && !list.text.contains(other))
        let prints = [try made.json(), try rotated.json()].map { $0["fingerprint"]?.text }
        #expect(prints.allSatisfy { $0?.count == 16 } && prints[0] != prints[1])
        #expect(
            try list.json()["settlement_keys"]?.items.suffix(2).map { $0["fingerprint"]?.text }
                == prints)
        let used = try administrator.post(
            Self.path, ["direction": "in", "key_hex": .string(secret)])
        #expect(used.status == 422 && used.problemCode == "key-not-usable", "\(used)")
        #expect(!used.text.contains(secret))
        let states = try #require(try list.json()["settlement_keys"]?.items)
            .map { [$0["key_id"]?.text, $0["state"]?.text, $0["created_by"]?.text] }
        #expect(
            states == [
                ["WATER01-K1", "current", nil], ["WATER01-P1", "ending", "AD0001"],
                ["WATER01-P2", "current", "AD0001"],
            ])
        let liaison = try server.client(of: "LI-WATER01")
        #expect(try liaison.get(Self.path).status == 200)
        #expect(
            try liaison.get("/v1/partners/BANK01/settlement-keys").problemCode
                == "unknown-partner")
        #expect(try liaison.post(Self.path, ["direction": "in"]).status == 403)
        server.stop()
        // Neither the book nor its log of answers holds a secret in clear.
        for name in ["book.db", "book.db-wal"] {
            let file = server.folder.path + "/" + name
            guard let data = FileManager.default.contents(atPath: file) else { continue }
            for hex in [secret, other] { #expect(data.range(of: Data(hex.utf8)) == nil) }
        }
    }

    @Test func `the command beside the server makes, replaces and ends keys`() throws {
        let folder = try DemoNetwork.copy()
        func run(_ words: String...) throws -> Program.Outcome {
            try Program.run(
                ["settlement", "key"] + words + ["--partner", "WATER01", "--data", folder.path])
        }
        let made = try run("create", "--direction", "in")
        #expect(made.code == 0, "\(made)")
        #expect(made.output.contains("key_id\tWATER01-P1\n"))
        let fingerprint = try #require(
            made.output.split(separator: "\n").first { $0.hasPrefix("fingerprint\t") })
        #expect(fingerprint.count == "fingerprint\t".count + 16)
        #expect(try run("list").output.contains(fingerprint.split(separator: "\t")[1] + "\n"))
        let rotated = try run("rotate", "--direction", "out", "--overlap-hours", "0")
        #expect(rotated.output.contains("replaced_key_ids\tWATER01-K1\n"), "\(rotated)")
        #expect(try run("retire", "--key-id", "WATER01-P1", "--reason", "lost").code == 0)
        let list = try run("list").output.split(separator: "\n").map {
            $0.split(separator: "\t").prefix(3).joined(separator: " ")
        }
        #expect(
            list.sorted() == [
                "WATER01-K1 out retired", "WATER01-K2 out current", "WATER01-P1 in retired",
                "key_id direction state",
            ])
        let none = try run("rotate", "--direction", "in")
        #expect(none.code == 4 && none.errors.contains("create one instead"), "\(none)")
        let ours = try #require(
            try DemoNetwork.credentials().settlementKeys.first { $0.keyID == "WATER01-K1" })
        let keyFile = folder.path + "/brought.key"
        try Data((ours.keyHex + "\n").utf8).write(to: URL(fileURLWithPath: keyFile))
        let brought = try run("create", "--direction", "in", "--key-file", keyFile)
        #expect(brought.code == 4 && brought.errors.contains("WATER01-K1 already"), "\(brought)")
        #expect(!brought.errors.contains(ours.keyHex))
        #expect(try run("retire", "--key-id", "WATER01-K2", "--reason", "lost").code != 0)
        #expect(try run("create", "--direction", "both").code == 2)
        #expect(try run("burn").code == 2)
    }

    @Test func `the master key may come from the environment, and then lies in no file`() throws {
        let folder = try TemporaryFolder()
        let master = String(repeating: "3c5a", count: 16)
        func run(_ words: String..., master: String?) throws -> Program.Outcome {
            try Program.run(
                words + ["--data", folder.path + "/data"],
                environment: master.map { ["AGENCYPOS_MASTER_KEY": $0] } ?? [:])
        }
        let demo = DemoNetwork.repository + "/fixtures/demo"
        let loaded = try run("load", demo, master: master)
        #expect(loaded.code == 0, "\(loaded)")
        #expect(
            !FileManager.default.fileExists(atPath: folder.path + "/data/keys/master.key"))
        let list = ["settlement", "key", "list", "--partner", "WATER01"]
        func keys(_ master: String?) throws -> Program.Outcome {
            try run(list[0], list[1], list[2], list[3], list[4], master: master)
        }
        #expect(try keys(master).output.contains("WATER01-K1"))
        let other = try keys(String(repeating: "77aa", count: 16))
        #expect(other.code == 3 && other.errors.contains("not this book's key"), "\(other)")
        let malformed = try keys("secret")
        #expect(malformed.code == 3 && malformed.errors.contains("AGENCYPOS_MASTER_KEY"))
        #expect(!malformed.errors.contains("secret"))
        let missing = try keys(nil)
        #expect(missing.code == 3 && missing.errors.contains("missing"), "\(missing)")
    }
}
