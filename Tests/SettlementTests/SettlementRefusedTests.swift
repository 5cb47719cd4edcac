import Cryptography
import Foundation
import Testing

@testable import Settlement

/// `fixtures/settlement/refused`: three readers give the same answer to every fault.
@Suite struct SettlementRefusedTests {
    struct Row {
        let folder: String
        let name: String
        let refusal: String
    }

    static var refused: URL { Example.folder.appending(path: "refused") }

    /// The rows of `expected.txt`.
    static func rows() throws -> [Row] {
        try Example.text("refused/expected.txt").split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { line in
                let parts = line.split(separator: " | ", maxSplits: 1).map(String.init)
                let path = try #require(parts.first).split(separator: "/").map(String.init)
                try #require(parts.count == 2 && path.count == 2)
                return Row(folder: path[0], name: path[1], refusal: parts[1])
            }
    }

    /// The verifier of the published keys.
    static func verifier() throws -> SettlementVerifier {
        let keys = try Example.text("test.keys").split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: " ").map(String.init) }
        return SettlementVerifier { reference in
            let names = [reference.agencyID.text, reference.partnerID.text, reference.keyID.text]
            return keys.first { Array($0.prefix(3)) == names }.flatMap { SymmetricKey(hex: $0[3]) }
        }
    }

    /// Checks the files of a folder as a chain, and gives the first refusal.
    static func refusal(_ row: Row, _ verifier: SettlementVerifier) throws -> String? {
        let folder = refused.appending(path: row.folder).path(percentEncoded: false)
        var link: SettlementChainLink?
        let isChain = row.folder.hasPrefix("15-")
        do throws(any Error) {
            if isChain { link = try verifier.verify(Example.firstName, in: folder).chainLink }
            let file = try verifier.verify(row.name, in: folder)
            if isChain { try file.header.checkFollows(link) }
            return nil
        } catch let error as SettlementError {
            return Refusal(error).description
        }
    }

    @Test("the program refuses each file for its fault") func program() throws {
        let verifier = try Self.verifier()
        let rows = try Self.rows()
        #expect(rows.count > 100)
        for row in rows {
            #expect(try Self.refusal(row, verifier) == row.refusal, "\(row.folder)")
        }
    }

    @Test("the Python tool refuses each file for its fault, and the shell says the same of each")
    func tools() throws {
        let rows = try Self.rows()
        let folders = ["--keys", "../test.keys"] + rows.map(\.folder)
        let verdicts = try SettlementTool.verdicts(folders, in: Self.refused)
        let refused = verdicts.filter { $0.verdict != "accepted" }
        #expect(
            refused.map { "\($0.file) | \(Refusal($0))" }
                == rows.map { "\($0.folder)/\($0.name) | \($0.refusal)" })
        // In the folders of broken chains the first file is right.
        let accepted = verdicts.filter { $0.verdict == "accepted" }.map(\.file)
        #expect(accepted.count == rows.filter { $0.folder.hasPrefix("15-") }.count)
        #expect(accepted.allSatisfy { $0.hasSuffix("/" + Example.firstName) })

        let python = try SettlementTool.python.run(folders, in: Self.refused, environment: [:])
        let shell = try SettlementTool.shell.run(folders, in: Self.refused, environment: [:])
        #expect(python.code == 1 && shell.code == 1)
        #expect(shell.errors.isEmpty, "\(shell.errors)")
        #expect(python.lines == shell.lines)
    }

    @Test("every error of the document that two files can show has a folder") func complete() throws
    {
        let shown = try Set(
            Self.rows().map { String($0.refusal.prefix { $0 != " " }) })
        // These need a pipe, a file of ten gigabytes, ten million lines, a change while it is
        // read, or a writer.
        let others: Set = [
            "fileNotRegular", "fileTooLarge", "detailCountExceeded", "fileChanged",
            "releasedFileDiffers", "releasedSidecarDiffers",
        ]
        #expect(shown.union(others) == Set(SettlementDocumentTests.rejections))
        #expect(shown.isDisjoint(with: others))
    }

    @Test("the generator makes the files that are there, byte for byte") func generator() throws {
        let folder = try TemporaryFolder()
        let copy = folder.url.appending(path: "refused")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", Example.repository.appending(path: "tools/settlement-refused").path,
            copy.path,
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        func contents(_ root: URL) throws -> [String: Data] {
            var contents: [String: Data] = [:]
            for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) {
                var isFolder: ObjCBool = false
                let url = root.appending(path: path)
                _ = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
                if !isFolder.boolValue { contents[path] = try Data(contentsOf: url) }
            }
            return contents
        }
        #expect(try contents(copy) == contents(Self.refused))
    }
}
