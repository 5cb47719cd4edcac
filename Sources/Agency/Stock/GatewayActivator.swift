import PartnerAPI

/// Asks each network over its line: a sale that is posted once, queried until it is known, and
/// reversed where the network has not heard of it.
public final class GatewayActivator: StockActivator {
    private let lines: [String: PartnerLine]

    /// - Parameter lines: the lines by the networks' codes.
    public init(lines: [String: PartnerLine]) {
        self.lines = lines
    }

    public func reaches(_ partnerCode: String) -> Bool { lines[partnerCode] != nil }

    public func ask(
        _ activation: StockActivation,
        completion: @escaping @Sendable (StockActivationAnswer) -> Void
    ) {
        // A gateway that was taken away after the sale: its card waits until it is set again.
        guard let line = lines[activation.partnerCode] else { return completion(.noAnswer) }
        let serial = PartnerSerial(transaction: activation.sale)
        switch activation.question {
        case .activate:
            line.post(
                PartnerPost(
                    serial: serial, kind: .sale, product: activation.productCode,
                    account: activation.phoneNumber, amountFen: activation.amountFen,
                    lines: [
                        PartnerLineItem(
                            reference: activation.serial, amountFen: activation.amountFen)
                    ])
            ) { completion(StockActivationAnswer($0)) }
        case .query:
            line.query(PartnerQuery(serial: serial, amountFen: activation.amountFen)) {
                completion(StockActivationAnswer($0))
            }
        case .cancel:
            let reversal = PartnerReversal(
                serial: serial, amountFen: activation.amountFen, reason: "not answered in time")
            line.reverse(reversal) { completion(StockActivationAnswer($0)) }
        }
    }
}

extension StockActivationAnswer {
    init(_ answer: PartnerPostAnswer) {
        switch answer {
        case .booked: self = .activated
        // What was certainly not sent is never sent again: the customer has the cash back.
        case .refused, .notSent: self = .refused
        // Another amount is a case for the network's own people, who correct it or refuse.
        case .disagreed, .unknown: self = .noAnswer
        }
    }

    init(_ answer: PartnerQueryAnswer) {
        switch answer {
        case .booked: self = .activated
        case .refused, .reversed: self = .refused
        case .notFound: self = .notFound
        case .disagreed, .inProgress, .unanswered: self = .noAnswer
        }
    }

    init(_ answer: PartnerReversalAnswer) {
        switch answer {
        case .reversed: self = .refused
        case .refused: self = .notCancelled
        case .unanswered: self = .noAnswer
        }
    }
}
