import Agency
import Foundation
import HTTPServer
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct OpenAPIDocumentTests {
    static func document() throws -> JSONValue {
        try APIAnswer(status: 200, headers: [:], body: OpenAPIDocument.json).json()
    }

    /// Where a request of the fixtures leads: its route in the document.
    static func operation(_ method: String, _ target: String) -> AgencyPOS.Operation? {
        let path = target.prefix { $0 != "?" }.split(separator: "/")
        return Operations.all.filter { $0.method.rawValue == method }.first { operation in
            let pattern = operation.path.split(separator: "/")
            return pattern.count == path.count
                && zip(pattern, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
    }

    @Test("the document has the router's routes, all of them and no other")
    func routes() throws {
        let server = try LiveServer()
        let readers = server.book.readers
        let workers = try WorkerPool(threadCount: 1, maximumQueueLength: 1, name: "unused")
        defer { workers.drain() }
        let api = API(
            book: server.book,
            desk: WithdrawalDesk(writer: server.book.writer, lines: [:]) { _ in },
            partners: PartnerDesk(writer: server.book.writer, lines: [:]) { _ in },
            inquiries: BalanceInquiryDesk(writer: server.book.writer, lines: [:]),
            stockDesk: StockDesk(
                writer: server.book.writer, activator: GatewayActivator(lines: [:])
            ) { _ in },
            releaser: SettlementReleaser(
                exchange: SettlementExchange(book: server.book), log: Log(level: .error)),
            inbox: PartnerInbox(book: server.book),
            batches: TerminalBatchDesk(readers: readers, writer: server.book.writer),
            sessions: SessionCache(readers: readers), workers: workers,
            signInWorkers: workers, uploadWorkers: workers, log: Log(level: .error))
        let routes = api.router().routes.map { "\($0.method.rawValue) \($0.pattern)" }
        let described = try #require(try Self.document()["paths"]).members.flatMap { path in
            path.value.members.map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(described.sorted() == routes.sorted())
        let names = Operations.all.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test("the server serves it to anyone")
    func served() throws {
        let answer = try StrictRequestTests.bench.get().server.client().get("/openapi.json")
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "application/json")
        #expect(answer.body == OpenAPIDocument.json)
    }

    @Test("openapi-spec-validator finds nothing wrong with it")
    func validator() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/openapi.json"
        try Data(OpenAPIDocument.json).write(to: URL(fileURLWithPath: path))
        guard try Self.python("import openapi_spec_validator") == 0 else {
            print("skipped: python3 has no openapi-spec-validator (pip install it to check)")
            return
        }
        let program = """
            import json, openapi_spec_validator
            openapi_spec_validator.validate(json.load(open('\(path)')))
            """
        #expect(try Self.python(program) == 0)
        // The validator would say no: a response without description is no OpenAPI.
        let broken = program.replacingOccurrences(
            of: "json.load(open('\(path)'))", with: "{'openapi': '3.1.0', 'paths': {}}")
        #expect(try Self.python(broken, showsErrors: false) != 0)
    }

    private static func python(_ program: String, showsErrors: Bool = true) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program]
        process.standardOutput = FileHandle.nullDevice
        if !showsErrors { process.standardError = FileHandle.nullDevice }
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test("every reference leads somewhere and every schema is used")
    func references() throws {
        let text = String(decoding: OpenAPIDocument.json, as: UTF8.self)
        let names = Operations.schemas.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(text.contains("\"#/components/schemas/\(name)\""), "\(name) is not used")
        }
        let used = text.components(separatedBy: "\"#/components/schemas/").dropFirst()
        for reference in used {
            #expect(names.contains(String(reference.prefix { $0 != "\"" })))
        }
    }

    @Test("every refusal of the rules is told of at some route")
    func refusals() {
        let told = Set(Operations.all.flatMap { $0.problems.values.flatMap { $0 } })
        for code in RefusalCode.allCases { #expect(told.contains(code.rawValue), "\(code)") }
        for code in ProblemCode.allCases {
            #expect(
                told.contains(code.rawValue) || Operations.httpProblems.contains(code), "\(code)")
        }
    }

    @Test("each example fits the schema of its request")
    func examples() throws {
        let check = SchemaCheck(document: try Self.document())
        for operation in Operations.all {
            guard let body = operation.body else { continue }
            let schema: JSONValue = ["$ref": .string("#/components/schemas/" + body.schema)]
            #expect(!body.examples.isEmpty)
            for (name, value) in body.examples {
                #expect(check.fault(value, schema) == nil, "\(operation.path) \(name)")
            }
        }
    }
}
