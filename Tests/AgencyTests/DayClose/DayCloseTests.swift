import CivilTime
import Ledger
import Testing

@testable import Agency

/// What can stand against closing a day, in the order in which it is refused.
enum DayCloseObstacle: Int, CaseIterable, Sendable {
    case otherDate, shiftOpen, itemPending, keyMissing, outOfBalance

    var code: RefusalCode {
        switch self {
        case .otherDate: .dateNotOpen
        case .shiftOpen: .shiftsOpen
        case .itemPending: .itemsPending
        case .keyMissing: .noSettlementKey
        case .outOfBalance: .booksOutOfBalance
        }
    }
}

@Suite struct DayCloseTests {
    @Test("one obstacle keeps the day open and is named", arguments: DayCloseObstacle.allCases)
    func one(obstacle: DayCloseObstacle) throws {
        try expectRefusal(obstacle.code, for: [obstacle])
    }

    @Test("of several obstacles the first in order is named", arguments: DayCloseObstacle.allCases)
    func precedence(first: DayCloseObstacle) throws {
        try expectRefusal(
            first.code,
            for: Set(DayCloseObstacle.allCases.filter { $0.rawValue >= first.rawValue }))
    }

    private func expectRefusal(_ code: RefusalCode, for obstacles: Set<DayCloseObstacle>) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.payPhone(key: "terminal-1", by: teller)
        if obstacles.contains(.itemPending) {
            _ = try test.pending(key: "terminal-2", by: teller)
            // Sign-off refuses this; a book that has it anyway must not be closed.
            try test.execute(
                """
                INSERT INTO cash_count SELECT 1, 'sign_off', shift_id, staff_id, NULL, 0, 0
                FROM shift WHERE shift_id = 1;
                UPDATE shift SET state = 'closed', closed_at = 0, closed_by = staff_id,
                    book_fen = 0, counted_fen = 0, count_id = 1;
                """)
        } else {
            try test.signOff(teller)
        }
        if obstacles.contains(.shiftOpen) { _ = try test.signOn(2) }
        if obstacles.contains(.keyMissing) {
            try test.execute(
                "UPDATE settlement_key SET retired_at = created_at WHERE key_id = 'WATER01-K1'")
        }
        if obstacles.contains(.outOfBalance) {
            try test.execute("UPDATE account_balance SET debits = debits + 1 WHERE account_id = 1")
        }
        let date = try #require(
            BusinessDate(obstacles.contains(.otherDate) ? "2026-11-21" : "2026-11-20"))
        let entries = try test.count("journal_entry")
        #expect(try refusalCode { _ = try test.perform { try $0.closeDay(date) } } == code)
        #expect(try test.date() == "2026-11-20")
        #expect(try test.count("journal_entry") == entries)
        #expect(try test.count("day_revenue") == 0)
        #expect(try test.count("settlement_file") == 0)
        #expect(try test.count("account_day") == 0)
    }

    @Test("a closed date is not closed again, nor one that has gone") func onlyOpen() throws {
        let test = try TestBook()
        try test.closeDay()
        for text in ["2026-11-19", "2026-11-20", "2026-11-22"] {
            let date = try #require(BusinessDate(text))
            #expect(
                try refusalCode { _ = try test.perform { try $0.closeDay(date) } } == .dateNotOpen)
        }
    }

    @Test("a date that has not begun is not closed") func notBegun() throws {
        let test = try TestBook(at: "2026-11-20 23:59:59")
        try test.closeDay()
        #expect(try refusalCode { _ = try test.closeDay() } == .dateNotOpen)
        #expect(try test.date() == "2026-11-21")
    }

    @Test(
        "the next date follows the closed one, or is today when that is later",
        arguments: [
            ("2026-11-20 18:00", "2026-11-21"), ("2026-11-20 23:59:59", "2026-11-21"),
            ("2026-11-21 02:00", "2026-11-21"), ("2026-11-24 00:00", "2026-11-24"),
        ])
    func nextDate(time: String, next: String) throws {
        let test = try TestBook(at: time)
        let summary = try test.closeDay()
        #expect(summary.closedDate.description == "2026-11-20")
        #expect(summary.nextDate.description == next)
        #expect(try test.date() == next)
        #expect(try test.faults() == [])
    }

    @Test("payments after the close belong to the next date") func afterClose() throws {
        let test = try TestBook(at: "2026-11-20 18:00")
        try test.signOff(try test.signOn())
        try test.closeDay()
        let teller = try test.signOn()
        let receipt = try test.payPhone(key: "terminal-1", by: teller).answer()
        #expect(try receipt.text("business_date") == "2026-11-21")
        #expect(try receipt.text("recorded_at").hasPrefix("2026-11-20T18:00"))
        try test.signOff(teller)
        try test.clock.set("2026-11-21 18:00")
        let summary = try test.closeDay()
        #expect(summary.transactionCount == 1)
        try test.release()
        #expect(try test.faults() == [])
    }

    // Station 1: water 50, power 60, phone 40, coach 78, withdrawal 100; station 2: phone 27.
    // Split 50/20/15/15 % of each product's sum, the village gets the remainder.
    @Test("the day's commission is shared out to the fen, with the remainder's owner")
    func shares() throws {
        let test = try TestBook()
        try test.playDay()
        let moved = try test.movement { try test.closeDay() }
        #expect(
            moved == [
                "6601.S0001": 328, "2241.S0001": -164, "2241.V001": -68,
                "6601.S0002": 27, "2241.S0002": -13, "2241.V002": -6,
                "2241.T01": -48 - 4, "2241.D01": -48 - 4,
            ])
        let lines = try test.book.readers.read { connection in
            try connection.prepare(
                """
                SELECT p.code, r.transaction_count, r.amount_fen, r.fee_fen, r.commission_fen,
                    r.operator_fen, r.village_fen, r.town_fen, r.district_fen
                FROM day_revenue r JOIN product p ON p.product_id = r.product_id
                WHERE p.code IN ('COACH', 'CASH01', 'TELECOM') ORDER BY p.code
                """
            ).all { row in (row.text(0), (1...8).map { row.integer(Int32($0)) }) }
        }
        #expect(lines.map(\.0) == ["CASH01", "COACH", "TELECOM"])
        #expect(
            lines.map(\.1) == [
                [1, 100_000, 0, 100, 50, 20, 15, 15], [1, 2_600, 400, 78, 39, 17, 11, 11],
                [1, 3_333, 0, 27, 13, 6, 4, 4],
            ])
        try test.release()
        #expect(try test.faults() == [])
    }

    @Test("a day without a payment closes with empty files") func emptyDay() throws {
        let test = try TestBook()
        let summary = try test.closeDay()
        #expect(summary.transactionCount == 0)
        let files = try test.release()
        #expect(files.count == 14)
        #expect(files.allSatisfy { $0.state == .released && $0.detailCount == 0 && $0.netFen == 0 })
        #expect(try test.faults() == [])
    }

    @Test("a sealed date takes no entry and no change") func sealed() throws {
        let test = try TestBook()
        try test.playDay()
        try test.closeDay()
        for sql in [
            "UPDATE business_date SET state = 'open' WHERE state = 'sealed'",
            "UPDATE day_revenue SET amount_fen = amount_fen + 1",
            "UPDATE service_transaction SET amount_fen = amount_fen + 1",
            "DELETE FROM service_transaction", "DELETE FROM settlement_file",
            "UPDATE shift SET counted_fen = 0", "DELETE FROM account_day",
            "UPDATE bill_payment SET amount_fen = 1",
        ] {
            #expect(throws: (any Error).self, "\(sql)") { try test.execute(sql) }
        }
    }
}
