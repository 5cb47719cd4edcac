import CivilTime
import Cryptography
import Ledger
import PartnerAPI
import Printing
import SQL

extension AgencySession {
    /// Records the intent to move money between a customer's accounts, before the bank is asked.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownProduct`, `wrongProductKind`, `noContract`,
    /// `amountNotAllowed`, `feeNotInTariff`, `sameAccount`, `transferLimitExceeded`, `tillCeilingReached`.
    func startTransfer(
        _ request: TransferRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> PartnerStart {
        try startOnce(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let product = try catalogue.product(request.productCode, .transfer)
            let date = try journal.currentDate()
            let contract = try catalogue.contract(for: product, on: date)
            try contract.check(amountFen: request.amountFen)
            try contract.check(
                feeFen: request.serviceFeeFen, tariffFen: contract.serviceFeeFen)
            guard request.cardNumber != request.accountNumber else {
                throw Refusal(
                    .sameAccount, "the money would stay where it is; enter the other account",
                    zh: "转出与转入账号相同；请输入另一账号", field: "/to_account_number")
            }
            let card = digestOfCard(request.cardNumber, key: cardKey)
            try countTransfer(request.amountFen, card: card, contract, on: date)
            let lastFour = String(request.accountNumber.suffix(4))
            let transaction = NewTransaction(
                kind: .transfer, product: product, contract: contract, shift: shift,
                accountReference: masked(lastFour: lastFour), amountFen: request.amountFen,
                feeFen: contract.serviceFeeFen,
                commissionFen: contract.commission.commissionFen(on: request.amountFen))
            let order = BankOrder(
                partyDigest: card,
                accountDigest: keyedDigest("account", request.accountNumber, key: cardKey),
                accountLastFour: lastFour, maskedPayeeName: "")
            let serial = try begin(order, transaction, claim: claim)
            return .asking([
                StartedPartnerCall(
                    serial: serial, partnerCode: product.partner.code,
                    request: .post(request.post(serial: serial)))
            ])
        }
    }

    private func countTransfer(
        _ amountFen: Int64, card digest: String, _ contract: Contract, on date: BusinessDate
    ) throws {
        let ordered = try takeOrderDay(
            .transfer, party: digest, amountFen: amountFen, on: date)
        let limitFen = contract.terms[.dailyCardLimitFen]
        guard ordered <= limitFen else {
            throw Refusal(
                .transferLimitExceeded,
                "the card may move \(limitFen) fen a day over all stations; enter less or wait for "
                    + "tomorrow",
                zh: "该卡每日在各网点累计限转 \(YuanText.plain(limitFen)) 元；可减少金额或次日再转",
                field: "/amount_fen")
        }
    }
}
