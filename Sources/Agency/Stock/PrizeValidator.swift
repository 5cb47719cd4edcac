import Cryptography
import Dispatch
import SQL

/// A ticket that a customer says has won.
public struct PrizeClaim: Sendable {
    public let productCode: String
    public let serial: String
    /// What stands under the ticket's scratched surface; it is never kept.
    public let validationCode: String
    public let partnerCode: String
}

/// What a principal says of a ticket.
public enum PrizeAnswer: Sendable, Equatable {
    /// It won so much, in fen.
    case wins(amountFen: Int64)
    case winsNothing
    /// Nobody knows; pay nothing and ask again.
    case noAnswer
}

/// Tells what a ticket won; asked before a prize is paid, and as often as the customer likes.
public protocol PrizeValidator: Sendable {
    func validate(
        _ claim: PrizeClaim, completion: @escaping @Sendable (PrizeAnswer) -> Void)
}

/// Looks winners up in the table that `prizes.csv` was loaded into.
public struct LocalPrizeValidator: PrizeValidator {
    private let readers: ReaderPool
    private let queue = DispatchQueue(label: "prize validation")

    public init(readers: ReaderPool) {
        self.readers = readers
    }

    public func validate(
        _ claim: PrizeClaim, completion: @escaping @Sendable (PrizeAnswer) -> Void
    ) {
        let readers = readers
        queue.async {
            do {
                let amountFen = try readers.read { connection in
                    try connection.prepare(
                        """
                        SELECT w.amount_fen FROM winning_ticket w
                        JOIN stock_item i ON i.item_id = w.item_id
                        JOIN product p ON p.product_id = i.product_id
                        WHERE p.code = $1 AND w.digest = $2
                        """
                    ).first(.text(claim.productCode), .text(winningTicketDigest(claim).hex)) {
                        $0.integer(0)
                    }
                }
                completion(amountFen.map { .wins(amountFen: $0) } ?? .winsNothing)
            } catch {
                completion(.noAnswer)
            }
        }
    }

    private func winningTicketDigest(_ claim: PrizeClaim) -> SHA256Digest {
        WinningTicket.digest(serial: claim.serial, validationCode: claim.validationCode)
    }
}

/// A ticket that wins, as `prizes.csv` names it.
public enum WinningTicket {
    /// SHA-256 over serial, `/` and validation code.
    public static func digest(serial: String, validationCode: String) -> SHA256Digest {
        SHA256.hash(serial + "/" + validationCode)
    }
}

/// Pays prizes: the principal is asked outside the writer, and then the cash goes out.
public final class PrizeDesk: Sendable {
    private let writer: Writer<AgencySession>
    private let validator: any PrizeValidator

    public init(writer: Writer<AgencySession>, validator: any PrizeValidator) {
        self.writer = writer
        self.validator = validator
    }

    /// Pays once for each key and each ticket; `completion` hears when it is durable.
    ///
    /// - Parameter product: nothing for one that is unknown, which the command refuses.
    public func pay(
        _ request: PrizePaymentRequest, of product: Product?,
        claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping @Sendable (Result<CommandOutcome, any Error>) -> Void
    ) {
        let ticket = PrizeClaim(
            productCode: request.productCode, serial: request.serial,
            validationCode: request.validationCode, partnerCode: product?.partner.code ?? "")
        validator.validate(ticket) { [self] answer in
            do {
                try writer.submit(
                    { try $0.payPrize(request, answer, claim: claim, by: principal) },
                    completion: completion)
            } catch {
                completion(.failure(error))
            }
        }
    }
}
