import CivilTime
import Ledger
import Settlement
import Testing

@testable import Agency

@Suite struct CorrectionTests {
    @Test("a void moves back, leg by leg, what the payment moved") func void() throws {
        let test = try TestBook(
            preparing: "UPDATE contract SET service_fee_fen = 30 WHERE code LIKE 'CT-MOBILE%'")
        let teller = try test.signOn()
        var serial: Int64 = 0
        let paid = try test.movement { serial = try test.paidPhone(by: teller) }
        #expect(
            paid.values.sorted() == [-4_960, -40, -30, 5_030] && paid["1001.S0001-C1"] == 5_030)
        var receipt: [UInt8] = []
        let moved = try test.movement {
            receipt = try test.correct(.void, serial, key: "void-0001", by: teller).bytes()
        }
        #expect(moved == paid.mapValues { -$0 })
        let answer = try Answer(receipt)
        #expect(try answer.serial() == serial + 1)
        #expect(try answer.text("receipt_number") == "S0001-20261120-000002")
        #expect(try answer.text("kind") == "bill_payment")
        #expect(try answer.text("correction") == "void")
        #expect(try answer.text("original_serial") == Receipt.serialText(serial))
        #expect(try answer.fen("amount_fen") == -5_000)
        #expect(try answer.fen("service_fee_fen") == -30)
        #expect(try answer.fen("total_fen") == -5_030)
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("another till of the station gives the cash back") func otherTill() throws {
        let test = try TestBook()
        let first = try test.signOn()
        let serial = try test.paidPhone(by: first)
        let second = try test.principal("OP000102", at: "S0001-T2")
        _ = try test.perform { try $0.signOn(tillCode: "S0001-C2", by: second) }
        let moved = try test.movement {
            try test.correct(.void, serial, key: "void-0001", by: second).bytesOrThrow()
        }
        #expect(moved["1001.S0001-C2"] == -5_000)
        #expect(moved["1001.S0001-C1"] == nil)
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("a voided bill can be paid again, with a history of both payments") func bill() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bill = try test.payBill(isLate: true, key: "terminal-1", by: teller)
        try test.correct(.void, 1, key: "void-0001", by: teller).bytesOrThrow()
        let again = try test.bill(isLate: true)
        #expect(again.number == bill.number)
        try test.payBill(isLate: true, key: "terminal-2", by: teller)
        let paid = try test.integer(
            """
            SELECT max(serial) FROM bill_payment WHERE bill_id = \(bill.number) AND amount_fen > 0
            """)
        #expect(paid == 3)
        try test.correct(.void, 3, key: "void-0002", by: teller).bytesOrThrow()
        let history = try test.texts(

            """
            SELECT x.original_serial || '/' || p.serial || '/' || p.bill_id FROM bill_payment p
            JOIN service_transaction x ON x.serial = p.serial WHERE p.amount_fen < 0
            ORDER BY p.serial
            """)
        #expect(history == ["1/2/\(bill.number)", "3/4/\(bill.number)"])
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test(
        "a refund makes its bill payable again only where the contract says so",
        arguments: [false, true])
    func refundedBill(reopens: Bool) throws {
        let test = try TestBook(
            preparing: """
                INSERT INTO contract_term (contract_id, name, value)
                SELECT contract_id, 'refund_reopens_bill', \(reopens ? 1 : 0) FROM contract
                WHERE code LIKE 'CT-WATER%'
                """)
        let teller = try test.signOn()
        let bill = try test.payBill(key: "terminal-1", by: teller)
        try test.signOff(teller)
        try test.nextDay()
        _ = try test.signOn()
        let moved = try test.movement {
            try test.correct(.refund, 1, key: "refund-01", by: teller).bytesOrThrow()
        }
        #expect(
            moved == [
                "1001.S0001-C1": -bill.totalFen, "2202.WATER01": bill.totalFen - 50,
                "6051.S0001": 50,
            ])
        let unpaid = try test.integer(
            "SELECT held_fen = 0 FROM bill WHERE bill_id = \(bill.number)")
        #expect(unpaid == (reopens ? 1 : 0))
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("a payment is taken back once, whatever is tried and by whom")
    func once() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.paidPhone(by: teller)
        // Two codes, and both are good: the second finds that there is nothing left to take back.
        let first = try test.code(for: .void, of: serial)
        let second = try test.code(for: .void, of: serial, by: test.supervisor("SV-D01"))
        let outcome = try test.correct(.void, serial, code: first, key: "void-0001", by: teller)
        #expect(outcome.refusalCode == nil)
        let again = try test.correct(.void, serial, code: first, key: "void-0001", by: teller)
        #expect(again == outcome)
        for (key, code) in [("void-0002", first), ("void-0003", second)] {
            let refused = try test.correct(.void, serial, code: code, key: key, by: teller)
            guard case .refused(let refusal) = refused else {
                Issue.record("not refused")
                continue
            }
            #expect(refusal.code == .alreadyCorrected)
            // The receipt to show is named in both languages.
            let receipt = Receipt.serialText(serial + 1)
            #expect(refusal.detail.contains(receipt) && refusal.chineseDetail.contains(receipt))
        }
        let nobody = try refusalCode { _ = try test.code(for: .void, of: serial) }
        #expect(nobody == .alreadyCorrected)
        let voidOfVoid = try refusalCode { _ = try test.code(for: .void, of: serial + 1) }
        #expect(voidOfVoid == .notCorrectable)
        try test.signOff(teller)
        try test.nextDay()
        _ = try test.signOn()
        let refund = try refusalCode { _ = try test.code(for: .refund, of: serial) }
        #expect(refund == .alreadyCorrected)
        #expect(try test.count("service_transaction") == 2)
        let faults = try test.faults()
        #expect(faults == [])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let correction: Correction
        let code: RefusalCode?
        var preparing = ""
        let prepare: @Sendable (TestBook, Principal) throws -> Int64
        var testDescription: String { name }
    }

    static let window = """
        INSERT INTO contract_term (contract_id, name, value)
        SELECT contract_id, 'reversal_window_minutes', 30 FROM contract WHERE code LIKE 'CT-MOBILE%'
        """

    static let rows = [
        Row(
            name: "in the last second of its window", correction: .void, code: nil,
            preparing: window
        ) { test, teller in
            let serial = try test.paidPhone(by: teller)
            test.clock.advance(milliseconds: 30 * 60_000 - 1_000)
            return serial
        },
        Row(name: "after its window", correction: .void, code: .voidTooLate, preparing: window) {
            test, teller in
            let serial = try test.paidPhone(by: teller)
            test.clock.advance(milliseconds: 30 * 60_000)
            return serial
        },
        Row(name: "on the next date", correction: .void, code: .voidTooLate) { test, teller in
            try nextDay(test, teller)
        },
        Row(name: "on its own date", correction: .refund, code: .refundTooEarly) { test, teller in
            try test.paidPhone(by: teller)
        },
        Row(name: "a payment of yesterday", correction: .refund, code: nil) { test, teller in
            try nextDay(test, teller)
        },
        Row(name: "a ticket", correction: .void, code: .notCorrectable) { test, teller in
            let held = try test.reserve("QC0009", by: teller)
            return try test.issue(held, key: "terminal-1", by: teller).answer().object("receipt")
                .serial()
        },
        Row(name: "a withdrawal", correction: .void, code: .notCorrectable) { test, teller in
            let serial = try test.pending(key: "terminal-1", by: teller)
            _ = try test.record(.approved(reference: "R"), serial)
            try test.confirmCash(serial, key: "terminal-2", by: teller).bytesOrThrow()
            return serial
        },
        Row(name: "an unfinished withdrawal", correction: .void, code: .unknownReceipt) {
            test, teller in
            try test.pending(key: "terminal-1", by: teller)
        },
        Row(name: "a sale from stock", correction: .void, code: nil) { test, teller in
            try direct(.stockSale, test, teller)
        },
    ]

    private static func nextDay(_ test: TestBook, _ teller: Principal) throws -> Int64 {
        let serial = try test.paidPhone(by: teller)
        try test.signOff(teller)
        try test.nextDay()
        _ = try test.signOn()
        return serial
    }

    /// Posts a transaction of a kind that other parts of the program sell.
    private static func direct(
        _ kind: TransactionKind, _ test: TestBook, _ teller: Principal
    ) throws -> Int64 {
        try test.perform { session in
            let product = try #require(session.catalogue.products.first { $0.code == "MOBILE" })
            return try session.post(
                NewTransaction(
                    kind: kind, product: product,
                    contract: try session.catalogue.contract(
                        for: product, on: try session.journal.currentDate()),
                    shift: try session.shifts.shift(of: teller, session.connection),
                    accountReference: "A1", amountFen: 5_000, feeFen: 0, commissionFen: 40)
            ).serial
        }
    }

    @Test("what may be voided or refunded, and when", arguments: rows)
    func rules(_ row: Row) throws {
        let test = try TestBook(preparing: row.preparing)
        let teller = try test.signOn()
        let serial = try row.prepare(test, teller)
        let refused = try refusalCode { _ = try test.code(for: row.correction, of: serial) }
        #expect(refused == row.code)
        guard row.code == nil else {
            // Without a code the operator hears the same reason: the rule comes before the code.
            let outcome = try test.correct(
                row.correction, serial, code: "12345678", key: "correction", by: teller)
            #expect(outcome.refusalCode == row.code)
            return
        }
        let outcome = try test.correct(row.correction, serial, key: "correction", by: teller)
        #expect(outcome.refusalCode == nil)
    }

    @Test("no receipt of another station, and none without a till") func whose() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.paidPhone(by: teller)
        let code = try test.code(for: .void, of: serial)
        let away = try test.operatorA(2)
        let notOn = try test.correct(.void, serial, code: code, key: "void-0001", by: away)
        #expect(notOn.refusalCode == .notSignedOn)
        _ = try test.signOn(2)
        let foreign = try test.correct(.void, serial, code: code, key: "void-0002", by: away)
        #expect(foreign.refusalCode == .unknownReceipt)
        let unknown = try test.correct(.void, 99, code: code, key: "void-0003", by: teller)
        #expect(unknown.refusalCode == .unknownReceipt)
    }

    @Test("a till short of cash gives nothing back, and the code stays good") func short() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.paidPhone(50_000, by: teller)
        let (_, cash) = try test.openShift(of: teller)
        let promised = try (0..<10).compactMap { number in
            let rest = cash - 1_000 - Int64(number) * 200_000
            guard rest > 0 else { return Optional<Int64>.none }
            return try test.pending(
                min(200_000, rest / 1_000 * 1_000), card: "62284800000000\(10 + number)",
                key: "promise-\(number)", by: teller)
        }
        let code = try test.code(for: .void, of: serial)
        let refused = try test.correct(.void, serial, code: code, key: "void-0001", by: teller)
        #expect(refused.refusalCode == .tillShortOfCash)
        for serial in promised { _ = try test.record(.noAnswer, serial) }
        try test.correct(.void, serial, code: code, key: "void-0002", by: teller).bytesOrThrow()
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("voids and refunds are in the settlement file, and its net is the ledger's movement")
    func settlement() throws {
        let test = try TestBook()
        try test.playCorrections()
        let files = try test.book.readers.read {
            try SettlementFileReader($0).files(partner: nil, date: nil, after: 0, limit: 100)
        }
        let mobile = files.filter { $0.partnerCode == "MOBILE01" }
        // Sold, voided and a basket on the first day; one refund on the second.
        #expect(mobile.map(\.detailCount) == [5, 1])
        var corrections: [String] = []
        for file in mobile {
            let verified = try test.verified(file)
            try verified.forEachDetail { detail in
                #expect(detail.isCorrection == (detail.amountFen < 0))
                guard let original = detail.originalSerial else { return }
                corrections.append(
                    "\(detail.amountFen) \(detail.commissionFen) of \(original)")
            }
            let moved = try test.integer(
                """
                SELECT ifnull(sum(d.credits - d.debits), 0) FROM account_day d
                JOIN partner r ON d.account_id IN (r.payable_account_id, r.receivable_account_id)
                WHERE r.code = 'MOBILE01' AND d.business_date = \(file.date.daysSinceEpoch)
                """)
            #expect(verified.totals.netFen == moved)
        }
        #expect(corrections == ["-3000 -24 of 000000000002", "-5000 -40 of 000000000001"])
        let faults = try test.faults()
        #expect(faults == [])
    }

    @Test("the revenue and the shares of a refund are the negatives of the payment's")
    func revenue() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.paidPhone(3_333, by: teller)
        try test.signOff(teller)
        try test.nextDay()
        _ = try test.signOn()
        try test.correct(.refund, serial, key: "refund-01", by: teller).bytesOrThrow()
        try test.signOff(teller)
        try test.nextDay()
        let sums = try test.texts(
            """
            SELECT group_concat(v, ' ') FROM (
                SELECT sum(amount_fen) || ' ' || sum(fee_fen) || ' ' || sum(commission_fen) || ' '
                    || sum(operator_fen) || ' ' || sum(village_fen) || ' ' || sum(town_fen) || ' '
                    || sum(district_fen) || ' ' || count(*) AS v FROM day_revenue)
            """)
        #expect(sums == ["0 0 0 0 0 0 0 2"])
        let faults = try test.faults()
        #expect(faults == [])
    }
}
