import CivilTime
import Ledger
import SQL

/// A contract of the catalogue file, with the terms of its product.
struct ContractRow {
    let code: String
    let validTo: BusinessDate?
    /// All columns but `valid_to`, in the order of `ContractRow.columns`.
    let values: [SQLValue]
    let terms: Terms
    let bands: [CommissionBand]
    let ticketRules: TicketRules

    static let columns = [
        "code", "product_id", "valid_from", "service_fee_fen", "commission_kind",
        "commission_flat_fen", "commission_rate_ppm", "commission_minimum_fen",
        "commission_maximum_fen", "operator_bp", "village_bp", "town_bp", "district_bp",
        "remainder_to",
    ]

    init(_ contract: CatalogueFile.Contract, _ terms: Terms, product: Int64?) {
        let rule = contract.commission.columns
        let split = contract.split
        code = contract.id
        validTo = contract.validTo
        values = [
            .text(contract.id), .integer(product),
            .integer(Int64(contract.validFrom.daysSinceEpoch)),
            .integer(contract.serviceFeeFen), .text(rule.kind.rawValue), .integer(rule.flatFen),
            .integer(rule.ratePartsPerMillion), .integer(rule.minimumFen),
            .integer(rule.maximumFen), .integer(split.operatorBasisPoints),
            .integer(split.villageBasisPoints), .integer(split.townBasisPoints),
            .integer(split.districtBasisPoints), .text(split.remainderTo.rawValue),
        ]
        self.terms = terms
        bands = rule.bands
        ticketRules = contract.ticketRules
    }

    /// The ticket rules, each as a line.
    fileprivate var ruleLines: Set<String> {
        Set(
            TicketRules.Action.allCases.flatMap { action in
                ticketRules.table(action).map {
                    "\(action.rawValue)/\($0.fromMinutes)/\($0.feeBasisPoints)/\($0.minimumFeeFen)"
                }
            })
    }

    fileprivate var lastDay: Int64? { validTo.map { Int64($0.daysSinceEpoch) } }
}

extension NetworkLoader {
    func insert(_ contract: ContractRow) throws {
        let places = (1...ContractRow.columns.count + 1).map { "$\($0)" }
        let number = try connection.prepare(
            computed: "INSERT INTO contract (\(ContractRow.columns.joined(separator: ", ")), "
                + "valid_to) VALUES (\(places.joined(separator: ", "))) RETURNING contract_id"
        ).all(contract.values + [.integer(contract.lastDay)]) { $0.integer(0) }.first
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        for band in contract.bands {
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
            guard let value = contract.terms.values[term] else { continue }
            try connection.prepare(
                "INSERT INTO contract_term (contract_id, name, value) VALUES ($1, $2, $3)"
            ).run(.integer(number), .text(term.rawValue), .integer(value))
        }
        try loadTicketRules(contract.ticketRules, contract: number)
    }

    /// Checks that a contract is as the book knows it; an open end may be set to a coming day.
    ///
    /// - Throws: `BookError.unusable`.
    func check(_ contract: ContractRow, equals known: Int64, open: BusinessDate?) throws {
        let places = ContractRow.columns.enumerated().map { "\($1) IS $\($0 + 1)" }
        let row = try connection.prepare(
            computed: "SELECT \(places.joined(separator: " AND ")), valid_to FROM contract "
                + "WHERE contract_id = $\(places.count + 1)"
        ).all(contract.values + [.integer(known)]) {
            (isSame: $0.integer(0) == 1, lastDay: $0.optionalInteger(1))
        }.first
        var terms = Terms()
        try connection.prepare("SELECT name, value FROM contract_term WHERE contract_id = $1")
            .forEach(.integer(known)) { row in
                if let term = Term(rawValue: row.text(0)) { terms[term] = row.integer(1) }
            }
        let bands = try connection.prepare(
            """
            SELECT from_fen, flat_fen, rate_ppm FROM commission_band WHERE contract_id = $1
            ORDER BY from_fen
            """
        ).all(.integer(known)) {
            CommissionBand(
                fromFen: $0.integer(0), flatFen: $0.integer(1),
                ratePartsPerMillion: $0.integer(2))
        }
        let rules = try connection.prepare(
            """
            SELECT action || '/' || from_minutes || '/' || fee_bp || '/' || minimum_fee_fen
            FROM ticket_rule WHERE contract_id = $1
            """
        ).all(.integer(known)) { $0.text(0) }
        guard let row, row.isSame, terms == contract.terms, bands == contract.bands,
            Set(rules) == contract.ruleLines
        else {
            throw Self.changed("contract \(contract.code)", "differs")
        }
        guard row.lastDay != contract.lastDay else { return }
        guard row.lastDay == nil, let validTo = contract.validTo, let open, validTo >= open else {
            throw Self.changed(
                "contract \(contract.code)", "ends on another day, or on one that has passed")
        }
        try connection.prepare("UPDATE contract SET valid_to = $1 WHERE contract_id = $2")
            .run(.integer(contract.lastDay), .integer(known))
    }

    /// Refuses two contracts for one product on one day, of the book and the file together.
    func checkOverlaps() throws {
        let overlap = try connection.prepare(
            """
            SELECT a.code || ' and ' || b.code FROM contract a JOIN contract b
                ON b.product_id = a.product_id AND b.contract_id <> a.contract_id
            WHERE a.valid_from <= b.valid_from AND ifnull(a.valid_to >= b.valid_from, 1)
            ORDER BY a.code LIMIT 1
            """
        ).first { $0.text(0) }
        if let overlap {
            throw BookError.unusable(
                path: CatalogueFile.fileName,
                reason: "contracts \(overlap) hold on one day; end the older the day before")
        }
    }
}
