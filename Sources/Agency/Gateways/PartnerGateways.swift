import CivilTime
import Cryptography
import HTTPClient
import Ledger
import PartnerAPI
import SQL

/// How a partner's gateway is reached, as the administrator sets it.
public struct GatewaySettings: Sendable, Equatable {
    public var baseURL: String
    public var keyID: String
    /// A PEM file of the authorities to trust instead of the system's.
    public var certificatePath: String?
    public var connectMilliseconds: Int64
    public var answerMilliseconds: Int64
    /// Calls under way at once.
    public var threadCount: Int64
    /// Calls that may wait for a thread.
    public var queueLength: Int64
    /// Failures in a row after which the partner is left alone for a while.
    public var failuresToOpen: Int64
    /// How long it is left alone the first time, in milliseconds.
    public var openMilliseconds: Int64

    public init(baseURL: String, keyID: String) {
        self.baseURL = baseURL
        self.keyID = keyID
        let (client, line) = (HTTPClientConfiguration(), PartnerLineConfiguration())
        connectMilliseconds = Int64(client.connectTimeoutMilliseconds)
        answerMilliseconds = Int64(client.totalTimeoutMilliseconds)
        threadCount = Int64(line.threadCount)
        queueLength = Int64(line.maximumQueueLength)
        failuresToOpen = Int64(line.failuresToOpen)
        openMilliseconds = Int64(line.openMilliseconds)
    }

    fileprivate var client: HTTPClientConfiguration {
        var client = HTTPClientConfiguration()
        client.connectTimeoutMilliseconds = Int(connectMilliseconds)
        client.totalTimeoutMilliseconds = Int(answerMilliseconds)
        client.maximumIdleConnections = Int(threadCount)
        client.authorityPath = certificatePath
        return client
    }

    fileprivate var line: PartnerLineConfiguration {
        var line = PartnerLineConfiguration()
        line.threadCount = Int(threadCount)
        line.maximumQueueLength = Int(queueLength)
        line.failuresToOpen = Int(failuresToOpen)
        line.openMilliseconds = Int(openMilliseconds)
        line.maximumOpenMilliseconds = max(line.maximumOpenMilliseconds, line.openMilliseconds)
        return line
    }

    /// Makes the gateway that the settings describe.
    ///
    /// - Throws: `BookError.unusable` when they cannot be used.
    func gateway(
        key: SymmetricKey, partnerCode: String, clock: @escaping @Sendable () -> Instant
    ) throws -> HTTPPartnerGateway {
        let place = "gateway of \(partnerCode)"
        guard let signingKey = SigningKey(id: keyID, key: key) else {
            throw BookError.unusable(
                path: place,
                reason: "its key has fewer than \(SigningKey.minimumKeyBytes) bytes, or its key id "
                    + "is not of A-Z a-z 0-9 . _ -; give others")
        }
        var configuration = HTTPPartnerConfiguration(baseURL: baseURL, key: signingKey)
        configuration.client = client
        do {
            try line.validate()
            return try HTTPPartnerGateway(configuration: configuration, now: clock)
        } catch {
            throw BookError.unusable(path: place, reason: "\(error)")
        }
    }
}

/// The gateways that a book holds, their keys sealed under the book's own.
struct GatewayRows {
    private let connection: Connection
    private let sealing: SymmetricKey

    init(_ connection: Connection, sealing: SymmetricKey) {
        self.connection = connection
        self.sealing = sealing
    }

    /// Every gateway with its partner's code and its opened key.
    ///
    /// - Throws: `CryptographyError` when the book's own key does not open one.
    func all() throws -> [(partnerCode: String, settings: GatewaySettings, key: SymmetricKey)] {
        try connection.prepare(
            """
            SELECT p.partner_id, p.code, g.base_url, g.key_id, g.sealed_key, g.certificate_path,
                g.connect_milliseconds, g.answer_milliseconds, g.thread_count, g.queue_length,
                g.failures_to_open, g.open_milliseconds
            FROM partner_gateway g JOIN partner p ON p.partner_id = g.partner_id ORDER BY p.code
            """
        ).all { row in
            var settings = GatewaySettings(baseURL: row.text(2), keyID: row.text(3))
            settings.certificatePath = row.optionalText(5)
            settings.connectMilliseconds = row.integer(6)
            settings.answerMilliseconds = row.integer(7)
            settings.threadCount = row.integer(8)
            settings.queueLength = row.integer(9)
            settings.failuresToOpen = row.integer(10)
            settings.openMilliseconds = row.integer(11)
            let context = Self.context(ID(row.integer(0)), settings.keyID)
            let bytes = try AESGCM.open(row.bytes(4), key: sealing, associatedData: context)
            return (row.text(1), settings, try SymmetricKey(bytes: bytes))
        }
    }

    /// Writes a partner's gateway.
    func set(
        _ settings: GatewaySettings, key: [UInt8], partner: ID<Partner>, at instant: Instant
    ) throws {
        let sealed = try AESGCM.seal(
            key, key: sealing, associatedData: Self.context(partner, settings.keyID))
        try connection.prepare(
            """
            INSERT INTO partner_gateway (partner_id, base_url, key_id, sealed_key,
                certificate_path, connect_milliseconds, answer_milliseconds, thread_count,
                queue_length, failures_to_open, open_milliseconds, changed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (partner_id) DO UPDATE SET base_url = excluded.base_url,
                key_id = excluded.key_id, sealed_key = excluded.sealed_key,
                certificate_path = excluded.certificate_path,
                connect_milliseconds = excluded.connect_milliseconds,
                answer_milliseconds = excluded.answer_milliseconds,
                thread_count = excluded.thread_count, queue_length = excluded.queue_length,
                failures_to_open = excluded.failures_to_open,
                open_milliseconds = excluded.open_milliseconds, changed_at = excluded.changed_at
            """
        ).run(
            .integer(partner.number), .text(settings.baseURL), .text(settings.keyID),
            .bytes(sealed), .text(settings.certificatePath),
            .integer(settings.connectMilliseconds), .integer(settings.answerMilliseconds),
            .integer(settings.threadCount), .integer(settings.queueLength),
            .integer(settings.failuresToOpen), .integer(settings.openMilliseconds),
            .integer(instant.millisecondsSinceEpoch))
    }

    // A sealed key copied to another row does not open there.
    private static func context(_ partner: ID<Partner>, _ keyID: String) -> [UInt8] {
        [UInt8]("gateway key \(partner.number) \(keyID)".utf8)
    }
}

extension Book {
    /// A line to each partner that has a gateway, by the partners' codes.
    ///
    /// - Parameter sandbox: plays the partners that have none, each on a line that stays open
    ///   however often it keeps silent on purpose; nothing leaves them without a line.
    /// - Throws: `BookError` for a gateway that cannot be used; `CryptographyError`, `SQLError`.
    public func partnerLines(sandbox: (any PartnerGateway)? = nil) throws -> [String: PartnerLine] {
        let rows = try readers.read { try GatewayRows($0, sealing: keys.sealing).all() }
        var lines: [String: PartnerLine] = [:]
        for row in rows {
            // The wall clock, for the partner compares it with its own.
            let gateway = try row.settings.gateway(
                key: row.key, partnerCode: row.partnerCode, clock: { .now })
            lines[row.partnerCode] = try PartnerLine(
                name: row.partnerCode, gateway: gateway, configuration: row.settings.line)
        }
        guard let sandbox else { return lines }
        var configuration = PartnerLineConfiguration()
        configuration.maximumAttempts = 1
        configuration.failuresToOpen = 1_000_000
        for code in partnerCodes where lines[code] == nil {
            lines[code] = try PartnerLine(
                name: code, gateway: sandbox, configuration: configuration)
        }
        return lines
    }

    /// The partners of all products, in order of their codes.
    public var partnerCodes: [String] {
        Set(catalogue.products.map(\.partner.code)).sorted()
    }
}

/// Sets the gateways of a book that no server has open.
public struct GatewaySetup {
    private let keys: BookKeys
    private let lock: BookLock
    private let connection: Connection

    /// - Throws: `BookError`, `MigrationError`, `SQLError`.
    public init(path: String) throws {
        let folder = BookFolder(path: path)
        try folder.checkHoldsBook()
        lock = try BookLock(folder)
        keys = try BookKeys(folder)
        connection = try Connection(path: folder.databasePath, access: .write)
        try Migrator(AgencySchema.migrations).migrate(connection)
    }

    /// Sets a partner's gateway.
    ///
    /// - Parameter keyHex: the shared key that signs requests and answers.
    /// - Throws: `BookError.unusable` for settings or a key that cannot be used.
    public func set(_ settings: GatewaySettings, keyHex: String, partnerCode: String) throws {
        guard let bytes = Hexadecimal.decode(keyHex) else {
            throw BookError.unusable(
                path: "gateway of \(partnerCode)", reason: "its key is not hexadecimal")
        }
        _ = try settings.gateway(
            key: SymmetricKey(bytes: bytes), partnerCode: partnerCode, clock: { .now })
        guard let partner = try PartnerReader(connection).partner(partnerCode) else {
            throw BookError.unusable(
                path: "gateway of \(partnerCode)",
                reason: "the catalogue has no such partner; load it first")
        }
        try connection.transaction {
            try GatewayRows(connection, sealing: keys.sealing).set(
                settings, key: bytes, partner: partner, at: .now)
        }
    }

    /// The gateways that are set, by the partners' codes.
    public func all() throws -> [(partnerCode: String, settings: GatewaySettings)] {
        try GatewayRows(connection, sealing: keys.sealing).all().map {
            ($0.partnerCode, $0.settings)
        }
    }
}
