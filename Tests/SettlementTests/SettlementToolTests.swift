import Cryptography
import Foundation
import Testing

@testable import Settlement

/// What `tools/settlement-verify` and `tools/settlement-verify.sh` do beside reading one file.
@Suite struct SettlementToolTests {
    static let keys = ["--keys", Example.folder.appending(path: "test.keys").path]

    /// Three files of one chain.
    static func chain() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.putSigned(Example.bytes(Example.firstName))
        let second = try Example.bytes(Example.secondName)
        try folder.putSigned(second, as: Example.secondName)
        let text = try Example.text(Example.secondName)
            .replacing("2026-11-22", with: "2026-11-23").replacing("|CNY|2|", with: "|CNY|3|")
            .replacing(
                SHA256.hash(Example.bytes(Example.firstName)).hex, with: SHA256.hash(second).hex)
        try folder.putSigned(Array(text.utf8), as: thirdName)
        return folder
    }

    static let thirdName = "APS_QINGCHUAN_DEMO01_20261123_000003.txt"

    @Test("the published files are accepted with their numbers", arguments: SettlementTool.allCases)
    func published(_ tool: SettlementTool) throws {
        let outcome = try tool.run(["."])
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
        #expect(
            outcome.output == """
                accepted ./\(Example.firstName): 11 lines, 10 posted, 1 reversed, net -6989 fen, \
                chain first
                accepted ./\(Example.secondName): 0 lines, 0 posted, 0 reversed, net 0 fen, \
                chain follows

                """)
    }

    @Test("JSON has the same numbers") func json() throws {
        let verdict = try #require(try SettlementTool.verdicts([Example.firstName]).first)
        #expect(verdict.verdict == "accepted" && verdict.chain == "first")
        #expect((verdict.lines, verdict.posted) == (11, 10) && verdict.reversed == 1)
        #expect(verdict.netFen == -6_989)
    }

    struct ChainRow: Sendable, CustomTestStringConvertible {
        /// What is removed before the folder is checked.
        let removed: String?
        let words: [String]
        /// The beginning and the end of what is said of each file.
        let said: [String]

        var testDescription: String { "\(removed ?? "all there"), \(words)" }
    }

    static let chainRows = [
        ChainRow(
            removed: nil, words: ["."],
            said: [
                "accepted … chain first", "accepted … chain follows", "accepted … chain follows",
            ]),
        ChainRow(
            removed: Example.firstName, words: ["."],
            said: ["accepted … chain unchecked", "accepted … chain follows"]),
        ChainRow(
            removed: Example.secondName, words: ["."],
            said: ["accepted … chain first", "refused … the chain expects 2"]),
        ChainRow(
            removed: Example.secondName + ".hmac", words: ["."],
            said: [
                "accepted … chain first", "refused … there is no such file",
                "refused … the chain expects 2",
            ]),
        ChainRow(
            removed: Example.firstName + ".hmac", words: ["."],
            said: [
                "refused … there is no such file", "refused … the chain expects 1",
                "refused … the chain expects 1",
            ]),
        ChainRow(
            removed: nil,
            words: ["--previous", Example.firstName, Example.secondName, thirdName],
            said: ["accepted … chain follows", "accepted … chain follows"]),
        ChainRow(
            removed: nil, words: ["--previous=\(Example.firstName)", thirdName],
            said: ["refused … the chain expects 2"]),
        ChainRow(
            removed: nil, words: [thirdName, Example.firstName],
            said: ["accepted … chain unchecked", "accepted … chain first"]),
    ]

    @Test("a folder is a chain, and a file may be given the one before it", arguments: chainRows)
    func chains(_ row: ChainRow) throws {
        let folder = try Self.chain()
        if let name = row.removed {
            try FileManager.default.removeItem(at: folder.url.appending(path: name))
        }
        for tool in SettlementTool.allCases {
            let outcome = try tool.run(row.words, in: folder.url)
            let isAccepted = row.said.allSatisfy { $0.hasPrefix("accepted") }
            #expect(outcome.code == (isAccepted ? 0 : 1), "\(outcome)")
            try #require(outcome.lines.count == row.said.count, "\(outcome)")
            for (line, said) in zip(outcome.lines, row.said) {
                let parts = said.split(separator: " … ")
                #expect(line.hasPrefix(parts[0]) && line.hasSuffix(parts[1]), "\(tool): \(line)")
            }
        }
    }

    @Test("a missing file, a pipe, a folder, a link or one that is too large is not read")
    func places() throws {
        let name = Example.firstName
        let makers: [(String, (String) -> Int32)] = [
            ("systemFailure", { _ in 0 }), ("fileNotRegular", { mkfifo($0, 0o600) }),
            ("fileNotRegular", { mkdir($0, 0o700) }),
            ("fileNotRegular", { symlink("/etc/hostname", $0) }),
            (
                "fileTooLarge",
                { path in
                    close(creat(path, 0o600))
                    return truncate(path, Int(SettlementVerifier.maximumFileByteCount) + 1)
                }
            ),
        ]
        for (error, make) in makers {
            let folder = try TemporaryFolder()
            #expect(make(folder.path + "/" + name) == 0)
            for tool in SettlementTool.allCases {
                let outcome = try tool.run([name], in: folder.url)
                #expect(outcome.code == 1)
                #expect(
                    outcome.output.hasPrefix("refused \(name): step 2, \(error): "), "\(outcome)")
            }
        }
    }

    struct UsageRow: Sendable, CustomTestStringConvertible {
        let words: [String]
        var environment = ["KEY": Example.keyHex]
        /// What the file `keys` holds.
        var keys = ""

        var testDescription: String { "\(words) \(environment) \(keys)" }
    }

    static let reference = "QINGCHUAN DEMO01 DEMO01-TEST1"

    @Test(
        "a wrong command line or key file checks nothing",
        arguments: [
            UsageRow(words: []), UsageRow(words: ["--kyes", "keys", "."]),
            UsageRow(words: ["."], environment: [:]),
            UsageRow(words: ["."], environment: ["KEY": "0"]),
            UsageRow(words: ["."], environment: ["KEY": "0g"]),
            UsageRow(words: ["--keys", "absent", "."]), UsageRow(words: ["--keys"]),
            UsageRow(words: ["--keys", "keys", "."], keys: "\(reference)\n"),
            UsageRow(words: ["--keys", "keys", "."], keys: "\(reference) 00 01\n"),
            UsageRow(words: ["--keys", "keys", "."], keys: "\(reference) 0\n"),
            UsageRow(words: ["--keys", "keys", "."], keys: "\(reference) 00\n\(reference) 01\n"),
            UsageRow(words: ["--previous", "absent", "."]), UsageRow(words: ["empty"]),
        ])
    func usage(_ row: UsageRow) throws {
        let folder = try Self.chain()
        try folder.put(row.keys.utf8, as: "keys")
        #expect(mkdir(folder.path + "/empty", 0o700) == 0)
        for tool in SettlementTool.allCases {
            let outcome = try tool.run(row.words, in: folder.url, environment: row.environment)
            #expect(outcome.code == 2, "\(tool) \(outcome)")
            #expect(outcome.output.isEmpty && !outcome.errors.isEmpty, "\(tool) \(outcome)")
        }
    }

    @Test(
        "a key file may have comments, empty lines, Windows line ends and no last line feed",
        arguments: SettlementTool.allCases)
    func keyFile(_ tool: SettlementTool) throws {
        let folder = try Self.chain()
        try folder.put(
            "# keys\r\n\r\nA B C 00\r\n\(Self.reference) \(Example.keyHex.uppercased())".utf8,
            as: "keys")
        let outcome = try tool.run(["--keys", "keys", "."], in: folder.url, environment: [:])
        // The key file itself has no name of a settlement file, but neither does it end in .txt.
        #expect(outcome.code == 0 && outcome.lines.count == 3, "\(outcome)")
    }

    @Test("keys longer than a block of the hash are hashed first", arguments: [1, 64, 65, 200])
    func longKey(byteCount: Int) throws {
        let folder = try TemporaryFolder()
        let key = (0..<byteCount).map { UInt8($0 % 256) }
        let bytes = try Example.bytes(Example.firstName)
        let code = HMACSHA256.authenticate(bytes, key: try SymmetricKey(bytes: key))
        let line = "HMAC-SHA2-256(\(Example.firstName))= \(code.hex)\n"
        try folder.put(bytes, sidecar: Array(line.utf8), in: "")
        let hex = key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        for tool in SettlementTool.allCases {
            let outcome = try tool.run(["."], in: folder.url, environment: ["KEY": hex])
            #expect(outcome.code == 0, "\(outcome)")
        }
    }

    /// Beyond 2^53 a double cannot tell a sum from the next one.
    @Test("sums are exact to the fen beyond what a double holds", arguments: [0, 1])
    func largeSums(excessFen: Int64) throws {
        let folder = try TemporaryFolder()
        let count: Int64 = 90_101
        let most = SettlementDetail.allowedAmountsFen.upperBound
        var text = try Example.text().prefix { $0 != "\n" } + "\n"
        for number in 1...count {
            text += "D|\(number)|\(number)||WITHDRAWAL|************1234|\(most)|0|0|POSTED|"
            text += "2026-11-21T09:05:07+08:00|\n"
        }
        let sum = most * count + excessFen
        #expect(sum > 1 << 53)
        text += "S|WITHDRAWAL|\(count)|0|\(sum)|0|0\nT|\(count)|\(count)|0|\(sum)|0|0|-\(sum)\n"
        try folder.putSigned(Array(text.utf8))
        for tool in SettlementTool.allCases {
            let outcome = try tool.run(["."], in: folder.url)
            #expect(outcome.code == (excessFen == 0 ? 0 : 1), "\(outcome)")
            #expect(outcome.output.contains(excessFen == 0 ? "net -\(sum) fen" : "totalWrong"))
        }
    }

    @Test("neither a card number nor an account is repeated, nor a control shown")
    func discretion() throws {
        let folder = try TemporaryFolder()
        let card = "6222021234567890"
        for (number, change) in [
            ("************1234", card), ("|8650|", "|\(card)|"), ("S|BILL", "S|\(card)"),
            ("|183500|", "|\(card)|"), ("|DEMO01-TEST1|", "|\(card)|"), ("D|1|", "\(card)|1|"),
            ("H|APS1", "H|\(card)"), ("|B778812|", "|\u{1b}[2J|"),
        ].enumerated() {
            let text = try Example.text()
            let place = try #require(text.range(of: change.0))
            try folder.putSigned(
                Array(text.replacingCharacters(in: place, with: change.1).utf8), in: "\(number)/")
        }
        try folder.put("".utf8, as: "0/APS_\(card)\u{7}.txt")
        let paths = (0...7).map { "\($0)" }
        for tool in SettlementTool.allCases {
            for words in [Self.keys + paths, paths] {
                let outcome = try tool.run(words, in: folder.url)
                #expect(outcome.code == 1 && outcome.lines.count == 9, "\(outcome)")
                #expect(!outcome.output.contains(card) && !outcome.output.contains("622202"))
                #expect(!outcome.output.contains("\u{1b}") && !outcome.output.contains("\u{7}"))
            }
        }
    }

    @Test("the shell's tool hands no key to another process's arguments") func noKeyInArguments()
        throws
    {
        let folder = try Self.chain()
        #expect(mkdir(folder.path + "/bin", 0o700) == 0)
        for program in ["openssl", "awk", "tee", "tr", "fold", "dd", "sort", "wc", "printf"] {
            let script = """
                #!/bin/sh
                for word; do echo "$word"; done >>'\(folder.path)/arguments'
                PATH=${PATH#*:} exec \(program) "$@"
                """
            try folder.put(script.utf8, as: "bin/\(program)")
            #expect(chmod(folder.path + "/bin/\(program)", 0o700) == 0)
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let outcome = try SettlementTool.shell.run(
            Self.keys + ["."], in: folder.url,
            environment: ["PATH": folder.path + "/bin:" + path])
        #expect(outcome.code == 0 && outcome.lines.count == 3, "\(outcome)")
        let words = String(decoding: try folder.bytes("arguments"), as: UTF8.self)
        #expect(words.contains("-sha256"))
        // The key, and its first bytes as the pads of HMAC have them in octal.
        #expect(!words.contains(Example.keyHex) && !words.contains("000102"))
        #expect(!words.contains("066\\0067") && !words.contains("134\\0135"))
    }
}
