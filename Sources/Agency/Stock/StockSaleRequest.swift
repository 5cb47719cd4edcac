import Cryptography

/// A request to sell serials of a product's open pack.
public struct StockSaleRequest: Sendable, Equatable {
    /// The most serials of one sale.
    public static let counts: ClosedRange<Int64> = 1...50

    /// Which serials are sold.
    public enum Serials: Sendable, Equatable {
        /// The next ones, which the server names.
        case next(count: Int64)
        /// Those that the operator read from the paper; they must be the next ones.
        case named([String])
    }

    /// Who buys a serial that is tied to a person.
    public struct Buyer: Sendable, Equatable {
        /// The digits of a mobile phone number.
        public static let phoneNumberLengths = 11...11
        /// The characters of an identity card's number.
        public static let identityNumberLengths = 18...18

        public let phoneNumber: String
        /// A resident's card.
        let document: IdentityDocument
        /// The operator compared the card with the customer.
        public let isIdentityChecked: Bool

        public init(phoneNumber: String, document: IdentityDocument, isIdentityChecked: Bool) {
            self.phoneNumber = phoneNumber
            self.document = document
            self.isIdentityChecked = isIdentityChecked
        }
    }

    public let productCode: String
    public let serials: Serials
    /// What the customer pays for the serials, in fen; it must equal their face values.
    public let amountFen: Int64
    /// The service fee that the operator charges, in fen; nothing means the tariff's.
    public let serviceFeeFen: Int64?
    public let buyer: Buyer?

    public init(
        productCode: String, serials: Serials, amountFen: Int64, serviceFeeFen: Int64? = nil,
        buyer: Buyer? = nil
    ) {
        self.productCode = productCode
        self.serials = serials
        self.amountFen = amountFen
        self.serviceFeeFen = serviceFeeFen
        self.buyer = buyer
    }

    var count: Int64 {
        switch serials {
        case .next(let count): count
        case .named(let serials): Int64(serials.count)
        }
    }

    func fingerprint(key: SymmetricKey) -> SHA256Digest {
        var reference =
            switch serials {
            case .next(let count): "next \(count)"
            case .named(let serials): serials.joined(separator: "\u{1E}")
            }
        if let buyer {
            reference += "\u{1E}\(buyer.phoneNumber)\u{1E}" + buyer.document.digest(key: key)
            reference += buyer.isIdentityChecked ? "+id" : ""
        }
        return fingerprintOf("stock_sale", productCode, reference, amountFen, serviceFeeFen)
    }
}

extension Book {
    /// SHA-256 over a stock sale's fields, for its idempotency key.
    public func fingerprint(of request: StockSaleRequest) -> SHA256Digest {
        request.fingerprint(key: keys.card)
    }
}
