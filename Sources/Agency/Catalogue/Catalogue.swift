import CivilTime
import Ledger

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

    init(
        products: [Product], contracts: [(product: ID<Product>, contract: Contract)],
        stations: [ID<Station>: StationAccounts]
    ) {
        self.products = products
        byCode = Dictionary(uniqueKeysWithValues: products.enumerated().map { ($1.code, $0) })
        byID = Dictionary(uniqueKeysWithValues: products.enumerated().map { ($1.id, $0) })
        self.contracts = Dictionary(grouping: contracts, by: \.product).mapValues {
            $0.map(\.contract)
        }
        contractsByID = Dictionary(
            uniqueKeysWithValues: contracts.map { ($0.contract.id, $0.contract) })
        self.stations = stations
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
