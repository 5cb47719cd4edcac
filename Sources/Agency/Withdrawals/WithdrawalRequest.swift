import Cryptography

/// A request to pay out cash against a bank card.
public struct WithdrawalRequest: Sendable {
    /// The digits of a card number.
    public static let cardNumberLengths = 12...19

    public let productCode: String
    /// Goes to the bank; the book keeps its last four digits and a keyed digest.
    public let cardNumber: String
    public let encryptedPINBlock: String
    public let amountFen: Int64
    /// The operator saw the customer's identity card.
    public let isIdentityChecked: Bool

    public init(
        productCode: String, cardNumber: String, encryptedPINBlock: String, amountFen: Int64,
        isIdentityChecked: Bool
    ) {
        self.productCode = productCode
        self.cardNumber = cardNumber
        self.encryptedPINBlock = encryptedPINBlock
        self.amountFen = amountFen
        self.isIdentityChecked = isIdentityChecked
    }

    /// The card's digest under the book's key: card numbers are few enough to guess without one.
    func cardDigest(key: SymmetricKey) -> String {
        HMACSHA256.authenticate([UInt8](cardNumber.utf8), key: key).hex
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    public func fingerprint(key: SymmetricKey) -> SHA256Digest {
        let secrets = HMACSHA256.authenticate(
            [UInt8]("\(cardNumber)/\(encryptedPINBlock)".utf8), key: key)
        return fingerprintOf(
            "withdrawal", productCode, secrets.hex + (isIdentityChecked ? "+id" : ""), amountFen)
    }

    var cardLastFour: String { String(cardNumber.suffix(4)) }
}

/// A withdrawal that waits for the bank's answer.
public struct PendingWithdrawal: Sendable {
    public let serial: Int64
    public let partnerCode: String
}

/// How a withdrawal started.
public enum WithdrawalStart: Sendable {
    /// It was answered before, refused, or is still running.
    case known(CommandOutcome)
    /// Its intent is durable: ask the bank now.
    case pending(PendingWithdrawal)
}

/// SHA-256 over a later step of a withdrawal, for its idempotency key.
public func withdrawalStepFingerprint(_ step: String, serial: Int64) -> SHA256Digest {
    fingerprintOf("withdrawal_step", step, "\(serial)", 0)
}
