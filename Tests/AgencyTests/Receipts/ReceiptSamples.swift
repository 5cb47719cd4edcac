import CivilTime
import Foundation
import Printing

@testable import Agency

/// Receipts of every kind and state, each with a golden file for each form and language.
enum ReceiptSamples {
    static let zone = ZoneOffset.china
    static let link = "https://pos.qingchuan.example/r/12-abcdefghijklmnop"

    struct Sample: Sendable, CustomStringConvertible {
        let name: String
        let sheet: ReceiptSheet
        var mark = ReceiptMark.original
        var description: String { name }
    }

    /// What the transaction is, for samples that differ from a bill in little.
    struct Line {
        var kind = TransactionKind.billPayment
        var status = TransactionStatus.posted
        var product = ("POWER", "电费")
        var account = "52000100000018"
        var reference = ""
        var amountFen: Int64 = 10_089
        var feeFen: Int64 = 0
        var original: Receipt.Original?
        var basket: Int64?
        var bill: ReceiptSheet.BillLine? = .init(period: "2026-10")
        var journey: ReceiptSheet.Journey?
        var tickets: [ReceiptSheet.TicketLine] = []
        var goods: ReceiptSheet.GoodsLine?
    }

    static let all: [Sample] =
        TransactionKind.allCases.map { Sample(name: $0.rawValue, sheet: sheet([line($0)])) }
        + [
            Sample(name: "authorised", sheet: sheet([line(.withdrawal, status: .authorised)])),
            Sample(
                name: "unknown",
                sheet: sheet([Line(status: .unknown, reference: "", amountFen: 5_000)])),
            Sample(name: "return_due", sheet: sheet([Line(status: .returnDue)])),
            Sample(
                name: "void",
                sheet: sheet([
                    Line(
                        amountFen: -10_089,
                        original: .init(serial: 1, item: 0, correction: .void))
                ])),
            Sample(
                name: "refund",
                sheet: sheet([
                    Line(
                        kind: .ticketSale, product: ("COACH", "汽车票"), account: "QC0001/20261122",
                        amountFen: -2_500, feeFen: -200,
                        original: .init(serial: 2, item: 2, correction: .refund), bill: nil,
                        journey: coach(.init(fareClass: .adult, count: 1)))
                ])),
            Sample(
                name: "voided",
                sheet: sheet(
                    [Line()], corrections: [.init(serial: 9, item: 0, correction: .void)]),
                mark: .copy(2, printedAt: instant(minute: 35), staffCode: "OP000101")),
            Sample(
                name: "copy", sheet: sheet([Line()]),
                mark: .copy(1, printedAt: instant(minute: 30), staffCode: "OP000101")),
            Sample(name: "preview", sheet: sheet([Line()]), mark: .preview),
            Sample(
                name: "basket",
                sheet: sheet(
                    [
                        Line(basket: 12, bill: .init(period: "2026-10", lateFeeFen: 89)),
                        Line(
                            kind: .ticketSale, product: ("COACH", "青川至广元城际公交汽车票成人全价"),
                            account: "QC0001/20261122", amountFen: 5_000, feeFen: 400, basket: 12,
                            bill: nil, journey: coach(.init(fareClass: .adult, count: 2))),
                        Line(
                            status: .returned, product: ("GAS", "燃气费"), account: "7700012345",
                            amountFen: 6_600, basket: 12),
                        Line(
                            product: ("MOBILE", "手机缴费"), account: "13800000001",
                            reference: "M20261121000009", amountFen: 5_000, basket: 12, bill: nil),
                    ], tender: .init(tenderedFen: 30_000, changeFen: 2_911))),
            Sample(
                name: "basket_open",
                sheet: sheet(
                    [
                        Line(status: .unknown, basket: 12),
                        Line(
                            status: .declined, product: ("GAS", "燃气费"), account: "7700012345",
                            amountFen: 6_600, feeFen: 100, basket: 12),
                        Line(
                            status: .returnDue, product: ("UNICOM", "联通话费"),
                            account: "13100000001", amountFen: 3_000, basket: 12, bill: nil),
                        Line(
                            product: ("MOBILE", "手机缴费"), account: "13800000001",
                            reference: "M20261121000009", amountFen: 5_000, basket: 12, bill: nil),
                    ], tender: .init(tenderedFen: 25_000, changeFen: 211))),
        ] + subjects

    static func line(_ kind: TransactionKind, status: TransactionStatus = .posted) -> Line {
        switch kind {
        case .billPayment: Line()
        case .ticketSale:
            Line(
                kind: kind, product: ("COACH", "汽车票"), account: "QC0001/20261122",
                amountFen: 5_000, feeFen: 400, bill: nil,
                journey: coach(.init(fareClass: .adult, count: 2)))
        case .stockSale:
            Line(
                kind: kind, product: ("SCRATCH10", "即开型彩票10元"), account: "SC0000010017",
                amountFen: 1_000, bill: nil, goods: scratchTickets(last: "SC0000010017", count: 1))
        case .prizePayment:
            Line(
                kind: kind, product: ("SCRATCH", "即开型彩票"), account: "0123456-001",
                amountFen: 10_000_000, bill: nil)
        case .withdrawal:
            Line(
                kind: kind, status: status, product: ("CASH01", "助农取款"),
                account: "************1234", reference: "B000000000003", amountFen: 50_000,
                bill: nil)
        case .remittance:
            Line(
                kind: kind, product: ("REMIT01", "现金汇款"), account: "************5678",
                reference: "B000000000004", amountFen: 123_456, feeFen: 200, bill: nil)
        case .transfer:
            Line(
                kind: kind, product: ("TRANSFER01", "卡卡转账"), account: "************5678",
                reference: "B000000000005", amountFen: 100_005, bill: nil)
        }
    }

    static func sheet(
        _ lines: [Line], corrections: [Receipt.Original] = [], stationName: String = "张家湾村便民服务站",
        tender: ReceiptSheet.Tender? = nil
    ) -> ReceiptSheet {
        ReceiptSheet(
            stationName: stationName,
            items: lines.enumerated().map { index, line in
                ReceiptSheet.Item(
                    receipt: Receipt(
                        serial: 12 + Int64(index),
                        number: ReceiptNumber(
                            stationCode: "S0001", businessDate: instantDate, number: 7),
                        kind: line.kind, status: line.status, recordedAt: instant(minute: 0),
                        operatorCode: "OP000101", tillCode: "S0001-C1",
                        productCode: line.product.0, productName: line.product.1,
                        accountReference: line.account, partnerReference: line.reference,
                        amountFen: line.amountFen, feeFen: line.feeFen, original: line.original,
                        basketSerial: line.basket, corrections: corrections),
                    bill: line.bill, journey: line.journey, tickets: line.tickets,
                    goods: line.goods)
            }, tender: tender)
    }

    static func instant(minute: Int64) -> Instant {
        zone.midnight(startOf: instantDate).adding(milliseconds: (600 + minute) * 60_000)
    }

    private static let instantDate = BusinessDate.epoch.adding(days: 20_778)

    /// Every form that has golden files: the name of the file, and whether it is kept as hex.
    static let forms: [(name: String, form: ReceiptForm)] = [
        ("58.txt", .text(.narrow)), ("80.txt", .text(.wide)),
        ("58.escpos.hex", .escpos(.narrow)), ("80.html", .html(.roll(.wide))),
    ]

    static func document(_ sample: Sample, _ language: ReceiptLanguage) -> PaperDocument {
        ReceiptDocument(agencyName: "青川县便民服务代办中心", zone: zone, language: language)
            .document(sample.sheet, mark: sample.mark, link: link)
    }

    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("fixtures/receipts").path
}
