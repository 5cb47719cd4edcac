import Foundation
import Testing

@testable import Agency

extension TestBook {
    static let card = "6228480000000001"

    /// The document of nobody: its number has a right check character and a region that is none.
    static let holder = document("990001199001010013")
    static let agent = document("990001198805050024")

    static func document(_ number: String) -> IdentityDocument {
        guard let document = IdentityDocument(kind: .residentCard, number: number) else {
            preconditionFailure("\(number) has a wrong check character")
        }
        return document
    }

    static func withdrawal(
        _ amountFen: Int64, card: String = TestBook.card, product: String = "CASH01",
        feeFen: Int64? = nil, isIdentityChecked: Bool = true, agent: IdentityDocument? = nil
    ) -> WithdrawalRequest {
        WithdrawalRequest(
            productCode: product, cardNumber: card, encryptedPINBlock: "00112233AABBCCDD",
            amountFen: amountFen, serviceFeeFen: feeFen,
            identity: isIdentityChecked ? holder : nil, agent: agent)
    }

    func desk(_ bank: ControllablePartner) throws -> WithdrawalDesk {
        let lines = ["BANK01": try bank.line("BANK01")]
        return WithdrawalDesk(writer: book.writer, lines: lines) { print($0) }
    }

    /// Sends a withdrawal to a desk.
    func withdraw(
        _ request: WithdrawalRequest, at desk: WithdrawalDesk, key: String, by principal: Principal
    ) throws -> DeskCall {
        let call = DeskCall()
        let claim = try claim(key, principal, book.fingerprint(of: request))
        try desk.withdraw(request, claim: claim, by: principal) { call.hear($0) }
        return call
    }

    /// Records the intent alone and gives its outcome or its serial number.
    func start(
        _ request: WithdrawalRequest, key: String, by principal: Principal
    ) throws -> (outcome: CommandOutcome?, serial: Int64?) {
        let claim = try claim(key, principal, book.fingerprint(of: request))
        let started = try perform {
            try $0.startWithdrawal(request, claim: claim, by: principal)
        }
        return switch started {
        case .known(let outcome): (outcome, nil)
        case .pending(let pending): (nil, pending.serial)
        }
    }

    /// A withdrawal that waits for its bank.
    func pending(
        _ amountFen: Int64 = 100_000, card: String = TestBook.card, product: String = "CASH01",
        key: String, by principal: Principal
    ) throws -> Int64 {
        let request = Self.withdrawal(amountFen, card: card, product: product)
        return try #require(try start(request, key: key, by: principal).serial)
    }

    func record(_ answer: BankAnswer, _ serial: Int64) throws -> CommandOutcome {
        try perform { try $0.recordBankAnswer(answer, serial: serial) }
    }

    func confirmCash(
        _ serial: Int64, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let claim = try claim(
            key, principal, withdrawalStepFingerprint("cash_paid", serial: serial))
        return try perform {
            try $0.confirmCashPaid(serial: serial, claim: claim, by: principal)
        }
    }

    func cancel(_ serial: Int64, key: String, by principal: Principal) throws -> CommandOutcome {
        let claim = try claim(key, principal, withdrawalStepFingerprint("cancel", serial: serial))
        return try perform {
            try $0.cancelWithdrawal(serial: serial, claim: claim, by: principal)
        }
    }

    func status(_ serial: Int64) throws -> TransactionStatus {
        let text = try texts("SELECT status FROM service_transaction WHERE serial = \(serial)")
        return try #require(text.first.flatMap { TransactionStatus(rawValue: $0) })
    }

    /// What the card has used of its allowance today, in fen.
    func usedAllowanceFen() throws -> Int64 {
        try integer("SELECT ifnull(sum(withdrawn_fen), 0) FROM card_day")
    }

    func reversal(_ serial: Int64) throws -> String {
        try #require(
            try texts("SELECT reversal FROM withdrawal WHERE serial = \(serial)").first)
    }

    /// Waits until a withdrawal's reversal is told to the bank: that happens on other threads.
    func wait(forReversal state: String, _ serial: Int64) throws {
        let end = Date(timeIntervalSinceNow: ControllablePartner.patienceSeconds)
        while Date() < end, try reversal(serial) != state {
            try settle()
            usleep(1_000)
        }
        #expect(try reversal(serial) == state)
    }

    /// The answers that came too late to a transaction, each with its reference.
    func lateAnswers(_ serial: Int64) throws -> [String] {
        try texts(
            """
            SELECT answer || ' ' || partner_reference FROM late_bank_answer
            WHERE serial = \(serial) ORDER BY late_answer_id
            """)
    }
}
