import Foundation
import PartnerAPI
import StrictJSON
import Testing

@testable import AgencyPOS

/// What `docs/partner-api.md` shows is what the program does.
@Suite struct PartnerDocumentTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../..").standardizedFileURL

    private static func document() throws -> String {
        try String(
            contentsOf: root.appendingPathComponent("docs/partner-api.md"), encoding: .utf8)
    }

    /// The fenced blocks with what stands after their opening fence.
    private static func blocks() throws -> [(label: String, text: String)] {
        var blocks: [(label: String, text: String)] = []
        var current: (label: String, lines: [String])?
        for line in try document().components(separatedBy: "\n") {
            if line.hasPrefix("```"), let block = current {
                blocks.append((block.label, block.lines.joined(separator: "\n")))
                current = nil
            } else if line.hasPrefix("```") {
                current = (String(line.dropFirst(3)), [])
            } else {
                current?.lines.append(line)
            }
        }
        return blocks
    }

    @Test func `the worked example is the published vector`() throws {
        let document = try Self.document()
        let folder = Self.root.appendingPathComponent("fixtures/partner-api")
        let names = ["body.json", "canonical.txt", "headers.txt"]
        for name in names.flatMap({ ["request-" + $0, "answer-" + $0] }) + ["key.hex"] {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            #expect(
                document.contains(text.trimmingCharacters(in: .whitespacesAndNewlines)), "\(name)")
        }
    }

    @Test func `every example in JSON is a message of its kind`() async throws {
        let partner = try SimulatorProcess()
        var counts: [String: Int] = [:]
        for (label, text) in try Self.blocks() where label.hasPrefix("json") {
            counts[label, default: 0] += 1
            let bytes = Array(text.utf8)
            switch label {
            case "json request post": #expect(try PartnerPost(decoding: bytes).encoded == bytes)
            case "json request inquire":
                #expect(try PartnerInquiry(decoding: bytes).encoded == bytes)
            case "json request query":
                let serial = try PartnerQuery.serial(decoding: bytes)
                #expect(PartnerQuery(serial: serial, amountFen: 1).encoded == bytes)
            case "json request reverse":
                #expect(try PartnerReversal(decoding: bytes).encoded == bytes)
            case "json accounts":
                let path = partner.folder.path + "/example.json"
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                _ = try SimulatorAccounts(path: path, seed: 1)
            case "json behaviour":
                let answer = try APIClient(port: partner.port).call(
                    "POST", "/simulator/behaviour", body: bytes)
                #expect(answer.status == 200)
            case _:
                // Answers are read by the module's own tests; here they must be strict JSON.
                _ = try StrictJSONParser.parse(bytes)
            }
        }
        #expect(counts.count == 14, "\(counts.keys.sorted())")
    }

    @Test func `the example with curl and openssl works as it stands`() throws {
        let partner = try SimulatorProcess()
        let script = try #require(try Self.blocks().first { $0.label == "sh" }).text
        let folder = try TemporaryFolder()
        let body = try PartnerPost.sample().encoded
        try Data(body).write(to: URL(fileURLWithPath: folder.path + "/body.json"))
        func run() throws -> (code: Int32, output: String) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", script]
            process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
            process.environment = ProcessInfo.processInfo.environment.merging([
                "BASE": partner.baseURL, "KEY_ID": "TEST1", "KEY": SimulatorProcess.keyHex,
                "no_proxy": "*",
            ]) { $1 }
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            let text = String(
                decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, text)
        }
        let first = try run()
        #expect(first.code == 0)
        #expect(first.output.contains(#""result":"booked","serial":"1000001""#), "\(first)")
        try partner.behave("post", "bad_signature", ["calls": 1])
        #expect(try run().code == 1)
        let again = try run()
        #expect(again.code == 0 && again.output == first.output)
        #expect(try partner.booking(try .sample())?["times_booked"]?.number == 1)
    }

    @Test func `the document names every behaviour, code and limit`() throws {
        let document = try Self.document()
        for kind in SimulatorBehaviour.Kind.allCases {
            #expect(document.contains("`\(kind.rawValue)`"), "\(kind)")
        }
        for kind in PartnerPost.Kind.allCases {
            #expect(document.contains("`\(kind.rawValue)`"), "\(kind)")
        }
        for operation in PartnerOperation.allCases {
            #expect(document.contains("`POST {base}\(operation.path)`"), "\(operation)")
        }
        let errors: [SignatureError] = [
            .missing(header: ""), .unknownKey(id: ""), .wrongSignature,
            .clockSkew(milliseconds: 0, allowedMilliseconds: 0), .repeatedNonce,
            .tooManyRequests(limit: 0),
        ]
        for error in errors { #expect(document.contains("`\(error.code)`"), "\(error)") }
    }
}
