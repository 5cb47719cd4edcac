import CivilTime
import Dispatch
import Foundation
import Ledger
import SQL
import Synchronization
import Testing

@testable import Agency

/// Business at three stations of the demo network, day by day, the same in every run.
///
/// It goes through the session's own commands: bills, phones, tickets, withdrawals that are paid
/// out, given up or lost, over and short at sign-off, reversals, and the close of each day.
struct DemoYear {
    /// A year; a sanitizer takes ten times as long, and has seen all there is within a month.
    static let dayCount =
        ProcessInfo.processInfo.environment["AGENCYPOS_SANITIZED"] == nil ? 365 : 30
    private static let stations = 1...3
    private static let phonesPerStation = 4

    let test: TestBook
    private let principals: [Principal]
    private var numbers = SeededNumbers(seed: 3)

    init() throws {
        let test = try TestBook()
        self.test = test
        principals = try Self.stations.map { try test.operatorA($0) }
    }

    /// Plays business days; the last one stays open, as in life.
    mutating func play(days: Int = DemoYear.dayCount) throws {
        let start = try #require(BusinessDate(TestNetwork.openingDate))
        for day in 0..<days {
            try test.clock.set("\(start.adding(days: day)) 09:00")
            try playDay(day)
            if day < days - 1 { try test.closeDay() }
        }
    }

    private mutating func playDay(_ day: Int) throws {
        try signOn()
        let batch = CommandBatch(test)
        for (station, principal) in principals.enumerated() {
            let key = "demo-year-\(day)-\(station)"
            for phone in 0..<Self.phonesPerStation {
                try payPhone(batch, key + "-phone-\(phone)", principal)
            }
            try payBills(batch, key, principal)
            try sellTicket(batch, key + "-coach", principal)
            try withdraw(batch, key, isLost: (day + station) % 5 == 0, principal)
        }
        if day % 7 == 3 { try correct(batch) }
        try batch.wait()
        try signOff()
    }

    private func signOn() throws {
        try test.perform { [principals] session in
            for (principal, station) in zip(principals, Self.stations) {
                _ = try session.signOn(tillCode: "S000\(station)-C1", by: principal)
            }
        }
    }

    private mutating func signOff() throws {
        let differences = principals.map { _ in Int64.random(in: -1...1, using: &numbers) * 100 }
        try test.perform { [principals, test] session in
            for (principal, difference) in zip(principals, differences) {
                let shift = try #require(
                    try ShiftReader(session.connection).openShift(of: principal.staff))
                let cash = try session.journal.balance(of: shift.cashAccount)?.posted
                let count = try CashCount(
                    fewestPiecesOf: (cash?.balance(on: .debit) ?? 0) + difference)
                let number = shift.id.number
                let claim = try test.claim(
                    "demo-year-off-\(number)", principal,
                    signOffFingerprint(shift: number, count: count))
                _ = try session.signOff(
                    shift: number, count: count, claim: claim, by: principal
                ).bytes()
            }
        }
    }

    private mutating func payPhone(
        _ batch: CommandBatch, _ key: String, _ principal: Principal
    ) throws {
        let request = BillPaymentRequest(
            target: .account(productCode: "MOBILE", accountNumber: "13800000001"),
            amountFen: Int64.random(in: 5_000...10_000, using: &numbers))
        let claim = try test.claim(key, principal, request.fingerprint)
        try batch.submit { try $0.payBill(request, claim: claim, by: principal) }
    }

    private func payBills(
        _ batch: CommandBatch, _ key: String, _ principal: Principal
    ) throws {
        for product in ["WATER", "POWER"] {
            let claimKey = key + "-" + product
            let test = test
            try batch.submit { session in
                let bill = try #require(
                    try session.connection.prepare(
                        """
                        SELECT b.bill_id, b.amount_fen + b.late_fee_fen
                        FROM bill b JOIN product p ON p.product_id = b.product_id
                        WHERE p.code = $1 AND b.held_fen = 0
                        ORDER BY b.bill_id LIMIT 1
                        """
                    ).first(.text(product)) { (number: $0.integer(0), fen: $0.integer(1)) })
                let quote = try Answer(session.quoteBill(bill.number, by: principal))
                let request = BillPaymentRequest(
                    target: .quote(try #require(Int64(try quote.text("quote_id")))),
                    amountFen: bill.fen)
                let claim = try test.claim(claimKey, principal, request.fingerprint)
                return try session.payBill(request, claim: claim, by: principal)
            }
        }
    }

    private func sellTicket(
        _ batch: CommandBatch, _ key: String, _ principal: Principal
    ) throws {
        let test = test
        let tomorrow = test.book.profile.zone.date(at: test.clock.now).adding(days: 1)
        try batch.submit { session in
            let reserved = try Answer(
                session.reserveTickets(
                    tripCode: "QC0009", travelDate: tomorrow,
                    seats: try #require(SeatRequest(seatCount: 1)), by: principal))
            let request = TicketIssueRequest(
                reservation: try #require(Int64(try reserved.text("reservation_id"))),
                amountFen: try reserved.fen("amount_fen"))
            let claim = try test.claim(key, principal, request.fingerprint)
            return try session.startTicketSale(request, claim: claim, by: principal).known()
        }
    }

    private mutating func withdraw(
        _ batch: CommandBatch, _ key: String, isLost: Bool, _ principal: Principal
    ) throws {
        let request = TestBook.withdrawal(
            Int64.random(in: 10...40, using: &numbers) * 1_000,
            card: "622848000000000" + String(principal.staff.number % 10))
        let start = try test.claim(
            key + "-cash-start", principal, test.book.fingerprint(of: request))
        let test = test
        try batch.submit { session in
            guard
                case .pending(let pending) = try session.startWithdrawal(
                    request, claim: start, by: principal)
            else { throw CommandOutcome.Unfinished() }
            let serial = pending.serial
            guard !isLost else {
                _ = try session.recordBankAnswer(.noAnswer, serial: serial)
                return .done([])
            }
            _ = try session.recordBankAnswer(
                .approved(reference: "BANK-\(serial)"), serial: serial
            ).bytes()
            let paid = try test.claim(
                key + "-cash-paid", principal,
                withdrawalStepFingerprint("cash_paid", serial: serial))
            return try session.confirmCashPaid(serial: serial, claim: paid, by: principal)
        }
    }

    /// Posts a correction between two accounts, and reverses it.
    private mutating func correct(_ batch: CommandBatch) throws {
        let amount = Int64.random(in: 1...999, using: &numbers)
        try batch.submit { session in
            let reader = LedgerReader(session.connection)
            let codes = ["1221.S0001-C1", "2241.S0001-C1"].compactMap(AccountCode.init)
            let accounts = try codes.map { try #require(try reader.account($0)).id }
            let entry = NewEntry(
                kind: EntryKind("correction"), narrative: "typed twice; \"undo\" | 更正",
                source: nil, postings: [.debit(accounts[0], amount), .credit(accounts[1], amount)])
            let posted = try session.journal.post(entry, at: session.now)
            _ = try session.journal.reverse(posted.id, narrative: "=undo", at: session.now)
            return .done([])
        }
    }
}

/// Commands that are queued together, so that the writer commits many at once.
final class CommandBatch: Sendable {
    private let test: TestBook
    private let failures = Mutex<[String]>([])
    private let group = DispatchGroup()

    init(_ test: TestBook) {
        self.test = test
    }

    func submit(
        _ body: @escaping @Sendable (AgencySession) throws -> CommandOutcome
    ) throws {
        group.enter()
        try test.book.writer.submit(body) { [self] result in
            switch result.flatMap({ outcome in Result { outcome.refusalCode } }) {
            case .success(nil): break
            case .success(let code): failures.withLock { $0.append("\(code as Any)") }
            case .failure(let error): failures.withLock { $0.append("\(error)") }
            }
            group.leave()
        }
    }

    /// Waits for all, and insists that none failed or was refused.
    func wait() throws {
        group.wait()
        try #require(failures.withLock { $0 } == [])
    }
}
