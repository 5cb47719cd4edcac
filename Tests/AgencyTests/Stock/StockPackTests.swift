import Testing

@testable import Agency

@Suite("Packs of numbered stock") struct StockPackTests {
    struct Range: Sendable, CustomTestStringConvertible {
        let first: Int64
        let last: Int64
        let code: RefusalCode?
        var testDescription: String { "\(first) to \(last)" }
    }

    static let ranges = [
        Range(first: 900_001, last: 900_100, code: nil),
        Range(first: 900_001, last: 900_001, code: nil),
        Range(first: 900_001, last: 910_000, code: nil),
        Range(first: 900_001, last: 910_001, code: .stockRangeNotAllowed),
        Range(first: 900_002, last: 900_001, code: .stockRangeNotAllowed),
        // Station 1 has 1001 to 1100.
        Range(first: 1_001, last: 1_100, code: .stockRangeOverlaps),
        Range(first: 1_100, last: 1_101, code: .stockRangeOverlaps),
        Range(first: 901, last: 1_001, code: .stockRangeOverlaps),
        Range(first: 901, last: 1_000, code: nil),
        Range(first: 1_101, last: 1_200, code: nil),
        Range(first: 1_050, last: 1_050, code: .stockRangeOverlaps),
    ]

    @Test("a delivery is a new range that overlaps no other", arguments: ranges)
    func delivery(_ range: Range) throws {
        let test = try TestBook()
        let outcome = try test.deliver(range.first, range.last, key: "delivery-1")
        #expect(outcome.refusalCode == range.code)
        if range.code == nil {
            let answer = try outcome.answer()
            #expect(try answer.text("state") == "in_stock")
            #expect(try answer.text("held_by") == "T01")
            #expect(try answer.fen("left_count") == range.last - range.first + 1)
            // The same delivery again, under another key, is another pack of the same serials.
            #expect(
                try test.deliver(range.first, range.last, key: "delivery-2").refusalCode
                    == .stockRangeOverlaps)
        }
        #expect(try test.faults() == [])
    }

    @Test("a misread serial of a delivery is found by its check digit") func misread() throws {
        let test = try TestBook()
        let supervisor = try test.supervisor()
        let delivery = StockDelivery(
            itemCode: "SCRATCH10", firstSerial: "SC9000000018", lastSerial: "SC9000001009",
            deliveryNote: "N1")
        let claim = try test.claim("delivery-1", supervisor, delivery.fingerprint)
        let outcome = try test.perform {
            try $0.receiveDelivery(delivery, claim: claim, by: supervisor)
        }
        #expect(outcome.refusalCode == .stockSerialInvalid)
    }

    @Test("a pack moves from centre to station and back when both sides confirm")
    func transfer() throws {
        let test = try TestBook()
        let (supervisor, teller) = (try test.supervisor(), try test.signOn(1))
        let outcome = try test.deliver(900_001, 900_100, key: "delivery-1")
        let pack = try #require(Int64(try outcome.answer().text("pack_id")))
        func step(
            _ event: StockPackEvent, _ key: String, _ principal: Principal, to place: String = ""
        ) throws -> CommandOutcome {
            try test.step(event, pack, key: key, by: principal, detail: place)
        }
        // A station of another town, one that does not exist, and a centre that is not next.
        for (index, place) in ["S0012", "S9999", "T02", "T01"].enumerated() {
            #expect(
                try step(.offered, "offer-x-\(index)", supervisor, to: place).refusalCode
                    == .unknownStockPlace)
        }
        #expect(try step(.received, "early-key", teller).refusalCode == .unknownStockPack)
        let sent = try step(.offered, "offer-01", supervisor, to: "S0001").answer()
        #expect(try sent.text("state") == "in_transit")
        #expect(try sent.text("held_by") == "T01")
        #expect(try sent.text("on_its_way_to") == "S0001")
        // Nobody sells it on its way, and who sent it cannot confirm for the other side.
        #expect(try step(.opened, "opened-01", teller).refusalCode == .unknownStockPack)
        #expect(try step(.received, "receive-s", supervisor).refusalCode == .stockPackState)
        let other = try test.signOn(2)
        #expect(try step(.received, "receive-o", other).refusalCode == .unknownStockPack)
        #expect(try step(.received, "receive-1", teller).answer().text("held_by") == "S0001")
        #expect(try step(.received, "receive-2", teller).refusalCode == .stockPackState)
        #expect(
            try step(.offered, "offer-02", supervisor, to: "S0001").refusalCode
                == .unknownStockPack)
        _ = try step(.offered, "offer-03", teller, to: "D01").bytes()
        #expect(try step(.declined, "declined1", teller).answer().text("held_by") == "S0001")
        _ = try step(.offered, "offer-04", teller, to: "T01").bytes()
        #expect(
            try step(.declined, "declined2", supervisor).answer().text("state") == "in_stock")
        _ = try step(.offered, "offer-05", teller, to: "T01").bytes()
        #expect(try step(.received, "receive-3", supervisor).answer().text("held_by") == "T01")
        _ = try step(.givenBack, "given-01", supervisor, to: "recalled").bytes()
        #expect(try test.packState(pack) == .returned)
        #expect(try test.faults() == [])
    }

    @Test("one pack of an item is open at a station, and another is not touched by that")
    func oneOpen() throws {
        let test = try TestBook()
        let (supervisor, teller) = (try test.supervisor(), try test.signOn(1))
        let outcome = try test.deliver(900_001, 900_100, key: "delivery-1")
        let second = try #require(Int64(try outcome.answer().text("pack_id")))
        _ = try test.step(.offered, second, key: "offer-01", by: supervisor, detail: "S0001")
        _ = try test.step(.received, second, key: "receive-1", by: teller)
        let first = try test.openPack(by: teller)
        #expect(
            try test.step(.opened, second, key: "opened-2", by: teller).refusalCode
                == .stockPackAlreadyOpen)
        try test.openPack("FORM", by: teller)
        _ = try test.step(.closed, first, key: "closed-1", by: teller).bytes()
        _ = try test.step(.opened, second, key: "opened-3", by: teller).bytes()
        let sold = try test.sellTickets(key: "sale-0001", by: teller).answer()
        #expect(
            try sold.objects("serials").map { try $0.text("serial_number") }
                == [DemoStock.scratch.text(900_001)])
        #expect(try test.faults() == [])
    }

    @Test("who is not signed on handles no pack") func signedOff() throws {
        let test = try TestBook()
        let teller = try test.operatorA(1)
        let pack = try test.pack(of: teller)
        for event in [StockPackEvent.opened, .closed, .gapFound, .offered, .received, .declined] {
            let outcome = try test.step(
                event, pack, key: "key-\(event.rawValue)", by: teller, detail: "T01")
            #expect(outcome.refusalCode == .notSignedOn, "\(event)")
        }
    }
}
