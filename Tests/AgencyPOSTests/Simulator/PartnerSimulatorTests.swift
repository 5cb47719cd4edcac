import CivilTime
import Cryptography
import Foundation
import HTTPClient
import PartnerAPI
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct PartnerSimulatorTests {
    static let accounts = """
        {"accounts":[
         {"product":"WATER","account":"W1","customer_name":"*三","bills":[
          {"reference":"B1","period":"2026-10","amount_fen":5000,"late_fee_fen":230,
           "due_date":"2026-10-31"},
          {"reference":"B2","period":"2026-11","amount_fen":700,"late_fee_fen":0}]},
         {"product":"POWER","account":"E1","customer_name":"*四","prepaid":true,"bills":[]},
         {"product":"CASH","account":"6222","customer_name":"*五","balance_fen":1000,"bills":[]}],
         "offers":[{"product":"RAIL","reference":"O1","title":"G1 二等座","price_fen":1500,
          "available":2,"details":[{"name":"date","value":"2026-11-22"}]}]}
        """

    private func post(
        _ number: Int, _ kind: PartnerPost.Kind, _ product: String, _ account: String,
        _ amountFen: Int64, lines: [PartnerLineItem] = []
    ) throws -> PartnerPost {
        PartnerPost(
            serial: try .sample(number), kind: kind, product: product, account: account,
            amountFen: amountFen, lines: lines)
    }

    private func code(_ answer: PartnerPostAnswer) -> String {
        if case .refused(let refusal) = answer { return refusal.code }
        return SimulatorBehaviourTests.text(answer)
    }

    @Test func `the accounts of a file owe, pay, buy and draw by their rules`() throws {
        let simulator = try SimulatorProcess(accounts: Self.accounts)
        let gateway = try simulator.gateway()
        let bills = PartnerInquiry(kind: .bills, product: "WATER", account: "W1")
        guard case .bills(let owed) = gateway.inquire(bills) else {
            Issue.record("no bills")
            return
        }
        #expect(owed.customerName == "*三")
        #expect(owed.bills.map(\.reference) == ["B1", "B2"])
        #expect(owed.bills[0].lateFeeFen == 230)
        #expect(owed.bills[0].dueDate == BusinessDate("2026-10-31"))
        guard
            case .refused = gateway.inquire(
                PartnerInquiry(kind: .bills, product: "WATER", account: "W2"))
        else {
            Issue.record("an account that does not exist owes something")
            return
        }

        let first = [PartnerLineItem(reference: "B1", amountFen: 5_230)]
        #expect(
            code(gateway.post(try post(1, .payment, "WATER", "W1", 5_230, lines: first)))
                == "booked")
        #expect(
            code(gateway.post(try post(2, .payment, "WATER", "W1", 5_230, lines: first)))
                == "already_paid")
        #expect(code(gateway.post(try post(3, .payment, "WATER", "W9", 1))) == "unknown_account")
        guard case .bills(let rest) = gateway.inquire(bills) else {
            Issue.record("no bills")
            return
        }
        #expect(rest.bills.map(\.reference) == ["B2"])
        #expect(gateway.reverse(try .sample(1)) == .reversed)
        guard case .bills(let again) = gateway.inquire(bills) else {
            Issue.record("no bills")
            return
        }
        #expect(again.bills.map(\.reference) == ["B1", "B2"])

        guard case .booked(let power) = gateway.post(try post(4, .payment, "POWER", "E1", 100))
        else {
            Issue.record("no token")
            return
        }
        #expect(power.token?.split(separator: "-").map(\.count) == [4, 4, 4, 4, 4])

        let trip = [PartnerLineItem(reference: "O1", quantity: 2, amountFen: 3_000)]
        guard
            case .booked(let sale) = gateway.post(
                try post(5, .sale, "RAIL", "", 3_000, lines: trip))
        else {
            Issue.record("no tickets")
            return
        }
        #expect(Set(sale.tickets).count == 2)
        #expect(
            code(gateway.post(try post(6, .sale, "RAIL", "", 3_000, lines: trip))) == "sold_out")
        guard
            case .offers(let offers) = gateway.inquire(
                PartnerInquiry(kind: .offers, product: "RAIL"))
        else {
            Issue.record("no offers")
            return
        }
        #expect(offers.map(\.available) == [0])

        #expect(
            code(gateway.post(try post(7, .withdrawal, "CASH", "6222", 1_001)))
                == "insufficient_funds")
        #expect(code(gateway.post(try post(8, .withdrawal, "CASH", "6222", 1_000))) == "booked")
        #expect(
            gateway.inquire(PartnerInquiry(kind: .balance, product: "CASH", account: "6222"))
                == .balance(PartnerBalance(customerName: "*五", balanceFen: 0, availableFen: 0)))
    }

    @Test func `what it booked survives a power cut, a torn line does not matter`() throws {
        let folder = try TemporaryFolder()
        let first = try SimulatorProcess(folder: folder)
        let gateway = try first.gateway()
        guard case .booked(let booking) = gateway.post(try .sample(1)) else {
            Issue.record("not booked")
            return
        }
        _ = gateway.post(try .sample(2))
        #expect(gateway.reverse(try .sample(2)) == .reversed)
        try first.behave("post", "refuse", ["code": "closed", "calls": 1])
        _ = gateway.post(try .sample(3))
        try first.behave("post", "late", ["delay_ms": 600_000, "calls": 1])
        _ = try first.gateway(totalMilliseconds: 200).post(try .sample(4))
        first.kill()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: first.statePath))
        try file.seekToEnd()
        try file.write(contentsOf: Data(#"{"serial":"1000009","sta"#.utf8))
        try file.close()

        for _ in 0..<2 {
            let second = try SimulatorProcess(folder: folder)
            let gateway = try second.gateway()
            #expect(gateway.query(try .sample(1)) == .booked(booking))
            #expect(gateway.post(try .sample(1)) == .booked(booking))
            #expect(gateway.query(try .sample(2)) == .reversed)
            #expect(
                SimulatorBehaviourTests.text(gateway.query(try .sample(3))).hasPrefix(
                    "refused closed"))
            #expect(gateway.query(try .sample(4)) == .notFound)
            #expect(gateway.query(try .sample(9)) == .notFound)
            #expect(try second.booking(try .sample(1))?["times_booked"]?.number == 1)
            #expect(second.terminate() == 0)
        }
    }

    @Test func `the same post is booked once, another under its serial is a conflict`() throws {
        let simulator = try SimulatorProcess()
        let gateway = try simulator.gateway()
        let first = gateway.post(try .sample())
        #expect(SimulatorBehaviourTests.text(first) == "booked")
        for _ in 0..<3 { #expect(gateway.post(try .sample()) == first) }
        #expect(try simulator.booking(try .sample())?["times_booked"]?.number == 1)
        guard case .unknown(let failure) = gateway.post(try .sample(amountFen: 1)) else {
            Issue.record("another amount was taken under the same serial")
            return
        }
        #expect(failure.kind == .partnerFault && failure.detail.contains("serial_conflict"))
    }

    @Test func `a wrong key hears a signed or unsigned refusal, and nothing is booked`() throws {
        let simulator = try SimulatorProcess()
        let bytes = [UInt8](repeating: 9, count: 32)
        for id in ["TEST1", "OTHER"] {
            let key = try #require(SigningKey(id: id, key: try SymmetricKey(bytes: bytes)))
            guard case .unknown(let failure) = try simulator.gateway(key: key).post(try .sample())
            else {
                Issue.record("\(id) was believed")
                return
            }
            #expect(failure.kind == .unsigned)
        }
        #expect(try simulator.booking(try .sample()) == nil)
        #expect(try simulator.callCount("post") == 2)
    }

    @Test func `a clock that is an hour wrong is told so and nothing is booked`() throws {
        let simulator = try SimulatorProcess()
        let configuration = HTTPPartnerConfiguration(
            baseURL: simulator.baseURL, key: try SimulatorProcess.key())
        let gateway = try HTTPPartnerGateway(configuration: configuration) {
            Instant.now.adding(milliseconds: 3_600_000)
        }
        guard case .notSent(let failure) = gateway.post(try .sample()) else {
            Issue.record("an old request was taken")
            return
        }
        #expect(failure.detail.contains("clock_skew"))
        #expect(try simulator.booking(try .sample()) == nil)
    }

    @Test func `a request that comes twice is carried out once`() throws {
        let simulator = try SimulatorProcess()
        let client = try HTTPClient(configuration: HTTPClientConfiguration())
        let body = try PartnerPost.sample().encoded
        let signed = SignedRequest(
            method: "POST", path: "/v1/post", body: body, key: try SimulatorProcess.key(),
            timestamp: .now, nonce: try SecureRandom.bytes(16))
        let request = HTTPClientRequest(
            url: simulator.baseURL + "/v1/post", headers: signed.headers, body: body)
        #expect(try client.post(request).status == 200)
        let second = try client.post(request)
        #expect(second.status == 401)
        #expect(String(decoding: second.body, as: UTF8.self).contains("nonce_repeated"))
    }

    @Test(
        arguments: [
            ([], 2, "--key-file is missing"),
            (["--key-file", "/nonexistent"], 3, "cannot be read"),
            (["--key-file", "EMPTY"], 3, "is no key"),
            (["--key-file", "KEY", "--key-id", "a b"], 3, "is no key"),
            (["--key-file", "KEY", "--accounts", "/nonexistent"], 3, "cannot be read"),
            (["--key-file", "KEY", "--accounts", "KEY"], 3, "byte"),
            (["--key-file", "KEY", "--state", "/nonexistent/x"], 3, "cannot be written"),
            (["--key-file", "KEY", "--state", "KEY"], 3, "line 1"),
            (["--key-file", "KEY", "--port", "65536"], 2, "--port must be"),
        ] as [([String], Int32, String)])
    func `what it cannot use it tells`(words: [String], code: Int32, message: String) throws {
        let folder = try TemporaryFolder()
        let keyPath = folder.path + "/key"
        try Data((SimulatorProcess.keyHex + "\n").utf8).write(to: URL(fileURLWithPath: keyPath))
        try Data().write(to: URL(fileURLWithPath: folder.path + "/empty"))
        let arguments = words.map {
            $0 == "KEY" ? keyPath : $0 == "EMPTY" ? folder.path + "/empty" : $0
        }
        let outcome = try Program.run(["partner-simulator"] + arguments)
        #expect(outcome.code == code)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
    }
}
