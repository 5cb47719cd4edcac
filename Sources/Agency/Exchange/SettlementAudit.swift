import Cryptography
import Foundation
import Ledger
import SQL
import Settlement

/// Makes every released settlement file anew and compares it with what was released.
///
/// A file carries the day's transactions field by field, and its digest was kept when it was
/// released: so this finds a transaction that was altered after its date was sealed.
public struct SettlementAudit {
    private let folder: BookFolder
    private let connection: Connection
    private let progress: (String) -> Void

    /// - Parameter progress: hears of each file before it is checked.
    public init(
        _ folder: BookFolder, _ connection: Connection, progress: @escaping (String) -> Void
    ) {
        self.folder = folder
        self.connection = connection
        self.progress = progress
    }

    /// Checks the released files and gives their faults, at most so many.
    ///
    /// - Throws: `BookError` when there is no room for a file. Rows that cannot be read are faults.
    public func run(maximumFaults: Int) throws -> [String] {
        guard maximumFaults > 0 else { return [] }
        do {
            return try faults(maximum: maximumFaults)
        } catch let error as SQLError {
            return ["settlement_file: cannot be read: \(error)"]
        }
    }

    private func faults(maximum maximumFaults: Int) throws -> [String] {
        let workshop = FileManager.default.temporaryDirectory.path + "/agencypos-\(UUID())"
        try BookFolder.make(workshop)
        defer { remove(workshop) }
        let profile = try AgencyProfile.read(connection)
        var faults: [String] = []
        var cursor: Int64 = 0
        while faults.count < maximumFaults {
            let files = try SettlementFileReader(connection).files(
                partner: nil, date: nil, after: cursor, limit: SettlementFileReader.maximumPageSize)
            guard let last = files.last else { break }
            cursor = last.id.number
            for file in files where file.state == .released {
                progress("settlement: \(file.name)")
                if let fault = try fault(in: file, profile: profile, workshop: workshop) {
                    faults.append("settlement_file \(file.name): \(fault)")
                }
            }
        }
        try addFaultsOfAcknowledgements(to: &faults, maximum: maximumFaults, profile)
        try addFaultsOfReceived(to: &faults, maximum: maximumFaults)
        try addFaultsOfStrangers(to: &faults)
        return Array(faults.prefix(maximumFaults))
    }

    private func addFaultsOfAcknowledgements(
        to faults: inout [String], maximum: Int, _ profile: AgencyProfile
    ) throws {
        let reader = AcknowledgementFileReader(connection)
        var cursor: Int64 = 0
        while faults.count < maximum {
            let files = try reader.released(after: cursor)
            guard let last = files.last else { return }
            cursor = last.id.number
            for file in files {
                progress("acknowledgement: \(file.name)")
                if let fault = fault(in: file, profile) {
                    faults.append("acknowledgement_file \(file.name): \(fault)")
                }
            }
        }
    }

    private func fault(in file: AcknowledgementFileRow, _ profile: AgencyProfile) -> String? {
        do {
            let content = try AcknowledgementFileReader(connection).content(of: file, profile)
            guard try SHA256.hash(AcknowledgementWriter.bytes(of: content)).hex == file.digest
            else { return "field digest: the book's rows make another file than was released" }
            return try SettlementOutbox(folder, partnerCode: file.partnerCode)
                .fault(of: file.name, digest: file.digest, mac: file.mac)
        } catch {
            return "cannot be made anew: \(error)"
        }
    }

    /// What lies in a partner's folders under a name of ours was released to that partner.
    private func addFaultsOfStrangers(to faults: inout [String]) throws {
        for (partner, code) in try PartnerReader(connection).all() {
            let outbox = SettlementOutbox(folder, partnerCode: code)
            for (place, path) in [("sent", outbox.sent), ("settlement", outbox.outbox)]
            where try BookFolder.exists(path) {
                for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                where try !isReleased(name, to: partner) {
                    faults.append("\(place)/\(code)/\(name): it was not released to \(code)")
                }
            }
        }
    }

    /// Whether a name is a released file's or its sidecar's; what is hidden or named otherwise passes.
    private func isReleased(_ name: String, to partner: ID<Partner>) throws -> Bool {
        let file = name.hasSuffix(".hmac") ? String(name.dropLast(5)) : name
        guard SettlementFileKind.allCases.contains(where: { name.hasPrefix($0.rawValue + "_") })
        else { return true }
        if let row = try SettlementFileReader(connection).file(named: file) {
            // One that a crash left half released is finished at the next start.
            return row.partner == partner
        }
        return try AcknowledgementFileReader(connection).file(named: file)?.partner == partner
    }

    /// What partners sent is kept as it came.
    private func addFaultsOfReceived(to faults: inout [String], maximum: Int) throws {
        var cursor: Int64 = 0
        while faults.count < maximum {
            let files = try PartnerFileReader(connection).files(
                partner: nil, state: nil, after: cursor, limit: PartnerFileReader.maximumPageSize)
            guard let last = files.last else { return }
            cursor = last.id.number
            for file in files {
                progress("received: \(file.name)")
                let path =
                    folder.receivedFolder(partnerCode: file.partnerCode) + "/"
                    + BookFolder.receivedName(file.digest, file.sidecarDigest) + "/" + file.name
                do {
                    let isSame = try ReceivedFile.digest(of: path).hex == file.digest
                    let isSidecarSame = try file.sidecarDigest.map {
                        try ReceivedFile.digest(of: path + ".hmac").hex == $0
                    }
                    guard !isSame || isSidecarSame == false else { continue }
                    faults.append("partner_file \(file.name): its kept bytes are not what came")
                } catch let error as SettlementError {
                    faults.append("partner_file \(file.name): its bytes are not kept: \(error)")
                }
            }
        }
    }

    private func fault(
        in file: SettlementFileRow, profile: AgencyProfile, workshop: String
    ) throws -> String? {
        do {
            let made = try digest(ofMaking: file, profile: profile, in: workshop)
            guard made == file.digest else {
                return "field digest: the book's rows make another file than was released"
            }
            return try SettlementOutbox(folder, partnerCode: file.partnerCode).fault(
                of: file.name, digest: file.digest,
                mac: SettlementFileReader(connection).mac(of: file))
        } catch SettlementError.systemFailure(_, let name, let code) {
            // A temporary folder without room says nothing about the book.
            throw BookError.unusable(
                path: workshop + "/" + name, reason: String(cString: strerror(code)))
        } catch {
            return "cannot be made anew: \(error)"
        }
    }

    private func digest(
        ofMaking file: SettlementFileRow, profile: AgencyProfile, in workshop: String
    ) throws -> String {
        // The digest is of the file alone; whatever key signs the sidecar makes no difference.
        let key = try SymmetricKey(bytes: [UInt8](repeating: 0, count: 32))
        let candidate = try SettlementLines(connection).makeFile(
            file, of: profile, in: workshop, key: key, check: { _ in })
        defer { candidate.discard() }
        return candidate.digest.hex
    }

    private func remove(_ workshop: String) {
        do {
            try FileManager.default.removeItem(atPath: workshop)
        } catch {
            progress("\(workshop) is left behind")
        }
    }
}
