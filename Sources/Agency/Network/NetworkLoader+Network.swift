import CivilTime
import Cryptography
import Ledger
import SQL

/// The numbers that loaded things got, by their codes.
struct LoadedNumbers {
    var centres: [String: Int64] = [:]
    var villages: [String: Int64] = [:]
    var stations: [String: Int64] = [:]
    var tills: [String: Int64] = [:]
    var partners: [String: Int64] = [:]
    var products: [String: Int64] = [:]
}

extension NetworkLoader {
    /// The account that all first cash comes from: paid-in capital.
    static let capitalCode = "4001"

    func loadNetwork(
        _ data: DataFolder, credentials: DemoCredentialsFile, pins: [String: String],
        digest: String, date: BusinessDate?
    ) throws {
        let institution = data.network.agency
        guard let currency = Currency(code: institution.currency) else {
            throw BookError.unusable(
                path: data.path + "/" + NetworkFile.fileName,
                reason: "currency \(institution.currency) is not kept; use CNY")
        }
        try connection.prepare(
            """
            INSERT INTO agency (agency_id, code, name, currency, zone_offset_minutes,
                network_digest)
            VALUES (1, $1, $2, $3, $4, $5)
            """
        ).run(
            .text(institution.id), .text(institution.name), .integer(currency.rawValue),
            .integer(Int64(institution.zoneOffset.minutes)), .text(digest))
        let now = Instant.now
        try journal.open(date ?? institution.zoneOffset.date(at: now), at: now)
        let accounts = AccountOpener(journal: journal, currency: currency)
        var numbers = LoadedNumbers()
        try loadCashAccounts(accounts)
        try loadCentres(data.network, accounts, &numbers, at: now)
        try loadStations(data.network, accounts, &numbers)
        try loadTerminals(data.network, credentials, numbers)
        try loadTills(data.network, accounts, &numbers, at: now)
        try loadTillLimits(data.network, numbers, at: now)
        try loadCatalogue(data.catalogue, accounts, &numbers, open: nil)
        try loadStaff(data.staff, pins: pins, numbers)
        try loadKeys(credentials, numbers, at: now)
    }

    private func loadCentres(
        _ network: NetworkFile, _ accounts: AccountOpener, _ numbers: inout LoadedNumbers,
        at now: Instant
    ) throws {
        // Districts stand above towns.
        let ordered =
            network.centres.filter { $0.level == .district }
            + network.centres.filter { $0.level == .town }
        for centre in ordered {
            let account = try accounts.open(
                "2241.\(centre.id)", "\(centre.name) commission share", .liability)
            let cash = try accounts.open(
                "1001.\(centre.id)", "cash \(centre.name)", .asset, limit: .creditsWithinDebits)
            let deposit = try accounts.open(
                "1002.\(centre.id)", "bank deposit \(centre.name)", .asset,
                limit: .creditsWithinDebits)
            let number = try insert(
                """
                INSERT INTO centre (code, name, level, parent_id, share_account_id,
                    cash_account_id, deposit_account_id, bank_name, bank_account)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING centre_id
                """,
                .text(centre.id), .text(centre.name), .text(centre.level.rawValue),
                .integer(centre.parentID.flatMap { numbers.centres[$0] }),
                .integer(account.number), .integer(cash.number), .integer(deposit.number),
                .text(centre.bank?.name), .text(centre.bank?.account)
            )
            numbers.centres[centre.id] = number
            for (place, fen) in [
                (cash, centre.openingCashFen), (deposit, centre.openingDepositFen),
            ] {
                try openCash(place, fen, source: number, name: centre.id, at: now)
            }
        }
        for village in network.villages {
            let account = try accounts.open(
                "2241.\(village.id)", "\(village.name) commission share", .liability)
            numbers.villages[village.id] = try insert(
                """
                INSERT INTO village (code, name, town_centre_id, share_account_id)
                VALUES ($1, $2, $3, $4) RETURNING village_id
                """,
                .text(village.id), .text(village.name),
                .integer(numbers.centres[village.townCentreID]), .integer(account.number))
        }
    }

    private func loadStations(
        _ network: NetworkFile, _ accounts: AccountOpener, _ numbers: inout LoadedNumbers
    ) throws {
        for station in network.stations {
            let code = station.id
            let commission = try accounts.open("6051.\(code)", "commission \(code)", .income)
            let fee = try accounts.open("6051.\(code).FEE", "service fees \(code)", .income)
            let shared = try accounts.open("6601.\(code)", "shared out \(code)", .expense)
            let operators = try accounts.open(
                "2241.\(code)", "operators' share \(code)", .liability)
            numbers.stations[code] = try insert(
                """
                INSERT INTO station (code, name, village_id, tier, is_service_point, host,
                    commission_account_id, fee_account_id, shared_out_account_id,
                    operator_share_account_id)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING station_id
                """,
                .text(code), .text(station.name), .integer(numbers.villages[station.villageID]),
                .text(station.tier.rawValue), .integer(station.isServicePoint ? 1 : 0),
                .text(station.host), .integer(commission.number), .integer(fee.number),
                .integer(shared.number), .integer(operators.number))
        }
    }

    private func loadTerminals(
        _ network: NetworkFile, _ credentials: DemoCredentialsFile, _ numbers: LoadedNumbers
    ) throws {
        let secrets = Dictionary(
            credentials.terminalSecrets.map { ($0.terminalID, $0.secretHex) },
            uniquingKeysWith: { first, _ in first })
        for terminal in network.terminals {
            guard let secret = secrets[terminal.id] else {
                throw BookError.unusable(
                    path: DemoCredentialsFile.fileName,
                    reason: "terminal \(terminal.id) has no secret")
            }
            _ = try insert(
                """
                INSERT INTO terminal (code, station_id, kind, secret_digest)
                VALUES ($1, $2, $3, $4) RETURNING terminal_id
                """,
                .text(terminal.id), .integer(numbers.stations[terminal.stationID]),
                .text(terminal.kind.rawValue), .text(SHA256.hash(secret).hex))
        }
    }

    private func loadTills(
        _ network: NetworkFile, _ accounts: AccountOpener, _ numbers: inout LoadedNumbers,
        at now: Instant
    ) throws {
        for till in network.tills {
            let cash = try accounts.open(
                "1001.\(till.id)", "cash \(till.id)", .asset, limit: .creditsWithinDebits)
            let over = try accounts.open("2241.\(till.id)", "till over \(till.id)", .liability)
            let short = try accounts.open("1221.\(till.id)", "till short \(till.id)", .asset)
            let number = try insert(
                """
                INSERT INTO till (code, station_id, cash_account_id, over_account_id,
                    short_account_id)
                VALUES ($1, $2, $3, $4, $5) RETURNING till_id
                """,
                .text(till.id), .integer(numbers.stations[till.stationID]),
                .integer(cash.number), .integer(over.number), .integer(short.number))
            numbers.tills[till.id] = number
            try openCash(cash, till.openingFloatFen, source: number, name: till.id, at: now)
        }
    }

    /// Runs an insertion that returns the new row's number.
    func insert(_ sql: StaticString, _ values: SQLValue...) throws -> Int64 {
        let number = try connection.prepare(sql).all(values) { $0.integer(0) }.first
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        return number
    }
}

/// Opens accounts with codes that the network's own codes make up.
struct AccountOpener {
    let journal: Journal
    let currency: Currency

    func open(
        _ code: String, _ name: String, _ type: AccountType, limit: BalanceLimit = .none
    ) throws -> ID<Account> {
        guard let accountCode = AccountCode(code) else {
            throw BookError.unusable(
                path: NetworkFile.fileName,
                reason: "\(code) cannot be an account code; use capital letters, digits and '-'")
        }
        return try journal.openAccount(
            code: accountCode, name: name, type: type, currency: currency, limit: limit)
    }
}
