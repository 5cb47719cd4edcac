/// The line to one partner. Calls block until they are answered or the time limit has passed.
///
/// Nothing here sends a call twice: repeating the safe ones is the business of `PartnerLine`.
public protocol PartnerGateway: Sendable {
    /// Asks what an account owes or holds, or what is for sale.
    func inquire(_ inquiry: PartnerInquiry) -> PartnerInquiryAnswer
    /// Asks the partner to book under our serial.
    func post(_ post: PartnerPost) -> PartnerPostAnswer
    /// Asks what became of a serial.
    func query(_ query: PartnerQuery) -> PartnerQueryAnswer
    /// Has a serial undone, whether or not it was booked.
    func reverse(_ reversal: PartnerReversal) -> PartnerReversalAnswer
}

/// Why there is no usable answer; for the log and for whoever looks after the line.
public struct PartnerFailure: Error, Sendable, Equatable {
    /// What went wrong, coarsely.
    public enum Kind: String, Sendable, CaseIterable {
        /// No connection: the name, the network or the certificate.
        case connection
        /// The time limit has passed.
        case timeout
        /// The connection ended before the whole answer had come.
        case broken
        /// The answer is not signed, or not for this request.
        case unsigned
        /// The answer does not have the form of the protocol.
        case malformed
        /// The partner answered, signed, that it cannot carry out the call.
        case partnerFault
        /// The line's queue is full, or the call waited in it too long.
        case busy
        /// The line's circuit breaker is open.
        case circuitOpen
        /// The line was stopped.
        case stopped
    }

    public let kind: Kind
    /// A sentence without card numbers, keys or personal data.
    public let detail: String

    /// Makes a failure.
    public init(kind: Kind, detail: String) {
        self.kind = kind
        self.detail = detail
    }
}

/// What is known after an inquiry.
public enum PartnerInquiryAnswer: Sendable, Equatable {
    case bills(PartnerBills)
    case offers([PartnerOffer])
    case balance(PartnerBalance)
    case refused(PartnerRefusal)
    /// Nothing is known; asking again does no harm.
    case unanswered(PartnerFailure)
}

/// What is known after a post.
public enum PartnerPostAnswer: Sendable, Equatable {
    /// Booked with the amount that was asked for.
    case booked(PartnerBooking)
    /// Booked with another amount than was asked for: a case for people.
    case disagreed(PartnerBooking)
    /// Certainly not booked; the partner says why.
    case refused(PartnerRefusal)
    /// Booked or not: query the serial until it is known, and never post it under another.
    case unknown(PartnerFailure)
    /// Certainly not booked: the partner has not seen the request, or says that it did nothing.
    case notSent(PartnerFailure)
}

/// What is known after a query.
public enum PartnerQueryAnswer: Sendable, Equatable {
    /// Booked with the amount that was to be booked.
    case booked(PartnerBooking)
    /// Booked with another amount: a case for people.
    case disagreed(PartnerBooking)
    case refused(PartnerRefusal)
    /// Reversed before; it stays so.
    case reversed
    /// Not heard of. Not final while the post may still be under way: query again later or reverse.
    case notFound
    case inProgress
    /// Nothing is known; ask again.
    case unanswered(PartnerFailure)
}

/// What is known after a reversal.
public enum PartnerReversalAnswer: Sendable, Equatable {
    /// Nothing is booked under the serial, and nothing will be.
    case reversed
    /// What was booked stays.
    case refused(PartnerRefusal)
    /// Nothing is known; reverse again. From now on only a reversal's answer settles the serial:
    /// while this one may still arrive, a query that hears "booked" proves nothing.
    case unanswered(PartnerFailure)
}

/// What a line's queue and breaker need to know of any answer.
protocol PartnerAnswer: Sendable {
    /// Why there is no usable answer; nil when there is one.
    var failure: PartnerFailure? { get }
    /// The answer of a call that was never sent.
    static func unsent(_ failure: PartnerFailure) -> Self
}

extension PartnerInquiryAnswer: PartnerAnswer {
    var failure: PartnerFailure? {
        switch self {
        case .unanswered(let failure): failure
        case .bills, .offers, .balance, .refused: nil
        }
    }

    static func unsent(_ failure: PartnerFailure) -> Self { .unanswered(failure) }
}

extension PartnerPostAnswer: PartnerAnswer {
    var failure: PartnerFailure? {
        switch self {
        case .unknown(let failure), .notSent(let failure): failure
        case .booked, .disagreed, .refused: nil
        }
    }

    static func unsent(_ failure: PartnerFailure) -> Self { .notSent(failure) }
}

extension PartnerQueryAnswer: PartnerAnswer {
    var failure: PartnerFailure? {
        switch self {
        case .unanswered(let failure): failure
        case .booked, .disagreed, .refused, .reversed, .notFound, .inProgress: nil
        }
    }

    static func unsent(_ failure: PartnerFailure) -> Self { .unanswered(failure) }
}

extension PartnerReversalAnswer: PartnerAnswer {
    var failure: PartnerFailure? {
        switch self {
        case .unanswered(let failure): failure
        case .reversed, .refused: nil
        }
    }

    static func unsent(_ failure: PartnerFailure) -> Self { .unanswered(failure) }
}
