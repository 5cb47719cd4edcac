import Foundation
import Testing

@testable import Settlement

/// What `docs/partner-layouts.md` says is what the program does.
@Suite struct LayoutDocumentTests {
    static func document() throws -> String {
        try String(
            contentsOf: Example.repository.appending(path: "docs/partner-layouts.md"),
            encoding: .utf8)
    }

    static let words =
        LayoutField.allCases.map(\.rawValue) + LayoutEncoding.allCases.map(\.rawValue)
        + LayoutColumns.Kind.allCases.map(\.rawValue) + AmountUnit.allCases.map(\.rawValue)
        + LayoutCheck.Measure.allCases.map(\.rawValue)
        + LayoutCheck.Lines.allCases.map(\.rawValue) + PackedFormat.allCases.map(\.rawValue)
        + LayoutCommissionSign.allCases.map(\.rawValue) + SettlementStatus.allCases.map(\.rawValue)

    @Test("every word of a layout is explained", arguments: Set(words).sorted())
    func word(_ word: String) throws {
        #expect(try Self.document().contains("`\(word)`"))
    }

    @Test("every member that the examples have is explained")
    func members() throws {
        let document = try Self.document()
        for fixture in LayoutFixtureTests.fixtures {
            let url = LayoutFixtureTests.folder.appending(path: fixture.folder + "/layout.json")
            let json = try String(contentsOf: url, encoding: .utf8)
            let names = json.matches(of: /"([a-z_]+)":/).map { String($0.1) }
            #expect(!names.isEmpty)
            for name in names {
                #expect(
                    document.contains("`\(name)`") || document.contains("\"\(name)\""), "\(name)")
            }
        }
    }

    @Test("the limits are the program's")
    func limits() throws {
        let rows = [
            ("lines that are transactions", LayoutLimits.maximumLineCount, ""),
            ("bytes of a line", LayoutLimits.maximumLineByteCount, " with its line feed"),
            ("columns", LayoutLimits.maximumColumnCount, ""),
            (
                "words of a field", LayoutLimits.maximumWordCount,
                ", of \(LayoutLimits.maximumWordCharacterCount) characters"
            ),
            ("counts and sums of a head or trailer", LayoutLimits.maximumCheckCount, ""),
        ]
        let document = try Self.document()
        for (name, limit, rest) in rows {
            let digits = Array("\(limit)")
            let grouped = digits.enumerated().map { index, digit in
                let isGroup = index > 0 && (digits.count - index).isMultiple(of: 3)
                return (isGroup ? "," : "") + String(digit)
            }.joined()
            #expect(document.contains("\n| \(name) | \(grouped)\(rest) |\n"), "\(name)")
        }
        #expect(document.contains("up to \(LayoutLimits.maximumExtraLineCount) |"))
    }
}
