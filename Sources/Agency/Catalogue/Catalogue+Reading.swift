import Ledger
import SQL

extension Catalogue {
    /// Reads the whole catalogue.
    public static func read(_ connection: Connection) throws -> Catalogue {
        let partners = try readPartners(connection)
        let products = try readProducts(connection, partners: partners)
        let stations = try connection.prepare(
            "SELECT station_id, commission_account_id, fee_account_id FROM station"
        ).all { row in
            (
                ID<Station>(row.integer(0)),
                StationAccounts(commission: ID(row.integer(1)), fee: ID(row.integer(2)))
            )
        }
        return Catalogue(
            products: products, contracts: try readContracts(connection),
            stations: Dictionary(uniqueKeysWithValues: stations))
    }

    private static func readPartners(
        _ connection: Connection
    ) throws -> [ID<Partner>: Partner] {
        let partners = try connection.prepare(
            """
            SELECT partner_id, code, name, payable_account_id, receivable_account_id,
                suspense_account_id
            FROM partner
            """
        ).all { row in
            Partner(
                id: ID(row.integer(0)), code: row.text(1), name: row.text(2),
                payableAccount: ID(row.integer(3)), receivableAccount: ID(row.integer(4)),
                suspenseAccount: ID(row.integer(5)))
        }
        return Dictionary(uniqueKeysWithValues: partners.map { ($0.id, $0) })
    }

    private static func readProducts(
        _ connection: Connection, partners: [ID<Partner>: Partner]
    ) throws -> [Product] {
        try connection.prepare(
            """
            SELECT product_id, code, name, partner_id, kind, biller_mode, payment_rule,
                is_prepaid, period_form, zone_offset_minutes
            FROM product ORDER BY code
            """
        ).all { row in
            guard let partner = partners[ID(row.integer(3))],
                let kind = Product.Kind(rawValue: row.text(4))
            else { throw row.damage(4, expected: "a kind, beside a known partner") }
            return Product(
                id: ID(row.integer(0)), code: row.text(1), name: row.text(2), partner: partner,
                kind: kind, billing: try Product.Billing(row: row))
        }
    }

    private static func readContracts(
        _ connection: Connection
    ) throws -> [(product: ID<Product>, contract: Contract)] {
        let terms = try readTerms(connection)
        let bands = try CommissionColumns.readBands(connection)
        let rules = try TicketRules.read(connection)
        return try connection.prepare(
            """
            SELECT c.contract_id, c.code, c.product_id, p.code, c.valid_from, c.valid_to,
                c.service_fee_fen, c.commission_kind, c.commission_flat_fen, c.commission_rate_ppm,
                c.commission_minimum_fen, c.commission_maximum_fen, c.operator_bp, c.village_bp,
                c.town_bp, c.district_bp, c.remainder_to
            FROM contract c JOIN product p ON p.product_id = c.product_id ORDER BY c.valid_from
            """
        ).all { row in
            let id = ID<Contract>(row.integer(0))
            guard let kind = CommissionColumns.Kind(rawValue: row.text(7)),
                let commission = CommissionColumns(
                    kind: kind, flatFen: row.integer(8), ratePartsPerMillion: row.integer(9),
                    minimumFen: row.integer(10), maximumFen: row.integer(11),
                    bands: bands[id] ?? []
                ).rule, let remainder = CommissionSplit.Share(rawValue: row.text(16))
            else { throw row.damage(7, expected: "a kind and its bands, beside a share") }
            let contract = Contract(
                id: id, code: row.text(1), productCode: row.text(3),
                validFrom: row.businessDate(4),
                validTo: row.isNull(5) ? nil : row.businessDate(5),
                serviceFeeFen: row.integer(6),
                commission: commission,
                split: CommissionSplit(
                    operatorBasisPoints: row.integer(12), villageBasisPoints: row.integer(13),
                    townBasisPoints: row.integer(14), districtBasisPoints: row.integer(15),
                    remainderTo: remainder),
                terms: terms[id] ?? Terms(), ticketRules: rules[id] ?? TicketRules())
            return (ID(row.integer(2)), contract)
        }
    }

    private static func readTerms(_ connection: Connection) throws -> [ID<Contract>: Terms] {
        var terms: [ID<Contract>: Terms] = [:]
        try connection.prepare("SELECT contract_id, name, value FROM contract_term").forEach {
            row in
            guard let term = Term(rawValue: row.text(1)), term.allowedValues ~= row.integer(2)
            else { throw row.damage(1, expected: "a term, beside an allowed value") }
            terms[ID(row.integer(0)), default: Terms()][term] = row.integer(2)
        }
        return terms
    }
}
