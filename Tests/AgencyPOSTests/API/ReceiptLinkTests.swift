import Agency
import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct ReceiptLinkTests {
    private static func token(_ client: APIClient, serial: Int64 = 1) throws -> String {
        let answer = try client.post(
            "/v1/receipts/\(serial)/prints", ["format": "text"], key: client.freshKey())
        return try #require(try answer.json()["verification_token"]?.text)
    }

    @Test("the link shows anyone what the receipt is, and no customer")
    func genuine() throws {
        let sales = try ReceiptTests.Sales()
        let token = try Self.token(sales.client)
        let anyone = try sales.server.client()
        let page = try anyone.get("/r/" + token)
        #expect(page.status == 200)
        #expect(page.headers["content-type"] == "text/html; charset=utf-8")
        #expect(page.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
        for words in [
            "lang=\"zh-CN\"", "本凭条真实", "S0001-20261121-000001", "张家湾村便民服务站", "2026-11-21",
            "代理缴费凭条", "100.89", "人民币壹佰元捌角玖分", "成功", "已打印", "1 次", "当日账簿尚未封存",
            "**********0018",
        ] { #expect(page.text.contains(words), "\(words)") }
        #expect(!page.text.contains(DemoNetwork.billAccount) && !page.text.contains("OP0001"))
        let english = try anyone.get("/r/\(token)?lang=en&from=wechat").text
        #expect(english.contains("lang=\"en\"") && english.contains("This receipt is genuine"))
    }

    @Test("a link that is not exactly a receipt's leads to a page that says so")
    func unknown() throws {
        let server = try LiveServer()
        let client = try server.counter()
        _ = try client.payBlind()
        let token = try Self.token(client)
        let anyone = try server.client()
        let others = [
            "1-aaaaaaaaaaaaaaaa", "2" + token.dropFirst(), String(token.dropLast()), token + "a",
            token.uppercased(), "0" + token, "x", "%E4%BD%A0", String(repeating: "9", count: 300),
        ]
        for other in others {
            let page = try anyone.get("/r/" + other)
            #expect(page.status == 404, "\(other)")
            #expect(page.text.contains("查无此凭条") && !page.text.contains("S0001"))
        }
        #expect(try anyone.get("/r/x?lang=en").text.contains("There is no such receipt"))
    }

    @Test("after day close the page tells the seal that proves the entry")
    func sealed() throws {
        let server = try LiveServer()
        let client = try server.counter()
        _ = try client.payBlind()
        let token = try Self.token(client)
        let shift = try #require(try client.get("/v1/shifts/current").json()["shift_id"]?.text)
        let cash = try server.book.readers.read { connection in
            try connection.prepare(
                "SELECT 500000 + sum(amount_fen) FROM service_transaction"
            ).first { $0.integer(0) }
        }
        let signOff = try client.post(
            "/v1/shifts/\(shift)/sign-off", ["counts": .counts(cash ?? 0)],
            key: client.freshKey())
        #expect(signOff.status == 200, "\(signOff)")
        let administrator = try server.client(of: "AD0001")
        let close = try administrator.post(
            "/v1/day-close", ["business_date": "2026-11-21"], key: administrator.freshKey())
        #expect(close.status == 200, "\(close)")
        let seals = try administrator.get("/v1/ledger/seals").json()
        let root = try #require(seals["seals"]?.items.first?["root"]?.text)
        let page = try server.client().get("/r/" + token).text
        #expect(page.contains("已入账并封存") && page.contains(root.prefix(16)))
    }

    @Test(
        "a public address is what receipts name",
        arguments: [
            ("https://pos.qingchuan.example", "https://pos.qingchuan.example/r/1-"),
            (
                "https://pos.qingchuan.example/station/",
                "https://pos.qingchuan.example/station/r/1-"
            ),
        ])
    func publicURL(_ url: String, _ start: String) throws {
        let arguments = try Arguments(["--public-url", url], knowing: ServeCommand.options)
        let server = try LiveServer(publicURL: try arguments.publicURL())
        let client = try server.counter()
        _ = try client.payBlind()
        let text = try client.get("/v1/receipts/1/text?paper=80").text.filter { $0 != "\n" }
        #expect(text.contains(start))
    }

    @Test(
        "an address that is none is refused at the start",
        arguments: [
            "pos.example", "ftp://pos.example", "https://", "https://pos.example/?a", "https://a b",
            "https://a/#x", "https://邮局.example", "https://" + String(repeating: "a", count: 128),
        ])
    func wrongURL(_ url: String) throws {
        let arguments = try Arguments(["--public-url", url], knowing: ServeCommand.options)
        #expect(throws: CommandError.self) { try arguments.publicURL() }
    }
}
