import Cryptography
import Foundation
import Testing

@testable import Settlement

/// The format APA1, as `docs/acknowledgement-file.md` has it.
@Suite struct AcknowledgementTests {
    static let partlyName = "APA_QINGCHUAN_DEMO01_20261122_000001.txt"
    static let acceptedName = "APA_QINGCHUAN_DEMO01_20261123_000002.txt"
    static let rejectedName = "APA_QINGCHUAN_DEMO01_20261123_000003.txt"

    static func document() throws -> String {
        try String(
            contentsOf: Example.repository.appending(path: "docs/acknowledgement-file.md"),
            encoding: .utf8)
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        try Example.bytes("acknowledgement/" + name)
    }

    /// The example of the document: the first settlement file, with all that can be wrong.
    static func partly() throws -> Acknowledgement {
        Acknowledgement(
            agencyID: try Example.identifier("QINGCHUAN"),
            partnerID: try Example.identifier("DEMO01"),
            date: try Example.header().businessDate.adding(days: 1), number: 1,
            keyID: try Example.identifier("DEMO01-TEST1"),
            createdAt: try Example.time("2026-11-22T08:30:00+08:00"),
            fileName: Example.firstName,
            fileDigest: SHA256.hash(try Example.bytes(Example.firstName)), verdict: .partly,
            items: [
                .init(
                    lineNumber: 2, serial: "1001", code: .amountDiffers,
                    cause: "ours 8651 fen POSTED, yours 8650 fen POSTED"),
                .init(
                    lineNumber: 5, serial: "1004", code: .statusDiffers,
                    cause: "ours 100000 fen POSTED, yours 100000 fen REVERSED"),
                .init(
                    lineNumber: 7, serial: "1006", code: .notFound, cause: "yours 2000 fen POSTED"),
                .init(lineNumber: 0, serial: "1012", code: .missing, cause: "ours 700 fen POSTED"),
                .init(
                    lineNumber: 0, serial: "", code: .commissionDiffers,
                    cause: "1003: ours 99, theirs 100 fen"),
            ])
    }

    /// The examples of a file without lines.
    static func whole(
        _ number: Int, at clock: String, _ verdict: Acknowledgement.Verdict, fault: String = ""
    ) throws -> Acknowledgement {
        var content = try partly()
        content.number = number
        content.date = content.date.adding(days: 1)
        content.createdAt = try Example.time("2026-11-23T\(clock)+08:00")
        content.fileName = Example.secondName
        content.fileDigest = SHA256.hash(try Example.bytes(Example.secondName))
        content.verdict = verdict
        content.fault = fault
        content.items = []
        return content
    }

    static func examples() throws -> [(name: String, content: Acknowledgement)] {
        [
            (partlyName, try partly()),
            (acceptedName, try whole(2, at: "08:30:00", .accepted)),
            (rejectedName, try whole(3, at: "08:31:00", .rejected, fault: "codeMismatch")),
        ]
    }

    static func verifier() throws -> AcknowledgementVerifier {
        let key = try Example.key()
        let reference = try Example.header().keyReference
        return AcknowledgementVerifier { $0 == reference ? key : nil }
    }

    @Test("the published files are written byte for byte, and read back equal") func golden() throws
    {
        let folder = try TemporaryFolder()
        for (name, content) in try Self.examples() {
            let released = try AcknowledgementWriter.release(
                content, key: Example.key(), in: folder.path)
            #expect(released.name.text == name && released.outcome == .released)
            #expect(released.digest == SHA256.hash(try Self.bytes(name)))
            for file in [name, name + ".hmac"] {
                #expect(try folder.bytes(file) == Self.bytes(file))
            }
            #expect(try Self.verifier().verify(name, in: folder.path) == content)
            let again = try AcknowledgementWriter.release(
                content, key: Example.key(), in: folder.path)
            #expect(again.outcome == .releasedBefore)
        }
        #expect(try folder.names().count == 6)
        var other = try Self.partly()
        other.items.removeLast()
        #expect(throws: SettlementError.releasedFileDiffers(name: Self.partlyName)) {
            try AcknowledgementWriter.release(other, key: Example.key(), in: folder.path)
        }
        #expect(try folder.names().count == 6)
    }

    @Test("the document has the files, the words and the limits of the program") func documented()
        throws
    {
        let document = try Self.document()
        for name in [Self.partlyName, Self.acceptedName, Self.rejectedName] {
            let text = String(decoding: try Self.bytes(name), as: UTF8.self)
            #expect(document.contains("```\n" + text + "```\n"))
        }
        let words =
            AcknowledgementItem.Code.allCases.map(\.rawValue)
            + Acknowledgement.Verdict.allCases.map(\.rawValue)
        for word in words { #expect(document.contains("| `\(word)` |"), "\(word)") }
        #expect(Acknowledgement.maximumByteCount == 20_482_048)
        #expect(document.contains("20,482,048 bytes"))
        #expect(Acknowledgement.maximumItemCount == 20_000)
        #expect(AcknowledgementItem.allowedLines.upperBound == 10_000_009)
        #expect(document.contains("integer, 0 to 10000009 |"))
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let change: (String, String)
        let refusal: String
        var testDescription: String { "\(change.0) → \(change.1): \(refusal)" }
    }

    private static let long = String(repeating: "x", count: 121)
    private static let endless = String(repeating: "x", count: 1_100)

    private static let changes: [(String, String, String)] = [
        ("A|APA1", "H|APS1", "recordUnexpected | 1 | -"),
        ("A|APA1", "A|APA2", "versionUnsupported | - | -"),
        ("|PARTLY|", "|PARTLY||", "fieldCountWrong | 1 | -"),
        ("|HMAC-SHA256|", "|HMAC-MD5|", "algorithmUnsupported | - | -"),
        ("|QINGCHUAN|", "|-|", "fieldInvalid | 1 | A3"),
        ("|QINGCHUAN|", "|ELSEWHERE|", "keyUnknown | - | -"),
        ("|DEMO01|", "|DEMO02|", "keyUnknown | - | -"),
        ("DEMO01-TEST1", "DEMO01-TEST2", "keyUnknown | - | -"),
        ("|2026-11-22|", "|2026-11-32|", "fieldInvalid | 1 | A5"),
        ("|2026-11-22|", "|2026-11-23|", "fileNameMismatch | - | A5"),
        ("|2026-11-22|1|", "|2026-11-22|0|", "fieldInvalid | 1 | A6"),
        ("|2026-11-22|1|", "|2026-11-22|2|", "fileNameMismatch | - | A6"),
        ("T08:30:00+", "T24:30:00+", "fieldInvalid | 1 | A9"),
        ("|APS_QINGCHUAN", "| PS_QINGCHUAN", "fieldInvalid | 1 | A10"),
        ("|dfe5", "|DFE5", "fieldInvalid | 1 | A11"),
        ("|PARTLY|", "|partly|", "fieldInvalid | 1 | A12"),
        ("|PARTLY|", "|PARTLY|x", "fieldInvalid | 1 | A13"),
        ("|PARTLY|", "|REJECTED|", "fieldInvalid | 1 | A13"),
        ("|PARTLY|", "|REJECTED|x", "fieldInvalid | 2 | I2"),
        ("|PARTLY|", "|ACCEPTED|", "fieldInvalid | 2 | I2"),
        ("I|2|", "I|3|", "lineNumberWrong | 3 | -"),
        ("I|1|2|", "I|0|2|", "fieldInvalid | 2 | I2"),
        ("I|1|2|", "I|20001|2|", "fieldInvalid | 2 | I2"),
        ("I|1|2|", "I|1|-1|", "fieldInvalid | 2 | I3"),
        ("I|1|2|", "I|1|10000011|", "fieldInvalid | 2 | I3"),
        ("|1001|", "|10\u{202E}01|", "fieldInvalid | 2 | I4"),
        ("AMOUNT_DIFFERS", "AMOUNT_DIFFER", "fieldInvalid | 2 | I5"),
        ("ours 8651", long, "fieldInvalid | 2 | I6"),
        ("I|3|7|", "X|3|7|", "recordUnexpected | 4 | -"),
        ("I|3|7|1006|", "I|3|7|1006||", "fieldCountWrong | 4 | -"),
        ("ours 700", endless, "lineTooLong | 5 | -"),
        ("E|5\n", "E|6\n", "totalWrong | 7 | E2"),
        ("E|5\n", "E|05\n", "fieldInvalid | 7 | E2"),
        ("E|5\n", "", "trailerMissing | 7 | -"),
        ("E|5\n", "E|5", "lineUnterminated | 7 | -"),
        ("E|5\n", "E|5\n\n", "contentAfterTrailer | 8 | -"),
        ("E|5\n", "E|5\r\n", "fieldInvalid | 7 | E2"),
    ]

    static let refusals: [Refused] = changes.map { row in
        Refused(change: (row.0, row.1), refusal: row.2)
    }

    @Test("each change of one place is refused for it, signed again", arguments: refusals)
    func refused(_ row: Refused) throws {
        let text = String(decoding: try Self.bytes(Self.partlyName), as: UTF8.self)
        let range = try #require(text.range(of: row.change.0))
        let changed = text.replacingCharacters(in: range, with: row.change.1)
        let folder = try TemporaryFolder()
        try folder.putSigned(Array(changed.utf8), as: Self.partlyName)
        #expect(try Self.refusal(in: folder) == row.refusal)
    }

    @Test("both tools refuse each such change for the same, in the same words") func tools() throws
    {
        let folder = try TemporaryFolder()
        let text = String(decoding: try Self.bytes(Self.partlyName), as: UTF8.self)
        var names: [String] = []
        for (number, row) in Self.refusals.enumerated() {
            let range = try #require(text.range(of: row.change.0))
            let changed = text.replacingCharacters(in: range, with: row.change.1)
            names.append("\(100 + number)")
            try folder.putSigned(
                Array(changed.utf8), as: Self.partlyName, in: names[number] + "/")
        }
        let words = SettlementToolTests.keys + names
        let verdicts = try SettlementTool.verdicts(words, in: folder.url)
        #expect(verdicts.map { Refusal($0).description } == Self.refusals.map(\.refusal))
        let python = try SettlementTool.python.run(words, in: folder.url, environment: [:])
        let shell = try SettlementTool.shell.run(words, in: folder.url, environment: [:])
        #expect(python.code == 1 && shell.code == 1 && shell.errors.isEmpty, "\(shell.errors)")
        #expect(python.lines == shell.lines)
    }

    @Test("both tools accept the published files", arguments: SettlementTool.allCases)
    func published(_ tool: SettlementTool) throws {
        let outcome = try tool.run(["acknowledgement"])
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
        #expect(
            outcome.output == """
                accepted acknowledgement/\(Self.partlyName): PARTLY, 5 items, of \
                \(Example.firstName)
                accepted acknowledgement/\(Self.acceptedName): ACCEPTED, 0 items, of \
                \(Example.secondName)
                accepted acknowledgement/\(Self.rejectedName): REJECTED codeMismatch, 0 items, of \
                \(Example.secondName)

                """)
        let wrong = try tool.run(["acknowledgement"], environment: ["KEY": "00"])
        #expect(wrong.code == 1 && wrong.lines.count == 3)
        #expect(wrong.lines.allSatisfy { $0.contains(": step 5, codeMismatch: ") }, "\(wrong)")
        let previous = try tool.run(["--previous", "acknowledgement/" + Self.partlyName, "."])
        #expect(previous.code == 2 && previous.output.isEmpty, "\(previous)")
    }

    @Test("a file that is accepted in part names a line") func partlyWithoutItems() throws {
        let text = String(decoding: try Self.bytes(Self.acceptedName), as: UTF8.self)
        let folder = try TemporaryFolder()
        try folder.putSigned(
            Array(text.replacing("ACCEPTED", with: "PARTLY").utf8), as: Self.acceptedName)
        #expect(try Self.refusal(Self.acceptedName, in: folder) == "fieldInvalid | 2 | E2")
    }

    @Test("before the MAC: names, sidecars, sizes and secrets")
    func unsigned() throws {
        let folder = try TemporaryFolder()
        #expect(try Self.refusal(in: folder) == "systemFailure | - | -")
        try folder.put(Self.bytes(Self.partlyName), as: Self.partlyName)
        #expect(try Self.refusal(in: folder) == "systemFailure | - | -")
        let sidecar = Self.partlyName + ".hmac"
        try folder.put("HMAC\n".utf8, as: sidecar)
        #expect(try Self.refusal(in: folder) == "sidecarMalformed | - | -")
        try folder.put(Self.bytes(Self.acceptedName + ".hmac"), as: sidecar)
        #expect(try Self.refusal(in: folder) == "sidecarForOtherFile | - | -")
        try folder.put(Self.bytes(sidecar), as: sidecar)
        try folder.put([], as: Self.partlyName)
        #expect(try Self.refusal(in: folder) == "trailerMissing | 1 | -")
        try folder.put(Self.bytes(Self.partlyName) + [0x0A], as: Self.partlyName)
        #expect(try Self.refusal(in: folder) == "codeMismatch | - | -")
        try folder.put(
            [UInt8](repeating: 0x41, count: Acknowledgement.maximumByteCount + 1),
            as: Self.partlyName)
        #expect(try Self.refusal(in: folder) == "fileTooLarge | - | -")
        for name in [Example.firstName, "APA_QINGCHUAN_DEMO01_20261122_1.txt", "apa.txt"] {
            #expect(try Self.refusal(name, in: folder) == "fileNameMalformed | - | -")
        }
        // Nor does a reader of settlement files take an acknowledgement.
        #expect(throws: SettlementError.fileNameMalformed(name: Self.partlyName)) {
            try Example.verifier().verify(Self.partlyName, in: folder.path)
        }
    }

    @Test("of two thousand changed files not one is accepted") func mutated() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var random = SplitMix(state: seed)
        let folder = try TemporaryFolder(inMemory: true)
        let original = try Self.bytes(Self.partlyName)
        let mutation = Mutation(original)
        let verifier = try Self.verifier()
        try folder.put(Self.bytes(Self.partlyName + ".hmac"), as: Self.partlyName + ".hmac")
        var count = 0
        while count < 2_000 {
            let bytes =
                Bool.random(using: &random)
                ? mutation.ofOneByte(&random) : mutation.ofLines(&random)
            guard bytes != original else { continue }
            try folder.put(bytes, as: Self.partlyName)
            #expect(throws: SettlementError.self) {
                try verifier.verify(Self.partlyName, in: folder.path)
            }
            count += 1
        }
    }

    @Test("what is accepted with a new code has one spelling only") func spelling() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var random = SplitMix(state: seed)
        let folder = try TemporaryFolder(inMemory: true)
        let mutation = Mutation(try Self.bytes(Self.partlyName))
        let verifier = try Self.verifier()
        var acceptedCount = 0
        for _ in 0..<2_000 {
            let bytes = mutation.ofOneByte(&random)
            try folder.putSigned(bytes, as: Self.partlyName)
            do {
                let content = try verifier.verify(Self.partlyName, in: folder.path)
                #expect(try AcknowledgementWriter.bytes(of: content) == bytes)
                acceptedCount += 1
            } catch is SettlementError {
                // Refused is always right.
            }
        }
        // With nothing accepted nothing was tested.
        #expect(acceptedCount > 0)
    }

    @Test("the writer refuses what a reader would refuse, and leaves nothing") func unwritable()
        throws
    {
        let folder = try TemporaryFolder()
        func expectRefused(_ change: (inout Acknowledgement) -> Void) throws {
            var content = try Self.partly()
            change(&content)
            let changed = content
            #expect(throws: SettlementError.self) {
                try AcknowledgementWriter.release(changed, key: Example.key(), in: folder.path)
            }
        }
        try expectRefused { $0.fault = "x" }
        try expectRefused { $0.verdict = .rejected }
        try expectRefused { $0.items = [] }
        try expectRefused { $0.number = 0 }
        try expectRefused { $0.fileName = "" }
        try expectRefused { $0.items[0].cause = "a|b" }
        try expectRefused { $0.items[0].serial = " x" }
        try expectRefused { $0.items[0].cause = "a\nb" }
        #expect(try folder.names() == [])
        #expect(
            AcknowledgementItem.writableCause(" a|b\n" + String(repeating: "x", count: 200))
                .unicodeScalars.count <= AcknowledgementItem.maximumCauseCharacterCount)
        #expect(AcknowledgementItem.writableCause(" a|b ") == "a?b")
    }

    private static func refusal(
        _ name: String = partlyName, in folder: TemporaryFolder
    ) throws -> String {
        do {
            _ = try verifier().verify(name, in: folder.path)
            return "accepted"
        } catch let error as SettlementError {
            return Refusal(error).description
        }
    }
}
