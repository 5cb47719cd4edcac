import Testing

@testable import StrictJSON

@Suite("A JSON writer")
struct JSONWriterTests {
    @Test("puts commas where they belong")
    func commas() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("empty")
        writer.beginArray()
        writer.endArray()
        writer.key("items")
        writer.beginArray()
        for index in 0..<2 {
            writer.beginObject()
            writer.field("index", index)
            writer.field("odd", index == 1)
            writer.endObject()
        }
        writer.null()
        writer.endArray()
        writer.field("name", "水")
        writer.field("absent", orNull: String?.none)
        writer.field("count", orNull: Int64?(3))
        writer.field("missing", ifPresent: Int64?.none)
        writer.field("remark", ifPresent: "x")
        writer.endObject()
        #expect(
            writer.text
                == #"{"empty":[],"items":[{"index":0,"odd":false},{"index":1,"odd":true},null],"#
                + #""name":"水","absent":null,"count":3,"remark":"x"}"#)
    }

    static let strings: [(String, String)] = [
        ("", #""""#),
        ("plain 水费 😀", #""plain 水费 😀""#),
        ("\"\\/", #""\"\\/""#),
        ("\u{8}\u{C}\n\r\t", #""\b\f\n\r\t""#),
        ("a\u{0}b\u{1F}\u{7F}", "\"a\\u0000b\\u001f\u{7F}\""),
    ]

    @Test("escapes what must be escaped and nothing else", arguments: strings)
    func escapes(value: String, expected: String) {
        var writer = JSONWriter()
        writer.string(value)
        #expect(writer.text == expected)
    }

    static let numbers: [(Int64, String)] = [
        (0, "0"), (7, "7"), (-7, "-7"), (10, "10"), (1_234_567_890, "1234567890"),
        (.max, "9223372036854775807"), (.min, "-9223372036854775808"),
    ]

    @Test("formats whole numbers to the ends of their range", arguments: numbers)
    func integers(value: Int64, expected: String) {
        var writer = JSONWriter()
        writer.integer(value)
        #expect(writer.text == expected)
    }

    @Test("breaks a line after the comma and before the bracket")
    func lineBreaks() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("a", 1)
        writer.lineBreak()
        writer.key("list")
        writer.beginArray()
        for number in 1...2 {
            writer.lineBreak()
            writer.integer(Int64(number))
        }
        writer.lineBreak()
        writer.endArray()
        writer.endObject()
        #expect(writer.text == "{\"a\":1,\n\"list\":[\n1,\n2\n]}")
    }

    @Test("starts afresh after it is emptied")
    func removeAll() {
        var writer = JSONWriter(reservedBytes: 1)
        writer.beginArray()
        writer.integer(1)
        writer.removeAll()
        writer.integer(2)
        #expect(writer.text == "2")
    }

    @Test("stops the program when a bracket is closed that was not opened")
    func unbalanced() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.endObject()
        }
    }
}
