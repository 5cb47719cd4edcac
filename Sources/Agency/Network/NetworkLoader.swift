import CivilTime
import Cryptography
import Foundation
import Ledger
import SQL
import StrictJSON

/// Loads a network, its people and its catalogue from data files into an empty book.
///
/// Arrears and trips may be loaded again and again; what is known and unpaid is brought up to
/// date.
public struct NetworkLoader {
    /// Rows of one transaction while arrears and trips stream in.
    static let rowsPerTransaction = 20_000

    /// What was loaded.
    public struct Summary: Sendable, Equatable {
        public var stations = 0
        public var people = 0
        public var products = 0
        public var bills = 0
        public var trips = 0
        /// Passes of attractions, and events.
        public var offers = 0
        /// New packs of numbered stock.
        public var packs = 0
        /// Whether the network was there already, so that only bills and trips were read.
        public var isKnownNetwork = false
    }

    let folder: BookFolder
    let lock: BookLock
    let keys: BookKeys
    let connection: Connection
    let journal: Journal
    let progress: (String) -> Void

    /// - Throws: `BookError`, `MigrationError`, `SQLError`.
    public init(path: String, progress: @escaping (String) -> Void) throws {
        folder = BookFolder(path: path)
        lock = try BookLock(folder)
        keys = try BookKeys(folder)
        connection = try Connection(path: folder.databasePath, access: .write)
        try Migrator(AgencySchema.migrations).migrate(connection)
        journal = Journal(connection: connection)
        self.progress = progress
    }

    /// Loads a folder of data files.
    ///
    /// - Parameters:
    ///   - data: the files, read and validated.
    ///   - date: the first business date of a new book; nothing means today in its zone.
    /// - Throws: `DataFileError`, `BookError`, `SQLError`; a network is loaded whole or not at all.
    public func load(_ data: DataFolder, openingOn date: BusinessDate?) throws -> Summary {
        var summary = Summary()
        let digest = networkDigest(data)
        let known = try connection.prepare("SELECT network_digest FROM agency")
            .first { $0.text(0) }
        if let known {
            guard known == digest else { throw BookError.otherNetworkLoaded }
            summary.isKnownNetwork = true
        } else {
            guard let credentials = data.demoCredentials else {
                throw BookError.unusable(
                    path: data.path + "/" + DemoCredentialsFile.fileName,
                    reason: "a new network needs its PINs, terminal secrets and settlement keys")
            }
            progress("hashing \(credentials.userPINs.count) PINs")
            let pins = try hashPINs(credentials)
            progress("loading the network")
            try connection.transaction {
                try loadNetwork(
                    data, credentials: credentials, pins: pins, digest: digest, date: date)
                try journal.batchWillCommit()
            }
            journal.batchDidEnd(isCommitted: true)
        }
        summary.stations = data.network.stations.count
        summary.people = data.staff.users.count
        summary.products = data.catalogue.products.count
        summary.bills = try loadBills(data)
        summary.trips = try loadTrips(data)
        summary.offers = try loadOffers(data)
        summary.packs = try loadStock(data)
        try connection.checkpoint(truncating: true)
        return summary
    }

    private func networkDigest(_ data: DataFolder) -> String {
        let hash = SHA256()
        for model in [data.network, data.staff, data.catalogue] as [any DataFileModel] {
            var writer = JSONWriter()
            model.encode(to: &writer)
            hash.update(writer.bytes)
        }
        return hash.finalize().hex
    }

    /// Hashes every PIN on all cores, for scrypt is slow on purpose.
    private func hashPINs(_ credentials: DemoCredentialsFile) throws -> [String: String] {
        let pins = credentials.userPINs
        let hashes = PINHashes()
        DispatchQueue.concurrentPerform(iterations: pins.count) { index in
            hashes.add(pins[index].userID, Result { try PasswordHash.make(pins[index].pin).text })
        }
        return try hashes.all()
    }
}
