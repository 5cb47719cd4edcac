import CivilTime
import Cryptography
import Ledger
import PartnerAPI
import Printing
import SQL

extension AgencySession {
    /// Records the intent to send cash to an account, before the bank is asked.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownProduct`, `wrongProductKind`, `noContract`,
    /// `amountNotAllowed`, `feeNotInTariff`, `identityNotChecked`, `payerLimitExceeded`,
    /// `tillCeilingReached`.
    func startRemittance(
        _ request: RemittanceRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> PartnerStart {
        try startOnce(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let product = try catalogue.product(request.productCode, .remittance)
            let date = try journal.currentDate()
            let contract = try catalogue.contract(for: product, on: date)
            try contract.check(amountFen: request.amountFen)
            try contract.check(
                feeFen: request.serviceFeeFen, tariffFen: contract.serviceFeeFen)
            let payer = try countPayer(request, contract, on: date)
            let lastFour = String(request.accountNumber.suffix(4))
            let transaction = NewTransaction(
                kind: .remittance, product: product, contract: contract, shift: shift,
                accountReference: masked(lastFour: lastFour), amountFen: request.amountFen,
                feeFen: contract.serviceFeeFen,
                commissionFen: contract.commission.commissionFen(on: request.amountFen))
            let order = BankOrder(
                partyDigest: payer, accountDigest: request.accountDigest(key: cardKey),
                accountLastFour: lastFour, maskedPayeeName: request.maskedPayeeName)
            let serial = try begin(order, transaction, claim: claim)
            if let identity = request.identity {
                try recordIdentityCheck(identity, of: .payer, serial: serial, by: shift)
            }
            return .asking([
                StartedPartnerCall(
                    serial: serial, partnerCode: product.partner.code,
                    request: .post(request.post(serial: serial)))
            ])
        }
    }

    /// Counts an amount against its payer's date, and gives the digest that the payer goes by.
    ///
    /// A payer without document goes by the account that the money is for: so a sum that is split
    /// to stay below the threshold meets it all the same.
    private func countPayer(
        _ request: RemittanceRequest, _ contract: Contract, on date: BusinessDate
    ) throws -> String {
        let account = request.accountDigest(key: cardKey)
        let payer = request.identity?.digest(key: cardKey) ?? account
        if request.identity == nil {
            let before = try orderedFen(.remittance, party: account, on: date)
            guard before + request.amountFen < contract.terms[.identityThresholdFen] else {
                throw Self.identityNotChecked
            }
        }
        let ordered = try takeOrderDay(
            .remittance, party: payer, amountFen: request.amountFen, on: date)
        let limitFen = contract.terms[.dailyPayerLimitFen]
        guard ordered <= limitFen else {
            throw Refusal(
                .payerLimitExceeded,
                "one payer may send \(limitFen) fen a day over all stations; take in no cash, and "
                    + "enter less or wait for tomorrow",
                zh: "每位汇款人每日在各网点累计限汇 \(YuanText.plain(limitFen)) 元；请勿收款，可减少金额或次日再汇",
                field: "/amount_fen")
        }
        return payer
    }
}
