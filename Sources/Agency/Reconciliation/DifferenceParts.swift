import CivilTime
import Ledger
import SQL
import StrictJSON

/// What the difference between our file and a partner's consists of, in fen.
///
///     ours − theirs = open + suspended + resolved − earlier cleared
///                     + adjusted − commission withheld − ours of earlier dates
///
/// Ours and theirs are the nets of the two files of one date.
struct DifferenceParts {
    struct Parts: Equatable {
        /// Exceptions that the partner's file opened, by what they are now.
        let openFen: Int64
        let suspendedFen: Int64
        let resolvedFen: Int64
        /// Exceptions of earlier files for which this one made up.
        let clearedFen: Int64
        /// Lines of ours that two people booked for earlier differences.
        let adjustedFen: Int64
        /// What our nets are less for commission that the partner's file does not tell.
        let commissionFen: Int64
        /// Nets of earlier dates of ours that the same file answers.
        let earlierDatesFen: Int64

        var sumFen: Int64 {
            openFen + suspendedFen + resolvedFen - clearedFen + adjustedFen - commissionFen
                - earlierDatesFen
        }

        func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("open_fen", openFen)
            writer.field("suspended_fen", suspendedFen)
            writer.field("resolved_fen", resolvedFen)
            writer.field("cleared_fen", clearedFen)
            writer.field("adjusted_fen", adjustedFen)
            writer.field("commission_fen", commissionFen)
            writer.field("earlier_dates_fen", earlierDatesFen)
            writer.endObject()
        }
    }

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The parts of what one of a partner's files gave when it was compared.
    func parts(of found: Reconciliation, with partner: ID<Partner>) throws -> Parts {
        let opened = try connection.prepare(
            """
            SELECT ifnull(sum(iif(state = 'open', difference_fen, 0)), 0),
                ifnull(sum(iif(state = 'suspended', difference_fen, 0)), 0),
                ifnull(sum(iif(state = 'resolved', difference_fen, 0)), 0)
            FROM settlement_exception WHERE reconciliation_id = $1
            """
        ).first(.integer(found.id.number)) {
            (open: $0.integer(0), suspended: $0.integer(1), resolved: $0.integer(2))
        }
        let clearedFen = try connection.prepare(
            """
            SELECT ifnull(sum(difference_fen), 0) FROM settlement_exception
            WHERE resolved_in = $1
            """
        ).first(.integer(found.id.number)) { $0.integer(0) }
        let ours = try connection.prepare(
            """
            SELECT ifnull(sum(net_fen), 0), ifnull(sum(iif(business_date < $1, net_fen, 0)), 0)
            FROM settlement_file WHERE business_date BETWEEN $2 AND $1 AND partner_id = $3
            """
        ).first(
            .integer(Int64(found.lastDate.daysSinceEpoch)),
            .integer(Int64(found.firstDate.daysSinceEpoch)), .integer(partner.number)
        ) { (net: $0.integer(0), earlier: $0.integer(1)) }
        let adjustedFen = try connection.prepare(
            """
            SELECT ifnull(sum(amount_fen), 0) FROM settlement_adjustment
            WHERE business_date BETWEEN $1 AND $2 AND partner_id = $3 AND moves_partner = 1
            """
        ).first(
            .integer(Int64(found.firstDate.daysSinceEpoch)),
            .integer(Int64(found.lastDate.daysSinceEpoch)), .integer(partner.number)
        ) { $0.integer(0) }
        guard let opened, let clearedFen, let ours, let adjustedFen else {
            preconditionFailure("a sum is always one row")
        }
        return Parts(
            openFen: opened.open, suspendedFen: opened.suspended, resolvedFen: opened.resolved,
            clearedFen: clearedFen, adjustedFen: adjustedFen,
            commissionFen: found.ourNetFen - (ours.net - adjustedFen),
            earlierDatesFen: ours.earlier)
    }
}
