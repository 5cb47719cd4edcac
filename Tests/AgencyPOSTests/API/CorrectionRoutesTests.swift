import Agency
import Foundation
import StrictJSON
import Synchronization
import Testing

@testable import AgencyPOS

@Suite struct CorrectionRoutesTests {
    static let rounds = 12

    private static func code(
        _ correction: String, _ serial: String, by supervisor: APIClient
    ) throws -> String {
        let answer = try supervisor.post(
            "/v1/authorisations",
            ["correction": .string(correction), "serial": .string(serial), "reason": "错号"])
        guard let code = try answer.json()["authorisation_code"]?.text else {
            throw TestFailure("\(answer)")
        }
        return code
    }

    @Test("of two supervisors and two operators at once, one voids and the other hears of it")
    func together() throws {
        let server = try LiveServer()
        let operators = [try server.counter(), try server.client(of: "OP000102")]
        #expect(try operators[1].post("/v1/shifts", ["till_id": "S0001-C2"]).status == 201)
        let tokens = operators.map(\.token)
        let supervisors = [try server.client(of: "SV-T01"), try server.client(of: "SV-D01")]
        for round in 1...Self.rounds {
            let paid = try operators[0].payBlind(amountFen: 1_000)
            let serial = try #require(try paid.json()["serial"]?.text)
            let codes = try supervisors.map { try Self.code("void", serial, by: $0) }
            let answers = Mutex<[APIAnswer]>([])
            let failures = Mutex<[String]>([])
            DispatchQueue.concurrentPerform(iterations: 2) { index in
                do {
                    let client = try APIClient(port: server.port)
                    client.token = tokens[index]
                    let answer = try client.post(
                        "/v1/receipts/\(serial)/void",
                        ["authorisation_code": .string(codes[index])],
                        key: "void-\(round)-of-\(index)")
                    answers.withLock { $0.append(answer) }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
            #expect(failures.withLock { $0 } == [])
            let heard = answers.withLock { $0 }.sorted { $0.status < $1.status }
            #expect(heard.map(\.status) == [201, 409])
            #expect(heard.last?.problemCode == "already-corrected")
        }
        #expect(try server.counts()["service_transaction"] == Int64(2 * Self.rounds))
        server.stop()
        let report = try server.book.folder.openReaders().read {
            try BookAudit($0, maximumFaults: 10) { _ in }.run()
        }
        #expect(report.faults.isEmpty, "\(report.faults)")
    }

    @Test("a void and a refund by REST, with their texts in both languages") func dayAndNext()
        throws
    {
        let server = try LiveServer()
        let teller = try server.counter()
        let supervisor = try server.client(of: "SV-T01")
        let kept = try #require(try teller.payBlind(amountFen: 5_000).json()["serial"]?.text)
        let voided = try #require(try teller.payBlind(amountFen: 2_000).json()["serial"]?.text)
        let early = try supervisor.post(
            "/v1/authorisations",
            ["correction": "refund", "serial": .string(kept), "reason": "退费"])
        #expect(early.status == 409 && early.problemCode == "refund-too-early", "\(early)")
        #expect(try early.json()["detail_zh"]?.text?.contains("抹账") == true)
        let wrong = try teller.post(
            "/v1/receipts/\(voided)/void", ["authorisation_code": "00000000"],
            key: teller.freshKey())
        #expect(wrong.status == 403 && wrong.problemCode == "authorisation-refused", "\(wrong)")
        #expect(wrong.problemField == "/authorisation_code")
        let code = try Self.code("void", voided, by: supervisor)
        let answer = try teller.post(
            "/v1/receipts/\(voided)/void", ["authorisation_code": .string(code)],
            key: teller.freshKey())
        #expect(answer.status == 201, "\(answer)")
        let receipt = try answer.json()
        #expect(receipt["total_fen"]?.number == -2_000)
        #expect(receipt["correction"]?.text == "void")
        #expect(receipt["original_serial"]?.text == voided)
        let shown = try teller.get("/v1/receipts/\(receipt["serial"]?.text ?? "")")
        #expect(shown.body == answer.body)
    }
}
