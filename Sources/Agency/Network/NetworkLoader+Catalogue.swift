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
            let terms = ProductTerms(product.terms)
            numbers.products[product.id] = try insert(
                """
                INSERT INTO product (code, partner_id, name, kind, biller_mode, minimum_fen,
                    maximum_fen, step_fen, daily_card_limit_fen, hold_minutes)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING product_id
                """,
                .text(product.id), .integer(numbers.partners[product.partnerID]),
                .text(product.name), .text(product.terms.kind.rawValue),
                .text(terms.billerMode?.rawValue), .integer(product.minimumFen),
                .integer(product.maximumFen), .integer(terms.stepFen),
                .integer(terms.dailyCardLimitFen), .integer(terms.holdMinutes))
        }
        for contract in catalogue.contracts { try loadContract(contract, numbers) }
    }

    private func loadContract(
        _ contract: CatalogueFile.Contract, _ numbers: LoadedNumbers
    ) throws {
        let rule = CommissionRule(contract.commission)
        let split = contract.split
        _ = try insert(
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

/// A product's terms as the database's columns hold them.
private struct ProductTerms {
    var billerMode: Product.BillerMode?
    var stepFen: Int64 = 1
    var dailyCardLimitFen: Int64 = 0
    var holdMinutes: Int64 = 0

    init(_ terms: CatalogueFile.Product.Terms) {
        switch terms {
        case .billFile(let quoteMinutes):
            billerMode = .billFile
            holdMinutes = quoteMinutes
        case .blind(let quoteMinutes):
            billerMode = .blind
            holdMinutes = quoteMinutes
        case .ticket(let reservationMinutes):
            holdMinutes = reservationMinutes
        case .withdrawal(let step, let limit):
            stepFen = step
            dailyCardLimitFen = limit
        }
    }
}

extension CommissionRule {
    fileprivate init(_ commission: CatalogueFile.Commission) {
        switch commission {
        case .flat(let flatFen):
            self.init(
                kind: .flat, flatFen: flatFen, ratePartsPerMillion: 0, minimumFen: 0,
                maximumFen: 0)
        case .rate(let ratePPM, let minimumFen, let maximumFen):
            self.init(
                kind: .rate, flatFen: 0, ratePartsPerMillion: ratePPM, minimumFen: minimumFen,
                maximumFen: maximumFen)
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
