import CivilTime

/// A question that changes nothing at the partner.
public struct PartnerInquiry: Sendable, Equatable {
    /// What is asked for.
    public enum Kind: String, Sendable, CaseIterable {
        /// What an account owes.
        case bills
        /// What a ticket principal has for sale: trips, seats, passes, each with its price.
        case offers
        /// What an account holds.
        case balance
    }

    public var kind: Kind
    /// The partner's code of the product.
    public var product: String
    /// The customer's account, card or meter; empty where offers need none.
    public var account: String
    /// What narrows the question, such as a date and two places.
    public var details: [PartnerDetail]

    /// Makes an inquiry.
    public init(kind: Kind, product: String, account: String = "", details: [PartnerDetail] = []) {
        self.kind = kind
        self.product = product
        self.account = account
        self.details = details
    }
}

/// One bill of an account.
public struct PartnerBill: Sendable, Equatable {
    /// The partner's number of the bill.
    public var reference: String
    /// The months or the reading that it is for, `2026-11`.
    public var period: String
    /// What is owed without late fee, in fen.
    public var amountFen: Int64
    /// What being late costs today, in fen; the partner computes it.
    public var lateFeeFen: Int64
    /// The last day without late fee.
    public var dueDate: BusinessDate?

    /// Makes a bill.
    public init(
        reference: String, period: String, amountFen: Int64, lateFeeFen: Int64,
        dueDate: BusinessDate?
    ) {
        self.reference = reference
        self.period = period
        self.amountFen = amountFen
        self.lateFeeFen = lateFeeFen
        self.dueDate = dueDate
    }
}

/// What an account owes.
public struct PartnerBills: Sendable, Equatable {
    /// The customer's name as the counter may show it, masked by the partner.
    public var customerName: String
    /// Empty when nothing is owed.
    public var bills: [PartnerBill]

    /// Makes an answer to an inquiry.
    public init(customerName: String, bills: [PartnerBill]) {
        self.customerName = customerName
        self.bills = bills
    }
}

/// Something for sale.
public struct PartnerOffer: Sendable, Equatable {
    /// Names the offer when it is posted as a line.
    public var reference: String
    public var title: String
    public var priceFen: Int64
    /// How many are left.
    public var available: Int64
    /// Seat class, departure and the like.
    public var details: [PartnerDetail]

    /// Makes an offer.
    public init(
        reference: String, title: String, priceFen: Int64, available: Int64,
        details: [PartnerDetail] = []
    ) {
        self.reference = reference
        self.title = title
        self.priceFen = priceFen
        self.available = available
        self.details = details
    }
}

/// What an account holds.
public struct PartnerBalance: Sendable, Equatable {
    public var customerName: String
    /// The balance in fen; negative when overdrawn.
    public var balanceFen: Int64
    /// What may be drawn, in fen.
    public var availableFen: Int64

    /// Makes a balance.
    public init(customerName: String, balanceFen: Int64, availableFen: Int64) {
        self.customerName = customerName
        self.balanceFen = balanceFen
        self.availableFen = availableFen
    }
}

/// What a partner replies to an inquiry.
public enum PartnerInquiryReply: Sendable, Equatable {
    case bills(PartnerBills)
    case offers([PartnerOffer])
    case balance(PartnerBalance)
    case refused(PartnerRefusal)
}
