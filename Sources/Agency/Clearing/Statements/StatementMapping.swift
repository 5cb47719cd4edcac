import CivilTime
import Settlement
import StrictJSON

/// Which column of a bank's table holds what; a JSON object, read strictly.
public struct StatementMapping: DataFileModel {
    /// How a table tells an amount and its direction.
    public enum Amounts: Sendable, Equatable {
        /// One column, negative for money that left.
        case signed(String)
        /// One column, and another with a word for the direction.
        case withWord(amount: String, direction: String, wordIn: String, wordOut: String)
        /// A column for each direction; the other one is empty or 0.
        case apart(incoming: String, outgoing: String)
    }

    public enum DateFormat: String, CaseIterable, Sendable {
        case hyphens = "YYYY-MM-DD"
        case slashes = "YYYY/MM/DD"
        case compact = "YYYYMMDD"

        /// The date of a text; a time after it is left out.
        func date(_ text: String) -> BusinessDate? {
            switch self {
            case .hyphens: return BusinessDate(text.prefix(10))
            case .slashes:
                let day = text.prefix(10)
                guard !day.contains("-") else { return nil }
                return BusinessDate(String(day.map { $0 == "/" ? "-" : $0 }))
            case .compact:
                let digits = Array(text.prefix(8))
                guard digits.count == 8 else { return nil }
                return BusinessDate(
                    String(digits[0..<4]) + "-" + String(digits[4..<6]) + "-"
                        + String(digits[6..<8]))
            }
        }
    }

    public enum Delimiter: String, CaseIterable, Sendable {
        case comma, semicolon, tab, bar

        var byte: UInt8 {
            switch self {
            case .comma: UInt8(ascii: ",")
            case .semicolon: UInt8(ascii: ";")
            case .tab: UInt8(ascii: "\t")
            case .bar: UInt8(ascii: "|")
            }
        }
    }

    /// Lines above the header that are left out, at most.
    public static let headerLines: ClosedRange<Int64> = 1...50
    private static let nameLengths = 1...40

    public var encoding: LayoutEncoding
    public var delimiter: Delimiter
    /// The line of the header, from 1.
    public var headerLine: Int
    public var dateFormat: DateFormat
    public var bookingDate: String
    public var amounts: Amounts
    public var remittance: String?
    public var endToEndID: String?
    public var bankReference: String?
    /// The balance after the entry; with it the table must add up line by line.
    public var balance: String?

    public init(decoding object: JSONObjectDecoder) throws(JSONError) {
        var object = object
        encoding = try object.optionalEnumeration("encoding") ?? .utf8
        delimiter = try object.optionalEnumeration("delimiter") ?? .comma
        headerLine = Int(
            try object.optionalInteger("header_line", in: Self.headerLines) ?? 1)
        dateFormat = try object.optionalEnumeration("date_format") ?? .hyphens
        bookingDate = try object.string("booking_date", lengthIn: Self.nameLengths)
        let amount = try object.optionalString("amount", lengthIn: Self.nameLengths)
        let direction = try object.optionalString("direction", lengthIn: Self.nameLengths)
        let wordIn = try object.optionalString("word_in", lengthIn: Self.nameLengths)
        let wordOut = try object.optionalString("word_out", lengthIn: Self.nameLengths)
        let incoming = try object.optionalString("amount_in", lengthIn: Self.nameLengths)
        let outgoing = try object.optionalString("amount_out", lengthIn: Self.nameLengths)
        switch (amount, direction, wordIn, wordOut, incoming, outgoing) {
        case (let amount?, nil, nil, nil, nil, nil): amounts = .signed(amount)
        case (let amount?, let direction?, let wordIn?, let wordOut?, nil, nil):
            guard wordIn != wordOut else {
                throw object.refusal(
                    of: "word_out", .valueNotAllowed, "must differ from word_in; correct one")
            }
            amounts = .withWord(
                amount: amount, direction: direction, wordIn: wordIn, wordOut: wordOut)
        case (nil, nil, nil, nil, let incoming?, let outgoing?):
            amounts = .apart(incoming: incoming, outgoing: outgoing)
        case (_, _, _, _, _, _):
            throw object.refusal(
                of: "amount", .valueNotAllowed,
                "give amount alone; or amount, direction, word_in and word_out; or amount_in and "
                    + "amount_out")
        }
        remittance = try object.optionalString("remittance", lengthIn: Self.nameLengths)
        endToEndID = try object.optionalString("end_to_end_id", lengthIn: Self.nameLengths)
        bankReference = try object.optionalString("bank_reference", lengthIn: Self.nameLengths)
        balance = try object.optionalString("balance", lengthIn: Self.nameLengths)
        guard remittance != nil || endToEndID != nil else {
            throw object.refusal(
                of: "remittance", .valueNotAllowed,
                "name the column of the reference: remittance, end_to_end_id or both")
        }
        try object.finish()
    }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("encoding", encoding.rawValue)
        writer.field("delimiter", delimiter.rawValue)
        writer.field("header_line", headerLine)
        writer.field("date_format", dateFormat.rawValue)
        writer.field("booking_date", bookingDate)
        switch amounts {
        case .signed(let amount): writer.field("amount", amount)
        case .withWord(let amount, let direction, let wordIn, let wordOut):
            writer.field("amount", amount)
            writer.field("direction", direction)
            writer.field("word_in", wordIn)
            writer.field("word_out", wordOut)
        case .apart(let incoming, let outgoing):
            writer.field("amount_in", incoming)
            writer.field("amount_out", outgoing)
        }
        writer.field("remittance", ifPresent: remittance)
        writer.field("end_to_end_id", ifPresent: endToEndID)
        writer.field("bank_reference", ifPresent: bankReference)
        writer.field("balance", ifPresent: balance)
        writer.endObject()
    }
}
