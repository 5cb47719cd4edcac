import StrictJSON

// The bodies of requests, written by us and read by a partner such as the simulator.

extension PartnerInquiry {
    /// The body to send.
    public var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("kind", kind.rawValue)
        writer.field("product", product)
        writer.field("account", account)
        writer.write(details)
        writer.endObject()
        return writer.bytes
    }

    /// Reads a body that arrived.
    ///
    /// - Throws: `JSONError`.
    public init(decoding body: [UInt8]) throws(JSONError) {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(body))
        kind = try object.enumeration("kind")
        product = try object.string("product", lengthIn: PartnerLimits.identifiers)
        account = try object.string("account", lengthIn: 0...64)
        details = try object.details()
        try object.finish()
    }
}

extension PartnerPost {
    /// The body to send.
    public var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("serial", serial.text)
        writer.field("kind", kind.rawValue)
        writer.field("product", product)
        writer.field("account", account)
        writer.field("target_account", ifPresent: targetAccount)
        writer.field("amount_fen", amountFen)
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
        if let card {
            writer.key("card")
            writer.beginObject()
            writer.field("number", card.number)
            writer.field("encrypted_pin_block", card.encryptedPINBlock)
            writer.endObject()
        }
        writer.write(details)
        writer.endObject()
        return writer.bytes
    }

    /// Reads a body that arrived.
    ///
    /// - Throws: `JSONError`.
    public init(decoding body: [UInt8]) throws(JSONError) {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(body))
        serial = try object.serial()
        kind = try object.enumeration("kind")
        product = try object.string("product", lengthIn: PartnerLimits.identifiers)
        account = try object.string("account", lengthIn: 0...64)
        targetAccount = try object.optionalString(
            "target_account", lengthIn: PartnerLimits.identifiers)
        amountFen = try object.integer("amount_fen", in: PartnerLimits.amountsFen)
        lines = []
        for var line in try object.objects("lines", maximumCount: PartnerLimits.maximumItems) {
            lines.append(
                PartnerLineItem(
                    reference: try line.string("reference", lengthIn: PartnerLimits.identifiers),
                    quantity: try line.integer("quantity", in: 1...1_000_000),
                    amountFen: try line.integer("amount_fen", in: PartnerLimits.amountsOrZeroFen)))
            try line.finish()
        }
        card = nil
        if var card = try object.optionalObject("card") {
            self.card = PartnerCard(
                number: try card.string("number", lengthIn: 12...19),
                encryptedPINBlock: try card.string("encrypted_pin_block", lengthIn: 16...64))
            try card.finish()
        }
        details = try object.details()
        try object.finish()
    }
}

extension PartnerQuery {
    /// The body to send.
    public var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("serial", serial.text)
        writer.endObject()
        return writer.bytes
    }

    /// Reads the serial of a body that arrived.
    ///
    /// - Throws: `JSONError`.
    public static func serial(decoding body: [UInt8]) throws(JSONError) -> PartnerSerial {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(body))
        let serial = try object.serial()
        try object.finish()
        return serial
    }
}

extension PartnerReversal {
    /// The body to send.
    public var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("serial", serial.text)
        writer.field("amount_fen", amountFen)
        writer.field("reason", reason)
        writer.endObject()
        return writer.bytes
    }

    /// Reads a body that arrived.
    ///
    /// - Throws: `JSONError`.
    public init(decoding body: [UInt8]) throws(JSONError) {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(body))
        serial = try object.serial()
        amountFen = try object.integer("amount_fen", in: PartnerLimits.amountsFen)
        reason = try object.string("reason", lengthIn: PartnerLimits.texts)
        try object.finish()
    }
}

extension JSONObjectDecoder {
    /// Takes our serial.
    mutating func serial() throws(JSONError) -> PartnerSerial {
        let text = try string("serial", lengthIn: PartnerSerial.lengths)
        guard let serial = PartnerSerial(text) else {
            throw refusal(
                of: "serial", .forbiddenCharacter,
                "the serial has other characters than A-Z a-z 0-9 -; send none of them")
        }
        return serial
    }

    /// Takes the details; the array may be empty.
    mutating func details() throws(JSONError) -> [PartnerDetail] {
        var details: [PartnerDetail] = []
        for var object in try objects("details", maximumCount: PartnerLimits.maximumDetails) {
            details.append(
                PartnerDetail(
                    name: try object.string("name", lengthIn: PartnerLimits.identifiers),
                    value: try object.string("value", lengthIn: PartnerLimits.texts)))
            try object.finish()
        }
        return details
    }
}

extension JSONWriter {
    /// Writes details as an array of names and values.
    mutating func write(_ details: [PartnerDetail]) {
        key("details")
        beginArray()
        for detail in details {
            beginObject()
            field("name", detail.name)
            field("value", detail.value)
            endObject()
        }
        endArray()
    }
}
