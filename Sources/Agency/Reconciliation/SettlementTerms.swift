import CivilTime
import Ledger
import SQL
import Settlement
import StrictJSON

/// The days of the week for which a partner sends a file, from 1 (Monday) to 7.
public struct FileWeekdays: Sendable, Equatable {
    /// The digits, ascending; empty for a partner that sends none.
    public let text: String

    /// Takes ascending digits from 1 to 7, or gives nothing.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.allSatisfy({ (0x31...0x37).contains($0) }),
            zip(digits, digits.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.text = text
    }

    private init(checked text: String) { self.text = text }

    static let none = FileWeekdays(checked: "")

    public func contains(_ date: BusinessDate) -> Bool {
        text.utf8.contains(UInt8(0x31 + TripCalendar.weekday(of: date)))
    }
}

/// How often money is settled with a partner.
public enum SettlementCycleLength: String, CaseIterable, Sendable {
    /// Each business date by itself.
    case daily
    /// From Monday to Sunday.
    case weekly
    /// A calendar month.
    case monthly
}

/// What a partner and the agency agreed about files, differences and money; in force from a date.
public struct SettlementTerms: Sendable, Equatable {
    public static let timingMarginMinutesAllowed: ClosedRange<Int64> = 0...720
    /// Up to thirty days.
    public static let fileDueMinutesAllowed: ClosedRange<Int64> = 0...43_200

    /// What must be equal where no number is, see `MatchRule`; nothing for no third step.
    public var matchRule: String?
    /// How near the day cut a line may be to be taken for one of the next file.
    public var timingMarginMinutes: Int64
    /// The largest difference that two people may write off, in fen.
    public var writeOffLimitFen: Int64
    public var cycle: SettlementCycleLength
    /// For which days the partner's file is expected.
    public var fileWeekdays: FileWeekdays
    /// How long after the end of its date a file is due, in minutes.
    public var fileDueMinutes: Int64
    /// How long after that it is escalated, in minutes.
    public var escalationMinutes: Int64
    /// Whether a file is expected for holidays too.
    public var sendsOnHolidays: Bool
    /// Where the partner is paid; without it nothing is paid out to it.
    public var bank: PartnerBank? = nil

    /// What holds where the data files say nothing.
    public static let usual = SettlementTerms(
        matchRule: nil, timingMarginMinutes: 15, writeOffLimitFen: 0, cycle: .daily,
        fileWeekdays: .none, fileDueMinutes: 600, escalationMinutes: 1_440,
        sendsOnHolidays: true)

    /// Writes the terms' members into an open object.
    public func encodeMembers(to writer: inout JSONWriter) {
        if let matchRule { writer.field("match_rule", matchRule) }
        writer.field("timing_margin_minutes", timingMarginMinutes)
        writer.field("write_off_limit_fen", writeOffLimitFen)
        writer.field("cycle", cycle.rawValue)
        writer.field("file_weekdays", fileWeekdays.text)
        writer.field("file_due_minutes", fileDueMinutes)
        writer.field("escalation_minutes", escalationMinutes)
        writer.field("sends_on_holidays", sendsOnHolidays)
        writer.field("bank_name", ifPresent: bank?.name)
        writer.field("bank_account", ifPresent: bank?.account)
        writer.field("account_name", ifPresent: bank?.holder)
    }
}

/// What a connection can read of the settlement terms.
struct SettlementTermsReader {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The terms of a partner on a date: of those that began the latest, else the usual ones.
    func terms(of partner: ID<Partner>, on date: BusinessDate) throws -> SettlementTerms {
        try connection.prepare(
            """
            SELECT match_rule, timing_margin_minutes, write_off_limit_fen, cycle, file_weekdays,
                file_due_minutes, escalation_minutes, sends_on_holidays, bank_name, bank_account,
                account_name
            FROM settlement_terms WHERE partner_id = $1 AND valid_from <= $2
            ORDER BY valid_from DESC LIMIT 1
            """
        ).first(.integer(partner.number), .integer(Int64(date.daysSinceEpoch))) { row in
            guard let cycle = SettlementCycleLength(rawValue: row.text(3)) else {
                throw row.damage(3, expected: "a cycle")
            }
            guard let weekdays = FileWeekdays(row.text(4)) else {
                throw row.damage(4, expected: "days of the week")
            }
            let rule = row.optionalText(0)
            if let rule, MatchRule(rule) == nil {
                throw row.damage(0, expected: "a rule of the match")
            }
            return SettlementTerms(
                matchRule: rule, timingMarginMinutes: row.integer(1),
                writeOffLimitFen: row.integer(2), cycle: cycle, fileWeekdays: weekdays,
                fileDueMinutes: row.integer(5), escalationMinutes: row.integer(6),
                sendsOnHolidays: row.integer(7) == 1,
                bank: row.isNull(8)
                    ? nil
                    : PartnerBank(name: row.text(8), account: row.text(9), holder: row.text(10)))
        } ?? .usual
    }

    /// Whether files of a partner's own were ever agreed, on any day of the week.
    func expectFiles(of partner: ID<Partner>) throws -> Bool {
        try connection.prepare(
            "SELECT 1 FROM settlement_terms WHERE partner_id = $1 AND file_weekdays <> '' LIMIT 1"
        ).first(.integer(partner.number)) { _ in true } ?? false
    }
}
