import Testing

@testable import Printing

@Suite struct DisplayWidthTests {
    static let widths: [(text: String, columns: Int)] = [
        ("", 0), ("abc", 3), ("~ ", 2), ("电费", 4), ("ＡＢ１", 6), ("，。（）", 8),
        ("\u{3000}", 2), ("ｱｲ", 2), ("アイ", 4), ("한글", 4), ("㈱", 2), ("①", 1), ("…—", 2),
        ("α·×", 3), ("é", 1), ("e\u{301}", 1), ("e\u{301}\u{302}", 1), ("नि", 2), ("👍", 2),
        ("😀", 2), ("☁", 1), ("☁\u{FE0F}", 2), ("⌚", 2), ("🇨🇳", 2), ("👨‍👩‍👧", 6), ("1\u{FE0F}", 2),
        ("\u{200B}", 0), ("\u{FEFF}", 0), ("\u{AD}", 0), ("\u{20000}", 2), ("\u{2A6DF}", 2),
        ("\u{31350}", 2), ("\u{E000}", 1), ("\u{1100}\u{1161}", 2), ("£￡¥￥", 6), ("〒", 2),
        ("\u{302A}", 0), ("\u{4DFF}", 1), ("\u{A4CF}", 1), ("ﬁ", 1), ("\u{FE30}", 2),
    ]

    @Test("a text takes the columns of its characters", arguments: widths)
    func width(_ row: (text: String, columns: Int)) {
        #expect(DisplayWidth.columns(row.text) == row.columns)
    }

    static let cleaned: [(text: String, kept: String)] = [
        ("户号 1", "户号 1"), ("a\u{1B}@b", "a@b"), ("a\tb\r\nc", "a b  c"), ("a\u{0}\u{7F}b", "ab"),
        ("\u{85}x\u{9B}", " x"), ("x\u{202E}123\u{2066}", "x123"), ("a\u{2028}b", "a b"),
        ("\u{FEFF}a\u{200B}b", "ab"), ("\u{301}a", "a"), ("👨‍👩‍👧", "👨‍👩‍👧"), ("\u{FFFE}a", "a"),
        ("e" + String(repeating: "\u{301}", count: 9), "e\u{301}\u{301}\u{301}\u{301}"),
        (String(repeating: "电", count: 300), String(repeating: "电", count: 256) + "…"),
        (String(repeating: " ", count: 300), String(repeating: " ", count: 256) + "…"),
    ]

    @Test("a printable text has lost what a printer or a reader would obey", arguments: cleaned)
    func cleaning(_ row: (text: String, kept: String)) {
        #expect(PrintableText(row.text).text == row.kept)
    }

    @Test("no printable text holds a control character or reorders")
    func everyScalar() {
        let wrong = (UInt32(0)...0x10FFFF).compactMap(Unicode.Scalar.init).filter { scalar in
            PrintableText("a" + String(scalar)).text.unicodeScalars.contains {
                $0.value < 0x20 || (0x7F...0x9F).contains($0.value)
                    || ($0.properties.generalCategory == .format && $0 != "\u{200C}"
                        && $0 != "\u{200D}")
            }
        }
        #expect(wrong == [])
    }
}
