import CivilTime
import PartnerAPI
import StrictJSON

/// What a principal is asked for: what it has for sale of a product on a date.
public struct OfferInquiry: Sendable {
    public let product: Product
    public let date: BusinessDate
    /// Trips from here only.
    public let origin: String?
    /// Trips to here only.
    public let destination: String?

    public init(
        product: Product, date: BusinessDate, origin: String? = nil, destination: String? = nil
    ) {
        self.product = product
        self.date = date
        self.origin = origin
        self.destination = destination
    }

    /// The question as the principal hears it.
    var question: PartnerInquiry {
        let details = [("date", date.description), ("from", origin), ("to", destination)]
        return PartnerInquiry(
            kind: .offers, product: product.code,
            details: details.compactMap { name, value in
                value.map { PartnerDetail(name: name, value: $0) }
            })
    }
}

/// An offer of a principal that can be sold as a trip: whole, and an answer to what was asked.
struct OnlineOffer: Equatable {
    /// The most seats that an offer may have left.
    static let seatCounts: ClosedRange<Int64> = 0...1_000_000

    let code: String
    let kind: Trip.Kind
    let origin: String
    let destination: String
    let departureMinute: Int64
    let fares: Fares
    let seatCount: Int64

    /// The offers of an answer that can be sold; the others are left out, those among them that
    /// share a reference.
    static func usable(
        _ offers: [PartnerOffer], answering inquiry: OfferInquiry
    ) -> [OnlineOffer] {
        let counts = Dictionary(offers.map { ($0.reference, 1) }, uniquingKeysWith: +)
        return offers.compactMap { offer in
            counts[offer.reference] == 1 ? OnlineOffer(offer, answering: inquiry) : nil
        }
    }

    /// Reads an offer, or gives nothing for one that is bad, incomplete, or not what was asked for.
    init?(_ offer: PartnerOffer, answering inquiry: OfferInquiry) {
        var details: [String: String] = [:]
        for detail in offer.details {
            guard details.updateValue(detail.value, forKey: detail.name) == nil else {
                return nil
            }
        }
        guard Self.isCode(offer.reference),
            let kind = Trip.Kind(rawValue: details["kind"] ?? Trip.Kind.trip.rawValue),
            details["date"] ?? inquiry.date.description == inquiry.date.description,
            let minute = details["departs"].flatMap(Self.minute(of:)),
            let destination = details["to"],
            let origin = kind.isOffer ? offer.title : details["from"],
            Self.isName(origin), Self.isName(destination),
            Self.fares.contains(offer.priceFen), Self.seatCounts.contains(offer.available),
            let childFen = Self.fare(details["child_price_fen"]),
            let seniorFen = Self.fare(details["senior_price_fen"])
        else { return nil }
        if !kind.isOffer {
            guard inquiry.origin ?? origin == origin,
                inquiry.destination ?? destination == destination
            else { return nil }
        }
        code = offer.reference
        self.kind = kind
        self.origin = origin
        self.destination = destination
        departureMinute = minute
        fares = Fares(adultFen: offer.priceFen, childFen: childFen, seniorFen: seniorFen)
        seatCount = offer.available
    }

    private static let fares = 1...DataFileLimits.maximumAmountFen

    /// Whether a reference can be a trip's code: with a date it is a settlement file's reference.
    private static func isCode(_ text: String) -> Bool {
        DataFileLimits.tripIDCharacters.contains(text.utf8.count)
            && text.utf8.allSatisfy(Identifier.allows) && !text.hasPrefix("-")
    }

    private static func isName(_ text: String) -> Bool {
        DataFileLimits.nameCharacters.contains(text.unicodeScalars.count)
            && !text.unicodeScalars.contains(where: \.breaksLine)
    }

    /// The minute of the day of `HH:MM`, or nothing.
    private static func minute(of text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
            let hour = number(bytes[0...1]), let minute = number(bytes[3...4]), hour < 24,
            minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self))
    }

    /// A class's own price where there is one; nothing at all for one that is none.
    private static func fare(_ text: String?) -> Int64?? {
        guard let text else { return .some(nil) }
        guard let fen = number(Array(text.utf8)[...]), fares.contains(fen) else { return nil }
        return .some(fen)
    }
}
