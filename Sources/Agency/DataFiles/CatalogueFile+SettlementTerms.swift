import CivilTime
import Settlement
import StrictJSON

extension CatalogueFile {
    /// What a partner and the agency agreed about files and money, from a date on.
    public struct SettlementTermsRow: DataFileModel {
        public var partnerID: String
        public var validFrom: BusinessDate
        public var terms: SettlementTerms

        public init(partnerID: String, validFrom: BusinessDate, terms: SettlementTerms) {
            self.partnerID = partnerID
            self.validFrom = validFrom
            self.terms = terms
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            partnerID = try object.identifier("partner_id")
            validFrom = try object.date("valid_from")
            var terms = SettlementTerms.usual
            if let text = try object.optionalString("match_rule", lengthIn: 1...40) {
                guard MatchRule(text) != nil else {
                    throw object.refusal(
                        of: "match_rule", .valueNotAllowed,
                        "is no rule; join account, amount and type by +, with account or amount")
                }
                terms.matchRule = text
            }
            terms.timingMarginMinutes =
                try object.optionalInteger(
                    "timing_margin_minutes", in: SettlementTerms.timingMarginMinutesAllowed)
                ?? terms.timingMarginMinutes
            terms.writeOffLimitFen =
                try object.optionalInteger(
                    "write_off_limit_fen", in: 0...DataFileLimits.maximumAmountFen)
                ?? terms.writeOffLimitFen
            terms.cycle = try object.optionalEnumeration("cycle") ?? terms.cycle
            let weekdays = try object.optionalString("file_weekdays", lengthIn: 0...7)
            if let weekdays {
                guard let days = FileWeekdays(weekdays) else {
                    throw object.refusal(
                        of: "file_weekdays", .valueNotAllowed,
                        "give the days from 1 (Monday) to 7, ascending, such as 12345")
                }
                terms.fileWeekdays = days
            }
            terms.fileDueMinutes =
                try object.optionalInteger(
                    "file_due_minutes", in: SettlementTerms.fileDueMinutesAllowed)
                ?? terms.fileDueMinutes
            terms.escalationMinutes =
                try object.optionalInteger(
                    "escalation_minutes", in: SettlementTerms.fileDueMinutesAllowed)
                ?? terms.escalationMinutes
            if object.contains("sends_on_holidays") {
                terms.sendsOnHolidays = try object.bool("sends_on_holidays")
            }
            terms.bank = try PartnerBank(decodingMembersOf: &object)
            self.terms = terms
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("partner_id", partnerID)
            writer.field("valid_from", validFrom)
            terms.encodeMembers(to: &writer)
            writer.endObject()
        }
    }

    /// A day on which a partner may send no file.
    public struct Holiday: DataFileModel {
        public var date: BusinessDate
        public var name: String

        public init(date: BusinessDate, name: String) {
            self.date = date
            self.name = name
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            date = try object.date("date")
            name = try object.name("name")
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("date", date)
            writer.field("name", name)
            writer.endObject()
        }
    }
}
