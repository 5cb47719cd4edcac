import CivilTime
import Cryptography
import Ledger
import SQL
import Settlement

/// The partners' settlement keys, sealed with AES-256-GCM under the book's own key.
struct SettlementKeys {
    private let connection: Connection
    private let sealing: SymmetricKey

    init(_ connection: Connection, sealing: SymmetricKey) {
        self.connection = connection
        self.sealing = sealing
    }

    /// The id of the key that these bytes are or were, of any partner and direction; or nothing.
    func keyID(of bytes: [UInt8]) throws -> String? {
        let fingerprint = SettlementKeyFingerprint(try SymmetricKey(bytes: bytes))
        return try connection.prepare("SELECT key_id FROM settlement_key WHERE fingerprint = $1")
            .first(.bytes(fingerprint.bytes)) { $0.text(0) }
    }

    /// Keeps a partner's key, whose bytes must be nobody's yet.
    ///
    /// - Parameter staff: who made it; nothing for a loader or a command beside the server.
    func add(
        _ bytes: [UInt8], keyID: String, _ direction: SettlementDirection, partner: ID<Partner>,
        by staff: ID<StaffMember>? = nil, at instant: Instant
    ) throws {
        let fingerprint = SettlementKeyFingerprint(try SymmetricKey(bytes: bytes))
        let sealed = try AESGCM.seal(
            bytes, key: sealing, associatedData: context(partner, keyID))
        try connection.prepare(
            """
            INSERT INTO settlement_key (partner_id, key_id, direction, sealed_key, fingerprint,
                created_at, created_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """
        ).run(
            .integer(partner.number), .text(keyID), .text(direction.rawValue), .bytes(sealed),
            .bytes(fingerprint.bytes), .integer(instant.millisecondsSinceEpoch),
            .integer(staff?.number))
    }

    /// A partner's key by its id, or nothing.
    ///
    /// - Throws: `CryptographyError` when the book's own key does not open it.
    func key(_ keyID: String, of partner: ID<Partner>) throws -> SymmetricKey? {
        let sealed = try connection.prepare(
            "SELECT sealed_key FROM settlement_key WHERE partner_id = $1 AND key_id = $2"
        ).first(.integer(partner.number), .text(keyID)) { $0.bytes(0) }
        guard let sealed else { return nil }
        return try SymmetricKey(
            bytes: AESGCM.open(sealed, key: sealing, associatedData: context(partner, keyID)))
    }

    /// A key that signs files of a direction and is valid at an instant; nothing for an unknown one.
    ///
    /// - Throws: `SettlementError.keyEnded` for one that is not valid any more.
    func validKey(
        _ keyID: String, _ direction: SettlementDirection, of partner: ID<Partner>,
        at instant: Instant
    ) throws -> SymmetricKey? {
        let ends = try connection.prepare(
            """
            SELECT retired_at FROM settlement_key
            WHERE partner_id = $1 AND key_id = $2 AND direction = $3
            """
        ).all(.integer(partner.number), .text(keyID), .text(direction.rawValue)) {
            $0.optionalInteger(0).map { Instant(millisecondsSinceEpoch: $0) }
        }
        guard let end = ends.first else { return nil }
        if let end, end <= instant { throw SettlementError.keyEnded(keyID: keyID, at: end) }
        return try key(keyID, of: partner)
    }

    /// Checks that the book's own key is the one that sealed its settlement keys.
    ///
    /// With another key cards would get other digests, and with them a second allowance.
    /// - Throws: `BookError.unusable` for another book's key.
    func checkSealing(masterKeyPath: String) throws {
        let first = try connection.prepare("SELECT key_id, partner_id FROM settlement_key LIMIT 1")
            .first { ($0.text(0), ID<Partner>($0.integer(1))) }
        guard let (keyID, partner) = first else { return }
        do {
            _ = try key(keyID, of: partner)
        } catch is CryptographyError {
            throw BookError.unusable(
                path: masterKeyPath,
                reason: "this is not this book's key; use the copy of its own")
        }
    }

    // A sealed key copied to another row does not open there.
    private func context(_ partner: ID<Partner>, _ keyID: String) -> [UInt8] {
        [UInt8]("settlement key \(partner.number) \(keyID)".utf8)
    }
}
