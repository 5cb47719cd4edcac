import Testing

@testable import Printing

@Suite struct ESCPOSTests {
    static let encodings: [(text: String, bytes: [UInt8])] = [
        ("A~", [0x41, 0x7E]), ("凭条", [0xC6, 0xBE, 0xCC, 0xF5]), ("￥", [0xA3, 0xA4]),
        ("€", [0xA2, 0xE3]), ("é", [0xA8, 0xA6]), ("㐀", [0x81, 0x39, 0xEE, 0x39]),
        ("😀", [0x94, 0x39, 0xFC, 0x36]), ("𠀀", [0x95, 0x32, 0x82, 0x36]),
        ("¥", [0x81, 0x30, 0x84, 0x36]), ("", []),
    ]

    @Test("texts are GB18030", arguments: encodings)
    func encoding(_ row: (text: String, bytes: [UInt8])) throws {
        #expect(try GB18030Encoder().encode(row.text) == row.bytes)
    }

    @Test("every printable scalar is encoded, and no byte of it is a control character")
    func everyScalar() throws {
        let encoder = try GB18030Encoder()
        let wrong = (UInt32(0)...0x10FFFF).compactMap(Unicode.Scalar.init).filter { scalar in
            let text = PrintableText(String(scalar)).text
            let bytes = encoder.encode(text)
            return bytes.contains { $0 < 0x20 || $0 == 0x7F } || bytes.isEmpty != text.isEmpty
        }
        #expect(wrong == [])
    }

    @Test("a document is the profile's commands, in order")
    func document() throws {
        let bytes = try ESCPOS(paper: .narrow).bytes(
            PaperDocument(
                title: "凭条", language: "zh-CN",
                elements: [
                    .banner("副本 第 1 次补打"), .heading("凭条"), .pair("户号", "1"),
                    .total("合计", .amountFen(150)), .code(link: "http://a/r/1", caption: "验"),
                    .cut,
                ]))
        let title: [UInt8] = [0xB8, 0xB1, 0xB1, 0xBE]
        #expect(Array(bytes[..<4]) == [0x1B, 0x40, 0x1C, 0x26])
        // The warning fits twice as wide: 16 columns of 32.
        #expect(
            Array(bytes[4..<20]) == [
                0x1B, 0x61, 1, 0x1B, 0x45, 1, 0x1D, 0x21, 0x11, 0x1C, 0x21, 0x0C,
            ] + title)
        let model = PrinterModel(bytes)
        #expect(model.strays == [])
        #expect(model.events.contains(.code([UInt8]("http://a/r/1".utf8))))
        #expect(Array(bytes.suffix(7)) == [0x1B, 0x64, 4, 0x1D, 0x56, 0x42, 0x00])
    }

    @Test(
        "no text becomes a command, and no line is wider than the paper",
        arguments: RollPaper.allCases)
    func injection(_ paper: RollPaper) throws {
        let seed = SeededNumbers.chooseSeed()
        print("ESCPOSTests: \(SeededNumbers.seedVariable)=\(seed)")
        var numbers = SeededNumbers(seed: seed)
        let harmless = Self.commands(
            try ESCPOS(paper: paper).bytes(.sample("电费电费电费电费电费电费")))
        for round in 0..<2_000 {
            // Every attack once alone, then at random.
            let name =
                round < SeededNumbers.attacks.count
                ? SeededNumbers.attacks[round] : numbers.hostileText(length: 80)
            let model = PrinterModel(try ESCPOS(paper: paper).bytes(.sample(name)))
            #expect(model.strays == [], "seed \(seed)")
            #expect(Self.sizeless(model) == harmless, "\(name.unicodeScalars), seed \(seed)")
            for line in model.lines {
                #expect(PrinterModel.columns(line) <= paper.columns, "seed \(seed)")
            }
        }
    }

    @Test("a link beyond what a printer's code takes is refused")
    func longLink() {
        let link = "http://a/" + String(repeating: "x", count: QRCode.maximumBytes)
        #expect(throws: PrintingError.codeTooLong(byteCount: link.utf8.count)) {
            try ESCPOS(paper: .narrow).bytes(.sample("", link: link))
        }
        #expect(throws: PrintingError.codeTooLong(byteCount: link.utf8.count)) {
            try HTMLPage(paper: .a4).text(.sample("", link: link))
        }
    }

    /// The commands of a document whose warning is too long for the largest letters.
    private static func commands(_ bytes: [UInt8]) -> [PrinterModel.Event] {
        sizeless(PrinterModel(bytes))
    }

    /// The commands, with the warning's letters counted as the larger ones whatever they are.
    private static func sizeless(_ model: PrinterModel) -> [PrinterModel.Event] {
        var events = model.events.filter { $0 != .lineFeed }
        // A short warning is larger; then the heading sets its size again.
        if let large = events.firstIndex(of: .command([0x1D, 0x21, 0x11])) {
            events.removeSubrange((large - 1)...(large + 1))
        }
        return events
    }
}
