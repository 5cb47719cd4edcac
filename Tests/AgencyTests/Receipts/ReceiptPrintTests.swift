import Foundation
import Printing
import SQL
import Testing

@testable import Agency

extension TestBook {
    func printReceipt(
        _ serial: Int64, _ form: ReceiptForm = .escpos(.narrow), key: String,
        by principal: Principal
    ) throws -> CommandOutcome {
        let request = ReceiptPrintRequest(serial: serial, form: form, language: .chinese)
        let claim = try claim(key, principal, request.fingerprint)
        return try perform { try $0.printReceipt(request, claim: claim, by: principal) }
    }
}

@Suite struct ReceiptPrintTests {
    @Test("the original is printed once, then copies are counted for each receipt")
    func counted() throws {
        let test = try TestBook()
        let first = try test.signOn(1)
        for account in ["13800000001", "13800000002"] {
            try test.payPhone(account: account, key: "phone-\(account)", by: first)
        }
        let numbers = try [1, 1, 2, 1, 2].enumerated().map { index, serial in
            try ReceiptPrint(
                kept: test.printReceipt(Int64(serial), key: "print-000\(index)", by: first).bytes()
            ).copyNumber
        }
        #expect(numbers == [0, 1, 0, 2, 1])
        #expect(try test.count("receipt_print") == 5)
        #expect(try test.faults() == [])
    }

    @Test("a print sent again is the same paper, and another request under its key is refused")
    func repeated() throws {
        let test = try TestBook()
        let first = try test.signOn(1)
        try test.payPhone(key: "phone-0001", by: first)
        let print = try test.printReceipt(1, key: "print-0001", by: first)
        test.clock.advance(milliseconds: 60_000)
        #expect(try test.printReceipt(1, key: "print-0001", by: first) == print)
        #expect(try ReceiptPrint(kept: print.bytes()).mark == .original)
        #expect(
            try test.printReceipt(1, .html(.a4), key: "print-0001", by: first).refusalCode
                == .idempotencyKeyReused)
        #expect(try test.count("receipt_print") == 1)
        let copy = try ReceiptPrint(
            kept: test.printReceipt(1, key: "print-0002", by: first).bytes())
        #expect(
            copy.mark == .copy(1, printedAt: test.clock.now, staffCode: first.staffCode))
    }

    @Test("a receipt of another station is refused, and one that is not there")
    func hidden() throws {
        let test = try TestBook()
        let first = try test.signOn(1)
        let second = try test.signOn(2)
        try test.payPhone(key: "phone-0001", by: first)
        for (serial, principal) in [(Int64(1), second), (2, first), (0, first), (-1, first)] {
            let outcome = try test.printReceipt(
                serial, key: "print-\(serial)-\(principal.staffCode)", by: principal)
            #expect(outcome.refusalCode == .unknownReceipt)
        }
        #expect(try test.count("receipt_print") == 0)
    }

    @Test("prints of many threads are counted one by one")
    func concurrent() async throws {
        let test = try TestBook()
        let first = try test.signOn(1)
        try test.payPhone(key: "phone-0001", by: first)
        let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
            for index in 0..<40 {
                group.addTask {
                    try await onOwnThread {
                        try ReceiptPrint(
                            kept: test.printReceipt(1, key: "print-\(index)-x", by: first).bytes()
                        ).copyNumber
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(numbers.sorted() == Array(0..<40))
    }

    @Test("the items of a basket are one receipt with one count, its tender and its change")
    func basket() throws {
        let test = try TestBook()
        let first = try test.signOn(1)
        try test.payPhone(key: "phone-0001", by: first)
        let request = BasketRequest(
            items: ["13800000002", "13800000003"].map {
                .bill(
                    BillPaymentRequest(
                        target: .account(productCode: "MOBILE", accountNumber: $0),
                        amountFen: 5_000))
            }, tenderedFen: 20_000)
        _ = try test.pay(
            request.items, tenderedFen: request.tenderedFen, key: "basket-0001", by: first
        ).bytes()
        try test.payPhone(account: "13800000004", key: "phone-0004", by: first)
        let numbers = try [2, 3, 2].enumerated().map { index, serial in
            let print = try ReceiptPrint(
                kept: test.printReceipt(Int64(serial), key: "print-000\(index)", by: first).bytes())
            #expect(print.serial == 2)
            return print.copyNumber
        }
        #expect(numbers == [0, 1, 2])
        let sheets = try test.book.readers.read { connection in
            try (1...4).compactMap { try ReceiptReader(connection).sheet(serial: $0) }
        }
        #expect(sheets.map { $0.items.map(\.receipt.serial) } == [[1], [2, 3], [2, 3], [4]])
        #expect(sheets.map { $0.tender?.changeFen } == [nil, 10_000, 10_000, nil])
        #expect(try test.faults() == [])
    }

    static let forbidden = [
        "INSERT INTO receipt_print VALUES (1, 2, 0, 1, 'text', '58', 'zh')",
        "INSERT INTO receipt_print VALUES (1, 0, 0, 1, 'text', '58', 'zh')",
        "INSERT INTO receipt_print VALUES (1, -1, 0, 1, 'text', '58', 'zh')",
        "INSERT INTO receipt_print VALUES (99, 0, 0, 1, 'text', '58', 'zh')",
        "INSERT INTO receipt_print VALUES (1, 1, 0, 1, 'text', 'a4', 'zh')",
        "INSERT INTO receipt_print VALUES (1, 1, 0, 1, 'fax', '58', 'zh')",
        "INSERT INTO receipt_print VALUES (1, 1, 0, 1, 'text', '58', 'fr')",
        "INSERT OR REPLACE INTO receipt_print VALUES (1, 0, 0, 1, 'text', '58', 'zh')",
        "UPDATE receipt_print SET printed_at = 0", "UPDATE receipt_print SET copy_number = 5",
        "DELETE FROM receipt_print",
    ]

    @Test("the database itself refuses to forget or to forge a print", arguments: forbidden)
    func guarded(_ sql: String) throws {
        let test = try TestBook()
        let first = try test.signOn(1)
        try test.payPhone(key: "phone-0001", by: first)
        _ = try test.printReceipt(1, key: "print-0001", by: first).bytes()
        #expect(throws: SQLError.self) { try test.execute(sql) }
        #expect(try test.texts("SELECT serial || '/' || copy_number FROM receipt_print") == ["1/0"])
        // The same with what is allowed passes.
        try test.execute("INSERT INTO receipt_print VALUES (1, 1, 0, 1, 'html', 'a4', 'en')")
    }
}
