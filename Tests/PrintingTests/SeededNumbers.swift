import Foundation

@testable import Printing

/// SplitMix64: the same seed gives the same numbers on every machine.
struct SeededNumbers: RandomNumberGenerator {
    /// The variable of the environment that repeats a run.
    static let seedVariable = "AGENCYPOS_TEST_SEED"

    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// The seed of the environment, or a new one.
    static func chooseSeed() -> UInt64 {
        let given = ProcessInfo.processInfo.environment[seedVariable].flatMap { UInt64($0) }
        return given ?? UInt64.random(in: 1...UInt64(UInt32.max))
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &self)
    }

    /// A text as no sane person is called: any scalar, printer commands, marks, emoji, markup.
    mutating func hostileText(length: Int = 40) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<below(length) {
            switch below(9) {
            case 0: append(UInt32(below(0x20)), to: &text)
            case 1: append(UInt32(0x20 + below(0x60)), to: &text)
            case 2, 3: append(UInt32(0x4E00 + below(0x5200)), to: &text)
            case 4: append(UInt32(0x300 + below(0x70)), to: &text)
            case 5: append(UInt32(0x1F300 + below(0x700)), to: &text)
            case 6: append(UInt32(below(0x110000)), to: &text)
            case 7: text.append(contentsOf: Self.attacks[below(Self.attacks.count)].unicodeScalars)
            case _: append(UInt32(0x2000 + below(0x70)), to: &text)
            }
        }
        return String(text)
    }

    static let attacks = [
        "\u{1B}@", "\u{1D}V\u{42}\u{0}", "\u{10}\u{14}\u{1}\u{0}\u{1}", "\u{1B}p\u{0}\u{19}\u{FA}",
        "\u{1C}.", "\r\n", "\u{9B}", "\u{85}", "\u{2028}", "\u{202E}", "☁\u{FE0F}", "\u{7F}",
        "<script>alert(1)</script>", "\"'><img src=x>", "&amp;", "👨‍👩‍👧", "e\u{301}\u{301}",
    ]

    private func append(_ value: UInt32, to text: inout String.UnicodeScalarView) {
        // Surrogates are no scalars.
        if let scalar = Unicode.Scalar(value) { text.append(scalar) }
    }
}

extension PaperDocument {
    /// A document with every element, in which a text from outside stands everywhere.
    static func sample(
        _ text: String, amountFen: Int64 = 12_345_605, link: String = "https://a.example/r/1-aa"
    ) -> PaperDocument {
        let text = PrintableText(text)
        return PaperDocument(
            title: text, language: "zh-CN",
            elements: [
                .banner(text), .heading(text), .centred(text), .rule,
                .pair("户号", .text(text)), .pair(text, "1"), .pair(text, .text(text)),
                .items([
                    PaperItem(name: text, details: [text], amountFen: amountFen),
                    PaperItem(name: "电费", amountFen: .max),
                ]),
                .total("合计", .amountFen(amountFen)), .widePair("大写", .text(text)),
                .text(text), .code(link: link, caption: text), .feed(lines: 2), .cut,
            ])
    }
}
