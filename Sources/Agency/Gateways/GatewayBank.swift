import Dispatch
import PartnerAPI
import SQL

/// Banks that have a gateway are asked over it, the others otherwise.
public final class GatewayBank: BankGateway {
    private let lines: [String: PartnerLine]
    private let readers: ReaderPool
    private let others: any BankGateway
    private let queue = DispatchQueue(label: "gateway bank")

    /// - Parameters:
    ///   - lines: the lines by the banks' codes.
    ///   - readers: of the book, whose withdrawal is durable before its bank is asked.
    ///   - others: answers for the banks without a line.
    public init(lines: [String: PartnerLine], readers: ReaderPool, others: any BankGateway) {
        self.lines = lines
        self.readers = readers
        self.others = others
    }

    public func authorise(
        _ request: BankAuthorisation, completion: @escaping @Sendable (BankAnswer) -> Void
    ) {
        guard let line = lines[request.partnerCode] else {
            return others.authorise(request, completion: completion)
        }
        queue.async { [self] in
            // Without the row the bank is not asked, and the withdrawal is reversed.
            guard let (product, amountFen) = transaction(request.serial) else {
                return completion(.noAnswer)
            }
            let post = PartnerPost(
                serial: PartnerSerial(transaction: request.serial), kind: .withdrawal,
                product: product,
                amountFen: amountFen,
                card: PartnerCard(
                    number: request.cardNumber, encryptedPINBlock: request.encryptedPINBlock))
            line.post(post) { answer in
                switch answer {
                case .booked(let booking): completion(.approved(reference: booking.reference))
                case .refused(let refusal): completion(.declined(reason: refusal.reason))
                // No cash is out: whatever the bank booked is reversed.
                case .disagreed, .unknown, .notSent: completion(.noAnswer)
                }
            }
        }
    }

    public func reverse(
        serial: Int64, partnerCode: String, completion: @escaping @Sendable (Bool) -> Void
    ) {
        guard let line = lines[partnerCode] else {
            return others.reverse(
                serial: serial, partnerCode: partnerCode, completion: completion)
        }
        queue.async { [self] in
            guard let (_, amountFen) = transaction(serial) else { return completion(false) }
            let reversal = PartnerReversal(
                serial: PartnerSerial(transaction: serial), amountFen: amountFen,
                reason: "no cash was paid out")
            line.reverse(reversal) { answer in
                switch answer {
                case .reversed: completion(true)
                case .refused, .unanswered: completion(false)
                }
            }
        }
    }

    private func transaction(_ serial: Int64) -> (productCode: String, amountFen: Int64)? {
        try? readers.read { connection in
            try connection.prepare(
                """
                SELECT d.code, x.amount_fen FROM service_transaction x
                JOIN product d ON d.product_id = x.product_id WHERE x.serial = $1
                """
            ).first(.integer(serial)) { ($0.text(0), $0.integer(1)) }
        }
    }
}
