import Foundation
import HTTPClient
import ScriptedServer
import StrictJSON
import Testing

@testable import PartnerAPI

@Suite struct HTTPPartnerGatewayTests {
    struct PostRow: Sendable, CustomTestStringConvertible {
        let name: String
        let answer: ScriptedPartner.Answer
        let expected: Expected
        var testDescription: String { name }
    }

    /// How a post is classified, with the kind of failure.
    enum Expected: Sendable, Equatable {
        case booked, disagreed, refused
        case unknown(PartnerFailure.Kind)
        case notSent(PartnerFailure.Kind)

        init(_ answer: PartnerPostAnswer) {
            switch answer {
            case .booked: self = .booked
            case .disagreed: self = .disagreed
            case .refused: self = .refused
            case .unknown(let failure): self = .unknown(failure.kind)
            case .notSent(let failure): self = .notSent(failure.kind)
            }
        }
    }

    static func booked(_ amountFen: Int64 = 5_230, serial: String = "S42") -> String {
        #"{"result":"booked","serial":"\#(serial)","reference":"P1","amount_fen":\#(amountFen),"#
            + #""tickets":[]}"#
    }

    static let rows = [
        PostRow(name: "booked", answer: .signed(200, booked()), expected: .booked),
        PostRow(
            name: "one fen less", answer: .signed(200, booked(5_229)), expected: .disagreed),
        PostRow(
            name: "refused",
            answer: .signed(
                200, #"{"result":"refused","serial":"S42","code":"closed","reason":"下班"}"#),
            expected: .refused),
        PostRow(
            name: "another serial", answer: .signed(200, booked(serial: "S43")),
            expected: .unknown(.malformed)),
        PostRow(
            name: "a field that nobody knows",
            answer: .signed(200, booked().replacingOccurrences(of: "}", with: #","x":1}"#)),
            expected: .unknown(.malformed)),
        PostRow(
            name: "a result of another call",
            answer: .signed(200, #"{"result":"not_found","serial":"S42"}"#),
            expected: .unknown(.malformed)),
        PostRow(name: "no JSON", answer: .signed(200, "{"), expected: .unknown(.malformed)),
        PostRow(name: "unsigned", answer: .unsigned(200, booked()), expected: .unknown(.unsigned)),
        PostRow(
            name: "signed for another request", answer: .signedForAnother(booked()),
            expected: .unknown(.unsigned)),
        PostRow(
            name: "an unsigned 503", answer: .unsigned(503, ""), expected: .unknown(.unsigned)),
        PostRow(
            name: "a signed unavailable",
            answer: .signed(503, #"{"code":"unavailable","detail":"night"}"#),
            expected: .notSent(.partnerFault)),
        PostRow(
            name: "a signed request_invalid",
            answer: .signed(400, #"{"code":"request_invalid","detail":"?"}"#),
            expected: .notSent(.partnerFault)),
        PostRow(
            name: "a conflict of serials",
            answer: .signed(409, #"{"code":"serial_conflict","detail":"?"}"#),
            expected: .unknown(.partnerFault)),
        PostRow(
            name: "a repeated nonce",
            answer: .signed(401, #"{"code":"nonce_repeated","detail":"?"}"#),
            expected: .unknown(.partnerFault)),
        PostRow(
            name: "a signed code of its own",
            answer: .signed(500, #"{"code":"oops","detail":"?"}"#),
            expected: .unknown(.partnerFault)),
        PostRow(
            name: "a closed connection", answer: .steps([.close]), expected: .unknown(.broken)),
        PostRow(name: "a reset", answer: .steps([.reset]), expected: .unknown(.broken)),
        PostRow(name: "silence", answer: .steps([.hold]), expected: .unknown(.timeout)),
    ]

    @Test("a post is classified by what came back", arguments: rows)
    func classifies(_ row: PostRow) throws {
        let partner = try ScriptedPartner { _ in row.answer }
        defer { partner.stop() }
        let gateway = try partner.gateway(totalMilliseconds: row.name == "silence" ? 300 : 20_000)
        let answer = gateway.post(try Sample.post())
        #expect(Expected(answer) == row.expected, "\(answer)")
        #expect(partner.server.requests.count == 1)
    }

    @Test func `where nobody listens a post is certainly not sent`() throws {
        let (descriptor, port) = try ScriptedServer.listen(backlog: 1)
        close(descriptor)
        let gateway = try HTTPPartnerGateway(
            configuration: HTTPPartnerConfiguration(
                baseURL: "http://127.0.0.1:\(port)", key: try SignatureTests.key()))
        #expect(Expected(gateway.post(try Sample.post())) == .notSent(.connection))
        guard case .unanswered(let failure) = gateway.query(try Sample.query()) else {
            Issue.record("a query was answered by nobody")
            return
        }
        #expect(failure.kind == .connection)
    }

    @Test func `requests are signed, with a new nonce each, over the path with its base`() throws {
        let partner = try ScriptedPartner { _ in .signed(200, Self.booked()) }
        defer { partner.stop() }
        let gateway = try partner.gateway(path: "/agency/v9")
        for _ in 0..<2 { _ = gateway.post(try Sample.post()) }
        let verifier = RequestVerifier(keys: [try SignatureTests.key()])
        for request in partner.server.requests {
            #expect(request.head.hasPrefix("POST /agency/v9/v1/post HTTP/1.1\r\n"))
            #expect(request.header("Content-Type") == "application/json")
            let signed = try SignedRequest { request.header($0) }
            _ = try verifier.verify(
                signed, method: "POST", path: "/agency/v9/v1/post", body: request.body, now: .now)
            #expect(try PartnerPost(decoding: request.body) == Sample.post())
        }
        #expect(partner.server.requests.count == 2)
    }

    @Test(
        arguments: [
            (
                "booked", booked(),
                PartnerQueryAnswer.booked(PartnerBooking(reference: "P1", amountFen: 5_230))
            ),
            ("disagreed", booked(1), .disagreed(PartnerBooking(reference: "P1", amountFen: 1))),
            (
                "refused", #"{"result":"refused","serial":"S42","code":"c","reason":"r"}"#,
                .refused(PartnerRefusal(code: "c", reason: "r"))
            ),
            ("reversed", #"{"result":"reversed","serial":"S42"}"#, .reversed),
            ("not_found", #"{"result":"not_found","serial":"S42"}"#, .notFound),
            ("in_progress", #"{"result":"in_progress","serial":"S42"}"#, .inProgress),
        ] as [(String, String, PartnerQueryAnswer)])
    func `a query hears every result`(
        name: String, body: String, expected: PartnerQueryAnswer
    ) throws {
        let partner = try ScriptedPartner { _ in .signed(200, body) }
        defer { partner.stop() }
        #expect(try partner.gateway().query(try Sample.query()) == expected)
    }

    @Test func `a reversal hears reversed, refused, and nothing`() throws {
        let partner = try ScriptedPartner { request in
            switch request.number {
            case 0: .signed(200, #"{"result":"reversed","serial":"S42"}"#)
            case 1: .signed(200, #"{"result":"refused","serial":"S42","code":"used","reason":"r"}"#)
            case _: .signed(200, Self.booked())
            }
        }
        defer { partner.stop() }
        let gateway = try partner.gateway()
        #expect(gateway.reverse(try Sample.reversal()) == .reversed)
        #expect(
            gateway.reverse(try Sample.reversal())
                == .refused(PartnerRefusal(code: "used", reason: "r")))
        guard case .unanswered(let failure) = gateway.reverse(try Sample.reversal()) else {
            Issue.record("booked is no answer to a reversal")
            return
        }
        #expect(failure.kind == .malformed)
    }

    static let inquiries: [(PartnerInquiry.Kind, PartnerInquiryReply)] = [
        (
            .bills,
            .bills(
                PartnerBills(
                    customerName: "*三",
                    bills: [
                        PartnerBill(
                            reference: "B1", period: "2026-10", amountFen: 5_000, lateFeeFen: 230,
                            dueDate: .epoch),
                        PartnerBill(
                            reference: "B2", period: "2026-11", amountFen: 1, lateFeeFen: 0,
                            dueDate: nil),
                    ]))
        ),
        (
            .offers,
            .offers([
                PartnerOffer(
                    reference: "O1", title: "班车", priceFen: 1_500, available: 3,
                    details: [PartnerDetail(name: "seat", value: "二等座")])
            ])
        ),
        (
            .balance,
            .balance(PartnerBalance(customerName: "*四", balanceFen: -5, availableFen: 0))
        ),
        (.bills, .refused(PartnerRefusal(code: "unknown_account", reason: "没有"))),
    ]

    @Test(arguments: inquiries.indices)
    func `an inquiry hears what its kind is about, and nothing else`(row: Int) throws {
        let (kind, reply) = Self.inquiries[row]
        let body = String(decoding: reply.encoded, as: UTF8.self)
        let partner = try ScriptedPartner { _ in .signed(200, body) }
        defer { partner.stop() }
        let gateway = try partner.gateway()
        for asked in PartnerInquiry.Kind.allCases {
            let answer = gateway.inquire(PartnerInquiry(kind: asked, product: "X", account: "1"))
            var isRefusal = false
            if case .refused = reply { isRefusal = true }
            switch (answer, reply) {
            case (.bills(let got), .bills(let sent)): #expect(got == sent && asked == kind)
            case (.offers(let got), .offers(let sent)): #expect(got == sent && asked == kind)
            case (.balance(let got), .balance(let sent)): #expect(got == sent && asked == kind)
            case (.refused(let got), .refused(let sent)): #expect(got == sent && isRefusal)
            case (.unanswered(let failure), _):
                #expect(failure.kind == .malformed && asked != kind && !isRefusal)
            case (_, _): Issue.record("\(answer)")
            }
        }
    }

    @Test(arguments: [
        "", "ftp://a", "http://", "http:///v1", "http://a/", "http://a?b", "http://a#b",
        "http://u@a", "http://a b", "https://a\\b",
    ])
    func `base addresses that would not be what they seem are refused`(url: String) throws {
        let configuration = HTTPPartnerConfiguration(baseURL: url, key: try SignatureTests.key())
        #expect(throws: HTTPClientError.self) {
            try HTTPPartnerGateway(configuration: configuration)
        }
    }

    @Test func `a card shows none of its digits`() {
        let card = PartnerCard(number: "6222020000001234", encryptedPINBlock: "0123456789ABCDEF")
        var dumped = ""
        dump(card, to: &dumped)
        for text in ["\(card)", String(reflecting: card), dumped] {
            #expect(!text.contains("1234") && !text.contains("6222"), "\(text)")
        }
    }
}
