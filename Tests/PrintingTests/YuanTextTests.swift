import Testing

@testable import Printing

@Suite struct YuanTextTests {
    static let figures: [(fen: Int64, plain: String, grouped: String)] = [
        (0, "0.00", "0.00"), (5, "0.05", "0.05"), (-5, "-0.05", "-0.05"), (50, "0.50", "0.50"),
        (12_345, "123.45", "123.45"), (99_999, "999.99", "999.99"),
        (100_000, "1000.00", "1,000.00"), (12_345_605, "123456.05", "123,456.05"),
        (-123_456_789, "-1234567.89", "-1,234,567.89"),
        (.max, "92233720368547758.07", "92,233,720,368,547,758.07"),
        (.min, "-92233720368547758.08", "-92,233,720,368,547,758.08"),
    ]

    @Test("fen are figures in yuan", arguments: figures)
    func figure(_ row: (fen: Int64, plain: String, grouped: String)) {
        #expect(YuanText.plain(row.fen) == row.plain)
        #expect(YuanText.grouped(row.fen) == row.grouped)
    }

    static let words: [(fen: Int64, text: String)] = [
        (0, "零元整"), (1, "壹分"), (5, "伍分"), (10, "壹角整"), (50, "伍角整"), (55, "伍角伍分"),
        (100, "壹元整"), (101, "壹元零壹分"), (110, "壹元壹角整"), (1_000, "壹拾元整"),
        (1_005, "壹拾元零伍分"), (1_100, "壹拾壹元整"), (10_000, "壹佰元整"),
        (10_100, "壹佰零壹元整"), (11_000, "壹佰壹拾元整"), (12_345, "壹佰贰拾叁元肆角伍分"),
        (100_100, "壹仟零壹元整"), (101_000, "壹仟零壹拾元整"), (110_000, "壹仟壹佰元整"),
        // The regulation's own examples, with the zeros that it leaves free left out.
        (140_950, "壹仟肆佰零玖元伍角整"), (600_714, "陆仟零柒元壹角肆分"),
        (168_032, "壹仟陆佰捌拾元叁角贰分"), (10_700_053, "壹拾万柒仟元伍角叁分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"), (32_504, "叁佰贰拾伍元零肆分"),
        (1_000_000, "壹万元整"), (1_000_100, "壹万零壹元整"), (1_010_000, "壹万零壹佰元整"),
        (1_100_000, "壹万壹仟元整"), (10_000_100, "壹拾万零壹元整"),
        (100_000_000, "壹佰万元整"), (100_100_000, "壹佰万壹仟元整"),
        (1_000_000_000, "壹仟万元整"), (10_000_000_000, "壹亿元整"),
        (10_000_000_100, "壹亿零壹元整"), (10_000_100_000, "壹亿零壹仟元整"),
        (10_001_000_000, "壹亿零壹万元整"), (11_000_000_000, "壹亿壹仟万元整"),
        (1_000_000_000_000, "壹佰亿元整"), (100_000_000_000_000, "壹万亿元整"),
        (100_000_000_000_100, "壹万亿零壹元整"), (-12_345, "负壹佰贰拾叁元肆角伍分"),
        (.max, "玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零柒分"),
    ]

    @Test("fen are capital figures by the payment regulation", arguments: words)
    func word(_ row: (fen: Int64, text: String)) {
        #expect(CapitalAmount.text(row.fen) == row.text)
    }

    @Test("random capital figures read back as the amount, and write no zero twice or last")
    func readBack() throws {
        let seed = SeededNumbers.chooseSeed()
        print("YuanTextTests: \(SeededNumbers.seedVariable)=\(seed)")
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<20_000 {
            // Few digits other than zero, so that the rules of zero are met.
            var fen: Int64 = 0
            for _ in 0..<(1 + numbers.below(16)) {
                fen = fen * 10 + (numbers.below(2) == 0 ? 0 : Int64(numbers.below(10)))
            }
            let text = CapitalAmount.text(fen)
            #expect(Self.read(text) == fen, "\(fen) \(text), seed \(seed)")
            #expect(!text.contains("零零") && !text.contains("零整") && !text.contains("零分"))
            #expect(fen == 0 || !text.contains("零元"), "\(fen) \(text), seed \(seed)")
        }
    }

    /// Reads capital figures by the units alone.
    private static func read(_ text: String) -> Int64 {
        var (total, section, digit): (Int64, Int64, Int64) = (0, 0, 0)
        var fen: Int64 = 0
        for character in text {
            switch character {
            case "仟": (section, digit) = (section + digit * 1_000, 0)
            case "佰": (section, digit) = (section + digit * 100, 0)
            case "拾": (section, digit) = (section + digit * 10, 0)
            case "万": (total, section, digit) = (total + (section + digit) * 10_000, 0, 0)
            case "亿": (total, section, digit) = ((total + section + digit) * 100_000_000, 0, 0)
            case "元": (total, section, digit) = (total + section + digit, 0, 0)
            case "角": (fen, digit) = (fen + digit * 10, 0)
            case "分": (fen, digit) = (fen + digit, 0)
            case "整": break
            case _:
                digit = Int64(
                    "零壹贰叁肆伍陆柒捌玖".firstIndex(of: character).map {
                        "零壹贰叁肆伍陆柒捌玖".distance(from: "零壹贰叁肆伍陆柒捌玖".startIndex, to: $0)
                    } ?? -1)
            }
        }
        return total * 100 + fen
    }
}
