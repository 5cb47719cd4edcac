import Agency
import Printing
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct ReceiptTests {
    /// A bill, tickets and a withdrawal, as one station sells them first thing in the morning.
    struct Sales {
        let server: LiveServer
        let client: APIClient
        let answers: [(name: String, answer: APIAnswer)]

        init() throws {
            server = try LiveServer()
            client = try server.counter()
            let bills = try client.get(
                "/v1/bills?product_id=POWER&account_number=\(DemoNetwork.billAccount)")
            let bill = try #require(try bills.json()["bills"]?.items.first?["bill_id"])
            let quote = try client.post("/v1/bill-quotes", ["bill_id": bill]).json()
            let number = try #require(quote["quote_id"])
            let amount = try #require(quote["amount_fen"])
            #expect(amount == .integer(DemoNetwork.billAmountFen))
            let reservation = try client.post(
                "/v1/ticket-reservations",
                [
                    "trip_id": "QC0001", "seat_count": 2,
                    "travel_date": .string(DemoNetwork.travelDate.description),
                ]
            ).json()
            let seats = try #require(reservation["reservation_id"])
            let fares = try #require(reservation["amount_fen"])
            answers = [
                (
                    "bill",
                    try client.post(
                        "/v1/bill-payments", ["quote_id": number, "amount_fen": amount],
                        key: client.freshKey())
                ),
                (
                    "ticket",
                    try client.post(
                        "/v1/tickets", ["reservation_id": seats, "amount_fen": fares],
                        key: client.freshKey())
                ),
                (
                    "withdrawal",
                    try client.post("/v1/withdrawals", .withdrawal(), key: client.freshKey())
                ),
            ]
        }
    }

    @Test("a preview is the receipt with its mark and a link")
    func text() throws {
        let sales = try Sales()
        for (number, (name, answer)) in sales.answers.enumerated() {
            #expect(answer.status == 201, "\(answer)")
            let receipt = try sales.client.get("/v1/receipts/\(number + 1)/text")
            #expect(receipt.headers["content-type"] == "text/plain; charset=utf-8")
            #expect(receipt.text.hasPrefix("********************************\n"))
            #expect(receipt.text.contains("预览 非凭证\n"))
            let value = try answer.json()["receipt"] ?? answer.json()
            for member in ["receipt_number", "serial", "account_reference", "product_name"] {
                let text = try #require(value[member]?.text)
                #expect(receipt.text.contains(" \(text)\n"), "\(name): \(member)")
            }
            let folded = receipt.text.filter { $0 != "\n" }
            #expect(folded.contains("http://127.0.0.1:\(sales.server.port)/r/\(number + 1)-"))
            for line in receipt.text.split(separator: "\n") {
                #expect(DisplayWidth.columns(line) <= 32, "\(line)")
            }
        }
    }

    @Test("a receipt read later is the one that was answered")
    func data() throws {
        let sales = try Sales()
        for (number, (name, answer)) in sales.answers.enumerated() {
            let receipt = try sales.client.get("/v1/receipts/\(number + 1)")
            let given = try answer.json()
            #expect(try receipt.json() == given["receipt"] ?? given)
            let padded = try sales.client.get("/v1/receipts/00000000000\(number + 1)")
            #expect(padded.body == receipt.body)
            if name == "bill" {
                #expect(
                    receipt.text == """
                        {"serial":"000000000001","receipt_number":"S0001-20261121-000001",\
                        "kind":"bill_payment","status":"posted","business_date":"2026-11-21",\
                        "recorded_at":"2026-11-21T10:00:00+08:00","station_id":"S0001",\
                        "till_id":"S0001-C1","operator_id":"OP000101","product_id":"POWER",\
                        "product_name":"电费","account_reference":"52000100000018",\
                        "amount_fen":10089,"service_fee_fen":0,"total_fen":10089}
                        """)
            }
        }
    }

    @Test("a receipt shows no whole card number")
    func card() throws {
        let sales = try Sales()
        for path in ["/v1/receipts/3", "/v1/receipts/3/text", "/v1/shifts/1/receipts"] {
            let answer = try sales.client.get(path)
            #expect(answer.status == 200)
            #expect(answer.text.contains("1234") && !answer.text.contains("62220200"))
        }
    }

    @Test("numbers run from 1 for each station")
    func numbers() throws {
        let server = try LiveServer()
        let first = try server.counter(of: "OP000101")
        let second = try server.counter(of: "OP000201")
        var numbers: [String] = []
        for client in [first, second, first, second, first] {
            numbers.append(try #require(try client.payBlind().json()["receipt_number"]?.text))
        }
        #expect(
            numbers == [
                "S0001-20261121-000001", "S0002-20261121-000001", "S0001-20261121-000002",
                "S0002-20261121-000002", "S0001-20261121-000003",
            ])
    }
}
