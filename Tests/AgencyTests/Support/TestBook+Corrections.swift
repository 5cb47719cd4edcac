import CivilTime
import Cryptography
import Ledger
import Settlement
import Testing

@testable import Agency

extension TestBook {
    /// A supervisor of the town centre above station 1, or another one.
    func supervisor(_ code: String = "SV-T01") throws -> Principal {
        try principal(code, at: nil)
    }

    /// A supervisor's code for a correction.
    func code(
        for correction: Correction, of serial: Int64, by supervisor: Principal? = nil
    ) throws -> String {
        let principal = try supervisor ?? self.supervisor()
        let request = AuthorisationRequest(correction, serial: serial, reason: "wrong account")
        return try Answer(perform { try $0.authorise(request, by: principal) })
            .text("authorisation_code")
    }

    /// Voids or refunds with a code what asks no partner.
    func correct(
        _ correction: Correction, _ serial: Int64, code: String, key: String,
        by principal: Principal
    ) throws -> CommandOutcome {
        let request = CorrectionRequest(correction, serial: serial, authorisationCode: code)
        let claim = try claim(key, principal, request.fingerprint)
        return try perform { session in
            guard
                case .known(let payment) = try session.startCorrection(
                    request, claim: claim, by: principal)
            else { throw CommandOutcome.Unfinished() }
            return payment.outcome
        }
    }

    /// Has a correction authorised and does it.
    @discardableResult
    func correct(
        _ correction: Correction, _ serial: Int64, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        try correct(
            correction, serial, code: code(for: correction, of: serial), key: key, by: principal)
    }

    /// Pays a phone and gives the payment's serial number.
    func paidPhone(
        _ amountFen: Int64 = 5_000, key: String = "terminal-1", by principal: Principal
    ) throws -> Int64 {
        try payPhone("MOBILE", amountFen, key: key, by: principal).answer().serial()
    }

    /// Pays a basket of items that ask no partner.
    func pay(
        _ items: [BasketRequest.Item], tenderedFen: Int64, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let request = BasketRequest(items: items, tenderedFen: tenderedFen)
        let claim = try claim(key, principal, book.fingerprint(of: request))
        let call = PaymentCall()
        try PartnerDesk(writer: book.writer, lines: [:]) { print($0) }
            .payBasket(request, claim: claim, by: principal) { call.hear($0) }
        return try call.wait().outcome
    }

    static func phone(
        _ amountFen: Int64, product: String = "MOBILE", account: String = "13800000001"
    ) -> BasketRequest.Item {
        .bill(
            BillPaymentRequest(
                target: .account(productCode: product, accountNumber: account),
                amountFen: amountFen))
    }

    /// Closes the open date and moves the clock to the next morning.
    func nextDay() throws {
        try closeDay()
        try release()
        clock.advance(milliseconds: 24 * 3_600_000)
    }

    /// A released file, checked as its partner checks it.
    func verified(_ file: SettlementFileRow) throws -> VerifiedSettlement {
        let keys = try TestNetwork.credentials().settlementKeys
        let key = SymmetricKey(hex: try #require(keys.first { $0.keyID == file.keyID }).keyHex)
        return try SettlementVerifier { _ in key }.verify(
            file.name, in: copy.path + "/settlement/" + file.partnerCode)
    }

    /// A day and a half in which everything was taken back, paid together or handed in that can be.
    ///
    /// Day 1: a void of a phone (serial 2) and of a bill, which is paid again; a basket; a batch.
    /// Day 2: a refund of a phone. Both are closed and their files released.
    func playCorrections() throws {
        let teller = try signOn()
        let refunded = try paidPhone(key: "kept-phone", by: teller)
        let voided = try paidPhone(3_000, key: "voided-phone", by: teller)
        try correct(.void, voided, key: "void-of-phone", by: teller).bytesOrThrow()
        let bill = try payBill(key: "voided-bill", by: teller)
        let payment = try integer(
            "SELECT serial FROM bill_payment WHERE bill_id = \(bill.number)")
        try correct(.void, payment, key: "void-of-bill", by: teller).bytesOrThrow()
        try payBill(key: "paid-again", by: teller)
        let held = try reserve("QC0009", seats: 2, by: teller)
        try pay(
            [
                Self.phone(2_000),
                .tickets(TicketIssueRequest(reservation: held.number, amountFen: held.fareFen)),
                Self.phone(1_500, product: "TELECOM", account: "18900000002"),
            ], tenderedFen: 100_000, key: "basket-1", by: teller
        ).bytesOrThrow()
        _ = try handIn([.pay(1, "offline-0001"), .unused(2, "offline-0002")], by: teller)
        try signOff(teller)
        try nextDay()
        _ = try signOn()
        try correct(.refund, refunded, key: "refund-of-phone", by: teller).bytesOrThrow()
        try signOff(teller)
        try nextDay()
    }
}

extension CommandOutcome {
    /// Fails the test unless the command was done.
    func bytesOrThrow() throws { _ = try bytes() }
}

extension Answer {
    func serial() throws -> Int64 { try #require(Int64(try text("serial"))) }
}
