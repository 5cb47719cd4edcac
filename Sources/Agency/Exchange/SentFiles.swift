import Cryptography
import Ledger
import SQL
import Settlement

/// A file of ours that was released.
enum SentFile {
    case settlement(SettlementFileRow)
    case acknowledgement(AcknowledgementFileRow)

    var name: String {
        switch self {
        case .settlement(let file): file.name
        case .acknowledgement(let file): file.name
        }
    }

    var partnerCode: String {
        switch self {
        case .settlement(let file): file.partnerCode
        case .acknowledgement(let file): file.partnerCode
        }
    }
}

/// Makes released files anew where their kept bytes are missing, with the bytes that they had.
///
/// A file is a function of the book's rows and of the partner's key, and the book kept its digest.
struct SentFiles {
    private let folder: BookFolder
    private let connection: Connection
    private let keys: SettlementKeys
    private let profile: AgencyProfile

    init(
        _ folder: BookFolder, _ connection: Connection, keys: SettlementKeys,
        profile: AgencyProfile
    ) {
        self.folder = folder
        self.connection = connection
        self.keys = keys
        self.profile = profile
    }

    /// Hands over every released file, partner files' acknowledgements last.
    func forEach(_ body: (SentFile) throws -> Void) throws {
        var cursor: Int64 = 0
        while true {
            let files = try SettlementFileReader(connection).files(
                partner: nil, date: nil, after: cursor, limit: SettlementFileReader.maximumPageSize)
            guard let last = files.last else { break }
            cursor = last.id.number
            for file in files where file.state == .released { try body(.settlement(file)) }
        }
        cursor = 0
        while true {
            let files = try AcknowledgementFileReader(connection).released(after: cursor)
            guard let last = files.last else { return }
            cursor = last.id.number
            for file in files { try body(.acknowledgement(file)) }
        }
    }

    /// A released file by its name, or nothing.
    func file(named name: String) throws -> SentFile? {
        if let file = try SettlementFileReader(connection).file(named: name) {
            return file.state == .released ? .settlement(file) : nil
        }
        let file = try AcknowledgementFileReader(connection).file(named: name)
        return file.flatMap { $0.isReleased ? .acknowledgement($0) : nil }
    }

    /// Puts a file into its partner's folder again, from what is kept, else made anew.
    ///
    /// - Throws: `SettlementFault.keptBytesDiffer`, `SettlementError`, `BookError`, `SQLError`.
    func deliver(_ file: SentFile) throws -> SettlementCandidate.Outcome {
        let outbox = try kept(file)
        try outbox.prepareOutbox()
        return try outbox.deliver(SettlementFileName(ofAnyKind: file.name))
    }

    /// Sees to it that a file is kept with the bytes that were released, made anew if need be.
    ///
    /// - Throws: as ``deliver(_:)``.
    private func kept(_ file: SentFile) throws -> SettlementOutbox {
        let outbox = SettlementOutbox(folder, partnerCode: file.partnerCode)
        if try !outbox.keeps(file.name) {
            try outbox.prepareSent()
            try make(file, in: outbox.sent)
        }
        let (digest, mac) = try released(file)
        guard try outbox.keptFault(of: file.name, digest: digest, mac: mac) == nil else {
            throw SettlementFault.keptBytesDiffer(file: file.name)
        }
        return outbox
    }

    /// Where a file and its sidecar are kept, seen to be those that were released.
    ///
    /// - Throws: as ``deliver(_:)``.
    func keptPath(of file: SentFile) throws -> String { try kept(file).sent + "/" + file.name }

    /// Writes an acknowledgement and its sidecar.
    func write(
        _ file: AcknowledgementFileRow, in folder: String
    ) throws -> AcknowledgementWriter.Released {
        let content = try AcknowledgementFileReader(connection).content(of: file, profile)
        return try AcknowledgementWriter.release(
            content, key: key(file.keyID, of: file.partner, file.name), in: folder,
            access: .owner)
    }

    private func make(_ file: SentFile, in folder: String) throws {
        switch file {
        case .settlement(let row):
            let candidate = try SettlementLines(connection).makeFile(
                row, of: profile, in: folder, key: key(row.keyID, of: row.partner, row.name))
            guard candidate.digest.hex == row.digest else {
                throw SettlementFault.madeOtherwise(file: row.name)
            }
            try candidate.release()
        case .acknowledgement(let row):
            let content = try AcknowledgementFileReader(connection).content(of: row, profile)
            guard try SHA256.hash(AcknowledgementWriter.bytes(of: content)).hex == row.digest
            else { throw SettlementFault.madeOtherwise(file: row.name) }
            _ = try write(row, in: folder)
        }
    }

    private func key(
        _ keyID: String, of partner: ID<Partner>, _ name: String
    ) throws -> SymmetricKey {
        guard let key = try keys.key(keyID, of: partner) else {
            throw SettlementFault.keyMissing(file: name, keyID: keyID)
        }
        return key
    }

    private func released(_ file: SentFile) throws -> (digest: String?, mac: String?) {
        switch file {
        case .settlement(let row):
            (row.digest, try SettlementFileReader(connection).mac(of: row))
        case .acknowledgement(let row): (row.digest, row.mac)
        }
    }
}

extension Book {
    /// Where a released file and its sidecar can be read, seen to be those that were released.
    ///
    /// - Returns: the file's path; nothing when no released file has this name.
    /// - Throws: `SettlementFault.keptBytesDiffer`, `SettlementError`, `BookError`, `SQLError`.
    public func sentFilePath(_ name: String) throws -> String? {
        try outboxTurn.withLock { _ in
            try readers.read { connection in
                let files = SentFiles(
                    folder, connection, keys: SettlementKeys(connection, sealing: keys.sealing),
                    profile: profile)
                return try files.file(named: name).map { try files.keptPath(of: $0) }
            }
        }
    }

    /// Puts a released file into its partner's folder again, with its sidecar, byte for byte.
    ///
    /// - Returns: whether it was missing there.
    /// - Throws: `SettlementFault.notReleased` for any other name, and what keeps it away.
    public func resendSettlementFile(_ name: String) throws -> Bool {
        let (file, outcome) = try readers.read { connection in
            let files = SentFiles(
                folder, connection, keys: SettlementKeys(connection, sealing: keys.sealing),
                profile: profile)
            guard let file = try files.file(named: name) else {
                throw SettlementFault.notReleased(file: name)
            }
            return (file, try files.deliver(file))
        }
        guard outcome == .released else { return false }
        if case .settlement(let row) = file {
            try writer.perform { try $0.recordDelivery(of: row.id) }
        }
        return true
    }
}
