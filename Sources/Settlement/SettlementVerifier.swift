import Cryptography

/// Checks settlement files: first that their sender made them, then that they are right.
///
/// It looks for faults in the order of the cases of ``SettlementError`` and stops at the first.
/// Before the MAC has been checked it believes nothing and looks only at what names the key.
/// Memory does not depend on the number of lines. An instance may be used again and again.
public struct SettlementVerifier {
    /// The largest file that is looked at, in bytes.
    public static let maximumFileByteCount =
        Int64(SettlementDetail.maximumCount + SettlementType.allCases.count + 2)
        * Int64(RecordLine.maximumByteCount)

    private let key: (SettlementKeyReference) throws -> SymmetricKey?

    /// Makes a verifier over the keys that are valid now.
    ///
    /// - Parameter key: Gives the key of a reference, or nothing for an unknown or retired one;
    ///   what it throws, ``verify(_:in:)`` throws.
    public init(key: @escaping (SettlementKeyReference) throws -> SymmetricKey?) {
        self.key = key
    }

    /// Checks a file against the sidecar beside it.
    ///
    /// - Parameters:
    ///   - name: The file's name without a folder; the header must agree with it.
    ///   - folder: The path of the folder of file and sidecar.
    ///   - onAuthentic: Hears once the MAC is right, before any line is believed; what is refused
    ///     afterwards was sent so by the holder of the key.
    /// - Returns: The verified file, still open, for reading its details.
    /// - Throws: ``SettlementError``, or what the key lookup throws.
    public func verify(
        _ name: String, in folder: String,
        onAuthentic: (SettlementKeyReference) -> Void = { _ in }
    ) throws -> VerifiedSettlement {
        let name = try SettlementFileName(name)
        let folder = try FileDescriptor.folder(folder)
        let file = try FileDescriptor.required(name.text, in: folder)
        let byteCount = try file.byteCount()
        guard byteCount <= Self.maximumFileByteCount else {
            throw SettlementError.fileTooLarge(
                name: name.text, byteCount: byteCount, limit: Self.maximumFileByteCount)
        }
        let code = try SettlementSidecar.read(of: name, in: folder)
        return try verify(file, name: name, code: code, onAuthentic)
    }

    private func verify(
        _ file: FileDescriptor, name: SettlementFileName, code: MessageAuthenticationCode,
        _ onAuthentic: (SettlementKeyReference) -> Void
    ) throws -> VerifiedSettlement {
        let reference = try keyReference(file)
        guard let key = try key(reference) else { throw SettlementError.keyUnknown(reference) }
        let hmac = HMACSHA256(key: key)
        let contents = try FileScanner.contents(of: file, into: hmac)
        guard hmac.finalize() == code else {
            throw SettlementError.codeMismatch(name: name.text)
        }
        onAuthentic(reference)
        var parser = SettlementParser(file, name: name)
        while try parser.nextDetail() != nil {}
        let (header, totals) = try parser.end(expecting: contents)
        return VerifiedSettlement(
            file: file, name: name, header: header, totals: totals, code: code,
            contents: contents)
    }

    /// What the header says of its key, with as little trust as possible.
    private func keyReference(
        _ file: FileDescriptor
    ) throws(SettlementError) -> SettlementKeyReference {
        var reader = LineReader(file)
        guard let bytes = try reader.next() else { throw .trailerMissing(line: 1) }
        let line = try SettlementHeader.recordLine(bytes)
        return SettlementKeyReference(
            agencyID: try line.identifier(.agencyID), partnerID: try line.identifier(.partnerID),
            keyID: try line.identifier(.keyID))
    }
}

/// A file that passed every check.
///
/// An instance belongs to one thread at a time.
public final class VerifiedSettlement {
    public let name: SettlementFileName
    public let header: SettlementHeader
    public let totals: SettlementTotals
    public let code: MessageAuthenticationCode
    /// SHA-256 of the file's bytes, which the next file of the chain carries.
    public var digest: SHA256Digest { contents.digest }
    public var byteCount: Int64 { contents.byteCount }

    private let file: FileDescriptor
    private let contents: FileContents

    init(
        file: FileDescriptor, name: SettlementFileName, header: SettlementHeader,
        totals: SettlementTotals, code: MessageAuthenticationCode, contents: FileContents
    ) {
        self.file = file
        self.name = name
        self.header = header
        self.totals = totals
        self.code = code
        self.contents = contents
    }

    /// Reads the details again, one by one, in the order of the file.
    ///
    /// Apply them in one transaction and commit it only after this has returned: the bytes are
    /// hashed once more while they are read, and the last word comes at the end.
    ///
    /// - Throws: ``SettlementError/fileChanged(name:)`` or another ``SettlementError`` when the
    ///   file is no longer the one that was verified; or what `body` throws.
    public func forEachDetail(_ body: (SettlementDetail) throws -> Void) throws {
        var reader = detailReader()
        while let detail = try reader.next() { try body(detail) }
    }

    /// A reader that begins at the first detail.
    public func detailReader() -> SettlementDetailReader {
        SettlementDetailReader(SettlementParser(file, name: name), expecting: contents)
    }
}
