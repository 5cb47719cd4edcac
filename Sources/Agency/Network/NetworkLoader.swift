import CivilTime
import Cryptography
import Foundation
import Ledger
import SQL
import StrictJSON

/// Loads a network, its people and its catalogue from data files into an empty book.
///
/// Catalogue, arrears and trips may be loaded again and again: the catalogue only grows, what is
/// known and unpaid of the arrears is brought up to date.
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
        /// Bills of earlier files that the new one no longer lists.
        public var withdrawnBills = 0
        /// Whether the network was there already, so that only the catalogue grew.
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
            try connection.transaction { try addToCatalogue(data) }
            journal.batchDidEnd(isCommitted: true)
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
        (summary.bills, summary.withdrawnBills) = try loadBills(data)
        summary.trips = try loadTrips(data)
        summary.offers = try loadOffers(data)
        summary.packs = try loadStock(data)
        try connection.checkpoint(truncating: true)
        return summary
    }

    /// Adds what is new in the catalogue to a known network, whole or not at all.
    private func addToCatalogue(_ data: DataFolder) throws {
        journal.commandWillBegin()
        guard let open = try LedgerReader(connection).openDate() else { throw BookError.notLoaded }
        let profile = try AgencyProfile.read(connection)
        var numbers = LoadedNumbers()
        try loadCatalogue(
            data.catalogue, AccountOpener(journal: journal, currency: profile.currency), &numbers,
            open: open)
        if let credentials = data.demoCredentials {
            try loadKeys(credentials, numbers, at: Instant.now)
        }
        try journal.batchWillCommit()
    }

    private func networkDigest(_ data: DataFolder) -> String {
        let hash = SHA256()
        for model in [data.network, data.staff] as [any DataFileModel] {
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
