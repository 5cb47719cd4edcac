import Agency
import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct RequestFixtureTests {
    @Test("the README's order names every file, and every route has one")
    func complete() throws {
        let folder = DemoNetwork.repository + "/fixtures/requests"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".json") }
        #expect(Set(try RequestPlayer.order()) == Set(files))
        var routes: Set<String> = []
        for file in files {
            let request = try RequestPlayer.file(file)
            #expect(
                request.members.map(\.name)
                    == ["method", "path", "headers", "body", "expected_status", "note"], "\(file)")
            let operation = try #require(Self.operation(of: request), "\(file)")
            routes.insert(operation.testDescription)
        }
        #expect(routes == Set(Operations.all.map(\.testDescription)))
    }

    @Test("the document's examples are the files' bodies, placeholders aside")
    func examples() throws {
        var compared = 0
        for file in Set(try RequestPlayer.order()) {
            let request = try RequestPlayer.file(file)
            guard let body = request["body"], body != .null else { continue }
            let operation = try #require(Self.operation(of: request), "\(file)")
            let examples = try #require(operation.body?.examples)
            #expect(examples.contains { Self.matches(body, $0.value) }, "\(file)")
            compared += 1
        }
        #expect(compared == Operations.all.reduce(0) { $0 + ($1.body?.examples.count ?? 0) })
    }

    private static func operation(of request: JSONValue) -> AgencyPOS.Operation? {
        guard let method = request["method"]?.text, let path = request["path"]?.text else {
            return nil
        }
        return OpenAPIDocumentTests.operation(method, path)
    }

    private static func matches(_ body: JSONValue, _ example: JSONValue) -> Bool {
        body.members.map(\.name) == example.members.map(\.name)
            && zip(body.members, example.members).allSatisfy { left, right in
                left.value == right.value || left.value.text?.contains("{{") == true
            }
    }

    /// Waits until it is known what became of a payment.
    private static func waitUntilKnown(_ serial: String, _ server: LiveServer) throws {
        let end = Date(timeIntervalSinceNow: BankOrderRoutesTests.patienceSeconds)
        while Date() < end {
            let isOpen = try server.book.readers.read { connection in
                try connection.prepare(
                    """
                    SELECT 1 FROM service_transaction WHERE printf('%012d', serial) = $1
                        AND status = 'unknown'
                    """
                ).first(.text(serial)) { _ in true } ?? false
            }
            if !isOpen { return }
            Thread.sleep(forTimeInterval: 0.02)
        }
        throw TestFailure("\(serial) is still unknown")
    }

    @Test("a whole day over the wire: every status and every answer is as described")
    func day() throws {
        let server = try LiveServer()
        let document = try OpenAPIDocumentTests.document()
        let check = SchemaCheck(document: document)
        var count = 0
        try RequestPlayer(client: server.client()).playAll { played in
            count += 1
            #expect(
                played.answer.status == played.expectedStatus, "\(played.file): \(played.answer)")
            let operation = try #require(
                OpenAPIDocumentTests.operation(played.method, played.path))
            // An example may be of a refusal, where the demo has nothing to show a success with.
            if let code = played.answer.problemCode {
                #expect(operation.problems[played.answer.status]?.contains(code) == true)
                return
            }
            let isUnfinished = played.answer.status == operation.unfinishedAnswer?.status
            #expect(operation.answer.status == played.answer.status || isUnfinished)
            // The next request is of a payment that its partner has been asked about.
            if isUnfinished, let serial = try played.answer.json()["serial"]?.text {
                try Self.waitUntilKnown(serial, server)
            }
            if let body = played.body {
                let name = try #require(operation.body?.schema)
                let schema: JSONValue = ["$ref": .string("#/components/schemas/" + name)]
                #expect(check.fault(body, schema) == nil, "\(played.file)")
            }
            let answer = document["paths"]?[operation.path]?[played.method.lowercased()]?[
                "responses"]?[String(played.answer.status)]
            switch operation.answer.content {
            case .json:
                let schema = try #require(answer?["content"]?["application/json"]?["schema"])
                guard operation.path != "/openapi.json" else { return }
                let fault = check.fault(try played.answer.json(), schema)
                #expect(fault == nil, "\(played.file): \(fault ?? "")")
            case .text:
                #expect(played.answer.headers["content-type"] == "text/plain; charset=utf-8")
                #expect(!played.answer.body.isEmpty)
            case .bytes(let mediaType):
                #expect(played.answer.headers["content-type"] == mediaType)
                #expect(!played.answer.body.isEmpty)
            case .nothing: #expect(played.answer.body.isEmpty)
            }
        }
        #expect(count == (try RequestPlayer.order().count))
        server.stop()
        let report = try server.book.folder.openReaders().read {
            try BookAudit($0, maximumFaults: 10) { _ in }.run()
        }
        #expect(report.faults.isEmpty)
        #expect(report.transactionCount == 24)
    }
}
