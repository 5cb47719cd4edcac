import Foundation
import Testing

@testable import Settlement

/// What `docs/settlement-file.md` promises a stranger is what the program does.
@Suite struct SettlementDocumentTests {
    static func document() throws -> String {
        try String(
            contentsOf: Example.folder.deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "docs/settlement-file.md"), encoding: .utf8)
    }

    /// The document that has the record.
    private static func document(of record: SettlementRecord) throws -> String {
        SettlementRecord.ofAcknowledgement.contains(record)
            ? try AcknowledgementTests.document() : try document()
    }

    @Test(
        "every field has a row under its name",
        arguments: SettlementField.all + SettlementField.ofAcknowledgement)
    func field(_ field: SettlementField) throws {
        let row = "\n| \(field.record.rawValue)\(field.position) | \(field.name) |"
        #expect(try Self.document(of: field.record).contains(row))
    }

    @Test("every record names its number of fields", arguments: SettlementRecord.allCases)
    func record(_ record: SettlementRecord) throws {
        let document = try Self.document(of: record)
        let section = try #require(document.range(of: "\n## \(record.rawValue) — "))
        let text = document[section.upperBound...].drop { $0 != "\n" }
        #expect(text.hasPrefix("\n\n\(record.fieldCount) fields."))
        let last = "\n| \(record.rawValue)\(record.fieldCount) |"
        let beyond = "\n| \(record.rawValue)\(record.fieldCount + 1) |"
        #expect(text.contains(last) && !text.contains(beyond))
    }

    @Test(
        "every code word and every rejection of the reader is explained",
        arguments: SettlementType.allCases.map(\.rawValue)
            + SettlementStatus.allCases.map(\.rawValue)
            + [SettlementHeader.version, SettlementHeader.algorithm] + rejections)
    func word(_ word: String) throws {
        #expect(try Self.document().contains("`\(word)`"))
    }

    static let rejections = [
        "systemFailure", "fileNameMalformed", "fileNotRegular", "fileTooLarge",
        "sidecarMalformed", "sidecarForOtherFile", "versionUnsupported", "algorithmUnsupported",
        "keyUnknown", "codeMismatch", "lineTooLong", "lineUnterminated", "recordUnexpected",
        "fieldCountWrong", "fieldInvalid", "fileNameMismatch", "lineNumberWrong",
        "detailCountExceeded", "subtotalOutOfOrder", "subtotalMissing", "totalWrong",
        "trailerMissing", "contentAfterTrailer", "fileChanged", "chainBroken",
        "releasedFileDiffers", "releasedSidecarDiffers",
    ]

    @Test(
        "the worked example is the published file, byte for byte",
        arguments: [
            Example.firstName, Example.firstName + ".hmac", Example.secondName,
            Example.secondName + ".hmac",
        ])
    func example(name: String) throws {
        let document = try Self.document()
        #expect(document.contains("```\n" + (try Example.text(name)) + "```\n"))
        #expect(document.contains(Example.keyHex))
    }

    @Test("the limits are the program's")
    func limits() throws {
        let document = try Self.document()
        #expect(SettlementVerifier.maximumFileByteCount == 10_240_009_216)
        #expect(document.contains("10,240,009,216 bytes a file"))
        #expect(RecordLine.maximumByteCount == 1_024)
        #expect(document.contains("1,024 bytes a line with its line feed"))
        #expect(document.contains("`D` (details, 0 to 9,999,999)"))
        #expect(SettlementDetail.maximumCount == 9_999_999)
        #expect(document.contains("fen, 1 to \(SettlementDetail.allowedAmountsFen.upperBound)"))
        #expect(document.contains("fen, 0 to \(SettlementDetail.allowedAmountsFen.upperBound)"))
        let (lowest, highest) = (
            SettlementDetail.allowedAmountsFen.lowerBound,
            SettlementDetail.allowedAmountsFen.upperBound
        )
        #expect(lowest == -highest)
    }
}
