import Cryptography
import Foundation
import Ledger
import SQL
import Settlement
import Synchronization

/// Takes the files that partners lay into their inbox folders, `inbox/<partner>/`, or send.
///
/// Each file is copied into `received/`, checked there, recorded in one step, and only then taken
/// out of the inbox: a crash in between repeats it, and the same bytes change nothing. One file's
/// fault stops no other, and a file that nothing can be said of stays where it is.
public final class PartnerInbox: Sendable {
    /// How long a file must have been left alone, in seconds: it may still be on its way.
    public static let restSeconds = 5.0
    /// How long a file waits for its sidecar, in seconds.
    public static let sidecarSeconds = 600.0
    /// The most files of a partner in one round.
    static let maximumFilesPerRound = 1_000
    /// The longest sidecar that is copied, in bytes; a valid one has fewer.
    static let maximumSidecarByteCount: Int64 = 4_096
    /// What stays free on the disk for the books when a file is taken, in bytes.
    static let reservedByteCount: Int64 = 256 * 1_024 * 1_024

    /// What a round did.
    public struct Round: Sendable {
        /// A file, and whether its bytes had come before.
        public struct Item: Sendable {
            public let file: PartnerFile
            public let isRepeated: Bool
            /// What it says of a file of ours.
            public let acknowledgement: SettlementAcknowledgement?
        }

        public fileprivate(set) var items: [Item] = []
        /// What could not be done now and is tried again, in words.
        public fileprivate(set) var faults: [String] = []
    }

    private let book: Book
    private let restSeconds: Double
    private let sidecarSeconds: Double
    // Two rounds at once would take the same files.
    private let turn = Mutex(())
    /// The hidden folders that are in use; what else is hidden is a crash's.
    private let workshops = Mutex<Set<String>>([])

    public init(
        book: Book, restSeconds: Double = PartnerInbox.restSeconds,
        sidecarSeconds: Double = PartnerInbox.sidecarSeconds
    ) {
        self.book = book
        self.restSeconds = restSeconds
        self.sidecarSeconds = sidecarSeconds
    }

    /// Takes what lies in all inboxes; makes the folders of partners that have none.
    ///
    /// - Throws: `SQLError` when it cannot be read which partners there are.
    public func receiveAll() throws -> Round {
        try turn.withLock { _ in
            var round = Round()
            let partners = try book.readers.read { try PartnerReader($0).all() }
            for partner in partners {
                do {
                    try receive(of: partner.id, partner.code, &round)
                } catch {
                    round.faults.append("inbox/\(partner.code): \(error)")
                }
            }
            return round
        }
    }

    private func receive(
        of partner: ID<Partner>, _ code: String, _ round: inout Round
    ) throws {
        let inbox = book.folder.inboxFolder(partnerCode: code)
        let kept = book.folder.receivedFolder(partnerCode: code)
        try BookFolder.make(inbox)
        try BookFolder.make(kept)
        guard isFolder(inbox) else {
            throw BookError.unusable(
                path: inbox, reason: "it is a link to another folder; make it a folder")
        }
        let files = FileManager.default
        try removeAbandoned(in: kept)
        let layout = try layout(of: partner)
        let names = try files.contentsOfDirectory(atPath: inbox).sorted().filter {
            Self.isData($0) && age(of: inbox + "/" + $0) != nil
        }
        for name in names.prefix(Self.maximumFilesPerRound) {
            do {
                let layout = Self.isOurFormat(name) ? nil : layout
                guard
                    let sidecar = try layout == nil
                        ? sidecarState(of: name, in: inbox) : restState(of: name, in: inbox)
                else { continue }
                let item = try receive(
                    name, from: inbox, to: kept, hasSidecar: sidecar, layout, partner, code)
                round.items.append(item)
            } catch {
                round.faults.append("inbox/\(code)/\(name): \(error)")
            }
        }
    }

    /// Whether a file is in our own format; its name says so, whatever layout its partner has.
    private static func isOurFormat(_ name: String) -> Bool {
        SettlementFileKind.allCases.contains { name.hasPrefix($0.rawValue + "_") }
    }

    private func layout(of partner: ID<Partner>) throws -> StoredLayout? {
        try book.readers.read {
            try LayoutLibrary($0).layout(of: partner, on: book.profile.zone.date(at: book.clock()))
        }
    }

    private static func isData(_ name: String) -> Bool {
        !name.hasPrefix(".") && !name.hasSuffix(".hmac") && !name.hasSuffix(".part")
    }

    /// Whether a file has its sidecar; nothing while it is to be left alone.
    private func sidecarState(of name: String, in inbox: String) throws -> Bool? {
        guard let age = age(of: inbox + "/" + name), age >= restSeconds else { return nil }
        if let age = self.age(of: inbox + "/" + name + ".hmac") {
            return age >= restSeconds ? true : nil
        }
        return age >= sidecarSeconds ? false : nil
    }

    /// That a file has no sidecar, as one in a partner's own layout has none; nothing while it is to
    /// be left alone.
    private func restState(of name: String, in inbox: String) throws -> Bool? {
        guard let age = age(of: inbox + "/" + name), age >= restSeconds else { return nil }
        return false
    }

    /// Whether a path is a folder itself, and no link to the folder of another partner.
    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// For how long a regular file has not changed, in seconds; nothing for anything else.
    private func age(of path: String) -> Double? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let changed =
            Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1_000_000_000
        // A time in the future, of a partner's own clock, is no reason to wait for ever.
        return abs(Date().timeIntervalSince1970 - changed)
    }

    private func receive(
        _ name: String, from inbox: String, to kept: String, hasSidecar: Bool,
        _ layout: StoredLayout?, _ partner: ID<Partner>, _ code: String
    ) throws -> Round.Item {
        let byteCount = ReceivedFile.Identity(inbox + "/" + name)?.byteCount ?? 0
        try checkRoom(for: byteCount, name, in: kept)
        let sidecarName = name + SettlementFileName.sidecarSuffix
        var taken: [(name: String, original: ReceivedFile.Identity)] = []
        let item = try inWorkshop(in: kept) { workshop in
            // No more than was there: what still grows is taken by a later round.
            let copy = try ReceivedFile.copy(
                inbox + "/" + name, to: workshop + "/" + name,
                limit: min(byteCount, SettlementVerifier.maximumFileByteCount))
            taken.append((name, copy.original))
            let sidecar =
                hasSidecar
                ? try ReceivedFile.copy(
                    inbox + "/" + sidecarName, to: workshop + "/" + sidecarName,
                    limit: Self.maximumSidecarByteCount) : nil
            if let sidecar { taken.append((sidecarName, sidecar.original)) }
            return try PartnerReception(
                book: book, partner: partner, partnerCode: code, layout: layout, name: name,
                file: (copy.digest, copy.byteCount), sidecarDigest: sidecar?.digest
            ).take(workshop, keepingIn: kept)
        }
        // What the partner has put there meanwhile is taken by the next round.
        for file in taken where ReceivedFile.Identity(inbox + "/" + file.name) == file.original {
            guard unlink(inbox + "/" + file.name) == 0 || errno == ENOENT else {
                throw ReceivedFile.failure(.remove, file.name)
            }
        }
        return item
    }

    /// Takes a file that came over the wire, as if it had lain in the inbox.
    ///
    /// It may come while a round is under way, and twice at once: one row is kept of it.
    /// - Throws: what is no verdict about the file, such as a full disk.
    public func take(_ upload: PartnerUpload) throws -> Round.Item {
        let kept = book.folder.receivedFolder(partnerCode: upload.partnerCode)
        try BookFolder.make(kept)
        let layout = Self.isOurFormat(upload.name) ? nil : try layout(of: upload.partner)
        guard layout == nil || upload.codeHex == nil else {
            throw Refusal(
                .partnerFileRefused,
                "\(upload.name) is in the partner's own layout, which has no code; leave hmac out",
                zh: "文件 \(upload.name) 采用合作单位自有格式，没有校验码；请勿发送 hmac", field: "/hmac")
        }
        try checkRoom(for: Int64(upload.bytes.count), upload.name, in: kept)
        return try inWorkshop(in: kept) { workshop in
            let path = workshop + "/" + upload.name
            let file = try ReceivedFile.create(upload.bytes, at: path)
            let sidecar = try upload.sidecar.map {
                try ReceivedFile.create(Array($0.utf8), at: path + ".hmac")
            }
            return try PartnerReception(
                book: book, partner: upload.partner, partnerCode: upload.partnerCode,
                layout: layout, name: upload.name, file: file, sidecarDigest: sidecar?.digest
            ).take(workshop, keepingIn: kept)
        }
    }

    /// A partner's file must not take the room that payments need.
    ///
    /// - Throws: `SettlementError.systemFailure` as from a disk that is full.
    private func checkRoom(for byteCount: Int64, _ name: String, in folder: String) throws {
        var disk = statvfs()
        guard statvfs(folder, &disk) == 0 else {
            throw ReceivedFile.failure(.openFolder, folder)
        }
        let free = Int64(clamping: UInt64(disk.f_bavail) * UInt64(disk.f_frsize))
        guard free - byteCount >= Self.reservedByteCount else {
            throw SettlementError.systemFailure(operation: .write, name: name, code: ENOSPC)
        }
    }

    // MARK: - Workshops

    /// Hands over a hidden folder of its own, which goes afterwards.
    private func inWorkshop(
        in kept: String, _ body: (String) throws -> Round.Item
    ) throws -> Round.Item {
        let name = ".\(UInt64.random(in: .min ... .max))"
        // Known before it is there, and until it is gone: no round may take it for a crash's.
        workshops.withLock { _ = $0.insert(name) }
        defer { workshops.withLock { _ = $0.remove(name) } }
        let workshop = kept + "/" + name
        try BookFolder.make(workshop)
        defer { remove(workshop) }
        return try body(workshop)
    }

    /// Removes what a crash left half copied.
    private func removeAbandoned(in kept: String) throws {
        let files = FileManager.default
        for name in try files.contentsOfDirectory(atPath: kept) where name.hasPrefix(".") {
            guard !workshops.withLock({ $0.contains(name) }) else { continue }
            do {
                try files.removeItem(atPath: kept + "/" + name)
            } catch {
                // One that ended meanwhile is gone.
                guard !files.fileExists(atPath: kept + "/" + name) else { throw error }
            }
        }
    }

    private func remove(_ workshop: String) {
        do {
            try FileManager.default.removeItem(atPath: workshop)
        } catch {
            // Its copies were kept and it is gone; or it stays until the next round removes it.
        }
    }
}

extension BookFolder {
    /// Where a partner lays its files, each after its sidecar.
    public func inboxFolder(partnerCode: String) -> String { path + "/inbox/" + partnerCode }

    /// Where the bytes of what a partner sent are kept.
    public func receivedFolder(partnerCode: String) -> String {
        path + "/received/" + partnerCode
    }

    /// The folder of a file's bytes among those of its partner.
    static func receivedName(_ digest: String, _ sidecarDigest: String?) -> String {
        digest + "-" + (sidecarDigest.map { String($0.prefix(16)) } ?? "none")
    }
}
