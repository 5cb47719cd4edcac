import CivilTime
import Ledger
import SQL
import Settlement

/// What a connection can read of what is to be reconciled.
struct ReconciliationReader {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The partner's next file whose dates of ours are all released; nothing while there is none.
    func dueFile(of partner: ID<Partner>, code: String) throws -> DuePartnerFile? {
        let next = try connection.prepare(
            """
            SELECT f.file_id, f.name, f.digest, f.sidecar_digest, f.business_date, f.detail_count,
                f.net_fen, f.layout_id, f.has_commission
            FROM partner_file f
            WHERE f.partner_id = $1 AND f.state = 'accepted' AND NOT EXISTS (
                SELECT 1 FROM reconciliation r WHERE r.partner_file_id = f.file_id)
                AND f.business_date < (SELECT max(business_date) FROM business_date)
                AND NOT EXISTS (SELECT 1 FROM settlement_file s WHERE s.partner_id = $1
                    AND s.business_date <= f.business_date AND s.state <> 'released')
            ORDER BY f.business_date LIMIT 1
            """
        ).first(.integer(partner.number)) { row in
            (
                id: ID<PartnerFile>(row.integer(0)), name: row.text(1), digest: row.text(2),
                sidecar: row.optionalText(3), date: row.businessDate(4), count: row.integer(5),
                netFen: row.integer(6),
                layout: row.optionalInteger(7).map { ID<StoredLayout>($0) },
                hasCommission: row.integer(8) == 1
            )
        }
        guard let next else { return nil }
        return DuePartnerFile(
            id: next.id, partner: partner, partnerCode: code, name: next.name,
            digest: next.digest, sidecarDigest: next.sidecar,
            firstDate: try firstDate(of: partner, until: next.date), lastDate: next.date,
            theirCount: next.count, theirNetFen: next.netFen,
            hasCommission: next.hasCommission,
            layout: try next.layout.flatMap { try LayoutLibrary(connection).layout($0) },
            terms: try SettlementTermsReader(connection).terms(of: partner, on: next.date))
    }

    /// The first date that a file answers: the one after those that are reconciled.
    ///
    /// A partner's first file answers its own date, and those before it for which a file was
    /// expected and none came.
    private func firstDate(
        of partner: ID<Partner>, until date: BusinessDate
    ) throws -> BusinessDate {
        let last = try connection.prepare(
            "SELECT max(last_date) FROM reconciliation WHERE partner_id = $1"
        ).first(.integer(partner.number)) { $0.isNull(0) ? nil : $0.businessDate(0) }
        if let last = last ?? nil { return last.adding(days: 1) }
        let terms = SettlementTermsReader(connection)
        let ours = try connection.prepare(
            """
            SELECT business_date FROM settlement_file
            WHERE partner_id = $1 AND business_date < $2 ORDER BY business_date
            """
        ).all(.integer(partner.number), .integer(Int64(date.daysSinceEpoch))) {
            $0.businessDate(0)
        }
        for earlier in ours
        where try terms.terms(of: partner, on: earlier).fileWeekdays.contains(earlier) {
            return earlier
        }
        return date
    }

    /// Our files of the dates that a partner's file answers, oldest first.
    func ourFiles(of due: DuePartnerFile) throws -> [SettlementFileRow] {
        try SettlementFileReader(connection).files(
            partner: due.partner, from: due.firstDate, to: due.lastDate)
    }

    /// The open exceptions of a partner whose counterpart a later file may hold, oldest first.
    func carried(of partner: ID<Partner>, limit: Int) throws -> [CarriedException] {
        try connection.prepare(
            """
            SELECT exception_id, class, ours, theirs, difference_fen FROM settlement_exception
            WHERE partner_id = $1 AND state <> 'resolved' AND state = 'open'
                AND class IN ('OURS_ONLY', 'PARTNER_ONLY', 'TIMING')
            ORDER BY exception_id LIMIT $2
            """
        ).all(.integer(partner.number), .integer(Int64(limit))) { row in
            let (side, text): (MatchSide, String?) =
                row.isNull(2) ? (.theirs, row.optionalText(3)) : (.ours, row.optionalText(2))
            guard let exceptionClass = ExceptionClass(rawValue: row.text(1)), let text else {
                throw row.damage(1, expected: "an exception of one side")
            }
            return CarriedException(
                id: ID(row.integer(0)), side: side, exceptionClass: exceptionClass,
                line: try ExceptionLine(json: text), differenceFen: row.integer(4))
        }
    }
}
