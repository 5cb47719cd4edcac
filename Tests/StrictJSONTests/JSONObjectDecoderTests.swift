import Testing

@testable import StrictJSON

@Suite("An object decoder")
struct JSONObjectDecoderTests {
    enum Post: String, CaseIterable { case a = "A", b = "B" }

    static func decoder(_ text: String) throws -> JSONObjectDecoder {
        try JSONObjectDecoder(StrictJSONParser.parse(Array(text.utf8)))
    }

    @Test("takes every kind of field, in any order")
    func takesFields() throws {
        var body = try Self.decoder(
            #"{"remark":"一\n二","post":"B","cash":true,"amount_fen":5,"name":"张三","#
                + #""items":[{"n":1},{"n":2}],"till":{"id":"T1"},"list":[null]}"#)
        #expect(try body.string("name", lengthIn: 1...2) == "张三")
        #expect(try body.integer("amount_fen", in: 5...5) == 5)
        #expect(try body.bool("cash"))
        #expect(try body.enumeration("post", Post.self) == .b)
        #expect(try body.string("remark", lengthIn: 3...3, text: .lines) == "一\n二")
        var items = try body.objects("items", maximumCount: 2)
        #expect(items.map(\.path) == ["/items/0", "/items/1"])
        #expect(try items[1].integer("n", in: 2...2) == 2)
        var till = try body.object("till")
        #expect(try till.string("id", lengthIn: 2...2) == "T1")
        try till.finish()
        #expect(try body.array("list", maximumCount: 1) == [.null])
        try body.finish()
    }

    @Test(
        "treats an optional field as absent when it is missing or null", arguments: ["{}", full])
    func optionalFields(text: String) throws {
        var body = try Self.decoder(text)
        #expect(try body.optionalString("s", lengthIn: 1...2) == nil)
        #expect(try body.optionalInteger("i", in: 1...2) == nil)
        #expect(try body.optionalBool("b") == nil)
        #expect(try body.optionalEnumeration("e", Post.self) == nil)
        #expect(try body.optionalObject("o") == nil)
        try body.finish()
    }

    static let full = #"{"s":null,"i":null,"b":null,"e":null,"o":null}"#

    @Test("takes an optional field that is there")
    func presentOptionalFields() throws {
        var body = try Self.decoder(#"{"s":"x","i":2,"b":false,"e":"A","o":{}}"#)
        #expect(try body.optionalString("s", lengthIn: 1...2) == "x")
        #expect(try body.optionalInteger("i", in: 1...2) == 2)
        #expect(try body.optionalBool("b") == false)
        #expect(try body.optionalEnumeration("e", Post.self) == .a)
        #expect(try body.optionalObject("o")?.path == "/o")
        try body.finish()
    }

    typealias Taking = @Sendable (inout JSONObjectDecoder) throws -> Void

    /// One field that is asked for wrongly, and how it is to be refused.
    struct Case: CustomTestStringConvertible, Sendable {
        let text: String
        let kind: JSONError.Kind
        let path: String
        let offset: Int
        let taking: Taking

        init(
            _ text: String, _ kind: JSONError.Kind, _ path: String, at offset: Int,
            _ taking: @escaping Taking
        ) {
            self.text = text
            self.kind = kind
            self.path = path
            self.offset = offset
            self.taking = taking
        }

        var testDescription: String { "\(kind): \(text)" }
    }

    static let takeString: Taking = { _ = try $0.string("f", lengthIn: 2...3) }
    static let takeInteger: Taking = { _ = try $0.integer("f", in: 1...100) }
    static let takeBool: Taking = { _ = try $0.bool("f") }
    static let takePost: Taking = { _ = try $0.enumeration("f", Post.self) }
    static let takeArray: Taking = { _ = try $0.array("f", maximumCount: 1) }
    static let takeObjects: Taking = { _ = try $0.objects("f", maximumCount: 2) }
    static let takeObject: Taking = { _ = try $0.object("f") }

    static let cases: [Case] = [
        Case("{}", .missingName, "/f", at: 0, takeString),
        Case(#"{"F":"abc"}"#, .missingName, "/f", at: 5, takeString),
        Case(#"{"f":null}"#, .wrongType, "/f", at: 5, takeString),
        Case(#"{"f":1}"#, .wrongType, "/f", at: 5, takeString),
        Case(#"{"f":"a"}"#, .lengthOutOfRange, "/f", at: 5, takeString),
        Case(#"{"f":"水水水水"}"#, .lengthOutOfRange, "/f", at: 5, takeString),
        Case(#"{"f":"a\nb"}"#, .forbiddenCharacter, "/f", at: 5, takeString),
        Case(#"{"f":"a\u0000"}"#, .forbiddenCharacter, "/f", at: 5, takeString),
        Case(#"{"f":"a\u202e"}"#, .forbiddenCharacter, "/f", at: 5, takeString),
        Case(#"{"f":"1"}"#, .wrongType, "/f", at: 5, takeInteger),
        Case(#"{"f": 0}"#, .valueOutOfRange, "/f", at: 6, takeInteger),
        Case(#"{"f":101}"#, .valueOutOfRange, "/f", at: 5, takeInteger),
        Case(#"{"f":-1}"#, .valueOutOfRange, "/f", at: 5, takeInteger),
        Case(#"{"f":null}"#, .wrongType, "/f", at: 5, takeInteger),
        Case(#"{"f":"true"}"#, .wrongType, "/f", at: 5, takeBool),
        Case(#"{"f":1}"#, .wrongType, "/f", at: 5, takeBool),
        Case(#"{"f":"C"}"#, .valueNotAllowed, "/f", at: 5, takePost),
        Case(#"{"f":"a"}"#, .valueNotAllowed, "/f", at: 5, takePost),
        Case(#"{"f":1}"#, .wrongType, "/f", at: 5, takePost),
        Case(#"{"f":{}}"#, .wrongType, "/f", at: 5, takeArray),
        Case(#"{"f":[1,2]}"#, .tooManyItems, "/f", at: 5, takeArray),
        Case(#"{"f":[{},1]}"#, .wrongType, "/f/1", at: 5, takeObjects),
        Case(#"{"f":[]}"#, .wrongType, "/f", at: 5, takeObject),
        Case(#"{"g":1,"f":true}"#, .unknownName, "/g", at: 5, takeBool),
        Case(#"{"f":true,"g":null}"#, .unknownName, "/g", at: 14, takeBool),
        Case(
            #"{"f":{"g":1}}"#, .unknownName, "/f/g", at: 10,
            { try $0.object("f").finish() }),
        Case(
            #"{"f":[{"n":0}]}"#, .valueOutOfRange, "/f/0/n", at: 11,
            {
                var elements = try $0.objects("f", maximumCount: 1)
                _ = try elements[0].integer("n", in: 1...1)
            }),
        Case(
            #"{"f":"AB"}"#, .valueNotAllowed, "/f", at: 5,
            { throw $0.refusal(of: "f", .valueNotAllowed, "no such till; sign on first") }),
    ]

    @Test("refuses a field with the rule, the field and the byte", arguments: cases)
    func refuses(testCase: Case) throws {
        var body = try Self.decoder(testCase.text)
        let error = #expect(throws: JSONError.self) {
            try testCase.taking(&body)
            try body.finish()
        }
        #expect(error?.kind == testCase.kind)
        #expect(error?.path == testCase.path)
        #expect(error?.offset == testCase.offset)
    }

    @Test("refuses a text that is no object", arguments: ["[]", "\"a\"", "1", "true", "null"])
    func refusesOtherValues(text: String) {
        let error = #expect(throws: JSONError.self) { _ = try Self.decoder(text) }
        #expect(error?.kind == .wrongType)
        #expect(error?.path == "")
    }

    @Test("says what to send, and repeats no value")
    func messages() throws {
        var body = try Self.decoder(#"{"pin":"12","post":"X","amount_fen":-7}"#)
        let pin = #expect(throws: JSONError.self) { _ = try body.string("pin", lengthIn: 6...6) }
        #expect(pin?.message == "field /pin (byte 7): the text has 2 characters; send 6")
        let post = #expect(throws: JSONError.self) { _ = try body.enumeration("post", Post.self) }
        #expect(
            post?.message
                == "field /post (byte 19): the value is not one of these; send one: A, B")
        let amount = #expect(throws: JSONError.self) {
            _ = try body.integer("amount_fen", in: 1...Int64.max)
        }
        #expect(
            amount?.message
                == "field /amount_fen (byte 36): the number is out of range; send 1 or more")
    }

    @Test("tracks as many members as its ceiling and refuses one more")
    func memberCeiling() throws {
        let members = (0..<JSONLimits.memberCeiling).map {
            JSONMember(name: "n\($0)", value: .integer(Int64($0)))
        }
        var body = try JSONObjectDecoder(.object(members))
        for member in members.reversed() { _ = try body.integer(member.name, in: 0...63) }
        try body.finish()
        let error = #expect(throws: JSONError.self) {
            _ = try JSONObjectDecoder(.object(members + [JSONMember(name: "x", value: .null)]))
        }
        #expect(error?.kind == .tooManyMembers)
    }
}
