import Foundation
import StrictJSON
import Testing

@testable import Agency
@testable import AgencyPOS

/// Lists of what is exchanged and reconciled, asked for by partner and date.
@Suite struct ReconciliationListTests {
    /// A server whose first day is closed.
    private static func closedDay() throws -> LiveServer {
        let server = try LiveServer()
        let administrator = try server.client(of: "AD0001")
        let date = DemoNetwork.businessDate.description
        let closed = try administrator.post(
            "/v1/day-close", ["business_date": .string(date)], key: "day-close-\(date)")
        guard closed.status == 200 else { throw TestFailure("close: \(closed)") }
        return server
    }

    @Test("a list has one partner's rows, and a liaison gets no other's")
    func partner() throws {
        let server = try Self.closedDay()
        let administrator = try server.client(of: "AD0001")
        let liaison = try server.client(of: "LI-WATER01")
        let lists = [
            "settlement-files", "partner-files", "reconciliations", "settlement-exceptions",
            "settlement-resolutions",
        ]
        for list in lists {
            let path = "/v1/\(list)?partner_id="
            for client in [administrator, liaison] {
                #expect(try client.get(path + "WATER01").status == 200, "\(list)")
                let unknown = try client.get(path + "NOBODY")
                #expect(unknown.status == 404 && unknown.problemCode == "unknown-partner")
            }
            #expect(try administrator.get(path + "MOBILE01").status == 200, "\(list)")
            #expect(try liaison.get(path + "MOBILE01").problemCode == "unknown-partner", "\(list)")
        }
        let all = try administrator.get("/v1/settlement-files").json()
        #expect(all["settlement_files"]?.items.count == DemoNetwork.partnerCount)
        let own = try administrator.get("/v1/settlement-files?partner_id=WATER01").json()
        #expect(own["settlement_files"]?.items.map { $0["partner_id"]?.text } == ["WATER01"])
    }

    @Test("what partners sent is found by partner and date") func partnerFiles() throws {
        let server = try Self.closedDay()
        let administrator = try server.client(of: "AD0001")
        let header = Data("H|APS1|330102A|WATER01\n".utf8).base64EncodedString()
        let sent = try administrator.post(
            "/v1/partner-files",
            [
                "partner_id": "WATER01", "hmac": .null,
                "name": "APS_330102A_WATER01_20261120_000001.txt",
                "content_base64": .string(header),
            ])
        #expect(sent.problemCode == "partner-file-refused", "\(sent)")
        func count(_ query: String) throws -> Int? {
            try administrator.get("/v1/partner-files?" + query).json()["partner_files"]?.items.count
        }
        #expect(try count("partner_id=WATER01") == 1)
        #expect(try count("partner_id=MOBILE01") == 0)
        #expect(try count("status=quarantined") == 1)
        // Nothing proves its date.
        #expect(try count("business_date=2026-11-20") == 0)
        let wrong = try administrator.get("/v1/partner-files?status=lost")
        #expect(wrong.problemField == "status", "\(wrong)")
    }

    @Test("no note, reason or cause holds a whole card number") func cards() throws {
        let server = try Self.closedDay()
        let administrator = try server.client(of: "AD0001")
        let before = try server.counts()
        let card = "卡号4111111111111111的差错"
        let note = try administrator.post(
            "/v1/settlement-exceptions/1/notes", ["text": .string(card)])
        #expect(note.status == 422 && note.problemCode == "invalid-json", "\(note)")
        #expect(note.problemField == "/text")
        let proposal = try administrator.post(
            "/v1/settlement-resolutions",
            ["kind": "suspense", "exception_ids": .array(["1"]), "reason": .string(card)])
        #expect(proposal.status == 422, "\(proposal)")
        #expect(proposal.problemField == "/reason")
        // The last four digits may stand there; what is refused then is that there is no exception.
        let masked = try administrator.post(
            "/v1/settlement-exceptions/1/notes", ["text": "卡号尾号1111的差错"])
        #expect(masked.problemCode == "unknown-exception", "\(masked)")
        #expect(try server.counts() == before)
    }
}
