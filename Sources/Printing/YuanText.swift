/// Amounts of fen as figures in yuan.
public enum YuanText {
    /// Two decimals and nothing else, `1234.05`.
    public static func plain(_ fen: Int64) -> String {
        let cents = fen.magnitude % 100
        return (fen < 0 ? "-" : "") + String(fen.magnitude / 100) + (cents < 10 ? ".0" : ".")
            + String(cents)
    }

    /// The same with a comma before each three digits, `1,234.05`.
    public static func grouped(_ fen: Int64) -> String {
        let digits = Array(String(fen.magnitude / 100))
        var text = fen < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        let cents = fen.magnitude % 100
        return text + (cents < 10 ? ".0" : ".") + String(cents)
    }
}

/// Amounts of fen in capital Chinese figures (大写金额), which cannot be altered by a stroke.
///
/// The rules are those of the central bank's payment and settlement regulation (支付结算办法,
/// annex 1): an amount without fen ends in 整; zeros in between are one 零; where a rule leaves a
/// 零 to the writer, it is left out.
public enum CapitalAmount {
    /// The amount in words, `壹佰贰拾叁元肆角伍分`.
    public static func text(_ fen: Int64) -> String {
        let sign = fen < 0 ? "负" : ""
        let yuan = fen.magnitude / 100
        let jiao = Int(fen.magnitude / 10 % 10)
        let cents = Int(fen.magnitude % 10)
        var text = yuan > 0 ? number(yuan) + "元" : ""
        if jiao > 0 { text += digits[jiao] + "角" }
        if cents > 0 {
            if jiao == 0, yuan > 0 { text += digits[0] }
            text += digits[cents] + "分"
        } else {
            text += (text.isEmpty ? digits[0] + "元" : "") + "整"
        }
        return sign + text
    }

    private static let digits = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"]
    private static let units: [(value: UInt64, name: String)] = [
        (100_000_000, "亿"), (10_000, "万"), (1_000, "仟"), (100, "佰"), (10, "拾"),
    ]

    // 亿 and 万 stand behind a number of their own, the smaller units behind one digit; a rest that
    // leaves the next smaller place empty is told by 零.
    private static func number(_ value: UInt64) -> String {
        guard let unit = units.first(where: { value >= $0.value }) else {
            return digits[Int(value)]
        }
        let (count, rest) = value.quotientAndRemainder(dividingBy: unit.value)
        let head = number(count) + unit.name
        guard rest > 0 else { return head }
        return head + (rest < unit.value / 10 ? digits[0] : "") + number(rest)
    }
}
