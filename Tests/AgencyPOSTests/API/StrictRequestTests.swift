import Agency
import HTTPServer
import StrictJSON
import Testing

@testable import AgencyPOS

/// Every POST of the document against every way to break its body.
@Suite struct StrictRequestTests {
    /// One server for the whole table: no request of it changes anything.
    struct Bench: Sendable {
        let server: LiveServer
        let operatorToken: String?
        let administratorToken: String?
        let supervisorToken: String?
        let liaisonToken: String?

        func token(of role: Role) -> String? {
            switch role {
            case .operator: operatorToken
            case .supervisor: supervisorToken
            case .administrator: administratorToken
            case .liaison: liaisonToken
            case .committee: nil
            }
        }
    }

    static let bench = Result {
        let server = try LiveServer()
        return Bench(
            server: server, operatorToken: try server.client(of: "OP000101").token,
            administratorToken: try server.client(of: "AD0001").token,
            supervisorToken: try server.client(of: "SV-D01").token,
            liaisonToken: try server.client(of: "LI-WATER01").token)
    }

    @Test("the table covers every request that has a body")
    func coverage() {
        let paths = Set(StrictRequestCase.all.map(\.path))
        let expected = Set(Operations.all.filter { $0.body != nil }.map(\.samplePath))
        #expect(paths == expected)
        #expect(StrictRequestCase.all.count > 200)
    }

    @Test("a body that is not what the document says is refused", arguments: StrictRequestCase.all)
    func refuses(_ row: StrictRequestCase) throws {
        let bench = try Self.bench.get()
        let client = try bench.server.client()
        client.token = bench.token(of: row.role)
        let before = try bench.server.counts()
        let answer = try client.call(
            "POST", row.path, body: row.body,
            headers: [("Idempotency-Key", client.freshKey())])
        #expect(answer.status == row.status, "\(answer)")
        #expect(answer.problemCode == "invalid-json", "\(answer)")
        #expect(answer.problemField == row.field, "\(answer)")
        let chinese = try answer.json()["detail_zh"]?.text
        #expect(row.field.map { chinese?.contains("字段 \($0) 有误") == true } ?? true, "\(answer)")
        #expect(try bench.server.counts() == before)
    }

    @Test(
        "a body beyond the limit is refused before it is read",
        arguments: Operations.all.filter { $0.method == .post })
    func tooLong(_ operation: Operation) throws {
        let bench = try Self.bench.get()
        let client = try bench.server.client()
        client.token = bench.operatorToken
        let limit = operation.maximumBodyBytes ?? HTTPServerConfiguration().maximumBodyBytes
        let answer = try client.call(
            "POST", operation.samplePath, body: Array(repeating: 0x20, count: limit + 1))
        #expect(answer.status == 413)
        #expect(answer.problemCode == "body-too-large")
    }

    @Test(
        "a step that takes no body refuses one",
        arguments: Operations.all.filter { $0.method == .post && $0.body == nil })
    func noBody(_ operation: Operation) throws {
        let bench = try Self.bench.get()
        let client = try bench.server.client()
        client.token =
            Role.allCases.filter(operation.roles.contains)
            .compactMap { bench.token(of: $0) }.first
        let answer = try client.post(operation.samplePath, [:], key: client.freshKey())
        #expect(answer.status == 422)
        #expect(answer.problemCode == "invalid-json")
    }

    @Test("a terminal and its secret go together", arguments: ["terminal_id", "terminal_secret"])
    func terminalPair(_ left: String) throws {
        let bench = try Self.bench.get()
        let members = try JSONValue.signIn("OP000101").members.filter { $0.name != left }
        let answer = try bench.server.client().post("/v1/sessions", .object(members))
        #expect(answer.status == 422)
        #expect(answer.problemField == "/" + left)
    }
}

/// One broken body and what the server must answer.
struct StrictRequestCase: Sendable, CustomTestStringConvertible {
    let path: String
    let name: String
    let body: [UInt8]
    let status: Int
    let field: String?
    /// Who sends it.
    let role: Role

    var testDescription: String { "\(path): \(name)" }

    static let all: [StrictRequestCase] = Operations.all.flatMap { operation in
        (operation.body?.examples ?? []).flatMap { example in
            Table(operation: operation, example: example.value).cases
        }
    }

    /// The rows that one example of a request gives.
    private struct Table {
        let operation: Operation
        let example: JSONValue

        var cases: [StrictRequestCase] {
            let first = example.members[0]
            let text = String(decoding: example.encoded, as: UTF8.self)
            let open = text.dropLast()
            let repeated = "\(open),\"\(first.name)\":\(raw(first.value))}"
            var cases = [
                row("an unknown member", "\(open),\"surprise\":1}", 422, "/surprise"),
                row("a member twice", repeated, 400, "/" + first.name),
                row("a trailing comma", "\(open),}", 400),
                row("nothing", "", 400),
                row("only blanks", " \n", 400),
                row("an array", "[\(text)]", 422),
                row("a string", "\"\(first.name)\"", 422),
                row("null", "null", 422),
                row("a second value", text + text, 400),
                row("a text that ends early", String(open), 400),
                row("a byte order mark", "\u{FEFF}" + text, 400),
                row("a comment", "/**/" + text, 400),
                row("single quotes", "{'\(first.name)':1}", 400),
            ]
            for property in properties {
                cases += rows(of: property)
            }
            return cases
        }

        /// The members of the schema that the example follows.
        private var properties: [Property] {
            let schema = Operations.schemas.first { $0.name == operation.body?.schema }?.schema
            let names = example.members.map(\.name)
            switch schema {
            case .object(let properties, _):
                return properties.filter { names.contains($0.name) }
            case .oneOf(let choices):
                for case .object(let properties, _) in choices
                where names.allSatisfy({ name in properties.contains { $0.name == name } }) {
                    return properties.filter { names.contains($0.name) }
                }
                return []
            case .array, .text, .integer, .boolean, .named, .orNull, nil: return []
            }
        }

        private func rows(of property: Property) -> [StrictRequestCase] {
            let name = property.name
            var cases: [StrictRequestCase] = []
            // Without a quote the request is a blind one, which lacks its product.
            let missing = name == "quote_id" ? "/product_id" : "/" + name
            if property.isRequired {
                let rest = example.members.filter { $0.name != name }
                let without = String(decoding: JSONValue.object(rest).encoded, as: UTF8.self)
                cases.append(row("\(name) is missing", without, 422, missing))
                cases.append(
                    replaced(name, "null", 422, field: name == "quote_id" ? missing : nil))
            }
            for (value, status) in wrongValues(of: property.schema) {
                cases.append(replaced(name, value, status))
            }
            return cases
        }

        /// The longest text that the parser of this request lets pass, in bytes.
        private var longestText: Int {
            switch operation.maximumBodyBytes {
            case JSONLimits.statement.maximumBytes: JSONLimits.statement.maximumStringBytes
            case JSONLimits.partnerFile.maximumBytes: JSONLimits.partnerFile.maximumStringBytes
            case _: 5_000
            }
        }

        private func wrongValues(of schema: Schema) -> [(String, Int)] {
            let controls = [("\"a\u{1}b\"", 400), ("\"a\\u202eb\"", 422), ("\"\\ud800\"", 400)]
            switch schema {
            case .integer(let range):
                var values = [
                    ("1.0", 400), ("1e2", 400), ("1E2", 400), ("-0", 400), ("01", 400),
                    ("99999999999999999999", 400), ("+1", 400), ("NaN", 400), ("\"5\"", 422),
                    ("true", 422), ("[1]", 422), ("{}", 422), ("9223372036854775807", 422),
                ]
                if range.lowerBound >= 0 { values.append(("-1", 422)) }
                if range.lowerBound > 0 { values.append(("0", 422)) }
                return values
            case .text(let rule):
                // Some texts may have more than the usual, and whole files much more.
                let long = max(250, min(rule.lengths?.upperBound ?? 0, 4_000) + 1)
                let longest = 1 + longestText
                return [
                    ("5", 422), ("true", 422), ("[]", 422), ("{}", 422), ("\"\"", 422),
                    ("\"" + String(repeating: "9", count: long) + "\"", 422),
                    ("\"" + String(repeating: "9", count: longest) + "\"", 400),
                ] + controls
            case .boolean: return [("1", 422), ("\"true\"", 422), ("True", 400)]
            case .orNull(let schema): return wrongValues(of: schema)
            case .object, .array, .named, .oneOf: return []
            }
        }

        private func replaced(
            _ name: String, _ value: String, _ status: Int, field: String? = nil
        ) -> StrictRequestCase {
            let members = example.members.map { member in
                "\"\(member.name)\":" + (member.name == name ? value : raw(member.value))
            }
            return row(
                "\(name) is \(value.prefix(24))", "{" + members.joined(separator: ",") + "}",
                status, field ?? "/" + name)
        }

        private func row(
            _ name: String, _ text: String, _ status: Int, _ field: String? = nil
        ) -> StrictRequestCase {
            StrictRequestCase(
                path: operation.samplePath, name: name, body: [UInt8](text.utf8),
                status: status, field: field,
                role: operation.sampleRole)
        }

        private func raw(_ value: JSONValue) -> String {
            String(decoding: value.encoded, as: UTF8.self)
        }
    }
}

extension Operation: CustomTestStringConvertible {
    public var testDescription: String { "\(method.rawValue) \(path)" }

    /// One of the roles that may call it; anyone's for a route that asks for no session.
    var sampleRole: Role {
        [.administrator, .operator, .supervisor, .liaison].first { roles.contains($0) }
            ?? (roles.isEmpty ? .operator : .supervisor)
    }

    /// The path with a value for each parameter.
    var samplePath: String {
        path.replacing("{serial}", with: "1").replacing("{shift_id}", with: "1")
            .replacing("{name}", with: "none").replacing("{staff_id}", with: "OP000102")
            .replacing("{item}", with: "1").replacing("{pack_id}", with: "1")
            .replacing("{reservation_id}", with: "1").replacing("{transfer_id}", with: "1")
            .replacing("{difference_id}", with: "1").replacing("{partner_id}", with: "WATER01")
            .replacing("{key_id}", with: "WATER01-K1").replacing("{exception_id}", with: "1")
            .replacing("{resolution_id}", with: "1").replacing("{cycle_id}", with: "1")
            .replacing("{statement_entry_id}", with: "1")
    }
}
