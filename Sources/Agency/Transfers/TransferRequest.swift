import Cryptography
import PartnerAPI

/// A request to move money between accounts of one customer; the bank knows whose they are.
public struct TransferRequest: Sendable {
    public let productCode: String
    /// Goes to the bank; the book keeps its last four digits and a keyed digest.
    public let cardNumber: String
    public let encryptedPINBlock: String
    /// Where the money goes; kept as the card's number is.
    public let accountNumber: String
    public let amountFen: Int64
    /// The fee that the customer was told, if the terminal sends it; the tariff decides.
    public let serviceFeeFen: Int64?

    public init(
        productCode: String, cardNumber: String, encryptedPINBlock: String,
        accountNumber: String, amountFen: Int64, serviceFeeFen: Int64? = nil
    ) {
        self.productCode = productCode
        self.cardNumber = cardNumber
        self.encryptedPINBlock = encryptedPINBlock
        self.accountNumber = accountNumber
        self.amountFen = amountFen
        self.serviceFeeFen = serviceFeeFen
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    public func fingerprint(key: SymmetricKey) -> SHA256Digest {
        let secrets = keyedDigest(
            "transfer", "\(cardNumber)/\(encryptedPINBlock)/\(accountNumber)", key: key)
        return fingerprintOf("transfer", productCode, secrets, amountFen, serviceFeeFen)
    }

    /// What the bank is asked to book.
    func post(serial: Int64) -> PartnerPost {
        PartnerPost(
            serial: PartnerSerial(transaction: serial), kind: .transfer, product: productCode,
            targetAccount: accountNumber, amountFen: amountFen,
            card: PartnerCard(number: cardNumber, encryptedPINBlock: encryptedPINBlock))
    }
}
