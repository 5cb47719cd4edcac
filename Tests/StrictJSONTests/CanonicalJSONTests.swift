import Testing

@testable import StrictJSON

@Suite struct CanonicalJSONTests {
    static let rows: [(text: String, canonical: String)] = [
        (#"{ "b" : 1 , "a" : [ true , null ] }"#, #"{"a":[true,null],"b":1}"#),
        ("{}", "{}"), ("[ ]", "[]"), ("-12", "-12"),
        (#"{"a":{"z":1,"y":{"d":1,"c":2}}}"#, #"{"a":{"y":{"c":2,"d":1},"z":1}}"#),
        // The order of arrays is kept.
        ("[3,1,2]", "[3,1,2]"),
        (#""\u0041\/\u4e2d\u00e9""#, "\"A/中é\""),
        (#""\u0000\b\t\n\f\r\"\\\u001f\u007f""#, #""\u0000\b\t\n\f\r\"\\\u001f"# + "\u{7F}\""),
        // RFC 8785, 3.2.3: by UTF-16 code units, in which a surrogate comes before U+FB33.
        (
            #"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#,
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{FB33}\":3}"
        ),
    ]

    @Test("a value has one spelling", arguments: rows)
    func canonical(text: String, canonical: String) throws {
        let value = try StrictJSONParser.parse(Array(text.utf8))
        let bytes = CanonicalJSON.bytes(value)
        #expect(String(decoding: bytes, as: UTF8.self) == canonical)
        // It is its own canonical form.
        #expect(try CanonicalJSON.bytes(StrictJSONParser.parse(bytes)) == bytes)
    }
}
