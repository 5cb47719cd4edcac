import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

/// What `docs/terminal-batches.md` tells a terminal's maker to do makes what the server takes.
@Suite struct TerminalBatchDocumentTests {
    @Test("the document's Python signs the published batch as it is signed") func python() throws {
        let document = try String(
            contentsOfFile: DemoNetwork.repository + "/docs/terminal-batches.md", encoding: .utf8)
        let start = try #require(document.range(of: "```python\n"))
        let rest = document[start.upperBound...]
        let end = try #require(rest.range(of: "```"))
        let fixture = DemoNetwork.repository + "/fixtures/requests/post-terminal-batches.json"
        let program = """
            \(rest[..<end.lowerBound])
            import sys
            batch = json.load(open(sys.argv[1], encoding="utf-8"))["body"]
            print(sign(batch, sys.argv[2]))
            batch["items"][0]["body"]["amount_fen"] += 1
            print(sign(batch, sys.argv[2]))
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c", program, fixture, try DemoNetwork.secret(of: "S0001-T1"),
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map { String($0) }
        let published = try RequestPlayer.file("post-terminal-batches.json")["body"]
        #expect(lines.count == 2)
        #expect(lines.first == published?["signature"]?.text)
        #expect(lines.last != lines.first)
        // The server's own reckoning.
        let items = try #require(published?["items"]?.items)
        let signed = try SignedBatch(items: items).body()
        #expect(signed["signature"]?.text == lines.first)
    }
}
