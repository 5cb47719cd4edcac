import CivilTime
import PartnerAPI
import Testing

@testable import Agency

/// An order as a test asks for it.
enum TestOrder: Sendable {
    case remittance(RemittanceRequest)
    case transfer(TransferRequest)
}

extension TestBook {
    static let payeeAccount = "6217990000004321"

    static func remittance(
        _ amountFen: Int64 = 80_000, account: String = payeeAccount,
        payer: IdentityDocument? = holder, feeFen: Int64? = nil, product: String = "REMIT01"
    ) -> RemittanceRequest {
        RemittanceRequest(
            productCode: product, payeeName: "王小明", accountNumber: account,
            amountFen: amountFen, serviceFeeFen: feeFen, identity: payer)
    }

    static func transfer(
        _ amountFen: Int64 = 300_000, account: String = payeeAccount,
        feeFen: Int64? = nil, product: String = "TRANS01"
    ) -> TransferRequest {
        TransferRequest(
            productCode: product, cardNumber: card, encryptedPINBlock: "00112233AABBCCDD",
            accountNumber: account, amountFen: amountFen, serviceFeeFen: feeFen)
    }

    /// Records an order's intent alone and gives its outcome or its serial number.
    func start(
        _ order: TestOrder, key: String, by principal: Principal
    ) throws -> (outcome: CommandOutcome?, serial: Int64?) {
        let started: PartnerStart
        switch order {
        case .remittance(let request):
            let claim = try claim(key, principal, book.fingerprint(of: request))
            started = try perform {
                try $0.startRemittance(request, claim: claim, by: principal)
            }
        case .transfer(let request):
            let claim = try claim(key, principal, book.fingerprint(of: request))
            started = try perform {
                try $0.startTransfer(request, claim: claim, by: principal)
            }
        }
        return switch started {
        case .known(let payment): (payment.outcome, nil)
        case .asking(let calls): (nil, calls.first?.serial)
        }
    }

    /// An order that waits for its bank.
    func pending(_ order: TestOrder, key: String, by principal: Principal) throws -> Int64 {
        try #require(try start(order, key: key, by: principal).serial)
    }

    /// Records what was heard of an order's bank.
    @discardableResult
    func record(_ news: PartnerCallNews, order serial: Int64) throws -> CommandOutcome {
        try perform { try $0.record(news, serial: serial).outcome }
    }

    /// Lets the bank say that it does not know an order, and confirm that it never will.
    func undo(order serial: Int64) throws {
        try record(PartnerCallNews(event: .notFound), order: serial)
        try record(PartnerCallNews(event: .reversed), order: serial)
    }

    func returnCash(
        order serial: Int64, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let claim = try claim(
            key, principal, returnFingerprint(serial: serial))
        return try perform {
            try $0.returnCash(serial: serial, claim: claim, by: principal)
        }
    }

    /// What customers have ordered today of a kind, in fen.
    func orderedFen(_ kind: TransactionKind) throws -> Int64 {
        try integer(
            "SELECT ifnull(sum(ordered_fen), 0) FROM bank_order_day WHERE kind = '\(kind.rawValue)'"
        )
    }

    func inquire(
        _ card: String = TestBook.card, product: String = "CASH01", by principal: Principal
    ) throws -> Int64 {
        let request = BalanceInquiryRequest(
            productCode: product, cardNumber: card, encryptedPINBlock: "00112233AABBCCDD")
        return try perform { try $0.startInquiry(request, by: principal).number }
    }

    /// Plays a day with every kind of business with a bank, and every way in which it ends.
    func playBankDay() throws {
        let teller = try signOn()
        for (index, agent) in [nil, Self.agent].enumerated() {
            let request = Self.withdrawal(10_000, product: "SUBSIDY01", agent: agent)
            let serial = try #require(
                try start(request, key: "subsidy-\(index)", by: teller).serial)
            _ = try record(.approved(reference: "REF-\(serial)"), serial)
            _ = try confirmCash(serial, key: "cash-paid-\(index)", by: teller).bytes()
        }
        let late = try pending(20_000, product: "SUBSIDY01", key: "late-one", by: teller)
        _ = try record(.noAnswer, late)
        _ = try record(.approved(reference: "LATE"), late)
        let refused = try pending(20_000, key: "refused-1", by: teller)
        _ = try record(.declined(reason: "no"), refused)
        _ = try record(.approved(reference: "AFTER-ALL"), refused)
        let inquiry = try inquire(by: teller)
        _ = try perform { try $0.recordInquiry(inquiry, .balance(ControllablePartner.balance)) }

        let booked = try pending(.remittance(Self.remittance()), key: "booked-1", by: teller)
        try record(.booked("BOOKED"), order: booked)
        let declined = try pending(
            .remittance(Self.remittance(60_000)), key: "declined-1", by: teller)
        try record(.refused, order: declined)
        let found = try pending(
            .remittance(Self.remittance(20_000, payer: nil)), key: "found-one", by: teller)
        try record(.unanswered, order: found)
        try record(.booked("FOUND"), order: found)
        let returned = try pending(
            .remittance(Self.remittance(70_000)), key: "returned-1", by: teller)
        try record(.unanswered, order: returned)
        try undo(order: returned)
        _ = try returnCash(order: returned, key: "return-it", by: teller).bytes()
        let open = try pending(
            .remittance(Self.remittance(90_000)), key: "unknown-1", by: teller)
        try record(.unanswered, order: open)
        let moved = try pending(.transfer(Self.transfer()), key: "transfer-1", by: teller)
        try record(.booked("MOVED"), order: moved)
        let lost = try pending(.transfer(Self.transfer(5_000)), key: "transfer-2", by: teller)
        try record(.unanswered, order: lost)
        try undo(order: lost)
        _ = try signOff(teller).bytes()
    }
}

extension PartnerCallNews {
    static func booked(_ reference: String) -> PartnerCallNews {
        PartnerCallNews(
            PartnerPostAnswer.booked(PartnerBooking(reference: reference, amountFen: 0)))
    }

    static let refused = PartnerCallNews(event: .refused, reason: "no")
    static let unanswered = PartnerCallNews(event: .unanswered, reason: "silence")
}
