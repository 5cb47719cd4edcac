import Foundation
import Testing

@testable import Ledger

@Suite("tools/verify-proof")
struct VerifyProofToolTests {
    private static let inclusion = "inclusion-03-of-07.json"
    private static let consistency = "consistency-07-to-20.json"

    /// The options that trust the root of each size.
    private static func trusting(_ sizes: ClosedRange<Int>) throws -> [String] {
        let roots = try LedgerVectors.roots()
        return sizes.flatMap { ["--size", String($0), "--root", roots[$0]] }
    }

    private static func path(_ name: String) -> String {
        LedgerVectors.folder.appending(path: name).path
    }

    /// The first lines of a settlement file that seals a size with a root.
    private static func settlementFile(_ size: Int, _ root: String) -> String {
        "H|APS1|QINGCHUAN|DEMO01|2026-11-21|CNY|1|HMAC-SHA256|K1|"
            + String(repeating: "0", count: 64) + "|2026-11-21T23:05:00+08:00|\(root)|\(size)\n"
            + "T|0|0|0\n"
    }

    @Test("verifies every golden proof")
    func golden() throws {
        let proofs =
            try LedgerVectors.names(startingWith: "inclusion-")
            + LedgerVectors.names(startingWith: "consistency-")
        let outcome = try VerifyProofTool.run(
            [VerifyProofTool.path] + Self.trusting(0...20) + proofs.map(Self.path))
        #expect(outcome.code == 0, "\(outcome)")
        #expect(outcome.output.split(separator: "\n").count == 20)
        #expect(outcome.output.contains("entry 1 of 2026-11-21 (bill_payment 1001:"))
        #expect(outcome.output.contains("1001.S0001-C1 8650, 2202.DEMO01 -8600"))
        let wrong = try VerifyProofTool.run(
            [VerifyProofTool.path, "--size", "7", "--root", LedgerVectors.roots()[8]]
                + [Self.path(Self.inclusion)])
        #expect(wrong.code == 1)
        #expect(wrong.errors.contains("refuted: its root of 7 entries is not the one of you"))
    }

    @Test("has fewer than 150 lines, and imports the standard library only")
    func size() throws {
        let url = URL(filePath: VerifyProofTool.path)
        let lines = try String(contentsOf: url, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count - 1 < 150)
        let imports = lines.filter { $0.hasPrefix("import ") || $0.hasPrefix("from ") }
        #expect(
            Set(imports) == [
                "import argparse", "import datetime", "import hashlib", "import json",
                "import struct", "import sys",
            ])
    }

    @Test("takes seals from the headers of settlement files, and sees when they differ")
    func settlementFiles() throws {
        let folder = try ScratchFolder()
        let roots = try LedgerVectors.roots()
        let file = try folder.write("APS.txt", Self.settlementFile(7, roots[7]))
        let other = try folder.write("other.txt", Self.settlementFile(7, roots[8]))
        let short = try folder.write(
            "short.txt",
            Self.settlementFile(7, roots[7]).replacingOccurrences(of: "|7\n", with: "\n"))
        let proof = Self.path(Self.inclusion)
        let outcomes = try VerifyProofTool.runAll([
            ["--seal", file, proof], ["--seal", other, proof],
            ["--seal", file, "--seal", other, proof], ["--seal", short, proof],
            ["--seal", folder.url.path + "/none.txt", proof], ["--size", "7", proof], [],
        ])
        #expect(outcomes.map(\.code) == [0, 1, 1, 2, 2, 2, 2], "\(outcomes)")
        #expect(outcomes[0].output.contains("under the seal of \(file)"))
        #expect(outcomes[2].errors.contains("have different roots of 7 entries"))
        #expect(outcomes[3].errors.contains("fields H12 and H13"))
    }

    @Test("trusts an earlier root through a consistency proof, whatever the order")
    func chain() throws {
        let folder = try ScratchFolder()
        let file = try folder.write(
            "APS.txt", Self.settlementFile(20, try LedgerVectors.roots()[20]))
        let inclusion = Self.path(Self.inclusion)
        let consistency = Self.path(Self.consistency)
        let outcomes = try VerifyProofTool.runAll([
            ["--seal", file, inclusion], ["--seal", file, inclusion, consistency],
            ["--seal", file, consistency, inclusion], [inclusion], [consistency],
            [inclusion, consistency],
        ])
        #expect(outcomes.map(\.code) == [1, 0, 0, 1, 1, 1], "\(outcomes)")
        for index in [0, 3, 4] {
            #expect(outcomes[index].errors.contains("no seal that you trust is of"))
        }
    }

    static let changedEntries = [
        (#""entry_id":3"#, #""entry_id":4"#),
        (#""business_date":"2026-11-21","recorded"#, #""business_date":"2026-11-22","recorded"#),
        ("1795222803000", "1795222803001"), (#""withdrawal""#, #""withdrawaL""#), ("取款", "存款"),
        (#""source_id":1002"#, #""source_id":1003"#), (#""source_id":1002"#, #""source_id":null"#),
        (#""phase":1"#, #""phase":0"#), (#""original_entry_id":null"#, #""original_entry_id":0"#),
        (#""original_date":null"#, #""original_date":"1970-01-01""#),
        ("1795223703000", "1795223703001"), ("1231.BANK01", "1231.BANK02"),
        (#""currency_number":156"#, #""currency_number":344"#),
        (#""amount_fen":50100"#, #""amount_fen":50101"#), (#""leaf_index":2"#, #""leaf_index":3"#),
        (#""tree_size":7"#, #""tree_size":8"#), (#""tree_size":7"#, #""tree_size":6"#),
        (#""path":["#, #""path":[],"was":["#),
    ]

    @Test("refutes an entry of which anything was changed")
    func changedEntry() throws {
        let outcomes = try changed(Self.inclusion, Self.changedEntries)
        for (outcome, change) in zip(outcomes, Self.changedEntries) {
            #expect(outcome.code == 1, "\(change): \(outcome)")
            #expect(outcome.errors.contains(".json: refuted: "), "\(change): \(outcome)")
        }
    }

    @Test("refutes a proof with another digest anywhere", arguments: [inclusion, consistency])
    func changedDigest(name: String) throws {
        let digests = try LedgerVectors.text(name).split(separator: "\"").filter { $0.count == 64 }
        #expect(digests.count >= 5)
        let changes = digests.map { digest -> (String, String) in
            (String(digest), String(digest.dropLast()) + (digest.last == "0" ? "1" : "0"))
        }
        let outcomes = try changed(name, changes)
        #expect(outcomes.allSatisfy { $0.code == 1 }, "\(outcomes)")
    }

    @Test("refutes a consistency proof between other sizes, or without its path")
    func changedSizes() throws {
        let outcomes = try changed(
            Self.consistency,
            [
                (#""tree_size":7"#, #""tree_size":8"#), (#""tree_size":20"#, #""tree_size":19"#),
                (#""tree_size":7"#, #""tree_size":0"#), (#""tree_size":7"#, #""tree_size":20"#),
                (#""tree_size":7"#, #""tree_size":21"#), (#""path":["#, #""path":[],"was":["#),
            ])
        #expect(outcomes.allSatisfy { $0.code == 1 }, "\(outcomes)")
    }

    @Test("ends with 2 at a proof that it cannot read")
    func unreadable() throws {
        let outcomes = try changed(
            Self.inclusion,
            [
                ("agencypos-inclusion-proof-1", "agencypos-inclusion-proof-2"),
                (#""entry_id":3"#, #""entry_id":3.5"#), (#""entry_id":3"#, #""entry_id":"3""#),
                (#""narrative":"#, #""narration":"#), (#""source_id":1002,"#, ""),
                (#""path":["#, #""path":["00","#), ("2026-11-21", "2026-11-31"), ("]}", ""),
                (#""amount_fen":50100"#, #""amount_fen":9223372036854775808"#),
            ])
        for outcome in outcomes {
            #expect(outcome.code == 2, "\(outcome)")
            #expect(outcome.errors.hasPrefix("cannot be read: "), "\(outcome)")
            #expect(outcome.errors.contains(".json: "), "\(outcome)")
        }
    }

    /// Runs the tool on a golden proof with a text replaced by another, trusting all golden roots.
    private func changed(
        _ name: String, _ changes: [(String, String)]
    ) throws -> [VerifyProofTool.Outcome] {
        let text = try LedgerVectors.text(name)
        let folder = try ScratchFolder()
        let runs = try changes.enumerated().map { index, change in
            let changed = text.replacingOccurrences(of: change.0, with: change.1)
            try #require(changed != text, "\(change)")
            return try Self.trusting(0...20) + [folder.write("\(index).json", changed)]
        }
        let outcomes = try VerifyProofTool.runAll(runs)
        try #require(outcomes.count == changes.count)
        return outcomes
    }
}
