import Cryptography
import Ledger
import SQL

/// The settlement keys of a book that is read only.
public struct SettlementKeyRing: Sendable {
    private let readers: ReaderPool
    private let sealing: SymmetricKey

    /// - Throws: `BookError`, `MigrationError`, `SQLError`.
    public init(_ folder: BookFolder) throws {
        readers = try folder.openReaders()
        sealing = try BookKeys(folder).sealing
    }

    /// A partner's key by its id, or nothing.
    public func key(_ keyID: String, partnerCode: String) throws -> SymmetricKey? {
        try readers.read { connection in
            guard let partner = try PartnerReader(connection).partner(partnerCode) else {
                return nil
            }
            return try SettlementKeys(connection, sealing: sealing).key(keyID, of: partner)
        }
    }
}
