import Agency
import HTTPServer
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct ProblemTests {
    /// Every type with its statuses and its title in Chinese.
    private static let types =
        ProblemCode.allCases.map { ($0.rawValue, $0.statuses, $0.chineseTitle) }
        + RefusalCode.allCases.map { ($0.rawValue, [$0.status], $0.chineseTitle) }

    @Test("types, statuses and titles are those that were published")
    func published() throws {
        let lines = Self.types.map { code, statuses, chineseTitle in
            let numbers = statuses.map { String($0) }.joined(separator: " ")
            return "\(Problem.typePrefix)\(code) \(numbers) | \(Problem.title(of: code)) | "
                + "\(chineseTitle)\n"
        }
        let text = lines.sorted().joined()
        let golden = String(decoding: try DemoNetwork.fixture("problems.txt"), as: UTF8.self)
        #expect(text == golden, "a type is for ever; add new ones to fixtures/problems.txt")
    }

    @Test("each type has a name and a short Chinese title of its own") func titles() {
        #expect(Set(Self.types.map(\.0)).count == Self.types.count)
        #expect(Set(Self.types.map(\.2)).count == Self.types.count)
        for (code, _, title) in Self.types {
            // CJK unified ideographs: no punctuation, no value of this case.
            let isPlain = title.unicodeScalars.allSatisfy { (0x4E00...0x9FFF).contains($0.value) }
            #expect(isPlain && (2...12).contains(title.count), "\(code) \(title)")
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let method: String
        let path: String
        let status: Int
        let code: String
        var field: String?
        var body: String?
        var isSignedIn = true

        var testDescription: String { "\(method) \(path.prefix(60)): \(code)" }
    }

    static let rows = [
        Row(method: "GET", path: "/nowhere", status: 404, code: "not-found"),
        Row(method: "GET", path: "/v1/products/", status: 404, code: "not-found"),
        Row(method: "PUT", path: "/v1/shifts", status: 405, code: "method-not-allowed"),
        Row(method: "BREW", path: "/healthz", status: 405, code: "method-not-allowed"),
        Row(
            method: "GET", path: "/healthz?" + String(repeating: "x", count: 3_000), status: 414,
            code: "uri-too-long"),
        Row(
            method: "GET", path: "/v1/products", status: 401, code: "unauthorized",
            isSignedIn: false),
        Row(
            method: "GET", path: "/v1/receipts/abc", status: 404, code: "invalid-parameter",
            field: "serial"),
        Row(
            method: "GET", path: "/v1/receipts/" + String(repeating: "9", count: 19), status: 404,
            code: "invalid-parameter", field: "serial"),
        Row(method: "GET", path: "/v1/receipts/999999", status: 404, code: "unknown-receipt"),
        Row(
            method: "GET", path: "/v1/shifts/x/receipts", status: 404, code: "invalid-parameter",
            field: "shift_id"),
        Row(method: "GET", path: "/v1/shifts/77/receipts", status: 404, code: "unknown-shift"),
        Row(method: "GET", path: "/v1/shifts/current", status: 409, code: "not-signed-on"),
        Row(
            method: "GET", path: "/v1/bills?product_id=NONE&account_number=1", status: 404,
            code: "unknown-product", field: "product_id"),
        Row(
            method: "GET", path: "/v1/bills?product_id=COACH&account_number=1", status: 422,
            code: "wrong-product-kind", field: "product_id"),
        Row(
            method: "GET", path: "/v1/bills?product_id=WATER", status: 400,
            code: "invalid-parameter", field: "account_number"),
        Row(
            method: "POST", path: "/v1/shifts", status: 404, code: "unknown-till",
            field: "/till_id", body: #"{"till_id":"S0002-C1"}"#),
        Row(
            method: "POST", path: "/v1/shifts", status: 400, code: "invalid-json",
            field: "/till_id", body: #"{"till_id":"a","till_id":"a"}"#),
    ]

    @Test("every problem is told the same way", arguments: rows)
    func shape(_ row: Row) throws {
        let bench = try StrictRequestTests.bench.get()
        let client = try bench.server.client()
        client.token = row.isSignedIn ? bench.operatorToken : nil
        let answer = try client.call(
            row.method, row.path, body: row.body.map { [UInt8]($0.utf8) })
        #expect(answer.status == row.status, "\(answer)")
        #expect(answer.headers["content-type"] == "application/problem+json")
        let problem = try answer.json()
        #expect(problem["type"]?.text == Problem.typePrefix + row.code)
        #expect(problem["status"]?.number == Int64(row.status))
        #expect(problem["field"]?.text == row.field)
        #expect(problem["title"]?.text == Problem.title(of: row.code))
        #expect(problem["title_zh"]?.text == Self.types.first { $0.0 == row.code }?.2)
        #expect(problem["detail"]?.text?.isEmpty == false)
        let request = try #require(problem["request_id"]?.text)
        #expect(request.utf8.count == 16)
        if row.status == 405 { #expect(answer.headers["allow"]?.isEmpty == false) }
        let document = try APIAnswer(status: 200, headers: [:], body: OpenAPIDocument.json).json()
        let schema: JSONValue = ["$ref": "#/components/schemas/Problem"]
        #expect(SchemaCheck(document: document).fault(problem, schema) == nil)
    }

    @Test("an unforeseen error shows nothing of itself")
    func opaque() throws {
        let server = try LiveServer()
        let client = try server.client(of: "AD0001")
        try server.book.writer.perform { session in
            try session.connection.execute(script: "ALTER TABLE business_date RENAME TO elsewhere")
        }
        let answer = try client.get("/v1/business-date")
        #expect(answer.status == 500)
        #expect(answer.problemCode == "internal")
        #expect(!answer.text.contains("business_date") && !answer.text.contains("SELECT"))
    }
}
