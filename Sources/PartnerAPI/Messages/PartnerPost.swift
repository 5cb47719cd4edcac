/// A transaction to book under our serial, at most once however often it is asked for.
public struct PartnerPost: Sendable, Equatable {
    /// What is booked.
    public enum Kind: String, Sendable, CaseIterable {
        /// Bills or an advance payment.
        case payment
        /// Tickets, passes, cards.
        case sale
        /// Cash out against a card.
        case withdrawal
        /// Cash sent to an account.
        case remittance
        /// Between accounts of one customer.
        case transfer
        /// Refunds of an earlier date, tickets that come back, prizes: money from the partner.
        case payback
    }

    public var serial: PartnerSerial
    public var kind: Kind
    /// The partner's code of the product.
    public var product: String
    /// The customer's account, meter or telephone number; empty where there is none.
    public var account: String
    /// The account that a remittance or transfer goes to.
    public var targetAccount: String?
    /// The whole amount in fen, without our own service fee.
    public var amountFen: Int64
    /// What the amount is made of, by the references of bills or offers; may be empty.
    public var lines: [PartnerLineItem]
    /// The card of a withdrawal or a transfer; it goes to the partner and nowhere else.
    public var card: PartnerCard?
    public var details: [PartnerDetail]

    /// Makes a transaction.
    public init(
        serial: PartnerSerial, kind: Kind, product: String, account: String = "",
        targetAccount: String? = nil, amountFen: Int64, lines: [PartnerLineItem] = [],
        card: PartnerCard? = nil, details: [PartnerDetail] = []
    ) {
        self.serial = serial
        self.kind = kind
        self.product = product
        self.account = account
        self.targetAccount = targetAccount
        self.amountFen = amountFen
        self.lines = lines
        self.card = card
        self.details = details
    }
}

/// A part of an amount.
public struct PartnerLineItem: Sendable, Equatable {
    /// The partner's number of the bill or offer.
    public var reference: String
    /// How many; 1 for a bill.
    public var quantity: Int64
    /// The part of the amount, in fen.
    public var amountFen: Int64

    /// Makes a line.
    public init(reference: String, quantity: Int64 = 1, amountFen: Int64) {
        self.reference = reference
        self.quantity = quantity
        self.amountFen = amountFen
    }
}

/// A card on its way to its bank; nothing prints it.
public struct PartnerCard: Sendable, Equatable {
    /// The whole number, 12 to 19 digits.
    public let number: String
    /// The PIN as the terminal's PIN pad encrypted it for the bank, in hexadecimal.
    public let encryptedPINBlock: String

    /// Makes a card.
    public init(number: String, encryptedPINBlock: String) {
        self.number = number
        self.encryptedPINBlock = encryptedPINBlock
    }
}

extension PartnerCard: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// No digit of the number.
    public var description: String { "PartnerCard" }

    /// No digit of the number.
    public var debugDescription: String { description }

    /// Shows no children, so that `dump` prints no digit.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What a partner booked.
public struct PartnerBooking: Sendable, Equatable {
    /// The partner's number of the booking.
    public var reference: String
    /// What was booked, in fen.
    public var amountFen: Int64
    /// A prepaid token that the customer types into the meter.
    public var token: String?
    /// Numbers of the tickets that were issued.
    public var tickets: [String]

    /// Makes a booking.
    public init(reference: String, amountFen: Int64, token: String? = nil, tickets: [String] = []) {
        self.reference = reference
        self.amountFen = amountFen
        self.token = token
        self.tickets = tickets
    }
}

/// Why a partner did not do what it was asked; nothing is booked.
public struct PartnerRefusal: Sendable, Equatable {
    /// Stable, such as `unknown_account`; the partner's own beyond those of the protocol.
    public var code: String
    /// A sentence for the operator.
    public var reason: String

    /// Makes a refusal.
    public init(code: String, reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// What a partner replies to a post.
public enum PartnerPostReply: Sendable, Equatable {
    case booked(PartnerBooking)
    case refused(PartnerRefusal)
}
