import PartnerAPI
import Testing

@testable import Agency

extension PartnerBench {
    /// Voids or refunds at the desk and waits for the outcome.
    func correct(
        _ correction: Correction, _ serial: Int64 = 1, code: String, key: String,
        by principal: Principal
    ) throws -> PaymentOutcome {
        let request = CorrectionRequest(correction, serial: serial, authorisationCode: code)
        let claim = try test.claim(key, principal, request.fingerprint)
        let call = PaymentCall()
        try desk.correct(request, claim: claim, by: principal) { call.hear($0) }
        return try call.wait()
    }

    /// Has a correction authorised and asks the desk for it.
    @discardableResult
    func correct(
        _ correction: Correction, _ serial: Int64 = 1, key: String, by principal: Principal
    ) throws -> PaymentOutcome {
        try correct(
            correction, serial, code: test.code(for: correction, of: serial), key: key,
            by: principal)
    }

    /// Pays serial 1, which its partner books, and waits for the date on which it can be corrected.
    func paid(for correction: Correction) throws -> Principal {
        let teller = try test.signOn()
        try #require(try pay(key: "paid-0001", by: teller).isSettled)
        switch correction {
        case .void: return teller
        case .refund:
            try test.signOff(teller)
            try test.nextDay()
            return try test.signOn()
        }
    }

    /// Records the intent of a correction of serial 1, as a process that ends then leaves it.
    func begin(
        _ correction: Correction, key: String = "correction-1", by principal: Principal
    ) throws -> StartedPartnerCall {
        let code = try test.code(for: correction, of: 1)
        let request = CorrectionRequest(correction, serial: 1, authorisationCode: code)
        let claim = try test.claim(key, principal, request.fingerprint)
        return try test.perform { session in
            guard
                case .asking(let calls) = try session.startCorrection(
                    request, claim: claim, by: principal), let call = calls.first
            else { throw CommandOutcome.Unfinished() }
            return call
        }
    }

    func receipt(_ serial: Int64) throws -> Receipt {
        try #require(try test.book.readers.read { try ReceiptReader($0).receipt(serial: serial) })
    }

    var tillFen: Int64 {
        get throws { try test.balances()["1001.S0001-C1"] ?? 0 }
    }
}
