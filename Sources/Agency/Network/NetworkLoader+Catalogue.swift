import CivilTime
import Cryptography
import Ledger
import SQL

extension NetworkLoader {
    func loadCatalogue(
        _ catalogue: CatalogueFile, _ accounts: AccountOpener, _ numbers: inout LoadedNumbers
    ) throws {
        for partner in catalogue.partners {
            let payable = try accounts.open(
                "2202.\(partner.id)", "payable to \(partner.name)", .liability)
            let receivable = try accounts.open(
                "1122.\(partner.id)", "receivable from \(partner.name)", .asset)
            numbers.partners[partner.id] = try insert(
                """
                INSERT INTO partner (code, name, kind, payable_account_id, receivable_account_id)
                VALUES ($1, $2, $3, $4, $5) RETURNING partner_id
                """,
                .text(partner.id), .text(partner.name), .text(partner.kind.rawValue),
                .integer(payable.number), .integer(receivable.number))
        }
        for product in catalogue.products {
            numbers.products[product.id] = try insert(
                """
                INSERT INTO product (code, partner_id, name, kind, biller_mode)
                VALUES ($1, $2, $3, $4, $5) RETURNING product_id
                """,
                .text(product.id), .integer(numbers.partners[product.partnerID]),
                .text(product.name), .text(product.details.kind.rawValue),
                .text(product.details.billerMode?.rawValue))
        }
        let usual = Dictionary(
            uniqueKeysWithValues: catalogue.products.map { ($0.id, $0.usualTerms) })
        for contract in catalogue.contracts {
            let terms = (usual[contract.productID] ?? Terms()).overridden(by: contract.terms)
            try loadContract(contract, terms: terms, numbers)
        }
    }

    private func loadContract(
        _ contract: CatalogueFile.Contract, terms: Terms, _ numbers: LoadedNumbers
    ) throws {
        let rule = contract.commission.columns
        let split = contract.split
        let number = try insert(
            """
            INSERT INTO contract (code, product_id, valid_from, valid_to, service_fee_fen,
                commission_kind, commission_flat_fen, commission_rate_ppm,
                commission_minimum_fen, commission_maximum_fen, operator_bp, village_bp, town_bp,
                district_bp, remainder_to)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            RETURNING contract_id
            """,
            .text(contract.id), .integer(numbers.products[contract.productID]),
            .integer(Int64(contract.validFrom.daysSinceEpoch)),
            .integer(contract.validTo.map { Int64($0.daysSinceEpoch) }),
            .integer(contract.serviceFeeFen), .text(rule.kind.rawValue), .integer(rule.flatFen),
            .integer(rule.ratePartsPerMillion), .integer(rule.minimumFen),
            .integer(rule.maximumFen), .integer(split.operatorBasisPoints),
            .integer(split.villageBasisPoints), .integer(split.townBasisPoints),
            .integer(split.districtBasisPoints), .text(split.remainderTo.rawValue))
        for band in rule.bands {
            try connection.prepare(
                """
                INSERT INTO commission_band (contract_id, from_fen, flat_fen, rate_ppm)
                VALUES ($1, $2, $3, $4)
                """
            ).run(
                .integer(number), .integer(band.fromFen), .integer(band.flatFen),
                .integer(band.ratePartsPerMillion))
        }
        for term in Term.allCases {
            guard let value = terms.values[term] else { continue }
            try connection.prepare(
                "INSERT INTO contract_term (contract_id, name, value) VALUES ($1, $2, $3)"
            ).run(.integer(number), .text(term.rawValue), .integer(value))
        }
        try loadTicketRules(contract.ticketRules, contract: number)
    }

    func loadStaff(
        _ staff: StaffFile, pins: [String: String], _ numbers: LoadedNumbers
    ) throws {
        for user in staff.users {
            guard let hash = pins[user.id] else {
                throw BookError.unusable(
                    path: DemoCredentialsFile.fileName, reason: "\(user.id) has no PIN")
            }
            let place = StaffPlace(user.assignment, numbers)
            _ = try insert(
                """
                INSERT INTO staff_member (code, name, role, post, station_id, centre_id,
                    partner_id, village_id, vetted_until, trained_until, is_active, pin_hash)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING staff_id
                """,
                .text(user.id), .text(user.name), .text(user.assignment.role.rawValue),
                .text(place.post), .integer(place.station), .integer(place.centre),
                .integer(place.partner), .integer(place.village),
                .integer(Int64(user.vettedUntil.daysSinceEpoch)),
                .integer(Int64(user.trainingUntil.daysSinceEpoch)),
                .integer(user.isActive ? 1 : 0), .text(hash))
        }
    }

    func loadKeys(
        _ credentials: DemoCredentialsFile, _ numbers: LoadedNumbers, at now: Instant
    ) throws {
        for key in credentials.settlementKeys {
            guard let partner = numbers.partners[key.partnerID] else { continue }
            try SettlementKeys(connection, sealing: keys.sealing).add(
                key.keyHex, keyID: key.keyID, partner: ID(partner), at: now)
        }
    }
}

extension CatalogueFile.Product.Details {
    /// How a biller makes its arrears known; nothing for what is no bill.
    fileprivate var billerMode: Product.BillerMode? {
        switch self {
        case .billFile: .billFile
        case .blind: .blind
        case .ticket, .withdrawal, .stock, .remittance, .transfer: nil
        }
    }
}

/// Where a person belongs, as the database's columns hold it.
private struct StaffPlace {
    var post: String?
    var station: Int64?
    var centre: Int64?
    var partner: Int64?
    var village: Int64?

    init(_ assignment: StaffFile.Assignment, _ numbers: LoadedNumbers) {
        switch assignment {
        case .operator(let stationID, let post):
            self.post = post.rawValue
            station = numbers.stations[stationID]
        case .supervisor(let centreID): centre = numbers.centres[centreID]
        case .liaison(let partnerID): partner = numbers.partners[partnerID]
        case .committee(let villageID): village = numbers.villages[villageID]
        case .administrator: break
        }
    }
}
