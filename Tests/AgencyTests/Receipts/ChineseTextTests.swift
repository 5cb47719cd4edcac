import Testing

@testable import Agency

/// What an operator reads in Chinese: yuan, and reasons in Chinese.
@Suite struct ChineseTextTests {
    private static func refusal(_ outcome: CommandOutcome) throws -> Refusal {
        guard case .refused(let refusal) = outcome else { throw CommandOutcome.Unfinished() }
        return refusal
    }

    @Test("amounts are in yuan in Chinese and in fen in English")
    func amounts() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bill = try test.bill()
        let quote = try test.quote(bill, by: teller)
        let pay = { (request: BillPaymentRequest, key: String) in
            try Self.refusal(test.pay(request, key: key, by: teller))
        }
        let inexact = try pay(
            BillPaymentRequest(target: .quote(quote), amountFen: bill.totalFen + 1), "bill-00001")
        let phone = BillPaymentRequest(
            target: .account(productCode: "MOBILE", accountNumber: "13800000001"),
            amountFen: 1_234_567_805)
        let fee = BillPaymentRequest(
            target: .account(productCode: "MOBILE", accountNumber: "13800000001"),
            amountFen: 5_000, serviceFeeFen: 105)
        let refusals = [inexact, try pay(phone, "phone-0001"), try pay(fee, "phone-0002")]
        for refusal in refusals {
            #expect(refusal.detail.contains(" fen"), "\(refusal.detail)")
            #expect(refusal.chineseDetail.contains(/[0-9]\.[0-9]{2} 元/), "\(refusal.chineseDetail)")
            #expect(!refusal.chineseDetail.contains("分"), "\(refusal.chineseDetail)")
        }
    }

    @Test("the sandbox's reasons are Chinese in Chinese", arguments: SandboxPartner.Reason.allCases)
    func reasons(_ reason: SandboxPartner.Reason) {
        let text = AgencySession.toldInChinese(reason.rawValue)
        #expect(text == reason.chinese)
        #expect(text.unicodeScalars.allSatisfy { !$0.isASCII })
        #expect(AgencySession.told(reason.rawValue) == reason.rawValue)
        // A partner's own words are left to it.
        #expect(AgencySession.toldInChinese("卡片已过期 51") == "卡片已过期 ")
    }
}
