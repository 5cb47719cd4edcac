import Cryptography

/// A request to pay a bill, quoted or by its account.
public struct BillPaymentRequest: Sendable, Equatable {
    /// The most insured persons that one payment names.
    public static let maximumInsured = 20

    /// What is paid.
    public enum Target: Sendable, Equatable {
        /// A bill, by its quote.
        case quote(Int64)
        /// An account of a biller that takes payments without a bill.
        case account(productCode: String, accountNumber: String)
    }

    public let target: Target
    /// What the customer pays the biller, in fen.
    public let amountFen: Int64
    /// The service fee that the operator charges, in fen; nothing means the tariff's.
    public let serviceFeeFen: Int64?
    /// The time that is paid for, where a blind biller asks for it: `2026-11` or `2027`.
    public let period: String?
    /// The insured persons' numbers, where a premium is paid by the head.
    public let insured: [String]

    public init(
        target: Target, amountFen: Int64, serviceFeeFen: Int64? = nil, period: String? = nil,
        insured: [String] = []
    ) {
        self.target = target
        self.amountFen = amountFen
        self.serviceFeeFen = serviceFeeFen
        self.period = period
        self.insured = insured
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    public var fingerprint: SHA256Digest {
        switch target {
        case .quote(let quote):
            return fingerprintOf("quoted_bill_payment", "", "\(quote)", amountFen, serviceFeeFen)
        case .account(let product, let account):
            guard period != nil || !insured.isEmpty else {
                return fingerprintOf(
                    "blind_bill_payment", product, account, amountFen, serviceFeeFen)
            }
            // The record separator stands in none of the parts.
            let subject = ([account, period ?? ""] + insured).joined(separator: "\u{1E}")
            return fingerprintOf("period_bill_payment", product, subject, amountFen, serviceFeeFen)
        }
    }
}

/// Hashes the fields of a request; the unit separator stands in none of them.
func fingerprintOf(
    _ kind: String, _ subject: String, _ reference: String, _ amountFen: Int64,
    _ feeFen: Int64? = nil
) -> SHA256Digest {
    let fee = feeFen.map { String($0) } ?? ""
    return SHA256.hash(
        "\(kind)\u{1F}\(subject)\u{1F}\(reference)\u{1F}\(amountFen)\u{1F}\(fee)")
}
