import Cryptography

/// Writes acknowledgement files; the same acknowledgement and key give the same bytes.
public enum AcknowledgementWriter {
    /// A file that lies in its folder under its name, its sidecar beside it.
    public struct Released: Sendable {
        public let name: SettlementFileName
        /// SHA-256 of the file's bytes.
        public let digest: SHA256Digest
        /// The code in the sidecar.
        public let code: MessageAuthenticationCode
        public let outcome: SettlementCandidate.Outcome
    }

    /// The bytes of the file.
    ///
    /// - Throws: ``SettlementError`` for whatever a reader would refuse.
    public static func bytes(
        of acknowledgement: Acknowledgement
    ) throws(SettlementError) -> [UInt8] {
        let name = try acknowledgement.name()
        let bytes = LineEncoder.bytes { $0.append(acknowledgement) }
        _ = try AcknowledgementParser.parse(bytes, name: name)
        return bytes
    }

    /// Writes a file and its sidecar under temporary names, and gives them their names.
    ///
    /// - Parameters:
    ///   - key: The key that the acknowledgement's key id names.
    ///   - folder: The path of the folder, which must exist.
    ///   - access: Who may read them.
    /// - Throws: ``SettlementError`` for what cannot be written, from the system, or
    ///   ``SettlementError/releasedFileDiffers(name:)`` for other bytes under its name.
    @discardableResult
    public static func release(
        _ acknowledgement: Acknowledgement, key: SymmetricKey, in folder: String,
        access: SettlementAccess = .group
    ) throws(SettlementError) -> Released {
        let bytes = try bytes(of: acknowledgement)
        let pair = try HiddenPair(
            writing: bytes, code: HMACSHA256.authenticate(bytes, key: key),
            as: acknowledgement.name(), in: .folder(folder), access: access, disk: DiskCalls())
        do throws(SettlementError) {
            let outcome = try pair.release()
            return Released(
                name: pair.files.name, digest: pair.contents.digest, code: pair.code,
                outcome: outcome)
        } catch {
            pair.files.remove()
            throw error
        }
    }
}
