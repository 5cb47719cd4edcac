import Cryptography
import Foundation
import Printing
import Testing

@testable import Agency

@Suite struct ReceiptDocumentTests {
    /// Set to write the golden files instead of comparing with them.
    static let writeVariable = "AGENCYPOS_WRITE_RECEIPTS"

    @Test("receipts are as the golden files", arguments: ReceiptSamples.all)
    func golden(_ sample: ReceiptSamples.Sample) throws {
        let isWriting = ProcessInfo.processInfo.environment[Self.writeVariable] != nil
        for language in ReceiptLanguage.allCases {
            for (name, form) in ReceiptSamples.forms {
                var bytes = try form.render(ReceiptSamples.document(sample, language))
                if form.format == .escpos { bytes = Self.hexLines(bytes) }
                let folder = ReceiptSamples.folder + "/" + sample.name
                let path = "\(folder)/\(language.rawValue)-\(name)"
                if isWriting {
                    try FileManager.default.createDirectory(
                        atPath: folder, withIntermediateDirectories: true)
                    try Data(bytes).write(to: URL(fileURLWithPath: path))
                } else {
                    let golden = FileManager.default.contents(atPath: path)
                    #expect(
                        golden == Data(bytes), "\(path):\n\(String(decoding: bytes, as: UTF8.self))"
                    )
                }
            }
        }
    }

    @Test("every golden file is some receipt's")
    func noStray() throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: ReceiptSamples.folder)
            .filter { $0.contains("/") }
        let expected = ReceiptSamples.all.flatMap { sample in
            ReceiptLanguage.allCases.flatMap { language in
                ReceiptSamples.forms.map { "\(sample.name)/\(language.rawValue)-\($0.name)" }
            }
        }
        #expect(Set(files) == Set(expected))
    }

    @Test("every kind, status and correction has words in both languages")
    func words() {
        for language in ReceiptLanguage.allCases {
            let titles = TransactionKind.allCases.map { $0.title(language).text }
            let statuses = TransactionStatus.allCases.map { $0.text(language).text }
            #expect(Set(titles).count == titles.count && Set(statuses).count == statuses.count)
            let all =
                titles + statuses + Correction.allCases.map { $0.text(language).text }
                + TransactionKind.allCases.map { $0.referenceLabel(language).text }
            #expect(all.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } == (language == .english) })
        }
    }

    @Test("a receipt that is not the last word says so", arguments: TransactionStatus.allCases)
    func notices(_ status: TransactionStatus) {
        for language in ReceiptLanguage.allCases {
            #expect((status.notice(language) == nil) == status.isFinal)
        }
    }

    @Test("what came to nothing does not count in a basket's total")
    func basketTotal() throws {
        let basket = try #require(ReceiptSamples.all.first { $0.name == "basket" })
        // The bill, the tickets with their fee, and the telephone; the gas was returned.
        #expect(ReceiptDocument.totalFen(basket.sheet.items) == 10_089 + 5_400 + 5_000)
    }

    @Test("whatever a customer is called, every line fits and no printer obeys")
    func property() throws {
        var numbers = SeededNumbers(of: "receipts of random names", share: 0)
        for _ in 0..<500 {
            let name = String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0..<60, using: &numbers)).compactMap { _ in
                        Unicode.Scalar(UInt32.random(in: 0..<0x30000, using: &numbers))
                    }))
            let line = ReceiptSamples.Line(account: name, reference: "\u{1B}@" + name)
            let sample = ReceiptSamples.Sample(
                name: "random", sheet: ReceiptSamples.sheet([line], stationName: name))
            for language in ReceiptLanguage.allCases {
                let document = ReceiptSamples.document(sample, language)
                for paper in RollPaper.allCases {
                    for line in PlainText(paper: paper).text(document).split(separator: "\n") {
                        #expect(DisplayWidth.columns(line) <= paper.columns)
                    }
                    let bytes = try ESCPOS(paper: paper).bytes(document)
                    let plain = try ESCPOS(paper: paper).bytes(
                        ReceiptSamples.document(
                            ReceiptSamples.Sample(
                                name: "plain",
                                sheet: ReceiptSamples.sheet(
                                    [ReceiptSamples.Line(account: "1", reference: "1")])), language)
                    )
                    // ESC @ comes once in both: at the start.
                    #expect(Self.escapes(bytes) == Self.escapes(plain))
                }
            }
        }
    }

    private static func escapes(_ bytes: [UInt8]) -> [UInt8] {
        bytes.filter { [0x1B, 0x1C, 0x1D, 0x10].contains($0) }
    }

    /// Sixteen bytes a line, as `xxd -p -c 16` prints them.
    private static func hexLines(_ bytes: [UInt8]) -> [UInt8] {
        stride(from: 0, to: bytes.count, by: 16).flatMap { start in
            [UInt8](Hexadecimal.encode(Array(bytes[start..<min(start + 16, bytes.count)])).utf8)
                + [0x0A]
        }
    }
}
