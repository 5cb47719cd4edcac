import CivilTime
import Ledger
import SQL
import StrictJSON

/// Whose commission a statement tells, one line for each of them and each product.
public enum CommissionParty: String, CaseIterable, Sendable {
    case `operator`, station, village, centre
}

/// What was earned with one product, and how it is shared; voids and refunds count against it.
public struct CommissionLine: Sendable, Equatable {
    public let partyCode: String
    public let partyName: String
    public let productCode: String
    public let productName: String
    public fileprivate(set) var transactionCount: Int64
    public fileprivate(set) var commissionFen: Int64
    public fileprivate(set) var shares: CommissionShares

    /// Writes the line as a JSON object.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("party_id", partyCode)
        writer.field("party_name", partyName)
        writer.field("product_id", productCode)
        writer.field("product_name", productName)
        writer.field("transaction_count", transactionCount)
        writer.field("commission_fen", commissionFen)
        writer.field("operator_fen", shares.operatorFen)
        writer.field("village_fen", shares.villageFen)
        writer.field("town_fen", shares.townFen)
        writer.field("district_fen", shares.districtFen)
        writer.endObject()
    }
}

/// Tells each party's commission between two dates, with its shares.
///
/// Closed days come from what was kept when they were closed; the open day is shared out as its
/// close would do it now, so that nobody has to wait for the evening.
public struct CommissionStatement {
    /// Whose figures the reader of a statement may see; nothing restricts nothing.
    public struct Scope: Sendable {
        public var staff: ID<StaffMember>?
        public var village: ID<Village>?
        public var centre: ID<Centre>?

        public init(
            staff: ID<StaffMember>? = nil, village: ID<Village>? = nil, centre: ID<Centre>? = nil
        ) {
            self.staff = staff
            self.village = village
            self.centre = centre
        }
    }

    private let connection: Connection
    private let catalogue: Catalogue

    public init(_ connection: Connection, _ catalogue: Catalogue) {
        self.connection = connection
        self.catalogue = catalogue
    }

    /// The lines of the dates from `first` to `last`, both included, by party and product.
    ///
    /// - Throws: `SQLError`.
    public func lines(
        from first: BusinessDate, to last: BusinessDate, by party: CommissionParty, scope: Scope
    ) throws -> [CommissionLine] {
        var lines: [String: CommissionLine] = [:]
        let products = try productNames()
        let places = try places(scope)
        func add(
            _ key: Place.Key, _ product: ID<Product>, _ count: Int64, _ shares: CommissionShares
        ) {
            guard let place = places[key], let name = products[product] else { return }
            for (code, partyName) in place.parties(party, under: scope.centre) {
                let line = CommissionLine(
                    partyCode: code, partyName: partyName, productCode: name.code,
                    productName: name.name, transactionCount: count,
                    commissionFen: shares.totalFen, shares: shares)
                let id = "\(code)\u{1F}\(name.code)"
                if lines[id]?.add(line) == nil { lines[id] = line }
            }
        }
        try forEachClosed(from: first, to: last) { add($0, $1, $2, $3) }
        if let open = try LedgerReader(connection).openDate(), (first...last).contains(open) {
            for line in try revenue(of: open) {
                add(
                    Place.Key(station: line.station, staff: line.staff), line.product,
                    line.transactionCount, line.shares)
            }
        }
        return lines.values.sorted {
            ($0.partyCode, $0.productCode) < ($1.partyCode, $1.productCode)
        }
    }

    private func forEachClosed(
        from first: BusinessDate, to last: BusinessDate,
        _ body: (Place.Key, ID<Product>, Int64, CommissionShares) -> Void
    ) throws {
        try connection.prepare(
            """
            SELECT station_id, staff_id, product_id, sum(transaction_count), sum(operator_fen),
                sum(village_fen), sum(town_fen), sum(district_fen)
            FROM day_revenue WHERE business_date BETWEEN $1 AND $2
            GROUP BY station_id, staff_id, product_id
            """
        ).forEach(
            .integer(Int64(first.daysSinceEpoch)), .integer(Int64(last.daysSinceEpoch))
        ) { row in
            body(
                Place.Key(station: ID(row.integer(0)), staff: ID(row.integer(1))),
                ID(row.integer(2)), row.integer(3),
                CommissionShares(
                    operatorFen: row.integer(4), villageFen: row.integer(5),
                    townFen: row.integer(6), districtFen: row.integer(7)))
        }
    }

    private func revenue(of open: BusinessDate) throws -> [DayRevenue] {
        let before =
            try connection.prepare("SELECT ifnull(max(last_serial), 0) FROM settlement_file")
            .first { $0.integer(0) } ?? 0
        return try DayRevenue.reckon(
            connection, catalogue, serials: (first: before + 1, last: .max), on: open)
    }

    private func productNames() throws -> [ID<Product>: (code: String, name: String)] {
        Dictionary(
            uniqueKeysWithValues: catalogue.products.map { ($0.id, ($0.code, $0.name)) })
    }

    /// The stations and people that the scope allows, with those above them.
    private func places(_ scope: Scope) throws -> [Place.Key: Place] {
        let rows = try connection.prepare(
            """
            SELECT DISTINCT s.station_id, m.staff_id, m.code, m.name, s.code, s.name, v.code,
                v.name, t.centre_id, t.code, t.name, d.centre_id, d.code, d.name
            FROM shift h JOIN staff_member m ON m.staff_id = h.staff_id
            JOIN till l ON l.till_id = h.till_id
            JOIN station s ON s.station_id = l.station_id
            JOIN village v ON v.village_id = s.village_id
            JOIN centre t ON t.centre_id = v.town_centre_id
            LEFT JOIN centre d ON d.centre_id = t.parent_id
            WHERE ($1 IS NULL OR m.staff_id = $1) AND ($2 IS NULL OR v.village_id = $2)
                AND ($3 IS NULL OR t.centre_id = $3 OR d.centre_id = $3)
            """
        ).all(
            .integer(scope.staff?.number), .integer(scope.village?.number),
            .integer(scope.centre?.number)
        ) { ($0.integer(0), $0.integer(1), Place(row: $0)) }
        return Dictionary(
            uniqueKeysWithValues: rows.map {
                (Place.Key(station: ID($0.0), staff: ID($0.1)), $0.2)
            })
    }
}

/// A person at a station, and who else shares in what it earns there.
private struct Place {
    struct Key: Hashable {
        let station: ID<Station>
        let staff: ID<StaffMember>
    }

    typealias Party = (code: String, name: String)

    let `operator`: Party
    let station: Party
    let village: Party
    let town: (id: ID<Centre>, party: Party)
    let district: (id: ID<Centre>, party: Party)?

    init(row: Row) {
        `operator` = (row.text(2), row.text(3))
        station = (row.text(4), row.text(5))
        village = (row.text(6), row.text(7))
        town = (ID(row.integer(8)), (row.text(9), row.text(10)))
        district = row.optionalInteger(11).map { (ID($0), (row.text(12), row.text(13))) }
    }

    /// Whose lines the place's earnings are on; a centre below another does not see that one's.
    func parties(_ party: CommissionParty, under centre: ID<Centre>?) -> [Party] {
        switch party {
        case .operator: return [`operator`]
        case .station: return [station]
        case .village: return [village]
        case .centre:
            guard let district, centre != town.id else { return [town.party] }
            return [town.party, district.party]
        }
    }
}

extension CommissionLine {
    fileprivate mutating func add(_ other: CommissionLine) {
        transactionCount += other.transactionCount
        commissionFen += other.commissionFen
        shares = shares + other.shares
    }
}
