import CivilTime
import Ledger
import SQL

/// An institution for which the agency collects or pays out.
public struct Partner: Sendable {
    public let id: ID<Partner>
    public let code: String
    public let name: String
    /// What we owe it: collections less commission.
    let payableAccount: ID<Account>
    /// What it owes us: pay-outs and their commission.
    let receivableAccount: ID<Account>
}

/// A service that a partner sells through the agency.
public struct Product: Sendable {
    /// What the counter does with it.
    public enum Kind: String, Sendable {
        case bill, ticket, withdrawal
    }

    /// How a biller makes its arrears known.
    public enum BillerMode: String, Sendable {
        /// The biller loads a file of arrears beforehand.
        case billFile = "bill_file"
        /// The station knows only the account number and the amount.
        case blind
    }

    public let id: ID<Product>
    public let code: String
    public let name: String
    public let partner: Partner
    public let kind: Kind
    public let billerMode: BillerMode?
    /// The least, the most and the step of one transaction's amount, in fen.
    public let minimumFen: Int64
    public let maximumFen: Int64
    public let stepFen: Int64
    /// Withdrawals: the most for one card and business date over all stations, in fen.
    public let dailyCardLimitFen: Int64
    /// How long a quote or a reservation is held, in minutes.
    public let holdMinutes: Int64

    /// - Throws: `Refusal` with `amountNotAllowed` outside minimum, maximum and step.
    func check(amountFen: Int64, field: String = "/amount_fen") throws {
        guard amountFen >= minimumFen, amountFen <= maximumFen,
            stepFen <= 1 || amountFen % stepFen == 0
        else {
            throw Refusal(
                .amountNotAllowed,
                "\(code) takes \(minimumFen) to \(maximumFen) fen in steps of "
                    + "\(max(stepFen, 1)) fen; enter another amount",
                field: field)
        }
    }
}

/// The terms on which a product is sold between two dates.
public struct Contract: Sendable {
    public let code: String
    public let validFrom: BusinessDate
    public let validTo: BusinessDate?
    /// What the tariff adds to one transaction, or to one ticket, in fen.
    public let serviceFeeFen: Int64
    public let commission: CommissionRule
    public let split: CommissionSplit

    func isValid(on date: BusinessDate) -> Bool {
        validFrom <= date && validTo.map { date <= $0 } ?? true
    }

    /// - Throws: `Refusal` with `feeNotInTariff` when another fee was charged.
    func check(feeFen: Int64?, tariffFen: Int64) throws {
        guard feeFen ?? tariffFen == tariffFen else {
            throw Refusal(
                .feeNotInTariff,
                "the tariff's service fee is \(tariffFen) fen; charge exactly that",
                field: "/service_fee_fen")
        }
    }
}

/// The products, contracts and ledger accounts that every payment needs, read once.
public struct Catalogue: Sendable {
    public let products: [Product]
    private let byCode: [String: Int]
    private let byID: [ID<Product>: Int]
    private let contracts: [ID<Product>: [Contract]]
    private let stations: [ID<Station>: StationAccounts]

    /// The accounts that one station's earnings go to.
    struct StationAccounts: Sendable {
        let commission: ID<Account>
        let fee: ID<Account>
    }

    /// - Throws: `Refusal` with `unknownProduct` or `wrongProductKind`.
    public func product(
        _ code: String, _ kind: Product.Kind, field: String = "/product_id"
    ) throws -> Product {
        guard let index = byCode[code] else {
            throw Refusal(
                .unknownProduct, "there is no such product; see GET /v1/products", field: field)
        }
        guard products[index].kind == kind else {
            throw Refusal(
                .wrongProductKind,
                "\(code) is a \(products[index].kind.rawValue) product; use its own endpoint",
                field: field)
        }
        return products[index]
    }

    /// The product with a number that the database holds.
    func product(_ id: ID<Product>) -> Product {
        guard let index = byID[id] else {
            preconditionFailure("product \(id) is in the database but not in the catalogue")
        }
        return products[index]
    }

    /// The contract in force on a date.
    ///
    /// - Throws: `Refusal` with `noContract`.
    public func contract(for product: Product, on date: BusinessDate) throws -> Contract {
        guard let contract = contracts[product.id]?.last(where: { $0.isValid(on: date) }) else {
            throw Refusal(
                .noContract,
                "no contract for \(product.code) is in force on \(date); call the centre")
        }
        return contract
    }

    func accounts(of station: ID<Station>) -> StationAccounts {
        guard let accounts = stations[station] else {
            preconditionFailure("station \(station) is not in the catalogue")
        }
        return accounts
    }
}

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
            products: products,
            byCode: Dictionary(
                uniqueKeysWithValues: products.enumerated().map { ($1.code, $0) }),
            byID: Dictionary(uniqueKeysWithValues: products.enumerated().map { ($1.id, $0) }),
            contracts: try readContracts(connection),
            stations: Dictionary(uniqueKeysWithValues: stations))
    }

    private static func readPartners(
        _ connection: Connection
    ) throws -> [ID<Partner>: Partner] {
        let partners = try connection.prepare(
            """
            SELECT partner_id, code, name, payable_account_id, receivable_account_id FROM partner
            """
        ).all { row in
            Partner(
                id: ID(row.integer(0)), code: row.text(1), name: row.text(2),
                payableAccount: ID(row.integer(3)), receivableAccount: ID(row.integer(4)))
        }
        return Dictionary(uniqueKeysWithValues: partners.map { ($0.id, $0) })
    }

    private static func readProducts(
        _ connection: Connection, partners: [ID<Partner>: Partner]
    ) throws -> [Product] {
        try connection.prepare(
            """
            SELECT product_id, code, name, partner_id, kind, biller_mode, minimum_fen, maximum_fen,
                step_fen, daily_card_limit_fen, hold_minutes
            FROM product ORDER BY code
            """
        ).all { row in
            guard let partner = partners[ID(row.integer(3))],
                let kind = Product.Kind(rawValue: row.text(4))
            else { throw row.damage(4, expected: "a kind, beside a known partner") }
            return Product(
                id: ID(row.integer(0)), code: row.text(1), name: row.text(2), partner: partner,
                kind: kind,
                billerMode: row.optionalText(5).flatMap(Product.BillerMode.init(rawValue:)),
                minimumFen: row.integer(6), maximumFen: row.integer(7), stepFen: row.integer(8),
                dailyCardLimitFen: row.integer(9), holdMinutes: row.integer(10))
        }
    }

    private static func readContracts(
        _ connection: Connection
    ) throws -> [ID<Product>: [Contract]] {
        let contracts = try connection.prepare(
            """
            SELECT product_id, code, valid_from, valid_to, service_fee_fen, commission_kind,
                commission_flat_fen, commission_rate_ppm, commission_minimum_fen,
                commission_maximum_fen, operator_bp, village_bp, town_bp, district_bp, remainder_to
            FROM contract ORDER BY valid_from
            """
        ).all { row -> (ID<Product>, Contract) in
            guard let kind = CommissionRule.Kind(rawValue: row.text(5)),
                let remainder = CommissionSplit.Share(rawValue: row.text(14))
            else { throw row.damage(5, expected: "a kind, beside a share") }
            let contract = Contract(
                code: row.text(1), validFrom: row.businessDate(2),
                validTo: row.isNull(3) ? nil : row.businessDate(3),
                serviceFeeFen: row.integer(4),
                commission: CommissionRule(
                    kind: kind, flatFen: row.integer(6), ratePartsPerMillion: row.integer(7),
                    minimumFen: row.integer(8), maximumFen: row.integer(9)),
                split: CommissionSplit(
                    operatorBasisPoints: row.integer(10), villageBasisPoints: row.integer(11),
                    townBasisPoints: row.integer(12), districtBasisPoints: row.integer(13),
                    remainderTo: remainder))
            return (ID(row.integer(0)), contract)
        }
        return Dictionary(grouping: contracts, by: \.0).mapValues { $0.map(\.1) }
    }
}
