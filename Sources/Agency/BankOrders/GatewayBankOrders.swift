import PartnerAPI

/// Banks that have a line are asked over it, in the partners' protocol; the others otherwise.
public final class GatewayBankOrders: BankOrderGateway {
    /// The detail of an inquiry that carries the PIN for the bank.
    static let pinBlockDetail = "encrypted_pin_block"
    /// The detail of a remittance that names its payee.
    static let payeeDetail = "payee_name"

    private let lines: [String: PartnerLine]
    private let others: any BankOrderGateway

    /// - Parameters:
    ///   - lines: the lines by the banks' codes.
    ///   - others: answers for the banks without a line.
    public init(lines: [String: PartnerLine], others: any BankOrderGateway) {
        self.lines = lines
        self.others = others
    }

    public func book(
        _ order: BankOrder, completion: @escaping @Sendable (BankOrderAnswer) -> Void
    ) {
        guard let line = lines[order.order.partnerCode] else {
            return others.book(order, completion: completion)
        }
        var post = PartnerPost(
            serial: Self.serial(order.order), kind: .remittance,
            product: order.order.productCode, targetAccount: order.toAccountNumber,
            amountFen: order.order.amountFen)
        switch order.source {
        case .cash(let payeeName):
            post.details = [PartnerDetail(name: Self.payeeDetail, value: payeeName)]
        case .card(let number, let encryptedPINBlock):
            post.kind = .transfer
            post.card = PartnerCard(number: number, encryptedPINBlock: encryptedPINBlock)
        }
        line.post(post) { answer in
            switch answer {
            case .booked(let booking): completion(.booked(reference: booking.reference))
            case .refused(let refusal): completion(.declined(reason: refusal.reason))
            // The bank has not seen it, so that the customer need not wait for a query.
            case .notSent: completion(.declined(reason: Self.unreachable))
            // Another amount than was asked for is a case for people, and stays unknown.
            case .unknown, .disagreed: completion(.noAnswer)
            }
        }
    }

    public func query(
        _ order: PendingBankOrder, completion: @escaping @Sendable (BankQueryAnswer) -> Void
    ) {
        guard let line = lines[order.partnerCode] else {
            return others.query(order, completion: completion)
        }
        line.query(PartnerQuery(serial: Self.serial(order), amountFen: order.amountFen)) { answer in
            switch answer {
            case .booked(let booking): completion(.booked(reference: booking.reference))
            case .refused(let refusal): completion(.declined(reason: refusal.reason))
            case .reversed, .notFound: completion(.notBooked)
            case .inProgress, .disagreed, .unanswered: completion(.noAnswer)
            }
        }
    }

    public func reverse(
        _ order: PendingBankOrder, completion: @escaping @Sendable (Bool) -> Void
    ) {
        guard let line = lines[order.partnerCode] else {
            return others.reverse(order, completion: completion)
        }
        let reversal = PartnerReversal(
            serial: Self.serial(order), amountFen: order.amountFen,
            reason: "no answer was received")
        line.reverse(reversal) { answer in
            switch answer {
            case .reversed: completion(true)
            case .refused, .unanswered: completion(false)
            }
        }
    }

    public func inquireBalance(
        _ inquiry: BankBalanceInquiry,
        completion: @escaping @Sendable (BankBalanceAnswer) -> Void
    ) {
        guard let line = lines[inquiry.partnerCode] else {
            return others.inquireBalance(inquiry, completion: completion)
        }
        let question = PartnerInquiry(
            kind: .balance, product: inquiry.productCode, account: inquiry.cardNumber,
            details: [
                PartnerDetail(name: Self.pinBlockDetail, value: inquiry.encryptedPINBlock)
            ])
        line.inquire(question) { answer in
            switch answer {
            case .balance(let balance): completion(.balance(availableFen: balance.availableFen))
            case .refused(let refusal): completion(.declined(reason: refusal.reason))
            case .bills, .offers, .unanswered: completion(.noAnswer)
            }
        }
    }

    /// What an operator is told when the bank was not reached at all.
    static let unreachable = "the bank cannot be reached now 银行线路不通"

    private static func serial(_ order: PendingBankOrder) -> PartnerSerial {
        guard let serial = PartnerSerial(Receipt.serialText(order.serial)) else {
            preconditionFailure("twelve digits are a partner's serial")
        }
        return serial
    }
}
