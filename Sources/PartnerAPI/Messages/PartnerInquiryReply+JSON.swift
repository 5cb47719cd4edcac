import CivilTime
import StrictJSON

extension PartnerInquiryReply {
    /// The body to answer.
    public var encoded: [UInt8] {
        var writer = JSONWriter()
        switch self {
        case .refused(let refusal): return refusal.encoded(serial: nil)
        case .bills(let bills): bills.write(to: &writer)
        case .offers(let offers):
            writer.beginObject()
            writer.field("result", PartnerResult.offers.rawValue)
            writer.key("offers")
            writer.beginArray()
            for offer in offers { offer.write(to: &writer) }
            writer.endArray()
            writer.endObject()
        case .balance(let balance):
            writer.beginObject()
            writer.field("result", PartnerResult.balance.rawValue)
            writer.field("customer_name", balance.customerName)
            writer.field("balance_fen", balance.balanceFen)
            writer.field("available_fen", balance.availableFen)
            writer.endObject()
        }
        return writer.bytes
    }

    /// Reads a body that arrived as the answer to a kind of inquiry.
    ///
    /// - Throws: `JSONError`.
    init(decoding body: [UInt8], kind: PartnerInquiry.Kind) throws(JSONError) {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(body, limits: Self.limits))
        let result: PartnerResult = try object.enumeration("result")
        switch (result, kind) {
        case (.refused, _): self = .refused(try object.refusal())
        case (.bills, .bills): self = .bills(try PartnerBills(from: &object))
        case (.offers, .offers):
            var offers: [PartnerOffer] = []
            for var offer in try object.objects(
                "offers", maximumCount: PartnerLimits.maximumItems)
            {
                offers.append(try PartnerOffer(from: &offer))
                try offer.finish()
            }
            self = .offers(offers)
        case (.balance, .balance): self = .balance(try PartnerBalance(from: &object))
        case (.bills, _), (.offers, _), (.balance, _), (.booked, _), (.reversed, _),
            (.notFound, _), (.inProgress, _):
            throw object.unexpectedResult("\(kind.rawValue), refused")
        }
        try object.finish()
    }

    /// An inquiry's answer may be longer than a request.
    static let limits = JSONLimits(
        maximumBytes: 256 * 1024, maximumDepth: 8, maximumMembers: 16,
        maximumElements: PartnerLimits.maximumItems, maximumStringBytes: 4 * 1024)
}

extension PartnerBills {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("result", PartnerResult.bills.rawValue)
        writer.field("customer_name", customerName)
        writer.key("bills")
        writer.beginArray()
        for bill in bills {
            writer.beginObject()
            writer.field("reference", bill.reference)
            writer.field("period", bill.period)
            writer.field("amount_fen", bill.amountFen)
            writer.field("late_fee_fen", bill.lateFeeFen)
            writer.field("due_date", ifPresent: bill.dueDate?.description)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    fileprivate init(from object: inout JSONObjectDecoder) throws(JSONError) {
        customerName = try object.string("customer_name", lengthIn: PartnerLimits.texts)
        bills = []
        for var bill in try object.objects("bills", maximumCount: PartnerLimits.maximumItems) {
            bills.append(try PartnerBill(from: &bill))
            try bill.finish()
        }
    }
}

extension PartnerBill {
    /// Takes the fields of a bill, as answers and the simulator's files have them.
    public init(from object: inout JSONObjectDecoder) throws(JSONError) {
        reference = try object.string("reference", lengthIn: PartnerLimits.identifiers)
        period = try object.string("period", lengthIn: PartnerLimits.texts)
        amountFen = try object.integer("amount_fen", in: PartnerLimits.amountsOrZeroFen)
        lateFeeFen = try object.integer("late_fee_fen", in: PartnerLimits.amountsOrZeroFen)
        dueDate = nil
        if let text = try object.optionalString("due_date", lengthIn: 10...10) {
            guard let date = BusinessDate(text) else {
                throw object.refusal(
                    of: "due_date", .valueNotAllowed, "this is no date; send YYYY-MM-DD")
            }
            dueDate = date
        }
    }
}

extension PartnerOffer {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("reference", reference)
        writer.field("title", title)
        writer.field("price_fen", priceFen)
        writer.field("available", available)
        writer.write(details)
        writer.endObject()
    }

    /// Takes the fields of an offer, as answers and the simulator's files have them.
    public init(from object: inout JSONObjectDecoder) throws(JSONError) {
        reference = try object.string("reference", lengthIn: PartnerLimits.identifiers)
        title = try object.string("title", lengthIn: PartnerLimits.texts)
        priceFen = try object.integer("price_fen", in: PartnerLimits.amountsOrZeroFen)
        available = try object.integer("available", in: 0...1_000_000)
        details = try object.details()
    }
}

extension PartnerBalance {
    fileprivate init(from object: inout JSONObjectDecoder) throws(JSONError) {
        let most = PartnerLimits.maximumAmountFen
        customerName = try object.string("customer_name", lengthIn: PartnerLimits.texts)
        balanceFen = try object.integer("balance_fen", in: -most...most)
        availableFen = try object.integer("available_fen", in: 0...most)
    }
}
