import CivilTime
import Ledger
import Printing

/// The terms on which a product is sold between two dates.
public struct Contract: Sendable {
    public let id: ID<Contract>
    public let code: String
    public let productCode: String
    public let validFrom: BusinessDate
    public let validTo: BusinessDate?
    /// What the tariff adds to one transaction, or to one ticket, in fen.
    public let serviceFeeFen: Int64
    public let commission: CommissionRule
    public let split: CommissionSplit
    public let terms: Terms
    /// Tickets: what the principal keeps of one that is given back or exchanged.
    public let ticketRules: TicketRules

    func isValid(on date: BusinessDate) -> Bool {
        validFrom <= date && validTo.map { date <= $0 } ?? true
    }

    /// - Throws: `Refusal` with `amountNotAllowed` outside minimum, maximum and step.
    func check(amountFen: Int64, field: String = "/amount_fen") throws {
        let minimum = terms[.minimumFen]
        let maximum = terms[.maximumFen]
        let step = terms[.stepFen]
        guard amountFen >= minimum, amountFen <= maximum, amountFen % step == 0 else {
            let hasSteps = step > 1
            throw Refusal(
                .amountNotAllowed,
                "\(productCode) takes \(minimum) to \(maximum) fen"
                    + (hasSteps ? " in steps of \(step) fen" : "") + "; enter another amount",
                zh: "\(productCode) 每笔限 \(YuanText.plain(minimum)) 至 \(YuanText.plain(maximum)) 元"
                    + (hasSteps ? "，且为 \(YuanText.plain(step)) 元的整数倍" : "") + "；请重新输入金额",
                field: field)
        }
    }

    /// - Throws: `Refusal` with `feeNotInTariff` when another fee was charged.
    func check(feeFen: Int64?, tariffFen: Int64) throws {
        guard feeFen ?? tariffFen == tariffFen else {
            throw Refusal(
                .feeNotInTariff,
                "the tariff's service fee is \(tariffFen) fen; charge exactly that",
                zh: "收费标准规定服务费为 \(YuanText.plain(tariffFen)) 元；请按标准收取",
                field: "/service_fee_fen")
        }
    }
}
