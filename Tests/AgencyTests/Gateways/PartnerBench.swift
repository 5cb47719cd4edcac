import Foundation
import PartnerAPI
import SQL
import Testing

@testable import Agency

/// A book of which some partners have gateways, and a desk that asks them.
struct PartnerBench {
    /// The partners with gateways.
    static let partners = ["POWER01", "GAS01", "UNICOM01", "COACH01", "BANK01", "LOTTERY01"]
    static let key = String(repeating: "0f", count: 32)

    let test: TestBook
    let partner: ControllablePartner
    let timer: ManualTimer
    let desk: PartnerDesk

    init(at time: String = "2026-11-20 09:00", preparing sql: String = "") throws {
        let copy = try TestNetwork.copy()
        try Self.setGateways(copy)
        if !sql.isEmpty {
            try Connection(path: copy.path + "/book.db", access: .write).execute(script: sql)
        }
        try self.init(TestBook(reopening: copy, at: time), ControllablePartner())
    }

    /// Opens a book again, with a partner that outlived it.
    init(_ test: TestBook, _ partner: ControllablePartner) throws {
        self.test = test
        self.partner = partner
        timer = ManualTimer()
        var lines: [String: PartnerLine] = [:]
        for code in Self.partners { lines[code] = try partner.line(code) }
        desk = PartnerDesk(writer: test.book.writer, lines: lines, after: timer.timer) {
            print($0)
        }
    }

    static func setGateways(_ copy: BookCopy) throws {
        let setup = try GatewaySetup(path: copy.path)
        for code in partners {
            try setup.set(
                GatewaySettings(baseURL: "http://127.0.0.1:1", keyID: "K1"), keyHex: key,
                partnerCode: code)
        }
    }

    /// Ends the process as a crash would, and opens the book again.
    func restarted(at time: String = "2026-11-20 18:00") throws -> PartnerBench {
        desk.stop()
        test.book.close()
        // The closed book keeps its claim on the folder until it goes.
        return try PartnerBench(
            TestBook(reopening: BookCopy(of: test.copy.path), at: time), partner)
    }

    static func token(_ amountFen: Int64 = 10_000) -> BillPaymentRequest {
        BillPaymentRequest(
            target: .account(productCode: "POWERTOKEN", accountNumber: "52999900000001"),
            amountFen: amountFen)
    }

    /// Pays and waits for the outcome.
    func pay(
        _ request: BillPaymentRequest = token(), key: String, by principal: Principal
    ) throws -> PaymentOutcome {
        try beginPay(request, key: key, by: principal).wait()
    }

    /// Begins to pay; the call hears the outcome.
    func beginPay(
        _ request: BillPaymentRequest = token(), key: String, by principal: Principal
    ) throws -> PaymentCall {
        let call = PaymentCall()
        let claim = try test.claim(key, principal, request.fingerprint)
        try desk.pay(request, claim: claim, by: principal) { call.hear($0) }
        return call
    }

    /// Begins a basket; the call hears its outcome.
    func beginBasket(
        _ items: [BasketRequest.Item], tenderedFen: Int64, key: String, by principal: Principal
    ) throws -> PaymentCall {
        let request = BasketRequest(items: items, tenderedFen: tenderedFen)
        let call = PaymentCall()
        let claim = try test.claim(key, principal, test.book.fingerprint(of: request))
        try desk.payBasket(request, claim: claim, by: principal) { call.hear($0) }
        return call
    }

    /// Pays a basket and waits for the outcome.
    func payBasket(
        _ items: [BasketRequest.Item], tenderedFen: Int64, key: String, by principal: Principal
    ) throws -> PaymentOutcome {
        try beginBasket(items, tenderedFen: tenderedFen, key: key, by: principal).wait()
    }

    func giveBack(_ serial: Int64, key: String, by principal: Principal) throws -> CommandOutcome {
        let claim = try test.claim(key, principal, returnFingerprint(serial: serial))
        return try test.perform {
            try $0.returnCash(serial: serial, claim: claim, by: principal)
        }
    }

    func state(_ serial: Int64 = 1) throws -> PartnerCallState {
        let text = try test.texts("SELECT state FROM partner_call WHERE serial = \(serial)")
        return try #require(text.first.flatMap { PartnerCallState(rawValue: $0) })
    }

    /// Waits until nothing is left to ask about a call.
    func waitUntilSettled(_ serial: Int64) throws {
        for _ in 0..<2_000 {
            switch try state(serial) {
            case .booked, .refused, .reversed: return
            case .posting, .unknown, .reversing, .disputed:
                try test.settle()
                usleep(1_000)
            }
        }
        Issue.record("call \(serial) is \(try state(serial)) still")
    }

    /// Waits until a call is in a state: answers are recorded on other threads.
    func wait(for state: PartnerCallState, serial: Int64 = 1) throws {
        for _ in 0..<2_000 {
            if try self.state(serial) == state { return }
            // Each turn passes behind what the writer has in hand.
            try test.settle()
            usleep(1_000)
        }
        Issue.record("call \(serial) is \(try self.state(serial)), not \(state)")
    }
}
