import Dispatch
import Foundation
import Testing

@testable import Agency

@Suite struct BankOrderDeskTests {
    /// How long a test waits for what the desk finishes by itself, in seconds.
    static let patienceSeconds = 20.0

    @Test("the bank gets the whole numbers, the book their last four digits") func numbers() throws
    {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllableOrderBank(answering: .booked(reference: "REF-1"))
        let answer = try remit(test, bank, key: "terminal-1", teller).wait().answer()
        #expect(try answer.text("status") == "posted")
        #expect(try answer.text("partner_reference") == "REF-1")
        #expect(try answer.text("account_reference") == "************4321")
        let order = try #require(bank.booked.first)
        #expect(order.toAccountNumber == TestBook.payeeAccount)
        guard case .cash(let name) = order.source else {
            Issue.record("a remittance is paid in cash")
            return
        }
        #expect(name == "王小明")
        #expect(
            try test.texts("SELECT payee_name || account_last_four FROM bank_order")
                == ["王**4321"])
        for file in try test.copy.names(in: ".") where file.hasPrefix("book.db") {
            let text = String(decoding: try test.copy.bytes(file), as: UTF8.self)
            #expect(!text.contains(TestBook.payeeAccount) && !text.contains("王小明"), "\(file)")
        }
    }

    @Test("while the bank is silent the key is running, and the shift stays open")
    func running() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllableOrderBank()
        let desk = self.desk(test, bank)
        let call = try remit(test, desk, key: "terminal-1", teller)
        try test.settle()
        #expect(try remit(test, desk, key: "terminal-1", teller).wait() == .running)
        #expect(try test.signOff(teller).refusalCode == .shiftHasPendingItems)
        let serial = try #require(bank.booked.first).order.serial
        try bank.answer(.booked(reference: "REF"), serial: serial)
        let first = try call.wait()
        #expect(try remit(test, desk, key: "terminal-1", teller).wait() == first)
        #expect(bank.booked.count == 1)
        // A second answer, whatever it says, moves nothing.
        let moved = try test.movement {
            try bank.answer(.declined(reason: "no"), serial: serial)
            try test.settle()
        }
        #expect(moved == [:])
        #expect(try test.lateAnswers(serial) == ["declined "])
        #expect(try test.faults() == [])
    }

    @Test("an unanswered order is queried until it is known, and never booked again")
    func queried() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllableOrderBank(
            answering: .noAnswer, queries: [.noAnswer, .booked(reference: "FOUND")])
        let call = try remit(test, bank, key: "terminal-1", teller)
        #expect(try call.wait().answer().text("status") == "unknown")
        let serial = try #require(bank.booked.first).order.serial
        try wait(for: .posted, serial, test)
        #expect(bank.booked.count == 1)
        #expect(bank.queryCount == 2)
        #expect(bank.reversalCount == 0)
        #expect(try test.faults() == [])
    }

    @Test("a reversal is repeated until the bank confirms, and only then is cash due back")
    func reversed() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllableOrderBank(
            answering: .noAnswer, queries: [.notBooked], reversals: [false, true])
        let desk = self.desk(test, bank)
        let call = try remit(test, desk, key: "terminal-1", teller)
        _ = try call.wait()
        let serial = try #require(bank.booked.first).order.serial
        try wait(for: .returnDue, serial, test)
        #expect(bank.reversalCount >= 2)
        #expect(try test.orderReversal(serial) == "confirmed")
        #expect(try test.faults() == [])
    }

    @Test("what a crash leaves is unknown, and resolved at the next start") func crash() throws {
        var test: TestBook? = try TestBook()
        let copy = try #require(test).copy
        var serial: Int64 = 0
        if let test {
            let teller = try test.signOn()
            let bank = ControllableOrderBank()
            _ = try remit(test, bank, key: "terminal-1", teller)
            try test.settle()
            serial = try #require(bank.booked.first).order.serial
        }
        test = nil
        let next = try TestBook(reopening: copy, at: "2026-11-20 10:00")
        let teller = try next.operatorA()
        #expect(try next.status(serial) == .pending)
        let silent = ControllableOrderBank()
        try desk(next, silent).resolveInterrupted()
        #expect(try next.status(serial) == .unknown)
        let again = try remit(next, silent, key: "terminal-1", teller).wait()
        #expect(try again.answer().text("status") == "unknown")
        #expect(silent.booked.isEmpty)
        let willing = ControllableOrderBank(queries: [.booked(reference: "FOUND")])
        try desk(next, willing).resolveInterrupted()
        try wait(for: .posted, serial, next)
        #expect(willing.booked.isEmpty)
        #expect(try next.faults() == [])
    }

    private func desk(_ test: TestBook, _ bank: ControllableOrderBank) -> BankOrderDesk {
        BankOrderDesk(writer: test.book.writer, gateway: bank) { print($0) }
    }

    private func remit(
        _ test: TestBook, _ bank: ControllableOrderBank, key: String, _ teller: Principal
    ) throws -> DeskCall {
        try remit(test, desk(test, bank), key: key, teller)
    }

    private func remit(
        _ test: TestBook, _ desk: BankOrderDesk, key: String, _ teller: Principal
    ) throws -> DeskCall {
        let call = DeskCall()
        let request = TestBook.remittance()
        let claim = try test.claim(key, teller, test.book.fingerprint(of: request))
        try desk.remit(request, claim: claim, by: teller) { call.hear($0) }
        return call
    }

    private func wait(
        for status: TransactionStatus, _ serial: Int64, _ test: TestBook
    ) throws {
        let end = Date(timeIntervalSinceNow: Self.patienceSeconds)
        while Date() < end, try test.status(serial) != status {
            Thread.sleep(forTimeInterval: 0.02)
        }
        #expect(try test.status(serial) == status)
    }
}
