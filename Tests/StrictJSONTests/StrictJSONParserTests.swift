import Testing

@testable import StrictJSON

/// A text, and how it is to be refused.
struct Refusal: CustomTestStringConvertible, Sendable {
    let bytes: [UInt8]
    let kind: JSONError.Kind
    let path: String
    let offset: Int

    init(_ text: String, _ kind: JSONError.Kind, _ path: String, at offset: Int) {
        self.init(bytes: Array(text.utf8), kind, path, at: offset)
    }

    init(bytes: [UInt8], _ kind: JSONError.Kind, _ path: String, at offset: Int) {
        self.bytes = bytes
        self.kind = kind
        self.path = path
        self.offset = offset
    }

    var testDescription: String {
        "\(kind): " + String(decoding: bytes.prefix(60), as: UTF8.self).debugDescription
    }
}

@Suite("A strict JSON text")
struct StrictJSONParserTests {
    static let accepted: [(String, JSONValue)] = [
        ("0", .integer(0)),
        ("-1", .integer(-1)),
        ("10", .integer(10)),
        ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)),
        ("true", .bool(true)),
        (" false ", .bool(false)),
        ("null\n", .null),
        ("\"\"", .string("")),
        ("\"水费\"", .string("水费")),
        ("\"\u{7F}\u{80}\u{FFFF}\u{10FFFF}\"", .string("\u{7F}\u{80}\u{FFFF}\u{10FFFF}")),
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
        (#""\u0041\u6c34\u6C34\u0000""#, .string("A水水\u{0}")),
        (#""\ud83d\ude00 \uD83D\uDE00""#, .string("😀 😀")),
        (#""a\u007ab""#, .string("azb")),
        ("[]", .array([])),
        ("[ ]", .array([])),
        ("[1,[2],\"\"]", .array([.integer(1), .array([.integer(2)]), .string("")])),
        ("{}", .object([])),
        ("\t\r\n {\"\" : null}", .object([JSONMember(name: "", value: .null)])),
        (
            #"{"a":1,"A":{"a":[]}}"#,
            .object([
                JSONMember(name: "a", value: .integer(1)),
                JSONMember(
                    name: "A", value: .object([JSONMember(name: "a", value: .array([]))])),
            ])
        ),
    ]

    @Test("is accepted when RFC 8259 and whole numbers allow it", arguments: accepted)
    func isAccepted(text: String, expected: JSONValue) throws {
        #expect(try StrictJSONParser.parse(Array(text.utf8)) == expected)
    }

    static let texts: [Refusal] = [
        Refusal("", .empty, "", at: 0),
        Refusal(" \n", .empty, "", at: 0),
        Refusal("\u{FEFF}{}", .byteOrderMark, "", at: 0),
        Refusal("{} {}", .trailingBytes, "", at: 3),
        Refusal("truex", .trailingBytes, "", at: 4),
        Refusal("1 2", .trailingBytes, "", at: 2),
        Refusal("{}\u{0}", .trailingBytes, "", at: 2),
        Refusal("nul", .unexpectedEnd, "", at: 3),
        Refusal("nulL", .unexpectedByte, "", at: 3),
        Refusal("True", .unexpectedByte, "", at: 0),
        Refusal("NaN", .unexpectedByte, "", at: 0),
        Refusal("'a'", .unexpectedByte, "", at: 0),
        Refusal("/* */ 1", .unexpectedByte, "", at: 0),
        Refusal("{\"a\":1 // b\n}", .unexpectedByte, "", at: 7),
        Refusal("\u{A0}1", .unexpectedByte, "", at: 0),
        Refusal("\u{C}1", .unexpectedByte, "", at: 0),
    ]

    static let containers: [Refusal] = [
        Refusal("{", .unexpectedEnd, "", at: 1),
        Refusal("{a:1}", .unexpectedByte, "", at: 1),
        Refusal("{\"a\"", .unexpectedEnd, "/a", at: 4),
        Refusal("{\"a\" 1}", .unexpectedByte, "/a", at: 5),
        Refusal("{\"a\":}", .unexpectedByte, "/a", at: 5),
        Refusal("{\"a\":1", .unexpectedEnd, "", at: 6),
        Refusal("{\"a\":1]", .unexpectedByte, "", at: 6),
        Refusal("{\"a\":1 \"b\":2}", .unexpectedByte, "", at: 7),
        Refusal("{,}", .unexpectedByte, "", at: 1),
        Refusal("{\"a\":1,}", .trailingComma, "", at: 6),
        Refusal("{\"a\":1,,\"b\":2}", .unexpectedByte, "", at: 7),
        Refusal("{\"a\":1,\"a\":1}", .duplicateName, "/a", at: 7),
        Refusal("{\"a\":1,\"\\u0061\":1}", .duplicateName, "/a", at: 7),
        Refusal("{\"x\":{\"a/~\":1,\"a/~\":1}}", .duplicateName, "/x/a~1~0", at: 14),
        Refusal("[", .unexpectedEnd, "/0", at: 1),
        Refusal("[1", .unexpectedEnd, "", at: 2),
        Refusal("[1}", .unexpectedByte, "", at: 2),
        Refusal("[1 2]", .unexpectedByte, "", at: 3),
        Refusal("[,]", .unexpectedByte, "/0", at: 1),
        Refusal("[1 , ]", .trailingComma, "", at: 3),
        Refusal("[0,{\"a\":[true,tru]}]", .unexpectedByte, "/1/a/1", at: 17),
    ]

    static let strings: [Refusal] = [
        Refusal("\"", .unexpectedEnd, "", at: 1),
        Refusal("\"a\\", .unexpectedEnd, "", at: 3),
        Refusal("\"\\u00", .unexpectedEnd, "", at: 5),
        Refusal("\"a\nb\"", .controlCharacter, "", at: 2),
        Refusal("\"\\t\u{0}\"", .controlCharacter, "", at: 3),
        Refusal("\"\\x41\"", .invalidEscape, "", at: 1),
        Refusal("\"\\U0041\"", .invalidEscape, "", at: 1),
        Refusal("\"\\'\"", .invalidEscape, "", at: 1),
        Refusal("\"\\u00g0\"", .invalidEscape, "", at: 1),
        Refusal("\"\\u+041\"", .invalidEscape, "", at: 1),
        Refusal("\"a\\ud83d\"", .loneSurrogate, "", at: 2),
        Refusal("\"\\ud83d\\u0041\"", .loneSurrogate, "", at: 1),
        Refusal("\"\\ud83dA12345\"", .loneSurrogate, "", at: 1),
        Refusal("\"\\ud83d\\ud83d\"", .loneSurrogate, "", at: 1),
        Refusal("\"\\ude00\\ud83d\"", .loneSurrogate, "", at: 1),
        Refusal(bytes: [0x22, 0x80, 0x22], .invalidUTF8, "", at: 1),
        Refusal(bytes: [0x22, 0xC0, 0xAF, 0x22], .invalidUTF8, "", at: 1),
        Refusal(bytes: [0x22, 0xC1, 0xBF, 0x22], .invalidUTF8, "", at: 1),
        Refusal(bytes: [0x22, 0xE0, 0x9F, 0xBF, 0x22], .invalidUTF8, "", at: 1),
        Refusal(bytes: [0x22, 0xED, 0xA0, 0x80, 0x22], .invalidUTF8, "", at: 1),
        Refusal(bytes: [0x22, 0xF0, 0x8F, 0xBF, 0xBF, 0x22], .invalidUTF8, "", at: 1),
        Refusal(bytes: [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], .invalidUTF8, "", at: 1),
        Refusal(bytes: [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], .invalidUTF8, "", at: 1),
        Refusal(bytes: [0x22, 0xFF, 0x22], .invalidUTF8, "", at: 1),
        Refusal(bytes: [0x22, 0x41, 0xE6, 0xB0], .invalidUTF8, "", at: 2),
        Refusal(bytes: [0x22, 0xE6, 0xB0, 0x22], .invalidUTF8, "", at: 1),
        Refusal(bytes: [0x22, 0x5C, 0x74, 0xC3, 0x28, 0x22], .invalidUTF8, "", at: 3),
    ]

    static let numbers: [Refusal] = [
        Refusal("{\"amount_fen\":1.0}", .fraction, "/amount_fen", at: 14),
        Refusal("{\"amount_fen\":1e2}", .exponent, "/amount_fen", at: 14),
        Refusal("1E2", .exponent, "", at: 0),
        Refusal("-0", .negativeZero, "", at: 0),
        Refusal("[-0]", .negativeZero, "/0", at: 1),
        Refusal("-0.0", .fraction, "", at: 0),
        Refusal("01", .leadingZero, "", at: 0),
        Refusal("-01", .leadingZero, "", at: 0),
        Refusal("00", .leadingZero, "", at: 0),
        Refusal("-00", .leadingZero, "", at: 0),
        Refusal("+1", .unexpectedByte, "", at: 0),
        Refusal(".5", .unexpectedByte, "", at: 0),
        Refusal("-", .unexpectedEnd, "", at: 1),
        Refusal("--1", .unexpectedByte, "", at: 1),
        Refusal("-a", .unexpectedByte, "", at: 1),
        Refusal("0x10", .trailingBytes, "", at: 1),
        Refusal("1_000", .trailingBytes, "", at: 1),
        Refusal("９", .unexpectedByte, "", at: 0),
        Refusal("9223372036854775808", .integerOutOfRange, "", at: 0),
        Refusal("-9223372036854775809", .integerOutOfRange, "", at: 0),
        Refusal("18446744073709551616", .integerOutOfRange, "", at: 0),
        Refusal("-18446744073709551616", .integerOutOfRange, "", at: 0),
        Refusal("[99999999999999999999999999]", .integerOutOfRange, "/0", at: 1),
    ]

    @Test(
        "is refused with the rule, the field and the byte",
        arguments: texts + containers + strings + numbers)
    func isRefused(refusal: Refusal) {
        let error = #expect(throws: JSONError.self) {
            _ = try StrictJSONParser.parse(refusal.bytes)
        }
        #expect(error?.kind == refusal.kind)
        #expect(error?.path == refusal.path)
        #expect(error?.offset == refusal.offset)
    }

    static let tight = JSONLimits(
        maximumBytes: 40, maximumDepth: 2, maximumMembers: 2, maximumElements: 3,
        maximumStringBytes: 5)

    static let oversized: [Refusal] = [
        Refusal(String(repeating: " ", count: 41), .tooLong, "", at: 40),
        Refusal("[[[]]]", .tooDeep, "/0/0", at: 2),
        Refusal("{\"a\":{\"b\":{}}}", .tooDeep, "/a/b", at: 10),
        Refusal("{\"a\":1,\"b\":2,\"c\":3}", .tooManyMembers, "", at: 13),
        Refusal("[1,2,3,4]", .tooManyElements, "", at: 7),
        Refusal("\"123456\"", .stringTooLong, "", at: 1),
        Refusal("\"\\u0041\"", .stringTooLong, "", at: 1),
        Refusal("{\"水水\":1}", .stringTooLong, "", at: 2),
    ]

    @Test("is refused past a limit", arguments: oversized)
    func isRefusedPastALimit(refusal: Refusal) {
        let error = #expect(throws: JSONError.self) {
            _ = try StrictJSONParser.parse(refusal.bytes, limits: Self.tight)
        }
        #expect(error?.kind == refusal.kind)
        #expect(error?.path == refusal.path)
        #expect(error?.offset == refusal.offset)
    }

    @Test(
        "is accepted exactly at each limit",
        arguments: [
            String(repeating: " ", count: 39) + "1", "[[]]", "{\"a\":1,\"b\":[]}", "[1,2,3]",
            "\"12345\"", "\"水\\n\"",
        ])
    func isAcceptedAtALimit(text: String) throws {
        _ = try StrictJSONParser.parse(Array(text.utf8), limits: Self.tight)
    }

    @Test("nested without end is refused and does not exhaust the stack")
    func isRefusedWhenNestedWithoutEnd() {
        let bytes = [UInt8](repeating: 0x5B, count: JSONLimits.request.maximumBytes)
        let error = #expect(throws: JSONError.self) { _ = try StrictJSONParser.parse(bytes) }
        #expect(error?.kind == .tooDeep)
        #expect(error?.offset == 16)
    }

    @Test("that is refused never shows its strings, and its names only bounded and printable")
    func errorsKeepSecrets() throws {
        let secret = #"{"pin":"493817","pin":"493817"}"#
        let duplicate = #expect(throws: JSONError.self) {
            _ = try StrictJSONParser.parse(Array(secret.utf8))
        }
        #expect(duplicate?.message.contains("493817") == false)
        #expect(duplicate?.message.hasPrefix("field /pin (byte 16): ") == true)

        let name = "\\n\\u202e" + String(repeating: "x", count: 200)
        let foreign = #expect(throws: JSONError.self) {
            _ = try StrictJSONParser.parse(Array("{\"\(name)\":1.5}".utf8))
        }
        #expect(
            foreign?.path == "/\\u{a}\\u{202e}" + String(repeating: "x", count: 62) + "…")
    }
}
