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
    /// Where cash waits until it is known whether the partner booked.
    let suspenseAccount: ID<Account>
}

/// A service that a partner sells through the agency.
public struct Product: Sendable {
    /// What the counter does with it.
    public enum Kind: String, CaseIterable, Sendable {
        case bill, ticket, withdrawal
        /// Serial-numbered stock: scratch tickets, SIM cards.
        case stock
        /// Cash paid in for an account with a bank.
        case remittance
        /// Money moved between a customer's own accounts; no cash.
        case transfer
    }

    public let id: ID<Product>
    public let code: String
    public let name: String
    public let partner: Partner
    public let kind: Kind
    /// How a biller is asked and paid; nothing for what is no bill.
    public let billing: Billing?
}

/// The terms on which a product is sold between two dates.
public struct Contract: Sendable {
    public let id: ID<Contract>
    public let code: String
    public let productCode: String
    public let validFrom: BusinessDate
    public let validTo: BusinessDate?
    /// What the tariff adds to one transaction, or to one ticket, in fen.
    public let serviceFeeFen: Int64
    public let commission: CommissionRule
    public let split: CommissionSplit
    public let terms: Terms
    /// Tickets: what the principal keeps of one that is given back or exchanged.
    public let ticketRules: TicketRules

    func isValid(on date: BusinessDate) -> Bool {
        validFrom <= date && validTo.map { date <= $0 } ?? true
    }

    /// - Throws: `Refusal` with `amountNotAllowed` outside minimum, maximum and step.
    func check(amountFen: Int64, field: String = "/amount_fen") throws {
        let minimum = terms[.minimumFen]
        let maximum = terms[.maximumFen]
        let step = terms[.stepFen]
        guard amountFen >= minimum, amountFen <= maximum, amountFen % step == 0 else {
            throw Refusal(
                .amountNotAllowed,
                "\(productCode) takes \(minimum) to \(maximum) fen in steps of \(step) fen; "
                    + "enter another amount",
                zh: "\(productCode) 每笔限 \(minimum) 至 \(maximum) 分，且为 \(step) 分的整数倍；请重新输入金额",
                field: field)
        }
    }

    /// - Throws: `Refusal` with `feeNotInTariff` when another fee was charged.
    func check(feeFen: Int64?, tariffFen: Int64) throws {
        guard feeFen ?? tariffFen == tariffFen else {
            throw Refusal(
                .feeNotInTariff,
                "the tariff's service fee is \(tariffFen) fen; charge exactly that",
                zh: "收费标准规定服务费为 \(tariffFen) 分；请按标准收取",
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
    private let contractsByID: [ID<Contract>: Contract]
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
                .unknownProduct, "there is no such product; see GET /v1/products",
                zh: "没有此业务；请在业务列表中重新选择", field: field)
        }
        guard products[index].kind == kind else {
            throw Refusal(
                .wrongProductKind,
                "\(code) is a \(products[index].kind.rawValue) product; use its own endpoint",
                zh: "\(code) 不属于此类业务；请从对应的业务入口办理",
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

    /// The contract with a number that the database holds.
    func contract(_ id: ID<Contract>) -> Contract {
        guard let contract = contractsByID[id] else {
            preconditionFailure("contract \(id) is in the database but not in the catalogue")
        }
        return contract
    }

    /// Whether the principal of a product is asked what it has for sale, on a date or on any.
    public func asksOffers(_ product: Product, on date: BusinessDate? = nil) -> Bool {
        contracts[product.id]?.contains { contract in
            contract.terms[.asksOffers] == 1 && date.map(contract.isValid(on:)) ?? true
        } ?? false
    }

    /// The contract in force on a date.
    ///
    /// - Throws: `Refusal` with `noContract`.
    public func contract(for product: Product, on date: BusinessDate) throws -> Contract {
        guard let contract = contracts[product.id]?.last(where: { $0.isValid(on: date) }) else {
            throw Refusal(
                .noContract,
                "no contract for \(product.code) is in force on \(date); call the centre",
                zh: "\(product.code) 在 \(date) 没有有效合同；请联系中心")
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
        let contracts = try readContracts(connection)
        return Catalogue(
            products: products,
            byCode: Dictionary(
                uniqueKeysWithValues: products.enumerated().map { ($1.code, $0) }),
            byID: Dictionary(uniqueKeysWithValues: products.enumerated().map { ($1.id, $0) }),
            contracts: Dictionary(grouping: contracts, by: \.product).mapValues {
                $0.map(\.contract)
            },
            contractsByID: Dictionary(
                uniqueKeysWithValues: contracts.map { ($0.contract.id, $0.contract) }),
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
