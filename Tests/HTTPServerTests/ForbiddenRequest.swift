import Testing

/// A request that HTTP forbids, and what the server says to it.
struct ForbiddenRequest: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    /// Nil where the library closes without a word.
    let status: Int?

    init(_ name: String, _ text: String, _ status: Int?) {
        self.name = name
        bytes = Array(text.utf8)
        self.status = status
    }

    var testDescription: String { name }

    /// Framing that arrives alone is overwritten before the server can look at it.
    var isSeenOnlyTogether: Bool {
        ["bare LF after a chunk size", "bare LF in an extension", "bare LF after a chunk"]
            .contains(name)
    }

    /// libmicrohttpd 0.9.75 sends its own answer to a malformed length twice before it closes.
    var isRepeatedByLibrary: Bool {
        [
            "two lengths in one field", "a signed length", "a negative length", "an empty length",
            "a hexadecimal length", "a length that overflows",
        ].contains(name)
    }

    /// The request that must never be understood, wherever a forbidden one ends.
    static let smuggled = "GET /hello HTTP/1.1\r\nHost: b\r\n\r\n"

    private static func get(_ name: String, _ fields: String, _ status: Int? = 400) -> Self {
        Self(name, "GET /hello HTTP/1.1\r\n" + fields + "\r\n" + smuggled, status)
    }

    private static func post(
        _ name: String, _ fields: String, body: String = "5\r\nhello\r\n0\r\n\r\n",
        _ status: Int? = 400
    ) -> Self {
        Self(name, "POST /echo HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body + smuggled, status)
    }

    private static func target(_ name: String, _ target: String, _ status: Int? = 400) -> Self {
        Self(name, "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, status)
    }

    static let framing = [
        post("length and coding", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        post("coding and length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
        post("two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n"),
        post("two equal lengths", "Content-Length: 5\r\nContent-Length: 5\r\n"),
        post("two lengths in one field", "Content-Length: 5, 5\r\n"),
        post("a signed length", "Content-Length: +5\r\n"),
        post("a negative length", "Content-Length: -5\r\n"),
        post("an empty length", "Content-Length: \r\n"),
        post("a hexadecimal length", "Content-Length: 0x5\r\n"),
        post("a length that overflows", "Content-Length: 99999999999999999999999\r\n", 413),
        post("an unknown coding", "Transfer-Encoding: gzip\r\n", 501),
        post("identity coding", "Transfer-Encoding: identity\r\n", 501),
        post("a coding after chunked", "Transfer-Encoding: chunked, gzip\r\n", 501),
        post("a coding before chunked", "Transfer-Encoding: gzip, chunked\r\n", 501),
        post("chunked and a blank", "Transfer-Encoding: chunked \r\n", 501),
        post("chunked with a vertical tab", "Transfer-Encoding: \u{0B}chunked\r\n"),
        post("an empty coding", "Transfer-Encoding: \r\n", 501),
        post("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        post("coding with a blank before the colon", "Transfer-Encoding : chunked\r\n"),
        post("length with a blank before the colon", "Content-Length : 5\r\n"),
        post("an expectation", "Expect: a-miracle\r\nContent-Length: 5\r\n", 417),
        Self(
            "coding in HTTP/1.0",
            "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, 400),
        Self("a body of unknown length in HTTP/1.0", "POST /echo HTTP/1.0\r\n\r\n" + smuggled, 411),
    ]

    private static func chunked(_ name: String, _ body: String) -> Self {
        post(name, "Transfer-Encoding: chunked\r\n", body: body)
    }

    static let chunks = [
        chunked("a bad chunk size", "x\r\nhello\r\n0\r\n\r\n"),
        chunked("a signed chunk size", "+5\r\nhello\r\n0\r\n\r\n"),
        chunked("a prefixed chunk size", "0x5\r\nhello\r\n0\r\n\r\n"),
        chunked("no line end after a chunk", "5\r\nhello0\r\n\r\n"),
        chunked("bare LF after a chunk size", "5\nhello\r\n0\r\n\r\n"),
        chunked("bare LF in an extension", "5;a\nhello\r\n0\r\n\r\n"),
        chunked("bare LF after a chunk", "5\r\nhello\n5\r\nhello\r\n0\r\n\r\n"),
        chunked("a trailer", "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n"),
    ]

    static let fields = [
        get("no Host", ""),
        get("two Hosts", "Host: a\r\nHost: b\r\n"),
        get("two equal Hosts", "Host: a\r\nHost: a\r\n"),
        get("an empty Host", "Host: \r\n"),
        get("a Host with a path", "Host: a/b\r\n"),
        get("a Host with a user", "Host: a@b\r\n"),
        get("a blank before the colon", "Host : a\r\n"),
        get("a tab before the colon", "Host: a\r\nX-A\t: b\r\n"),
        get("a blank before the first name", " Host: a\r\n"),
        get("an empty name", "Host: a\r\n: b\r\n"),
        get("a name that is no token", "Host: a\r\nX(A): b\r\n"),
        get("a line without a colon", "Host: a\r\nnonsense\r\n"),
        get("a folded field", "Host: a\r\nX-A: b\r\n c\r\n"),
        get("a field folded by a tab", "Host: a\r\nX-A: b\r\n\tc\r\n"),
        get("a fold of nothing", "Host: a\r\nX-A: b\r\n \r\n"),
        get("a fold in the middle", "X-A: b\r\n c\r\nHost: a\r\n"),
        get("a long fold", "X-A: b\r\n " + String(repeating: "c", count: 900) + "\r\nHost: a\r\n"),
        get("bare LF between fields", "Host: a\nX-A: b\r\n"),
        get("bare LF after the last field", "Host: a\r\nX-A: b\n"),
        Self("bare LF for the empty line", "GET /hello HTTP/1.1\r\nHost: a\r\n\n" + smuggled, 400),
        Self(
            "bare LF after the request line",
            "GET /hello HTTP/1.1\nHost: a\r\n\r\n" + smuggled, 400),
        Self("only bare LF", "GET /hello HTTP/1.1\nHost: a\n\n" + smuggled, 400),
        get("bare CR in a value", "Host: a\r\nX-A: b\rc\r\n"),
        get("bare CR before CRLF", "Host: a\r\nX-A: b\r\r\n"),
        get("bare CR hiding a field", "Host: a\r\nX-A: b\rContent-Length: 44\r\n"),
        get("NUL in a value", "Host: a\r\nX-A: b\u{0}c\r\n"),
        get("NUL at the end of a value", "Host: a\r\nX-A: b\u{0}\r\n"),
        get("two NULs hiding a field", "Host: a\r\nX-A: b\u{0}\u{0}X-B\u{0}c\r\n"),
        get("NUL in a name", "Host: a\r\nX\u{0}A: b\r\n"),
        get("NUL at the beginning of a line", "Host: a\r\n\u{0}X-A: b\r\n"),
        get("a control character in a value", "Host: a\r\nX-A: b\u{1}c\r\n"),
        get("DEL in a value", "Host: a\r\nX-A: b\u{7F}c\r\n"),
        get("Authorization twice", "Host: a\r\nAuthorization: x\r\nAuthorization: y\r\n"),
        get("Idempotency-Key twice", "Host: a\r\nIdempotency-Key: x\r\nidempotency-key: x\r\n"),
    ]

    static let lines = [
        target("NUL escaped in the path", "/hello%00"),
        target("a line end escaped in the path", "/hello%0d%0aX-A:b"),
        target("a control character escaped in the path", "/items/%01"),
        target("half an escape", "/hello%2"),
        target("a malformed escape", "/items/%zz"),
        target("invalid UTF-8 in the path", "/items/%ff"),
        target("an overlong escape", "/items/%c0%ae"),
        target("a fragment", "/hello#a"),
        target("a blank in the target", "/hel lo"),
        target("two blanks before the target", " /hello"),
        target("two blanks after the target", "/hello "),
        target("a tab in the target", "/hel\tlo"),
        target("a raw control character", "/hel\u{1}lo"),
        target("a raw NUL", "/hel\u{0}lo"),
        target("no slash", "hello"),
        target("raw UTF-8", "/水"),
        target("the asterisk", "*"),
        Self("no version", "GET /hello\r\n\r\n" + smuggled, 400),
        Self("a trailing blank", "GET /hello HTTP/1.1 \r\nHost: a\r\n\r\n" + smuggled, 400),
        Self("a bad version", "GET /hello HTTP/1.x\r\nHost: a\r\n\r\n" + smuggled, 400),
        Self("version 1.2", "GET /hello HTTP/1.2\r\nHost: a\r\n\r\n" + smuggled, 505),
        Self("version 0.9", "GET /hello HTTP/0.9\r\nHost: a\r\n\r\n" + smuggled, 505),
        Self("version 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + smuggled, 505),
        Self("a method that is no token", "G(T /hello HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 400),
        Self(
            "NUL after the version",
            "GET /hello HTTP/1.1\u{0}\r\nHost: a\r\n\r\n" + smuggled, 400),
        Self("no method", " /hello HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, nil),
        Self("one word", "nonsense\r\n\r\n" + smuggled, nil),
    ]

    static let all = framing + chunks + fields + lines
}
