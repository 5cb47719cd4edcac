import Testing

@testable import StrictJSON

/// A text that is refused, by which rule, and where.
struct Rejection: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]
    let kind: JSONError.Kind
    let path: String
    let offset: Int

    init(_ text: String, _ kind: JSONError.Kind, _ path: String, _ offset: Int) {
        self.init(bytes: Array(text.utf8), kind, path, offset)
    }

    init(bytes: [UInt8], _ kind: JSONError.Kind, _ path: String, _ offset: Int) {
        self.bytes = bytes
        self.kind = kind
        self.path = path
        self.offset = offset
    }

    var testDescription: String { "\(kind): \(String(decoding: bytes, as: UTF8.self))" }
}

enum RejectionTable {
    static let limits = JSONLimits(
        maximumBytes: 100, maximumDepth: 4, maximumMembers: 3, maximumElements: 5,
        maximumStringBytes: 12)

    /// Texts that the parser refuses under `limits`.
    static let texts: [Rejection] = text + grammar + strings + numbers

    private static let text: [Rejection] = [
        Rejection("", .empty, "", 0),
        Rejection(" \n", .empty, "", 0),
        Rejection(String(repeating: " ", count: 101), .tooLong, "", 100),
        Rejection("\u{FEFF}{}", .byteOrderMark, "", 0),
        Rejection("{} {}", .trailingBytes, "", 3),
        Rejection("1]", .trailingBytes, "", 1),
        Rejection("null\u{0}", .trailingBytes, "", 4),
        Rejection("1 // one", .trailingBytes, "", 2),
    ]

    private static let grammar: [Rejection] = [
        Rejection("nul", .unexpectedEnd, "", 3),
        Rejection("True", .unexpectedByte, "", 0),
        Rejection("nulL", .unexpectedByte, "", 3),
        Rejection("NaN", .unexpectedByte, "", 0),
        Rejection("+1", .unexpectedByte, "", 0),
        Rejection(".5", .unexpectedByte, "", 0),
        Rejection("'a'", .unexpectedByte, "", 0),
        Rejection("\u{A0}1", .unexpectedByte, "", 0),
        Rejection("\u{C}1", .unexpectedByte, "", 0),
        Rejection("[1 2]", .unexpectedByte, "", 3),
        Rejection("[1}", .unexpectedByte, "", 2),
        Rejection("[,1]", .unexpectedByte, "/0", 1),
        Rejection("[1,,2]", .unexpectedByte, "/1", 3),
        Rejection("{a:1}", .unexpectedByte, "", 1),
        Rejection("{1:1}", .unexpectedByte, "", 1),
        Rejection(#"{"a" 1}"#, .unexpectedByte, "/a", 5),
        Rejection(#"{"a"::1}"#, .unexpectedByte, "/a", 5),
        Rejection(#"{"a":1 "b"}"#, .unexpectedByte, "", 7),
        Rejection(#"{"a":}"#, .unexpectedByte, "/a", 5),
        Rejection(#"{"a""#, .unexpectedEnd, "/a", 4),
        Rejection(#"{"a":"#, .unexpectedEnd, "/a", 5),
        Rejection(#"{"a":1,"#, .unexpectedEnd, "", 7),
        Rejection("[1,", .unexpectedEnd, "/1", 3),
        Rejection("[1,]", .trailingComma, "", 2),
        Rejection(#"{"a":{"b":1 , }}"#, .trailingComma, "/a", 12),
        Rejection("[[[[[", .tooDeep, "/0/0/0/0", 4),
        Rejection(#"{"a":[[[{}]]]}"#, .tooDeep, "/a/0/0/0", 8),
        Rejection(#"{"a":1,"b":2,"c":3,"d":4}"#, .tooManyMembers, "", 19),
        Rejection("[0,0,0,0,0,0]", .tooManyElements, "", 11),
        Rejection(#"{"a":1,"a":1}"#, .duplicateName, "/a", 7),
        Rejection(#"{"x":[{"a":1,"\u0061":2}]}"#, .duplicateName, "/x/0/a", 13),
    ]

    private static let strings: [Rejection] = [
        Rejection(#""0123456789abc""#, .stringTooLong, "", 1),
        Rejection(#""\u0041\u0041\u0041""#, .stringTooLong, "", 1),
        Rejection(#"{"0123456789abc":1}"#, .stringTooLong, "", 2),
        Rejection("\"abc", .unexpectedEnd, "", 4),
        Rejection(#""\"#, .unexpectedEnd, "", 2),
        Rejection(#""\u00"#, .unexpectedEnd, "", 5),
        Rejection("\"a\nb\"", .controlCharacter, "", 2),
        Rejection("\"\u{0}\"", .controlCharacter, "", 1),
        Rejection("\"\\n\u{1F}\"", .controlCharacter, "", 3),
        Rejection(#"{"a":"\x41"}"#, .invalidEscape, "/a", 6),
        Rejection(#""\u00g0""#, .invalidEscape, "", 1),
        Rejection(#""\U0041""#, .invalidEscape, "", 1),
        Rejection(#""\u+041""#, .invalidEscape, "", 1),
        Rejection(#"{"a":"\ud800"}"#, .loneSurrogate, "/a", 6),
        Rejection(#""\ud800\n""#, .loneSurrogate, "", 1),
        Rejection(#""\ud800x""#, .loneSurrogate, "", 1),
        Rejection(#""\udc00""#, .loneSurrogate, "", 1),
        Rejection(#""\ud800\ud8""#, .invalidEscape, "", 7),
        Rejection(#""\ud800\ud8"#, .unexpectedEnd, "", 11),
        Rejection(#""\ud83d\u41""#, .invalidEscape, "", 7),
        Rejection(bytes: [0x22, 0x80, 0x22], .invalidUTF8, "", 1),
        Rejection(bytes: [0x22, 0xC0, 0x80, 0x22], .invalidUTF8, "", 1),
        Rejection(bytes: [0x22, 0xC1, 0xBF, 0x22], .invalidUTF8, "", 1),
        Rejection(bytes: [0x22, 0xE0, 0x9F, 0xBF, 0x22], .invalidUTF8, "", 1),
        Rejection(bytes: [0x22, 0xED, 0xA0, 0x80, 0x22], .invalidUTF8, "", 1),
        Rejection(bytes: [0x22, 0xF0, 0x8F, 0xBF, 0xBF, 0x22], .invalidUTF8, "", 1),
        Rejection(bytes: [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], .invalidUTF8, "", 1),
        Rejection(bytes: [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], .invalidUTF8, "", 1),
        Rejection(bytes: [0x22, 0x61, 0xE4, 0xB8, 0x22], .invalidUTF8, "", 2),
        Rejection(bytes: [0x22, 0x5C, 0x6E, 0xE4, 0xB8], .invalidUTF8, "", 3),
        Rejection(bytes: [0x22, 0xFF, 0x22], .invalidUTF8, "", 1),
    ]

    private static let numbers: [Rejection] = [
        Rejection(#"{"amount_fen":1.0}"#, .fraction, "/amount_fen", 14),
        Rejection("-0.0", .fraction, "", 0),
        Rejection("1.", .fraction, "", 0),
        Rejection("[7,1e2]", .exponent, "/1", 3),
        Rejection("1E+2", .exponent, "", 0),
        Rejection("-0", .negativeZero, "", 0),
        Rejection("00", .leadingZero, "", 0),
        Rejection("-01", .leadingZero, "", 0),
        Rejection("007", .leadingZero, "", 0),
        Rejection("-", .unexpectedEnd, "", 1),
        Rejection("--1", .unexpectedByte, "", 1),
        Rejection("-a", .unexpectedByte, "", 1),
        Rejection("0x10", .trailingBytes, "", 1),
        Rejection("1_000", .trailingBytes, "", 1),
        Rejection("9223372036854775808", .integerOutOfRange, "", 0),
        Rejection("-9223372036854775809", .integerOutOfRange, "", 0),
        Rejection("18446744073709551616", .integerOutOfRange, "", 0),
        Rejection("-18446744073709551616", .integerOutOfRange, "", 0),
        Rejection("184467440737095516150", .integerOutOfRange, "", 0),
    ]

    /// Texts that `JSONObjectDecoderTests.takeEverything` refuses.
    static let fields: [Rejection] = [
        Rejection("[]", .wrongType, "", 0),
        Rejection("7", .wrongType, "", 0),
        Rejection(#"{"count":1}"#, .missingName, "/name", 9),
        Rejection(#"{"name":null}"#, .wrongType, "/name", 8),
        Rejection(#"{"name":7}"#, .wrongType, "/name", 8),
        Rejection(#"{"name":""}"#, .lengthOutOfRange, "/name", 8),
        Rejection(#"{"name":"一二三四五"}"#, .lengthOutOfRange, "/name", 8),
        Rejection(#"{"name":"a\n"}"#, .forbiddenCharacter, "/name", 8),
        Rejection(#"{"name":"\u202ea"}"#, .forbiddenCharacter, "/name", 8),
        Rejection(#"{"name":"n","note":"\u0000"}"#, .forbiddenCharacter, "/note", 19),
        Rejection(#"{"name":"n","note":true}"#, .wrongType, "/note", 19),
        Rejection(#"{"name":"n"}"#, .missingName, "/count", 8),
        Rejection(#"{"name":"n","count":"1"}"#, .wrongType, "/count", 20),
        Rejection(#"{"name":"n","count":0}"#, .valueOutOfRange, "/count", 20),
        Rejection(#"{"name":"n","count":10}"#, .valueOutOfRange, "/count", 20),
        Rejection(#"{"name":"n","count":1,"limit":-1}"#, .valueOutOfRange, "/limit", 30),
        Rejection(#"{"name":"n","count":1,"open":0}"#, .wrongType, "/open", 29),
        Rejection(#"{"name":"n","count":1,"open":true}"#, .missingName, "/kind", 8),
        Rejection(
            #"{"name":"n","count":1,"open":true,"kind":"cat"}"#, .valueNotAllowed, "/kind", 41),
        Rejection(#"{"name":"n","count":1,"open":true,"kind":1}"#, .wrongType, "/kind", 41),
        Rejection(prefix + #""items":{}}"#, .wrongType, "/items", 55),
        Rejection(prefix + #""items":[1,2,3]}"#, .tooManyItems, "/items", 55),
        Rejection(prefix + #""items":[{"id":1},2]}"#, .wrongType, "/items/1", 55),
        Rejection(prefix + #""items":[{"id":1},{"id":9}]}"#, .valueOutOfRange, "/items/1/id", 71),
        Rejection(prefix + #""items":[{"id":1,"x":1}]}"#, .unknownName, "/items/0/x", 68),
        Rejection(prefix + #""items":[],"place":[]}"#, .wrongType, "/place", 66),
        Rejection(prefix + #""items":[],"place":{"y":1}}"#, .missingName, "/place/x", 66),
        Rejection(prefix + #""items":[],"Name":"n"}"#, .unknownName, "/Name", 65),
    ]

    private static let prefix = #"{"name":"n","count":1,"open":true,"kind":"dog","#
}
