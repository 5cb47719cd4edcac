import Foundation
import Testing

@testable import AgencyPOS

@Suite struct SettlementConvertCommandTests {
    private static let published = DemoNetwork.repository + "/fixtures/layouts/bank-csv"
    private static let input = "SETTLE_20261121.csv"

    private static func convert(_ words: String..., in folder: String) throws -> Program.Outcome {
        try Program.run(["settlement", "convert"] + words, in: folder)
    }

    /// A folder with the published layout and file.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in [input, "layout.json"] {
            try FileManager.default.copyItem(
                atPath: "\(published)/\(name)", toPath: "\(folder.path)/\(name)")
        }
        return folder
    }

    private static func bytes(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path))
    }

    @Test("a partner's file becomes the published table, for its owner only, and is told")
    func convert() throws {
        let folder = try Self.folder()
        let outcome = try Self.convert(
            Self.input, "out.csv", "--layout", "layout.json", in: folder.path)
        #expect(outcome.code == ExitCode.success.rawValue && outcome.errors.isEmpty, "\(outcome)")
        #expect(
            outcome.output == """
                business date          2026-11-21
                posted lines           4
                reversed lines         1
                skipped lines          2
                posted amount          1580.50
                net before commission  -220.00
                commission             1.86

                """)
        let path = folder.path + "/out.csv"
        #expect(try Self.bytes(path) == Self.bytes(Self.published + "/expected.csv"))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let match = try Program.run(
            ["settlement", "match", "out.csv", Self.published + "/expected.csv"], in: folder.path)
        #expect(match.code == ExitCode.success.rawValue, "\(match)")
    }

    @Test("a wrong line is told, and what stood there stays")
    func wrong() throws {
        let folder = try Self.folder()
        let path = folder.path + "/" + Self.input
        let bytes = try Self.bytes(path)
        // The last digit of the trailer's last sum.
        try (bytes.dropLast(3) + Data("7\r\n".utf8)).write(to: URL(fileURLWithPath: path))
        try Data("before".utf8).write(to: URL(fileURLWithPath: folder.path + "/out.csv"))
        let outcome = try Self.convert(
            Self.input, "out.csv", "--layout", "layout.json", in: folder.path)
        #expect(outcome.code == ExitCode.usage.rawValue && outcome.output.isEmpty)
        #expect(
            outcome.errors
                == "agencypos: \(Self.input): line 9, commission: 187, the lines give 186\n")
        #expect(try Self.bytes(folder.path + "/out.csv") == Data("before".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
    }

    /// Command lines that are refused, with the code and what is said.
    static let refused: [([String], ExitCode, String)] = [
        ([input], .usage, "name the partner's file and the table to write"),
        ([input, "out.csv"], .usage, "--layout is missing"),
        ([input, "out.csv", "--layout", "none"], .usage, "--layout none cannot be read"),
        (
            [input, "out.csv", "--layout", input], .usage,
            "\(input): JSON (byte 0): this is not JSON"
        ),
        (["none", "out.csv", "--layout", "layout.json"], .usage, "none: cannot open none"),
        ([input, "none/out.csv", "--layout", "layout.json"], .unusable, "none/out.csv: No such"),
        (
            ["layout.json", "out.csv", "--layout", "layout.json"], .usage,
            "not a name of the layout"
        ),
    ]

    @Test("a wrong command line is refused", arguments: refused)
    func refuse(_ words: [String], _ code: ExitCode, _ message: String) throws {
        let folder = try Self.folder()
        let outcome = try Program.run(["settlement", "convert"] + words, in: folder.path)
        #expect(outcome.code == code.rawValue && outcome.errors.contains(message), "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/out.csv"))
    }
}
