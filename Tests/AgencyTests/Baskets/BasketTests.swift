import CivilTime
import Ledger
import Testing

@testable import Agency

@Suite struct BasketTests {
    @Test("items share one receipt number, one tender and one change") func shared() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        _ = try test.paidPhone(key: "before-01", by: teller)
        let bill = try test.bill()
        let quote = try test.quote(bill, by: teller)
        let held = try test.reserve("QC0009", seats: 2, by: teller)
        let totalFen = bill.totalFen + held.fareFen + held.feeFen + 2_000
        var answer: [UInt8] = []
        let moved = try test.movement {
            answer = try test.pay(
                [
                    .bill(
                        BillPaymentRequest(target: .quote(quote), amountFen: bill.totalFen)),
                    .tickets(
                        TicketIssueRequest(reservation: held.number, amountFen: held.fareFen)),
                    TestBook.phone(2_000),
                ], tenderedFen: totalFen + 777, key: "basket-01", by: teller
            ).bytes()
        }
        #expect(moved["1001.S0001-C1"] == totalFen)
        let basket = try Answer(answer)
        #expect(try basket.text("basket_serial") == "000000000002")
        #expect(try basket.text("receipt_number") == "S0001-20261120-000002")
        #expect(try basket.text("state") == "settled")
        #expect(try basket.fen("total_fen") == totalFen)
        #expect(try basket.fen("change_fen") == 777)
        #expect(try basket.fen("returned_fen") == 0)
        let receipts = try basket.objects("items").map { try $0.object("receipt") }
        #expect(try receipts.map { try $0.serial() } == [2, 3, 4])
        for receipt in receipts {
            #expect(try receipt.text("receipt_number") == "S0001-20261120-000002")
            #expect(try receipt.text("basket_serial") == "000000000002")
        }
        #expect(try basket.objects("items")[1].objects("tickets").count == 2)
        // The next receipt has the next number.
        let next = try test.payPhone(key: "after-001", by: teller).answer()
        #expect(try next.text("receipt_number") == "S0001-20261120-000003")
        let faults = try test.faults()
        #expect(faults == [])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let code: RefusalCode
        let field: String
        var tenderedFen: Int64 = 100_000
        let items: @Sendable (TestBook, Principal) throws -> [BasketRequest.Item]
        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "a last item below the least amount", code: .amountNotAllowed,
            field: "/items/2/amount_fen"
        ) { _, _ in [TestBook.phone(2_000), TestBook.phone(3_000), TestBook.phone(1)] },
        Row(name: "an unknown product", code: .unknownProduct, field: "/items/0/product_id") {
            _, _ in [TestBook.phone(2_000, product: "NONE"), TestBook.phone(2_000)]
        },
        Row(name: "one bill twice", code: .billAlreadyPaid, field: "/items/1") { test, teller in
            let bill = try test.bill()
            let quotes = try (0..<2).map { _ in try test.quote(bill, by: teller) }
            return quotes.map {
                .bill(BillPaymentRequest(target: .quote($0), amountFen: bill.totalFen))
            }
        },
        Row(
            name: "one reservation twice", code: .reservationAlreadyIssued,
            field: "/items/2/reservation_id"
        ) { test, teller in
            let held = try test.reserve("QC0009", by: teller)
            let item = BasketRequest.Item.tickets(
                TicketIssueRequest(reservation: held.number, amountFen: held.fareFen))
            return [item, TestBook.phone(2_000), item]
        },
        Row(
            name: "a tender one fen short", code: .tenderTooSmall, field: "/tendered_fen",
            tenderedFen: 4_999
        ) { _, _ in [TestBook.phone(2_000), TestBook.phone(3_000)] },
    ]

    @Test("one item that is refused refuses all, and says which", arguments: rows)
    func allOrNothing(_ row: Row) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let items = try row.items(test, teller)
        var outcome: CommandOutcome?
        let moved = try test.movement {
            outcome = try test.pay(
                items, tenderedFen: row.tenderedFen, key: "basket-01", by: teller)
        }
        guard case .refused(let refusal) = outcome else {
            Issue.record("\(row.name): \(String(describing: outcome))")
            return
        }
        #expect(refusal.code == row.code && refusal.field == row.field, "\(refusal)")
        #expect(!refusal.chineseDetail.isEmpty)
        #expect(moved == [:])
        #expect(try test.count("service_transaction") == 0)
        #expect(try test.count("basket") + test.count("basket_item") == 0)
        let unpaid = try test.integer("SELECT count(*) FROM bill WHERE held_fen > 0")
        #expect(unpaid == 0)
        // The refusal is kept, and took neither serial nor receipt number.
        let again = try test.pay(
            items, tenderedFen: row.tenderedFen, key: "basket-01", by: teller)
        #expect(again == outcome)
        let next = try test.payPhone(key: "after-001", by: teller).answer()
        #expect(try next.text("receipt_number") == "S0001-20261120-000001")
        #expect(try next.serial() == 1)
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("a basket is paid once for each key") func repeated() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let items = [TestBook.phone(2_000), TestBook.phone(3_000, product: "TELECOM")]
        let first = try test.pay(items, tenderedFen: 5_000, key: "basket-01", by: teller)
        #expect(try test.pay(items, tenderedFen: 5_000, key: "basket-01", by: teller) == first)
        let other = try test.pay(items, tenderedFen: 6_000, key: "basket-01", by: teller)
        #expect(other.refusalCode == .idempotencyKeyReused)
        let turned = try test.pay(
            items.reversed(), tenderedFen: 5_000, key: "basket-01", by: teller)
        #expect(turned.refusalCode == .idempotencyKeyReused)
        #expect(try test.count("service_transaction") == 2)
        #expect(try test.count("basket") == 1)
    }

    @Test("twenty items fit, and an item of a basket is voided by itself") func limits() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let items = (0..<20).map { TestBook.phone(1_000, account: "1380000\(1_000 + $0)") }
        try test.pay(items, tenderedFen: 20_000, key: "basket-01", by: teller).bytesOrThrow()
        try test.correct(.void, 7, key: "void-0001", by: teller).bytesOrThrow()
        #expect(try test.integer("SELECT count(*) FROM basket_item") == 20)
        let faults = try test.faults()
        #expect(faults == [])
    }

    // MARK: - Progress

    typealias Item = BasketProgress.ItemState

    @Test(
        "a basket is open while the cash of an item waits, and what was refused goes back",
        arguments: [
            ([Item.posted], BasketProgress.State.settled, Int64(0)),
            ([.waiting], .open, 0), ([.refused], .settled, 1), ([.returnDue], .open, 0),
            ([.returned], .settled, 0), ([.posted, .waiting, .refused], .open, 100),
            ([.posted, .refused], .settled, 10), ([.refused, .returned, .refused], .settled, 101),
            ([.posted, .returnDue, .returned], .open, 0),
        ])
    func progress(states: [Item], state: BasketProgress.State, returnedFen: Int64) {
        var fen: Int64 = 1
        let items = states.map { state in
            defer { fen *= 10 }
            return (state: state, totalFen: fen)
        }
        let progress = BasketProgress(items: items)
        #expect(progress.state == state)
        #expect(progress.totalFen(.refused) == returnedFen)
        let parts = Item.allCases.reduce(0) { $0 + progress.totalFen($1) }
        #expect(parts == items.reduce(0) { $0 + $1.totalFen })
    }

    @Test("an item stands where its transaction does", arguments: TransactionStatus.allCases)
    func itemState(status: TransactionStatus) {
        let state = Item(status)
        #expect(state.isFinal == status.isFinal)
        #expect((state == .posted) == (status == .posted))
    }
}
