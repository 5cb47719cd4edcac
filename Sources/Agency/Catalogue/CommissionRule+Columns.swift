import Ledger
import SQL

/// A commission rule as the columns of `contract` hold it, and the rows of `commission_band`.
struct CommissionColumns {
    enum Kind: String {
        case flat, rate, bands
    }

    let kind: Kind
    var flatFen: Int64 = 0
    var ratePartsPerMillion: Int64 = 0
    var minimumFen: Int64 = 0
    var maximumFen: Int64 = 0
    var bands: [CommissionBand] = []

    /// The rule; nothing when the first band does not begin at 0.
    var rule: CommissionRule? {
        switch kind {
        case .flat: return .flat(fen: flatFen)
        case .rate:
            return .rate(
                partsPerMillion: ratePartsPerMillion, minimumFen: minimumFen,
                maximumFen: maximumFen)
        case .bands:
            guard bands.first?.fromFen == 0 else { return nil }
            return .bands(bands, minimumFen: minimumFen, maximumFen: maximumFen)
        }
    }

    /// The bands of all contracts, each contract's in order.
    static func readBands(
        _ connection: Connection
    ) throws -> [ID<Contract>: [CommissionBand]] {
        let rows = try connection.prepare(
            """
            SELECT contract_id, from_fen, flat_fen, rate_ppm FROM commission_band
            ORDER BY contract_id, from_fen
            """
        ).all { row in
            (
                ID<Contract>(row.integer(0)),
                CommissionBand(
                    fromFen: row.integer(1), flatFen: row.integer(2),
                    ratePartsPerMillion: row.integer(3))
            )
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }
}

extension CommissionRule {
    var columns: CommissionColumns {
        switch self {
        case .flat(let fen): CommissionColumns(kind: .flat, flatFen: fen)
        case .rate(let partsPerMillion, let minimumFen, let maximumFen):
            CommissionColumns(
                kind: .rate, ratePartsPerMillion: partsPerMillion, minimumFen: minimumFen,
                maximumFen: maximumFen)
        case .bands(let bands, let minimumFen, let maximumFen):
            CommissionColumns(
                kind: .bands, minimumFen: minimumFen, maximumFen: maximumFen, bands: bands)
        }
    }
}
