import Ledger
import SQL
import Settlement
import StrictJSON

/// Counts and sums of the lines of one type in a settlement file, kept beside the file.
public struct SettlementTotalRow: Sendable, Equatable {
    public let type: SettlementType
    public let postedCount: Int64
    public let reversedCount: Int64
    public let amountFen: Int64
    public let feeFen: Int64
    public let commissionFen: Int64

    /// What the type adds to the net, by the sign rule.
    public var netFen: Int64 { type.netFen(amountFen: amountFen, commissionFen: commissionFen) }

    func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("posted_count", postedCount)
        writer.field("reversed_count", reversedCount)
        writer.field("amount_fen", amountFen)
        writer.field("fee_fen", feeFen)
        writer.field("commission_fen", commissionFen)
        writer.field("net_fen", netFen)
        writer.endObject()
    }
}

/// What a connection can read of the files' totals.
struct SettlementTotalReader {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// A file's totals by type, in the order of its subtotal lines.
    ///
    /// - Parameter direction: `out` for a file of ours, `in` for a partner's.
    func totals(_ direction: SettlementDirection, file: Int64) throws -> [SettlementTotalRow] {
        let rows = try connection.prepare(
            """
            SELECT type, posted_count, reversed_count, amount_fen, fee_fen, commission_fen
            FROM settlement_total WHERE direction = $1 AND file_id = $2
            """
        ).all(.text(direction.rawValue), .integer(file)) { row in
            guard let type = SettlementType(rawValue: row.text(0)) else {
                throw row.damage(0, expected: "a type")
            }
            return SettlementTotalRow(
                type: type, postedCount: row.integer(1), reversedCount: row.integer(2),
                amountFen: row.integer(3), feeFen: row.integer(4),
                commissionFen: row.integer(5))
        }
        return SettlementType.allCases.flatMap { type in rows.filter { $0.type == type } }
    }
}

extension AgencySession {
    /// Keeps a file's totals by type.
    func keep(_ totals: SettlementTotals, _ direction: SettlementDirection, file: Int64) throws {
        for type in totals.presentTypes {
            let subtotal = totals[type]
            try connection.prepare(
                """
                INSERT INTO settlement_total (direction, file_id, type, posted_count,
                    reversed_count, amount_fen, fee_fen, commission_fen)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                """
            ).run(
                .text(direction.rawValue), .integer(file), .text(type.rawValue),
                .integer(Int64(subtotal.postedCount)), .integer(Int64(subtotal.reversedCount)),
                .integer(subtotal.amountFen), .integer(subtotal.feeFen),
                .integer(subtotal.commissionFen))
        }
    }
}
