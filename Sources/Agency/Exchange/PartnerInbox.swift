import Cryptography
import Foundation
import Ledger
import SQL
import Settlement
import Synchronization

/// Takes the files that partners lay into their inbox folders, `inbox/<partner>/`.
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

    /// What a round did.
    public struct Round: Sendable {
        /// A file, and whether its bytes had come before.
        public struct Item: Sendable {
            public let file: PartnerFile
            public let isRepeated: Bool
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
        let files = FileManager.default
        // What a crash left half copied is of no use; nobody else writes here.
        for name in try files.contentsOfDirectory(atPath: kept) where name.hasPrefix(".") {
            try files.removeItem(atPath: kept + "/" + name)
        }
        let layout = try book.readers.read {
            try LayoutLibrary($0).layout(of: partner, on: book.profile.zone.date(at: book.clock()))
        }
        let names = try files.contentsOfDirectory(atPath: inbox).sorted()
        for name in names.filter(Self.isData).prefix(Self.maximumFilesPerRound) {
            do {
                // What has our own names is in our own format, layout or not.
                let layout = name.hasPrefix("APS_") ? nil : layout
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
        let workshop = kept + "/.\(UInt64.random(in: .min ... .max))"
        try BookFolder.make(workshop)
        defer { remove(workshop) }
        let limit = SettlementVerifier.maximumFileByteCount
        let (digest, byteCount) = try ReceivedFile.copy(
            inbox + "/" + name, to: workshop + "/" + name, limit: limit)
        let sidecarDigest =
            hasSidecar
            ? try ReceivedFile.copy(
                inbox + "/" + name + ".hmac", to: workshop + "/" + name + ".hmac", limit: limit
            ).digest : nil
        let same = try book.readers.read {
            try PartnerFileReader($0).same(
                name: name, digest: digest.hex, sidecarDigest: sidecarDigest?.hex,
                partner: partner)
        }
        let file: PartnerFile
        if let same, same.state != .quarantined {
            file = same
        } else {
            let finding =
                try layout.map { try $0.finding(of: name, in: workshop) }
                ?? finding(of: name, in: workshop, hasSidecar: hasSidecar, partner, code)
            try keep(workshop, in: kept, digest: digest, sidecarDigest: sidecarDigest)
            let arrival = PartnerFileArrival(
                partner: partner, name: name, digest: digest, sidecarDigest: sidecarDigest,
                byteCount: byteCount, finding: finding)
            file = try book.writer.perform { try $0.record(arrival) }
        }
        for path in [name, name + ".hmac"] {
            guard unlink(inbox + "/" + path) == 0 || errno == ENOENT else {
                throw ReceivedFile.failure(.remove, path)
            }
        }
        return Round.Item(file: file, isRepeated: same.map { $0.id == file.id } ?? false)
    }

    /// Verifies a copy with the partner's own keys.
    ///
    /// - Throws: what is no verdict about the file, such as a full disk or an unreadable book.
    private func finding(
        of name: String, in folder: String, hasSidecar: Bool, _ partner: ID<Partner>,
        _ code: String
    ) throws -> PartnerFileArrival.Finding {
        guard hasSidecar else {
            return .refused(
                .init(
                    state: .quarantined, fault: PartnerFile.Fault.sidecarMissing.rawValue,
                    reason: "no sidecar came; send \(name).hmac before the file"))
        }
        let (book, now) = (book, book.clock())
        var isAuthentic = false
        do {
            let verifier = SettlementVerifier { reference in
                guard reference.agencyID.text == book.profile.code,
                    reference.partnerID.text == code
                else { return nil }
                return try book.readers.read {
                    try SettlementKeys($0, sealing: book.keys.sealing).validKey(
                        reference.keyID.text, .in, of: partner, at: now)
                }
            }
            let verified = try verifier.verify(name, in: folder) { _ in isAuthentic = true }
            return .verified(.init(header: verified.header, totals: verified.totals))
        } catch let error as SettlementError {
            switch error {
            case .systemFailure: throw error
            case .fileNameMalformed, .fileNotRegular, .fileTooLarge:
                return .refused(.init(state: .rejected, fault: error.code, reason: "\(error)"))
            case _:
                return .refused(
                    .init(
                        state: isAuthentic ? .rejected : .quarantined, fault: error.code,
                        reason: "\(error)"))
            }
        }
    }

    /// Gives the copies the name under which they are kept, for good.
    private func keep(
        _ workshop: String, in kept: String, digest: SHA256Digest, sidecarDigest: SHA256Digest?
    ) throws {
        try ReceivedFile.synchronize(folder: workshop)
        let place = kept + "/" + BookFolder.receivedName(digest.hex, sidecarDigest?.hex)
        guard rename(workshop, place) == 0 else {
            // The same bytes under another name, or a crash before they were recorded.
            if errno == ENOTEMPTY || errno == EEXIST { return try add(workshop, to: place) }
            throw ReceivedFile.failure(.rename, place)
        }
        try ReceivedFile.synchronize(folder: kept)
    }

    private func remove(_ workshop: String) {
        do {
            try FileManager.default.removeItem(atPath: workshop)
        } catch {
            // Its copies were kept and it is gone; or it stays until the next round removes it.
        }
    }

    private func add(_ workshop: String, to place: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: workshop) {
            guard rename(workshop + "/" + name, place + "/" + name) == 0 else {
                throw ReceivedFile.failure(.rename, name)
            }
        }
        try ReceivedFile.synchronize(folder: place)
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
