import CivilTime
import Ledger
import SQL

/// What is sold: new partners, products and contracts are added, known ones stay as they are.
extension NetworkLoader {
    /// Loads the catalogue into a new book, or adds what is new to a known one.
    ///
    /// - Parameter open: the open business date of a known book; nothing for a new one. A contract
    ///   that is added for a known product begins after it.
    /// - Throws: `BookError.unusable` when the file changes what the book knows. Only the end of an
    ///   open-ended contract may be set, to the open date or later.
    func loadCatalogue(
        _ catalogue: CatalogueFile, _ accounts: AccountOpener, _ numbers: inout LoadedNumbers,
        open: BusinessDate?
    ) throws {
        for partner in catalogue.partners {
            numbers.partners[partner.id] = try load(partner, accounts)
        }
        var added: Set<String> = []
        for product in catalogue.products {
            let (number, isNew) = try load(product, numbers)
            numbers.products[product.id] = number
            if isNew { added.insert(product.id) }
        }
        let usual = Dictionary(
            uniqueKeysWithValues: catalogue.products.map { ($0.id, $0.usualTerms) })
        for contract in catalogue.contracts {
            let terms = (usual[contract.productID] ?? Terms()).overridden(by: contract.terms)
            let row = ContractRow(contract, terms, product: numbers.products[contract.productID])
            if let known = try number(of: contract.id, in: "contract") {
                try check(row, equals: known, open: open)
                continue
            }
            if let open, contract.validFrom <= open, !added.contains(contract.productID) {
                throw Self.changed(
                    "contract \(contract.id)",
                    "begins on \(contract.validFrom), not after the open date \(open)")
            }
            try insert(row)
        }
        try checkOverlaps()
        try loadSettlementTerms(catalogue.settlementTerms, numbers, open: open)
    }

    private func load(
        _ partner: CatalogueFile.Partner, _ accounts: AccountOpener
    ) throws -> Int64 {
        if let known = try number(of: partner.id, in: "partner") {
            let isSame = try connection.prepare(
                "SELECT 1 FROM partner WHERE partner_id = $1 AND name = $2 AND kind = $3"
            ).first(.integer(known), .text(partner.name), .text(partner.kind.rawValue)) { _ in true
            }
            guard isSame ?? false else { throw Self.changed("partner \(partner.id)", "differs") }
            return known
        }
        let payable = try accounts.open(
            "2202.\(partner.id)", "payable to \(partner.name)", .liability)
        let receivable = try accounts.open(
            "1122.\(partner.id)", "receivable from \(partner.name)", .asset)
        let suspense = try accounts.open(
            "2241.\(partner.id).SUSP", "not confirmed by \(partner.name)", .liability)
        return try insert(
            """
            INSERT INTO partner (code, name, kind, payable_account_id, receivable_account_id,
                suspense_account_id)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING partner_id
            """,
            .text(partner.id), .text(partner.name), .text(partner.kind.rawValue),
            .integer(payable.number), .integer(receivable.number), .integer(suspense.number))
    }

    private func load(
        _ product: CatalogueFile.Product, _ numbers: LoadedNumbers
    ) throws -> (number: Int64, isNew: Bool) {
        let billing = product.details.billing
        let values: [SQLValue] = [
            .text(product.id), .integer(numbers.partners[product.partnerID]),
            .text(product.name), .text(product.details.kind.rawValue),
            .text(billing?.mode.rawValue), .text(billing?.rule.rawValue),
            .integer(billing?.isPrepaid ?? false ? 1 : 0), .text(billing?.periodForm?.rawValue),
            .integer(billing?.zone.map { Int64($0.minutes) }),
        ]
        if let known = try number(of: product.id, in: "product") {
            let isSame = try connection.prepare(
                """
                SELECT code IS $1 AND partner_id IS $2 AND name IS $3 AND kind IS $4
                    AND biller_mode IS $5 AND payment_rule IS $6 AND is_prepaid IS $7
                    AND period_form IS $8 AND zone_offset_minutes IS $9
                FROM product WHERE product_id = $10
                """
            ).all(values + [.integer(known)]) { $0.integer(0) == 1 }
            guard isSame == [true] else { throw Self.changed("product \(product.id)", "differs") }
            return (known, false)
        }
        let number = try connection.prepare(
            """
            INSERT INTO product (code, partner_id, name, kind, biller_mode, payment_rule,
                is_prepaid, period_form, zone_offset_minutes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING product_id
            """
        ).all(values) { $0.integer(0) }.first
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        return (number, true)
    }

    /// The number of what has a code, or nothing.
    private func number(of code: String, in table: String) throws -> Int64? {
        try connection.prepare(computed: "SELECT \(table)_id FROM \(table) WHERE code = $1")
            .first(.text(code)) { $0.integer(0) }
    }

    static func changed(_ what: String, _ how: String) -> BookError {
        BookError.unusable(
            path: CatalogueFile.fileName,
            reason: "\(what) \(how): what the book knows is never changed; add a contract with a "
                + "later valid_from instead")
    }
}

extension CatalogueFile.Product.Details {
    /// How a biller is asked and paid; nothing for what is no bill.
    fileprivate var billing: CatalogueFile.Product.Billing? {
        switch self {
        case .bill(let billing): billing
        case .ticket, .withdrawal, .stock, .remittance, .transfer: nil
        }
    }
}
