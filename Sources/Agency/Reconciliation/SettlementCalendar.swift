import CivilTime
import Ledger
import SQL
import Settlement
import StrictJSON

/// How a date stands with a partner: whether its file is expected, has come, and agrees.
public struct PartnerDay: Sendable, Equatable {
    public enum State: String, CaseIterable, Sendable {
        /// The terms expect no file for this date.
        case notExpected = "not_expected"
        /// A file is to come, and is not due yet.
        case expected
        /// A file was due and has not come; that is never read as nothing.
        case overdue
        /// It has been overdue for so long that someone must act.
        case escalated
        /// A file came that waits for one before it.
        case waiting
        /// A file was accepted and is not compared yet.
        case received
        /// It was compared, and nothing is left to be settled.
        case agreed
        /// It was compared, and exceptions wait.
        case differing
    }

    public let partner: ID<Partner>
    public let partnerCode: String
    public let date: BusinessDate
    public let state: State
    /// When the file is late; nothing for a date without one.
    public let dueAt: Instant?
    /// Files of this date that do not count.
    public let refusedCount: Int64
    public let unresolvedCount: Int64
    /// What the partner said of our file of the date last; nothing before it did.
    public let acknowledgement: Acknowledgement.Verdict?

    public func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        writer.field("partner_id", partnerCode)
        writer.field("business_date", date.description)
        writer.field("state", state.rawValue)
        writer.field("due_at", orNull: dueAt.map { zone.text($0) })
        writer.field("refused_files", refusedCount)
        writer.field("unresolved_exceptions", unresolvedCount)
        writer.field("acknowledgement", orNull: acknowledgement?.rawValue)
        writer.endObject()
    }
}

/// The days of partners: which files are expected, by their terms and the holidays.
public struct SettlementCalendar {
    /// The most days of one look.
    public static let maximumDays = 92
    /// How far back overdue files are looked for, in days.
    static let watchedDays = 400

    private let connection: Connection
    private let zone: ZoneOffset

    public init(_ connection: Connection, zone: ZoneOffset) {
        self.connection = connection
        self.zone = zone
    }

    /// Our business dates of a range, for one partner or all, in order of partner and date.
    public func days(
        partner: ID<Partner>?, from first: BusinessDate, to last: BusinessDate, at now: Instant
    ) throws -> [PartnerDay] {
        let dates = try businessDates(from: first, to: last)
        var days: [PartnerDay] = []
        for (id, code) in try PartnerReader(connection).all()
        where partner == nil || partner == id {
            for date in dates { days.append(try day(of: id, code, date, at: now)) }
        }
        return days
    }

    /// The dates whose file has become overdue, or has been for too long, and that is not noted.
    ///
    /// Only dates are looked at that may still become so: of partners whose terms expect files,
    /// after the last that was compared, and not noted as escalated.
    func newlyOverdue(at now: Instant) throws -> [PartnerDay] {
        let last = zone.date(at: now)
        let first = last.adding(days: -Self.watchedDays)
        let terms = SettlementTermsReader(connection)
        var days: [PartnerDay] = []
        for (id, code) in try PartnerReader(connection).all() where try terms.expectFiles(of: id) {
            for date in try unsettledDates(of: id, from: first, to: last) {
                let day = try day(of: id, code, date, at: now)
                switch day.state {
                case .overdue, .escalated:
                    if try !isNoted(day) { days.append(day) }
                case .notExpected, .expected, .waiting, .received, .agreed, .differing: break
                }
            }
        }
        return days
    }

    private func unsettledDates(
        of partner: ID<Partner>, from first: BusinessDate, to last: BusinessDate
    ) throws -> [BusinessDate] {
        try connection.prepare(
            """
            SELECT d.business_date FROM business_date d
            WHERE d.business_date > ifnull((SELECT max(r.last_date) FROM reconciliation r
                    WHERE r.partner_id = $1), $2 - 1)
                AND d.business_date BETWEEN $2 AND $3
                AND NOT EXISTS (SELECT 1 FROM file_overdue o WHERE o.partner_id = $1
                    AND o.business_date = d.business_date AND o.level = 'escalated')
            ORDER BY d.business_date
            """
        ).all(
            .integer(partner.number), .integer(Int64(first.daysSinceEpoch)),
            .integer(Int64(last.daysSinceEpoch))
        ) { $0.businessDate(0) }
    }

    private func isNoted(_ day: PartnerDay) throws -> Bool {
        try connection.prepare(
            """
            SELECT 1 FROM file_overdue
            WHERE partner_id = $1 AND business_date = $2 AND level = $3
            """
        ).first(
            .integer(day.partner.number), .integer(Int64(day.date.daysSinceEpoch)),
            .text(day.state.rawValue)
        ) { _ in true } ?? false
    }

    private func businessDates(
        from first: BusinessDate, to last: BusinessDate
    ) throws -> [BusinessDate] {
        try connection.prepare(
            """
            SELECT business_date FROM business_date WHERE business_date BETWEEN $1 AND $2
            ORDER BY business_date
            """
        ).all(.integer(Int64(first.daysSinceEpoch)), .integer(Int64(last.daysSinceEpoch))) {
            $0.businessDate(0)
        }
    }

    private func day(
        of partner: ID<Partner>, _ code: String, _ date: BusinessDate, at now: Instant
    ) throws -> PartnerDay {
        let terms = try SettlementTermsReader(connection).terms(of: partner, on: date)
        let isExpected = try expects(terms, date)
        let dueAt = isExpected ? dueTime(of: date, terms) : nil
        let files = try connection.prepare(
            """
            SELECT ifnull(sum(state = 'accepted'), 0), ifnull(sum(state = 'waiting'), 0),
                ifnull(sum(state = 'rejected'), 0)
            FROM partner_file WHERE partner_id = $1 AND business_date = $2
            """
        ).first(.integer(partner.number), .integer(Int64(date.daysSinceEpoch))) {
            (accepted: $0.integer(0), waiting: $0.integer(1), refused: $0.integer(2))
        }
        let unresolved = try connection.prepare(
            """
            SELECT (SELECT count(*) FROM settlement_exception e
                WHERE e.reconciliation_id = r.reconciliation_id AND e.state <> 'resolved')
            FROM reconciliation r
            WHERE r.partner_id = $1 AND r.first_date <= $2 AND r.last_date >= $2
            """
        ).first(.integer(partner.number), .integer(Int64(date.daysSinceEpoch))) { $0.integer(0) }
        let state: PartnerDay.State
        if let unresolved {
            state = unresolved == 0 ? .agreed : .differing
        } else if let files, files.accepted > 0 {
            state = .received
        } else if let files, files.waiting > 0 {
            state = .waiting
        } else if let dueAt {
            let escalation = dueAt.adding(milliseconds: terms.escalationMinutes * 60_000)
            state = now < dueAt ? .expected : now < escalation ? .overdue : .escalated
        } else {
            state = .notExpected
        }
        return PartnerDay(
            partner: partner, partnerCode: code, date: date, state: state, dueAt: dueAt,
            refusedCount: files?.refused ?? 0, unresolvedCount: unresolved ?? 0,
            acknowledgement: try verdict(of: partner, date))
    }

    /// What a partner said of our file of a date last.
    private func verdict(
        of partner: ID<Partner>, _ date: BusinessDate
    ) throws -> Acknowledgement.Verdict? {
        try connection.prepare(
            """
            SELECT a.verdict FROM settlement_file f
            JOIN settlement_acknowledgement a ON a.file_id = f.file_id
            WHERE f.partner_id = $1 AND f.business_date = $2
            ORDER BY a.acknowledgement_id DESC LIMIT 1
            """
        ).first(.integer(partner.number), .integer(Int64(date.daysSinceEpoch))) { row in
            guard let verdict = Acknowledgement.Verdict(rawValue: row.text(0)) else {
                throw row.damage(0, expected: "a verdict")
            }
            return verdict
        }
    }

    private func dueTime(of date: BusinessDate, _ terms: SettlementTerms) -> Instant {
        zone.midnight(startOf: date.adding(days: 1))
            .adding(milliseconds: terms.fileDueMinutes * 60_000)
    }

    /// Whether the terms expect a file for a date.
    private func expects(_ terms: SettlementTerms, _ date: BusinessDate) throws -> Bool {
        guard terms.fileWeekdays.contains(date) else { return false }
        guard !terms.sendsOnHolidays else { return true }
        let isHoliday = try connection.prepare(
            "SELECT 1 FROM settlement_holiday WHERE holiday_date = $1"
        ).first(.integer(Int64(date.daysSinceEpoch))) { _ in true }
        return isHoliday == nil
    }
}

extension AgencySession {
    /// Notes which files have become overdue, or have been for too long; each once.
    ///
    /// - Returns: what is new, to be told.
    func recordOverdue() throws -> [PartnerDay] {
        let days = try SettlementCalendar(connection, zone: profile.zone).newlyOverdue(at: now)
        for day in days {
            try connection.prepare(
                """
                INSERT INTO file_overdue (partner_id, business_date, level, recorded_at)
                VALUES ($1, $2, $3, $4)
                """
            ).run(
                .integer(day.partner.number), .integer(Int64(day.date.daysSinceEpoch)),
                .text(day.state.rawValue), .integer(now.millisecondsSinceEpoch))
        }
        return days
    }
}

extension Book {
    /// Looks for files that have become overdue since the last look; writes only when there are any.
    ///
    /// - Throws: `SQLError`, `WriterError`.
    public func noteOverdueFiles() throws -> [PartnerDay] {
        let now = clock()
        let days = try readers.read {
            try SettlementCalendar($0, zone: profile.zone).newlyOverdue(at: now)
        }
        return days.isEmpty ? [] : try writer.perform { try $0.recordOverdue() }
    }
}
