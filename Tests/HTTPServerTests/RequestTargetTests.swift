import Testing

@testable import HTTPServer

@Suite struct RequestTargetTests {
    private func parse(_ raw: String, limitBytes: Int = 100) -> String {
        Array(raw.utf8).withUnsafeBufferPointer { buffer in
            let target = RequestTarget(raw: buffer, limitBytes: limitBytes)
            if let fault = target.fault { return "\(fault.status)" }
            let path = String(decoding: target.storage[..<target.pathCount], as: UTF8.self)
            let query = String(decoding: target.storage[target.pathCount...], as: UTF8.self)
            return query.isEmpty ? path : path + " " + query
        }
    }

    @Test(arguments: [
        ("/", "/"), ("/a/b", "/a/b"), ("/a?b=c", "/a b=c"), ("/a?", "/a"), ("/a%20b", "/a b"),
        ("/%E6%B0%B4", "/水"), ("/a+b", "/a+b"), ("/a?x=%41", "/a x=%41"), ("/a?b?c", "/a b?c"),
        ("http://host/a?b", "/a b"), ("HTTP://host:80/a", "/a"), ("/%25", "/%"),
    ])
    func `a good target is decoded and its query kept raw`(raw: String, expected: String) {
        #expect(parse(raw) == expected)
    }

    @Test(arguments: [
        "", "a", "*", "http://host", "http:///a", "ftp://host/a", "/a#b", "/a b", "/\u{7F}",
        "/\u{1}", "/水", "/%", "/%4", "/%4g", "/%zz", "/%00", "/%0a", "/%7F", "/%C3", "/%FF",
        "/%C0%AF", "/%ED%A0%80", "/a?%", "/a?%00", "/a?%0d", "/a?%FF",
    ])
    func `a bad target is refused`(raw: String) {
        #expect(parse(raw) == "400")
    }

    @Test func `an escaped slash is in no route`() {
        #expect(parse("/a%2Fb") == "404")
        #expect(parse("/a%2fb") == "404")
        #expect(parse("/a%252Fb") == "/a%2Fb")
    }

    @Test func `the length limit is exact`() {
        #expect(parse("/23456789", limitBytes: 9) == "/23456789")
        #expect(parse("/234567890", limitBytes: 9) == "414")
    }
}

@Suite struct QueryStringTests {
    @Test func `values are decoded, absent is nil, and a duplicate is an error`() throws {
        let request = HTTPRequest(
            method: .get, path: "/", query: "date=2026-01-02&name=%E6%B0%B4+a&empty=&flag&x=1&x=2")
        #expect(try request.query("date") == "2026-01-02")
        #expect(try request.query("name") == "水 a")
        #expect(try request.query("empty")?.isEmpty == true)
        #expect(try request.query("flag")?.isEmpty == true)
        #expect(try request.query("absent") == nil)
        #expect(throws: QueryError.duplicate(name: "x")) { try request.query("x") }
        #expect(request.queryNames == ["date", "name", "empty", "flag", "x", "x"])
    }

    @Test func `a request without a query has no names`() throws {
        let request = HTTPRequest(method: .get, path: "/")
        #expect(request.queryNames.isEmpty)
        #expect(try request.query("a") == nil)
    }
}
