import Cryptography

/// A request to pay several items with one tender.
public struct BasketRequest: Sendable, Equatable {
    /// How many items a basket may have.
    public static let itemCounts = 1...20

    /// One thing that the customer pays.
    public enum Item: Sendable, Equatable {
        case bill(BillPaymentRequest)
        case tickets(TicketIssueRequest)
        case stock(StockSaleRequest)

        fileprivate func fingerprint(key: SymmetricKey) -> SHA256Digest {
            switch self {
            case .bill(let request): request.fingerprint
            case .tickets(let request): request.fingerprint
            case .stock(let request): request.fingerprint(key: key)
            }
        }
    }

    public let items: [Item]
    /// The cash that the customer hands over, in fen.
    public let tenderedFen: Int64

    /// - Precondition: the number of items is one of ``itemCounts``.
    public init(items: [Item], tenderedFen: Int64) {
        precondition(Self.itemCounts.contains(items.count), "an impossible basket")
        self.items = items
        self.tenderedFen = tenderedFen
    }

    fileprivate func fingerprint(key: SymmetricKey) -> SHA256Digest {
        fingerprintOf(
            "basket", "",
            items.map { $0.fingerprint(key: key).hex }.joined(separator: "\u{1F}"), tenderedFen)
    }
}

extension Book {
    /// SHA-256 over a basket's fields, for its idempotency key.
    public func fingerprint(of request: BasketRequest) -> SHA256Digest {
        request.fingerprint(key: keys.card)
    }
}
