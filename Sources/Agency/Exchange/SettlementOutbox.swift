import Cryptography
import Foundation
import Settlement

/// The folders of what goes to a partner: what we keep of it, and what the partner collects.
struct SettlementOutbox {
    /// Where the bytes of what went out are kept.
    let sent: String
    /// What the partner collects; it may take its files away.
    let outbox: String

    init(_ folder: BookFolder, partnerCode: String) {
        sent = folder.sentFolder(partnerCode: partnerCode)
        outbox = folder.settlementFolder(partnerCode: partnerCode)
    }

    /// Makes the folder of what is kept, and removes what a crash left half written.
    ///
    /// Only for who has the book's ``Book/outboxTurn``, or the book alone.
    func prepareSent() throws { try prepare(sent) }

    /// The same for the partner's folder.
    func prepareOutbox() throws { try prepare(outbox) }

    private func prepare(_ folder: String) throws {
        try BookFolder.make(folder)
        _ = try SettlementFolder.removeTemporaries(in: folder)
    }

    /// Removes a file that was not released from what is kept.
    func forget(_ name: String) throws {
        for path in [name, name + SettlementFileName.sidecarSuffix] {
            guard unlink(sent + "/" + path) == 0 || errno == ENOENT else {
                throw ReceivedFile.failure(.remove, path)
            }
        }
    }

    /// Puts a file that is kept, and its sidecar, into the partner's folder.
    @discardableResult
    func deliver(_ name: SettlementFileName) throws -> SettlementCandidate.Outcome {
        try SettlementFolder.copy(name, from: sent, to: outbox, access: .group)
    }

    /// Whether a file and its sidecar are kept.
    ///
    /// - Throws: `BookError` when that cannot be seen.
    func keeps(_ name: String) throws -> Bool {
        try BookFolder.exists(sent + "/" + name)
            && BookFolder.exists(sent + "/" + name + SettlementFileName.sidecarSuffix)
    }

    /// What is wrong with what is kept of a file, or with what lies in the partner's folder.
    ///
    /// A file that the partner has taken away is in order; one that lies there and differs is not.
    func fault(of name: String, digest: String?, mac: String?) throws -> String? {
        if let fault = try keptFault(of: name, digest: digest, mac: mac) { return fault }
        if let there = try content(outbox, name), there != digest {
            return "the file in the partner's folder differs"
        }
        if let there = try content(outbox, name + SettlementFileName.sidecarSuffix),
            there != (try sidecarDigest(of: name, mac: mac))
        {
            return "the .hmac file in the partner's folder differs"
        }
        return nil
    }

    /// What is wrong with what is kept of a file.
    func keptFault(of name: String, digest: String?, mac: String?) throws -> String? {
        guard let digest, try content(sent, name) == digest else {
            return "the file in sent/ is missing or differs"
        }
        guard let expected = try sidecarDigest(of: name, mac: mac),
            try content(sent, name + SettlementFileName.sidecarSuffix) == expected
        else { return "the .hmac file beside it in sent/ is missing or differs" }
        return nil
    }

    private func sidecarDigest(of name: String, mac: String?) throws -> String? {
        guard let code = mac.flatMap({ MessageAuthenticationCode(hex: $0) }) else { return nil }
        let line = try SettlementFileName(ofAnyKind: name).sidecarLine(code)
        return SHA256.hash(line).hex
    }

    /// The digest of a file; nothing when there is none.
    ///
    /// What is there and cannot be read, such as a folder, is no file of ours: it gives no digest
    /// that anything equals.
    private func content(_ folder: String, _ name: String) throws -> String? {
        guard try BookFolder.exists(folder + "/" + name) else { return nil }
        do {
            return try ReceivedFile.digest(of: folder + "/" + name).hex
        } catch let error as SettlementError {
            return "\(error)"
        }
    }
}

extension BookFolder {
    /// Where the bytes of what went to a partner are kept.
    public func sentFolder(partnerCode: String) -> String { path + "/sent/" + partnerCode }
}
