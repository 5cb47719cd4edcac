/// A card that its network must make usable.
public struct StockActivation: Sendable, Equatable {
    /// What the network is asked about it.
    public enum Question: Sendable {
        /// To make it usable; asked once, and never again after a restart.
        case activate
        /// What became of that.
        case query
        /// To make sure that it never becomes usable: the network has not heard of it.
        case cancel
    }

    /// The serial number of the sale, under which the network knows it.
    public let sale: Int64
    public let serial: String
    public let phoneNumber: String
    public let amountFen: Int64
    public let productCode: String
    public let partnerCode: String
    public var question: Question
}

/// What a network says of a card.
public enum StockActivationAnswer: Sendable, Equatable {
    case activated
    /// It will never be usable; the customer gets everything back.
    case refused
    /// It never heard of the card, but may still do so: have it cancelled.
    case notFound
    /// It does not cancel the card: ask what became of it.
    case notCancelled
    /// Nobody knows; it is asked again.
    case noAnswer
}

/// Makes cards usable that were sold from stock; asked again and again until it answers.
public protocol StockActivator: Sendable {
    /// Whether a network can be asked; no cash is taken for a card of one that cannot.
    func reaches(_ partnerCode: String) -> Bool

    func ask(
        _ activation: StockActivation,
        completion: @escaping @Sendable (StockActivationAnswer) -> Void)
}
