import Cryptography

/// Checks acknowledgement files: first that their sender made them, then that they are right.
///
/// It looks for faults in the order of ``SettlementVerifier`` and stops at the first. Before the
/// MAC has been checked it believes nothing and looks only at what names the key.
public struct AcknowledgementVerifier {
    private let key: (SettlementKeyReference) throws -> SymmetricKey?

    /// Makes a verifier over the keys that are valid now.
    ///
    /// - Parameter key: Gives the key of a reference, or nothing for an unknown or retired one;
    ///   what it throws, ``verify(_:in:onAuthentic:)`` throws.
    public init(key: @escaping (SettlementKeyReference) throws -> SymmetricKey?) {
        self.key = key
    }

    /// Checks a file against the sidecar beside it.
    ///
    /// - Parameters:
    ///   - name: The file's name without a folder; the first line must agree with it.
    ///   - folder: The path of the folder of file and sidecar.
    ///   - onAuthentic: Hears once the MAC is right, before any line is believed.
    /// - Throws: ``SettlementError``, or what the key lookup throws.
    public func verify(
        _ name: String, in folder: String,
        onAuthentic: (SettlementKeyReference) -> Void = { _ in }
    ) throws -> Acknowledgement {
        let name = try SettlementFileName(name, kind: .acknowledgement)
        let folder = try FileDescriptor.folder(folder)
        let file = try FileDescriptor.required(name.text, in: folder)
        let byteCount = try file.byteCount()
        let limit = Acknowledgement.maximumByteCount
        guard byteCount <= Int64(limit) else {
            throw SettlementError.fileTooLarge(
                name: name.text, byteCount: byteCount, limit: Int64(limit))
        }
        let code = try SettlementSidecar.read(of: name, in: folder)
        guard let bytes = try file.readAll(limit: Int(byteCount)) else {
            throw SettlementError.fileChanged(name: name.text)
        }
        let reference = try AcknowledgementParser.keyReference(bytes)
        guard let key = try key(reference) else { throw SettlementError.keyUnknown(reference) }
        guard HMACSHA256.authenticate(bytes, key: key) == code else {
            throw SettlementError.codeMismatch(name: name.text)
        }
        onAuthentic(reference)
        return try AcknowledgementParser.parse(bytes, name: name)
    }
}
