import Testing

@testable import StrictJSON

@Suite("The table of rejections")
struct RejectionTableTests {
    enum Animal: String, CaseIterable {
        case dog
        case hen
    }

    /// Asks for one field of each type, so that every refusal of the decoder can be shown.
    private static func takeEverything(_ bytes: [UInt8]) throws(JSONError) {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(bytes))
        _ = try object.string("name", lengthIn: 1...4)
        _ = try object.optionalString("note", lengthIn: 0...9, text: .lines)
        _ = try object.integer("count", in: 1...9)
        _ = try object.optionalInteger("limit", in: 0...(.max))
        _ = try object.bool("open")
        _ = try object.enumeration("kind", Animal.self)
        for var item in try object.objects("items", maximumCount: 2) {
            _ = try item.integer("id", in: 1...8)
            try item.finish()
        }
        if var place = try object.optionalObject("place") {
            _ = try place.integer("x", in: 0...9)
            _ = try place.optionalInteger("y", in: 0...9)
            try place.finish()
        }
        try object.finish()
    }

    @Test("holds for texts: rule, field and byte", arguments: RejectionTable.texts)
    func texts(_ sample: Rejection) throws {
        let error = try #require(throws: JSONError.self) {
            try StrictJSONParser.parse(sample.bytes, limits: RejectionTable.limits)
        }
        #expect(error.kind == sample.kind)
        #expect(error.path == sample.path)
        #expect(error.offset == sample.offset)
        #expect(error.message.contains("(byte \(sample.offset))"))
    }

    @Test("holds for fields: rule, field and byte", arguments: RejectionTable.fields)
    func fields(_ sample: Rejection) throws {
        let error = try #require(throws: JSONError.self) {
            try Self.takeEverything(sample.bytes)
        }
        #expect(error.kind == sample.kind)
        #expect(error.path == sample.path)
        #expect(error.offset == sample.offset)
    }

    @Test("shows every rule being broken")
    func everyKindIsShown() {
        let shown = Set((RejectionTable.texts + RejectionTable.fields).map(\.kind))
        #expect(Set(JSONError.Kind.allCases).subtracting(shown) == [])
    }

    @Test("needs no row for texts that are cut short: each is refused")
    func everyPrefix() {
        let text = Array(#"{"a":[1,-2,true,null,"é\n\ud83d\ude00"],"b":{"c":false}}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSONError.self, "\(length) bytes") {
                try StrictJSONParser.parse(Array(text[..<length]))
            }
        }
        #expect(throws: Never.self) { try StrictJSONParser.parse(text) }
    }
}
