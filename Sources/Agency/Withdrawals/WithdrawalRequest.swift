import Cryptography
import PartnerAPI
import Settlement

/// A request to pay out cash against a bank card.
public struct WithdrawalRequest: Sendable {
    /// The digits of a card number.
    public static let cardNumberLengths = 12...19

    public let productCode: String
    /// Goes to the bank; the book keeps its last four digits and a keyed digest.
    public let cardNumber: String
    public let encryptedPINBlock: String
    public let amountFen: Int64
    /// The fee that the customer was told, if the terminal sends it; the tariff decides.
    public let serviceFeeFen: Int64?
    /// The document by which the operator knew the card's holder.
    public let identity: IdentityDocument?
    /// The document of who came for the holder.
    public let agent: IdentityDocument?

    public init(
        productCode: String, cardNumber: String, encryptedPINBlock: String, amountFen: Int64,
        serviceFeeFen: Int64? = nil, identity: IdentityDocument?, agent: IdentityDocument? = nil
    ) {
        self.productCode = productCode
        self.cardNumber = cardNumber
        self.encryptedPINBlock = encryptedPINBlock
        self.amountFen = amountFen
        self.serviceFeeFen = serviceFeeFen
        self.identity = identity
        self.agent = agent
    }

    /// The card's digest under the book's key.
    func cardDigest(key: SymmetricKey) -> String { digestOfCard(cardNumber, key: key) }

    /// SHA-256 over the request's fields, for its idempotency key.
    public func fingerprint(key: SymmetricKey) -> SHA256Digest {
        let people = [identity, agent].map { $0?.digest(key: key) ?? "" }
        let secrets = keyedDigest(
            "withdrawal", "\(cardNumber)/\(encryptedPINBlock)/\(people.joined(separator: "/"))",
            key: key)
        return fingerprintOf("withdrawal", productCode, secrets, amountFen, serviceFeeFen)
    }

    var cardLastFour: String { String(cardNumber.suffix(4)) }

    /// What the bank is asked to book.
    func post(serial: Int64) -> PartnerPost {
        PartnerPost(
            serial: PartnerSerial(transaction: serial), kind: .withdrawal, product: productCode,
            amountFen: amountFen,
            card: PartnerCard(number: cardNumber, encryptedPINBlock: encryptedPINBlock))
    }
}

/// A card's digest under the book's key: card numbers are few enough to guess without one.
func digestOfCard(_ number: String, key: SymmetricKey) -> String {
    HMACSHA256.authenticate([UInt8](number.utf8), key: key).hex
}

/// An account's or a card's number as the book and receipts show it: its last four digits.
///
/// Of what are not four digits nothing is shown.
func masked(lastFour: String) -> String {
    SettlementDetail.maskedCard(lastFour: lastFour) ?? SettlementDetail.cardMask
}

/// A withdrawal that waits for its bank: for the first answer, or for what undoes it.
struct PendingWithdrawal: Sendable {
    let serial: Int64
    let partnerCode: String
    let amountFen: Int64

    /// Has the bank undo it, whether or not it booked.
    var reversal: PartnerReversal {
        PartnerReversal(
            serial: PartnerSerial(transaction: serial), amountFen: amountFen,
            reason: "no cash was paid out")
    }
}

/// How a withdrawal started.
enum WithdrawalStart: Sendable {
    /// It was answered before, refused, or is still running.
    case known(CommandOutcome)
    /// Its intent is durable: ask the bank now.
    case pending(PendingWithdrawal)
}

/// SHA-256 over a later step of a withdrawal, for its idempotency key.
public func withdrawalStepFingerprint(_ step: String, serial: Int64) -> SHA256Digest {
    fingerprintOf("withdrawal_step", step, "\(serial)", 0)
}
