import Ledger
import SQL
import Settlement

/// Makes the released settlement files of a restored book anew, with the bytes they had.
///
/// A file is a function of the book's rows and of the partner's key, and the book kept its digest.
/// Files that were assigned and not yet released are left to the next start of the server.
struct SettlementRestorer {
    private let folder: BookFolder
    private let connection: Connection
    private let keys: SettlementKeys
    private let profile: AgencyProfile

    init(_ folder: BookFolder, _ connection: Connection, keys: BookKeys) throws {
        self.folder = folder
        self.connection = connection
        self.keys = SettlementKeys(connection, sealing: keys.sealing)
        profile = try AgencyProfile.read(connection)
    }

    /// Makes all of them; a file that cannot be made does not keep the others away.
    ///
    /// - Returns: how many were made, and for each other one why not.
    func run() throws -> (count: Int, faults: [String]) {
        var count = 0
        var faults: [String] = []
        var cursor: Int64 = 0
        while true {
            let files = try SettlementFileReader(connection).files(
                partner: nil, date: nil, after: cursor, limit: SettlementFileReader.maximumPageSize)
            guard let last = files.last else { return (count, faults) }
            cursor = last.id.number
            for file in files where file.state == .released {
                do {
                    try release(file)
                    count += 1
                } catch {
                    faults.append("\(file.name) was not made anew: \(error)")
                }
            }
        }
    }

    private func release(_ file: SettlementFileRow) throws {
        let path = folder.settlementFolder(partnerCode: file.partnerCode)
        try BookFolder.make(path)
        guard let key = try keys.key(file.keyID, of: file.partner) else {
            throw SettlementFault.keyMissing(file: file.name, keyID: file.keyID)
        }
        let candidate = try SettlementLines(connection).makeFile(
            file, of: profile, in: path, key: key, check: { _ in })
        guard candidate.digest.hex == file.digest else {
            throw BackupError.unusable(
                path: file.name, reason: "the book's rows make another file than was released")
        }
        try candidate.release()
    }
}
