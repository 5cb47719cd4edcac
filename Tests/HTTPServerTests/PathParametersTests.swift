import Testing

@testable import HTTPServer

@Suite struct PathParametersTests {
    @Test(arguments: [
        ("0", 0), ("17", 17), ("-5", -5), ("9223372036854775807", Int64.max),
        ("-9223372036854775808", Int64.min),
    ])
    func `an integer in its shortest form is read`(text: String, value: Int64) throws {
        #expect(try PathParameters(["id": text]).integer("id") == value)
    }

    @Test(arguments: ["", "+1", "01", "-0", " 1", "1 ", "1.0", "1e2", "9223372036854775808", "１"])
    func `anything else is not an integer`(text: String) {
        #expect(throws: PathParameterError.notAnInteger(name: "id")) {
            try PathParameters(["id": text]).integer("id")
        }
    }

    @Test func `text is limited in scalars`() throws {
        let parameters = PathParameters(["name": "水费电费"])
        #expect(try parameters.text("name", maximumLength: 4) == "水费电费")
        #expect(throws: PathParameterError.tooLong(name: "name", maximumLength: 3)) {
            try parameters.text("name", maximumLength: 3)
        }
    }
}
