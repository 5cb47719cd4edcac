import PartnerAPI
import StrictJSON

/// What a simulated partner knows of one serial.
struct SimulatorEntry: Sendable, Equatable {
    enum Status: String, Sendable, CaseIterable {
        /// It has come and is not decided.
        case pending
        case booked, refused
        /// Undone, or never to be booked.
        case reversed
    }

    let serial: PartnerSerial
    var status: Status
    var kind = ""
    var product = ""
    var account = ""
    /// What was asked for, in fen.
    var askedFen: Int64 = 0
    /// The latest booking; its tickets are made anew from the reference.
    var reference = ""
    var bookedFen: Int64 = 0
    var token: String?
    var lines: [PartnerLineItem] = []
    /// Of a change, the ticket that comes back; empty without.
    var replacedSerial = ""
    var replacedItem: Int64 = 0
    /// What that ticket was sold as: its seat is for sale again.
    var replacedReference = ""
    var refusalCode = ""
    var refusalReason = ""
    /// How often it was booked; more than once is what must never be.
    var bookedCount: Int64 = 0
    /// How often it was taken back after a booking.
    var reversedCount: Int64 = 0

    init(serial: PartnerSerial, status: Status) {
        self.serial = serial
        self.status = status
    }

    init(_ post: PartnerPost, status: Status) {
        serial = post.serial
        self.status = status
        kind = post.kind.rawValue
        product = post.product
        // A card's number is not kept.
        account = post.card == nil ? post.account : ""
        askedFen = post.amountFen
        lines = post.lines
        replacedSerial = post.detail("replaces_serial") ?? ""
        replacedItem = post.detail("replaces_item").flatMap { Int64($0) } ?? 0
    }

    /// Whether a post asks for the same as the one that was answered.
    func isSame(_ post: PartnerPost) -> Bool {
        kind == post.kind.rawValue && product == post.product && askedFen == post.amountFen
            && account == (post.card == nil ? post.account : "") && lines == post.lines
            && replacedSerial == post.detail("replaces_serial") ?? ""
            && replacedItem == post.detail("replaces_item").flatMap { Int64($0) } ?? 0
    }

    var booking: PartnerBooking {
        var tickets: [String] = []
        if kind == PartnerPost.Kind.sale.rawValue {
            let count = min(lines.reduce(0) { $0 + $1.quantity }, 100)
            tickets = (0..<count).map { "\(reference)-\($0 + 1)" }
        }
        return PartnerBooking(
            reference: reference, amountFen: bookedFen, token: token, tickets: tickets)
    }

    var refusal: PartnerRefusal { PartnerRefusal(code: refusalCode, reason: refusalReason) }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("serial", serial.text)
        writer.field("status", status.rawValue)
        writer.field("kind", kind)
        writer.field("product", product)
        writer.field("account", account)
        writer.field("asked_fen", askedFen)
        writer.field("reference", reference)
        writer.field("booked_fen", bookedFen)
        writer.field("token", orNull: token)
        writer.key("lines")
        writer.beginArray()
        for line in lines {
            writer.beginObject()
            writer.field("reference", line.reference)
            writer.field("quantity", line.quantity)
            writer.field("amount_fen", line.amountFen)
            writer.endObject()
        }
        writer.endArray()
        if !replacedSerial.isEmpty {
            writer.field("replaced_serial", replacedSerial)
            writer.field("replaced_item", replacedItem)
            writer.field("replaced_reference", replacedReference)
        }
        writer.field("refusal_code", refusalCode)
        writer.field("refusal_reason", refusalReason)
        writer.field("times_booked", bookedCount)
        writer.field("times_reversed", reversedCount)
        writer.endObject()
    }

    init(decoding line: [UInt8]) throws(JSONError) {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(line))
        guard let serial = PartnerSerial(try object.string("serial", lengthIn: 1...32)) else {
            throw object.refusal(of: "serial", .forbiddenCharacter, "this is no serial")
        }
        self.serial = serial
        status = try object.enumeration("status")
        kind = try object.string("kind", lengthIn: 0...64)
        product = try object.string("product", lengthIn: 0...64)
        account = try object.string("account", lengthIn: 0...64)
        askedFen = try object.integer("asked_fen", in: PartnerLimits.amountsOrZeroFen)
        reference = try object.string("reference", lengthIn: 0...64)
        bookedFen = try object.integer("booked_fen", in: PartnerLimits.amountsOrZeroFen)
        token = try object.optionalString("token", lengthIn: PartnerLimits.tokens)
        for var line in try object.objects("lines", maximumCount: PartnerLimits.maximumItems) {
            lines.append(
                PartnerLineItem(
                    reference: try line.string("reference", lengthIn: PartnerLimits.identifiers),
                    quantity: try line.integer("quantity", in: 1...1_000_000),
                    amountFen: try line.integer("amount_fen", in: PartnerLimits.amountsOrZeroFen)))
            try line.finish()
        }
        replacedSerial = try object.optionalString("replaced_serial", lengthIn: 0...64) ?? ""
        replacedItem = try object.optionalInteger("replaced_item", in: 0...Int64.max) ?? 0
        replacedReference =
            try object.optionalString("replaced_reference", lengthIn: 0...64) ?? ""
        refusalCode = try object.string("refusal_code", lengthIn: 0...64)
        refusalReason = try object.string("refusal_reason", lengthIn: PartnerLimits.texts)
        bookedCount = try object.integer("times_booked", in: 0...Int64.max)
        reversedCount = try object.integer("times_reversed", in: 0...Int64.max)
        try object.finish()
    }
}

extension PartnerPost {
    /// The value of a detail, or nothing.
    func detail(_ name: String) -> String? { details.first { $0.name == name }?.value }
}
