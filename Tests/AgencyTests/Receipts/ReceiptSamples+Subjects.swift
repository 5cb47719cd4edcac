import CivilTime

@testable import Agency

/// Receipts of what bills, tickets and numbered stock have to show.
extension ReceiptSamples {
    static let subjects: [Sample] = [
        Sample(
            name: "late_fee", sheet: sheet([Line(bill: .init(period: "2026-10", lateFeeFen: 89))])),
        Sample(
            name: "premium",
            sheet: sheet([
                Line(
                    product: ("MEDICAL", "城乡居民医疗保险"), account: "H0001", amountFen: 120_000,
                    bill: .init(period: "2027", insured: ["*0013", "*0021", "*003X"]))
            ])),
        Sample(
            name: "named_tickets",
            sheet: sheet([
                Line(
                    kind: .ticketSale, product: ("RAIL", "火车票"), account: "K0123/20261122",
                    reference: "R20261121000001", amountFen: 7_500, feeFen: 1_000, bill: nil,
                    journey: coach(
                        .init(fareClass: .adult, count: 1), .init(fareClass: .child, count: 1)),
                    tickets: [
                        .init(item: 1, principalNumber: "E1234567", passenger: "王** *0013"),
                        .init(item: 2, principalNumber: "E1234568", passenger: "王** *0021"),
                    ])
            ])),
        Sample(
            name: "pass",
            sheet: sheet([
                Line(
                    kind: .ticketSale, product: ("SCENIC", "景区门票"),
                    account: "JQ-WANGYUN/20261122", amountFen: 9_000, bill: nil,
                    journey: .init(
                        kind: .pass, origin: "望云山一日票", destination: "望云山景区", date: travelDate,
                        time: "17:00",
                        seats: [
                            .init(fareClass: .adult, count: 1), .init(fareClass: .senior, count: 1),
                        ]))
            ])),
        Sample(
            name: "event",
            sheet: sheet([
                Line(
                    kind: .ticketSale, product: ("SHOW", "演出票"),
                    account: "YC-SHANGE/20261122", amountFen: 8_000, bill: nil,
                    journey: .init(
                        kind: .event, origin: "山歌晚会", destination: "青川县文化馆", date: travelDate,
                        time: "19:30", seats: [.init(fareClass: .adult, count: 1)]))
            ])),
        Sample(
            name: "scratch_tickets",
            sheet: sheet([
                Line(
                    kind: .stockSale, product: ("SCRATCH10", "即开型彩票10元"),
                    account: "SC0000010017+4", amountFen: 5_000, bill: nil,
                    goods: scratchTickets(last: "SC0000010058", count: 5))
            ])),
        Sample(
            name: "card_returned",
            sheet: sheet(
                [
                    Line(
                        kind: .stockSale, product: ("SIMCARD", "手机卡"),
                        account: "898600000000100105", amountFen: 5_000, feeFen: 200, bill: nil,
                        goods: .init(
                            name: "移动手机卡", isCard: true, count: 1,
                            ranges: [
                                .init(first: "898600000000100105", last: "898600000000100105")
                            ]))
                ], corrections: [.init(serial: 13, item: 0, correction: .void)])),
        Sample(
            name: "reversed",
            sheet: sheet([
                Line(
                    kind: .transfer, status: .reversed, product: ("TRANSFER01", "卡卡转账"),
                    account: "************5678", amountFen: 100_005, feeFen: 300, bill: nil)
            ])),
        Sample(name: "returned", sheet: sheet([Line(status: .returned)])),
    ]

    static func coach(_ seats: ReceiptSheet.Journey.Seats...) -> ReceiptSheet.Journey {
        ReceiptSheet.Journey(
            kind: .trip, origin: "白溪镇客运站", destination: "青川汽车站", date: travelDate,
            time: "06:10", seats: seats)
    }

    static func scratchTickets(last: String, count: Int64) -> ReceiptSheet.GoodsLine {
        ReceiptSheet.GoodsLine(
            name: "即开型彩票“好运连连”", isCard: false, count: count,
            ranges: [.init(first: "SC0000010017", last: last)])
    }

    private static let travelDate = BusinessDate.epoch.adding(days: 20_779)
}
