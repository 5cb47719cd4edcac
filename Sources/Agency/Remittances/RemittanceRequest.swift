import Cryptography
import PartnerAPI

/// A request to take cash in for another person's account with a bank (现金汇款).
public struct RemittanceRequest: Sendable {
    /// The digits of an account's number.
    public static let accountNumberLengths = 8...32
    /// The characters of a payee's name.
    public static let payeeNameLengths = 1...60

    public let productCode: String
    /// Goes to the bank; the book keeps its first character.
    public let payeeName: String
    /// Goes to the bank; the book keeps its last four digits and a keyed digest.
    public let accountNumber: String
    public let amountFen: Int64
    /// The fee that the customer was told, if the terminal sends it; the tariff decides.
    public let serviceFeeFen: Int64?
    /// The document by which the operator knew the payer; needed from the contract's threshold on.
    public let identity: IdentityDocument?

    public init(
        productCode: String, payeeName: String, accountNumber: String, amountFen: Int64,
        serviceFeeFen: Int64? = nil, identity: IdentityDocument?
    ) {
        self.productCode = productCode
        self.payeeName = payeeName
        self.accountNumber = accountNumber
        self.amountFen = amountFen
        self.serviceFeeFen = serviceFeeFen
        self.identity = identity
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    public func fingerprint(key: SymmetricKey) -> SHA256Digest {
        let secrets = keyedDigest(
            "remittance", "\(accountNumber)/\(identity?.digest(key: key) ?? "")/\(payeeName)",
            key: key)
        return fingerprintOf("remittance", productCode, secrets, amountFen, serviceFeeFen)
    }

    /// The account's digest under the book's key.
    func accountDigest(key: SymmetricKey) -> String {
        keyedDigest("account", accountNumber, key: key)
    }

    /// The payee's name with only its first character.
    var maskedPayeeName: String { masked(name: payeeName) }

    /// The detail of a remittance that names its payee.
    static let payeeDetail = "payee_name"

    /// What the bank is asked to book.
    func post(serial: Int64) -> PartnerPost {
        PartnerPost(
            serial: PartnerSerial(transaction: serial), kind: .remittance, product: productCode,
            targetAccount: accountNumber, amountFen: amountFen,
            details: [PartnerDetail(name: Self.payeeDetail, value: payeeName)])
    }
}
