import CivilTime
import Cryptography
import Foundation
import Ledger
import SQL
import Testing

@testable import Agency

/// A bill of the demo arrears.
struct TestBill: Sendable {
    let number: Int64
    let account: String
    let amountFen: Int64
    let lateFeeFen: Int64

    var totalFen: Int64 { amountFen + lateFeeFen }
}

extension TestBook {
    /// The caller that a person is at a terminal.
    func principal(_ staff: String, at terminal: String?) throws -> Principal {
        try book.readers.read { connection in
            let reader = StaffReader(connection)
            let person = try #require(try reader.credential(staff)).principal
            return Principal(
                staff: person.staff, staffCode: person.staffCode, role: person.role,
                station: person.station,
                terminal: try terminal.map { try #require(try reader.terminal($0)).id },
                centre: person.centre, partner: person.partner, village: person.village)
        }
    }

    /// Operator A of a station by its number, at its first terminal.
    func operatorA(_ station: Int = 1) throws -> Principal {
        let number = "\(station)"
        let code = String(repeating: "0", count: 4 - number.count) + number
        return try principal("OP\(code)01", at: "S\(code)-T1")
    }

    /// Signs operator A of a station on with its first till.
    func signOn(_ station: Int = 1) throws -> Principal {
        let principal = try operatorA(station)
        let till = try #require(
            try texts(
                """
                SELECT code FROM till WHERE station_id = \(principal.station?.number ?? 0)
                ORDER BY code
                """
            ).first)
        _ = try perform { try $0.signOn(tillCode: till, by: principal) }
        return principal
    }

    /// Signs an operator off with what the book holds and a difference, in fen.
    @discardableResult
    func signOff(_ principal: Principal, differenceFen: Int64 = 0) throws -> CommandOutcome {
        let (shift, cash) = try openShift(of: principal)
        let count = try CashCount(fewestPiecesOf: cash + differenceFen)
        let claim = try claim(
            "sign-off-\(shift)", principal,
            signOffFingerprint(shift: shift, count: count))
        return try perform {
            try $0.signOff(shift: shift, count: count, claim: claim, by: principal)
        }
    }

    /// An open shift's number and the cash that its till holds by the book, in fen.
    func openShift(of principal: Principal) throws -> (number: Int64, cashFen: Int64) {
        try book.readers.read { connection in
            let shift = try #require(try ShiftReader(connection).openShift(of: principal.staff))
            let balance = try LedgerReader(connection).balance(of: shift.cashAccount)
            return (shift.id.number, try #require(balance).posted.balance(on: .debit))
        }
    }

    func claim(
        _ key: String, _ principal: Principal, _ fingerprint: SHA256Digest
    ) throws -> IdempotencyClaim {
        try #require(
            IdempotencyClaim(
                key: key, credential: principal.credential, fingerprint: fingerprint))
    }

    /// An unpaid bill; the same arguments find the same one until it is paid.
    func bill(_ product: String = "WATER", isLate: Bool = false) throws -> TestBill {
        let found = try book.readers.read { connection in
            try connection.prepare(
                """
                SELECT b.bill_id, b.account_number, b.amount_fen, b.late_fee_fen
                FROM bill b JOIN product p ON p.product_id = b.product_id
                WHERE p.code = $1 AND (b.late_fee_fen > 0) = ($2 > 0) AND b.held_fen = 0
                ORDER BY b.bill_id LIMIT 1
                """
            ).first(.text(product), .integer(isLate ? 1 : 0)) {
                TestBill(
                    number: $0.integer(0), account: $0.text(1), amountFen: $0.integer(2),
                    lateFeeFen: $0.integer(3))
            }
        }
        return try #require(found)
    }

    /// Quotes a bill and gives the quote's number.
    func quote(_ bill: TestBill, by principal: Principal) throws -> Int64 {
        let answer = try perform { try $0.quoteBill(bill.number, by: principal) }
        return try #require(Int64(try Answer(answer).text("quote_id")))
    }

    func pay(
        _ request: BillPaymentRequest, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let claim = try claim(key, principal, request.fingerprint)
        return try perform { try $0.payBill(request, claim: claim, by: principal) }
    }

    /// Pays a mobile phone blind.
    @discardableResult
    func payPhone(
        _ product: String = "MOBILE", account: String = "13800000001", _ amountFen: Int64 = 5_000,
        key: String, by principal: Principal
    ) throws -> CommandOutcome {
        try pay(
            BillPaymentRequest(
                target: .account(productCode: product, accountNumber: account),
                amountFen: amountFen),
            key: key, by: principal)
    }

    /// Quotes and pays an unpaid bill.
    @discardableResult
    func payBill(
        _ product: String = "WATER", isLate: Bool = false, key: String, by principal: Principal
    ) throws -> TestBill {
        let bill = try bill(product, isLate: isLate)
        let number = try quote(bill, by: principal)
        let outcome = try pay(
            BillPaymentRequest(target: .quote(number), amountFen: bill.totalFen), key: key,
            by: principal)
        try #require(outcome.refusalCode == nil)
        return bill
    }
}
