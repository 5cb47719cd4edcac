import StrictJSON

// The bodies of replies about a serial. Each names the serial, so that a log can be read without
// the request beside it, and so that a mix-up at the partner is noticed.

/// The words that `result` may have.
enum PartnerResult: String, CaseIterable, Sendable {
    case booked, refused, reversed
    case notFound = "not_found"
    case inProgress = "in_progress"
    // Of inquiries.
    case bills, offers, balance
}

extension PartnerPostReply {
    /// The body to answer.
    public func encoded(serial: PartnerSerial) -> [UInt8] {
        switch self {
        case .booked(let booking): booking.encoded(serial: serial)
        case .refused(let refusal): refusal.encoded(serial: serial)
        }
    }

    /// Reads a body that arrived.
    ///
    /// - Throws: `JSONError`.
    init(decoding body: [UInt8], serial: PartnerSerial) throws(JSONError) {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(body))
        let result: PartnerResult = try object.enumeration("result")
        try object.require(serial)
        switch result {
        case .booked: self = .booked(try object.booking())
        case .refused: self = .refused(try object.refusal())
        case .reversed, .notFound, .inProgress, .bills, .offers, .balance:
            throw object.unexpectedResult("booked, refused")
        }
        try object.finish()
    }
}

extension PartnerQueryReply {
    /// The body to answer.
    public func encoded(serial: PartnerSerial) -> [UInt8] {
        switch self {
        case .booked(let booking): booking.encoded(serial: serial)
        case .refused(let refusal): refusal.encoded(serial: serial)
        case .reversed: PartnerResult.reversed.encoded(serial: serial)
        case .notFound: PartnerResult.notFound.encoded(serial: serial)
        case .inProgress: PartnerResult.inProgress.encoded(serial: serial)
        }
    }

    /// Reads a body that arrived.
    ///
    /// - Throws: `JSONError`.
    init(decoding body: [UInt8], serial: PartnerSerial) throws(JSONError) {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(body))
        let result: PartnerResult = try object.enumeration("result")
        try object.require(serial)
        switch result {
        case .booked: self = .booked(try object.booking())
        case .refused: self = .refused(try object.refusal())
        case .reversed: self = .reversed
        case .notFound: self = .notFound
        case .inProgress: self = .inProgress
        case .bills, .offers, .balance:
            throw object.unexpectedResult("booked, refused, reversed, not_found, in_progress")
        }
        try object.finish()
    }
}

extension PartnerReversalReply {
    /// The body to answer.
    public func encoded(serial: PartnerSerial) -> [UInt8] {
        switch self {
        case .reversed: PartnerResult.reversed.encoded(serial: serial)
        case .refused(let refusal): refusal.encoded(serial: serial)
        }
    }

    /// Reads a body that arrived.
    ///
    /// - Throws: `JSONError`.
    init(decoding body: [UInt8], serial: PartnerSerial) throws(JSONError) {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(body))
        let result: PartnerResult = try object.enumeration("result")
        try object.require(serial)
        switch result {
        case .reversed: self = .reversed
        case .refused: self = .refused(try object.refusal())
        case .booked, .notFound, .inProgress, .bills, .offers, .balance:
            throw object.unexpectedResult("reversed, refused")
        }
        try object.finish()
    }
}

extension PartnerFault {
    /// The body to answer.
    public var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("code", code)
        writer.field("detail", detail)
        writer.endObject()
        return writer.bytes
    }

    /// Reads a body that arrived.
    ///
    /// - Throws: `JSONError`.
    init(decoding body: [UInt8]) throws(JSONError) {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(body))
        code = try object.string("code", lengthIn: PartnerLimits.identifiers)
        detail = try object.string("detail", lengthIn: PartnerLimits.texts)
        try object.finish()
    }
}

extension PartnerResult {
    fileprivate func encoded(serial: PartnerSerial) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("result", rawValue)
        writer.field("serial", serial.text)
        writer.endObject()
        return writer.bytes
    }
}

extension PartnerBooking {
    fileprivate func encoded(serial: PartnerSerial) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("result", PartnerResult.booked.rawValue)
        writer.field("serial", serial.text)
        writer.field("reference", reference)
        writer.field("amount_fen", amountFen)
        writer.field("token", ifPresent: token)
        writer.key("tickets")
        writer.beginArray()
        for ticket in tickets { writer.string(ticket) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension PartnerRefusal {
    func encoded(serial: PartnerSerial?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("result", PartnerResult.refused.rawValue)
        writer.field("serial", ifPresent: serial?.text)
        writer.field("code", code)
        writer.field("reason", reason)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONObjectDecoder {
    /// Takes the serial and checks that it is the one asked about.
    fileprivate mutating func require(_ expected: PartnerSerial) throws(JSONError) {
        guard try serial() == expected else {
            throw refusal(
                of: "serial", .valueNotAllowed,
                "the answer is about another serial than the request")
        }
    }

    func unexpectedResult(_ allowed: String) -> JSONError {
        refusal(of: "result", .valueNotAllowed, "the result fits another call; answer \(allowed)")
    }

    fileprivate mutating func booking() throws(JSONError) -> PartnerBooking {
        let reference = try string("reference", lengthIn: PartnerLimits.identifiers)
        let amountFen = try integer("amount_fen", in: PartnerLimits.amountsOrZeroFen)
        let token = try optionalString("token", lengthIn: PartnerLimits.tokens)
        var tickets: [String] = []
        for value in try array("tickets", maximumCount: PartnerLimits.maximumItems) {
            guard case .string(let text) = value,
                PartnerLimits.tokens.contains(text.unicodeScalars.count)
            else {
                throw refusal(
                    of: "tickets", .wrongType,
                    "a ticket number is no text of 1 to 256 characters; send such texts")
            }
            tickets.append(text)
        }
        return PartnerBooking(
            reference: reference, amountFen: amountFen, token: token, tickets: tickets)
    }

    mutating func refusal() throws(JSONError) -> PartnerRefusal {
        PartnerRefusal(
            code: try string("code", lengthIn: PartnerLimits.identifiers),
            reason: try string("reason", lengthIn: PartnerLimits.texts))
    }
}
