import Testing

extension LayoutRefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let part: String
        let replacement: String
        let message: String
        /// A part of the layout that is exchanged too.
        var layoutPart = ""
        var layoutReplacement = ""

        init(
            _ part: String, _ replacement: String, _ message: String,
            layout: (String, String) = ("", "")
        ) {
            self.part = part
            self.replacement = replacement
            self.message = message
            (layoutPart, layoutReplacement) = layout
        }

        var testDescription: String { message }
    }

    private static let head = (
        "\"header\"",
        """
        "head": {
          "begins_with": "H", "columns": 3, "date": { "number": 2, "pattern": "yyyyMMdd" },
          "checks": [{ "measure": "count", "lines": "all", "number": 3 }]
        },
        "header"
        """
    )

    static let lineRows = [
        Row("serial,ref", "serial,Ref", "line 1: must be the columns serial, ref, kind"),
        Row(
            "serial,ref,kind,account,amount,state,time,fee\n", "",
            "line 1: must be the columns serial"),
        Row("T,4,586.50,1.50\n", "", "line 6: the file ends without its trailer"),
        Row("T,4,586.50,1.50\n", "T,4,586.50,1.50\n1005\n", "line 7: comes after the trailer"),
        Row("T,4", "T,5", "line 6, count: 5, the lines give 4"),
        Row("586.50,1.50", "586.51,1.50", "line 6, amount: 58651, the lines give 58650"),
        Row("586.50,1.50", "586.50,1.49", "line 6, commission: 149, the lines give 150"),
        Row("586.50,1.50", "586.50", "line 6: 3 columns, expected 4"),
        Row("T,4,", "T,four,", "line 6, count, four: not a whole number of fen"),
        Row("1002,W2", "\n1002,W2", "line 3: empty"),
        Row("1001,W1", "1001\",W1", "line 2: a quote is not closed, or stands inside"),
        Row("1001,W1", "\"1001,W1", "line 2: a quote is not closed, or stands inside"),
        Row("1001,W1,", "1001,W1", "line 2: 7 columns, expected 8"),
        Row("1001,W1,", "\(String(repeating: "1", count: 4_090)),W1,", "line 2: longer than 4096"),
        Row(
            "1001,W1", "1001,W1", "line 2: a transaction must begin with D",
            layout: ("\"header\"", "\"detail_prefix\": \"D\", \"header\"")),
        Row(
            "1001,W1", "1001,W1", "line 2: does not begin with the field prefix",
            layout: ("\"header\"", "\"field_prefix\": \"`\", \"header\"")),
        Row(
            "serial,ref,", "H,20261122,4\nserial,ref,",
            "line 1: business date 2026-11-22, elsewhere 2026-11-21", layout: head),
        Row(
            "serial,ref,", "H,20261121,5\nserial,ref,", "line 1, count: 5, the lines give 4",
            layout: head),
        Row(
            "serial,ref,", "X,20261121,4\nserial,ref,", "line 1: a head must begin with H",
            layout: head),
        Row(
            "serial,ref,", "H,20261121\nserial,ref,", "line 1: 2 columns, expected 3",
            layout: head),
    ]

    static let fieldRows = [
        Row(
            "1001,", "\(String(repeating: "1", count: 33)),",
            "serial, \(String(repeating: "*", count: 29))1111: longer than 32 characters"),
        Row("1001,", " 1001,", "line 2, serial,  1001: begins or ends with a space"),
        Row("1001,", "10|01,", "line 2, serial, 10?01: has a forbidden character"),
        Row("1001,", "10\u{7}01,", "line 2, serial, 10?01: has a forbidden character"),
        Row("W1", "W\u{202E}1", "line 2, reference, W?1: has a forbidden character"),
        Row("W1", String(repeating: "W", count: 65), "longer than 64 characters"),
        Row("bill,A1", "Bill,A1", "line 2, type, Bill: not one of the words that the layout"),
        Row(
            "A1", String(repeating: "甲", count: 33), "line 2, account, (99 bytes withheld): longer"),
        Row(
            "************1234", "6228480012341234",
            "line 3, account, (16 bytes withheld): not twelve asterisks and four digits"),
        Row(
            "************1234", "622848******1234",
            "line 3, account, (16 bytes withheld): not twelve asterisks and four digits"),
        Row("86.50,ok", "86.5a,ok", "line 2, amount, 86.5a: not an amount in yuan such as 86.50"),
        Row("86.50,ok", "86.505,ok", "line 2, amount, 86.505: more than two decimals"),
        Row("86.50,ok", "\"1,086.50\",ok", "line 2, amount, 1,086.50: has commas, and the layout"),
        Row("86.50,ok", "0.00,ok", "line 2, amount, 0.00: must not be 0"),
        Row("86.50,ok", "1000000000.00,ok", "line 2, amount, 1000000000.00: outside -99999999999"),
        Row("86.50,ok", ",ok", "line 2, amount, : must not be empty"),
        Row(
            "86.50,ok", "-86.50,ok", "line 2, amount, -86.50: has a sign, and the layout says",
            layout: (
                "\"unit\": \"yuan\", \"sign\": \"signed\" },\n    \"status\"",
                "\"unit\": \"yuan\", \"sign\": \"plus\" },\n    \"status\""
            )),
        Row("86.50,ok", "86.50,OK", "line 2, status, OK: not one of the words that the layout"),
        Row(
            "2026-11-21 09:05:07", "2026-11-31 09:05:07",
            "line 2, time, 2026-11-31 09:05:07: not a time yyyy-MM-dd HH:mm:ss of the years"),
        Row("2026-11-21 09:05:07", "2026-11-21T09:05:07", "not a time yyyy-MM-dd HH:mm:ss"),
        Row(
            "09:05:07,0.50", "09:05:07,-0.50",
            "line 2, commission, -0.50: has not the sign of the amount"),
    ]

    private static let signed = "\"sign\": \"signed\" },\n    \"status\""

    /// Other ways of amounts and times.
    static let wayRows = [
        Row(
            "1001", "1001", "line 2, minus, 8650 and 50 fen: one of the two columns must have",
            layout: (signed, "\"minus\": { \"number\": 8 } }, \"status\"")),
        Row(
            "86.50,ok,2026-11-21 09:05:07,0.50", ",ok,2026-11-21 09:05:07,0",
            "line 2, minus, 0 and 0 fen: one of the two columns must have an amount",
            layout: (signed, "\"minus\": { \"number\": 8 } }, \"status\"")),
        Row(
            "1001", "1001", "line 2, direction, W1: not one of the words that the layout",
            layout: (
                signed,
                """
                "direction": { "number": 2, "words": [{ "word": "W9", "means": "minus" }] }
                }, "status"
                """
            )),
        Row(
            "1001", "1001", "line 2, date, 2026-11-21 09:05:07: not a time yyyyMMdd of the",
            layout: (
                "\"time\": { \"name\": \"time\", \"pattern\": \"yyyy-MM-dd HH:mm:ss\"",
                "\"date\": { \"name\": \"time\", \"pattern\": \"yyyyMMdd\""
            )),
    ]
}
