import Ledger
import SQL
import Settlement

/// Makes the released files of a restored book anew, settlement files and acknowledgements.
///
/// A file is a function of the book's rows and of the partner's key, and the book kept its digest.
/// Files that were assigned and not yet released are left to the next start of the server.
struct SettlementRestorer {
    private let files: SentFiles

    init(_ folder: BookFolder, _ connection: Connection, keys: BookKeys) throws {
        files = SentFiles(
            folder, connection, keys: SettlementKeys(connection, sealing: keys.sealing),
            profile: try AgencyProfile.read(connection))
    }

    /// Makes all of them; a file that cannot be made does not keep the others away.
    ///
    /// - Returns: how many were made, and for each other one why not.
    func run() throws -> (count: Int, faults: [String]) {
        var count = 0
        var faults: [String] = []
        try files.forEach { file in
            do {
                _ = try files.deliver(file)
                count += 1
            } catch {
                faults.append("\(file.name) was not made anew: \(error)")
            }
        }
        return (count, faults)
    }
}
