import CivilTime
import Cryptography

/// What a file is, by the letters that begin its name.
public enum SettlementFileKind: String, CaseIterable, Hashable, Sendable {
    /// The transactions of a day.
    case settlement = "APS"
    /// What became of a file of the other side.
    case acknowledgement = "APA"
}

/// The name of a settlement file, `APS_<agency>_<partner>_<YYYYMMDD>_<sequence, six digits>.txt`.
///
/// An acknowledgement file has such a name too, with `APA` and a number of its own.
public struct SettlementFileName: Hashable, Sendable {
    public let kind: SettlementFileKind
    public let agencyID: SettlementIdentifier
    public let partnerID: SettlementIdentifier
    public let businessDate: BusinessDate
    public let sequence: Int

    /// The name of the file that has this header.
    ///
    /// - Throws: ``SettlementError/fieldInvalid(line:field:value:cause:)`` for a header that no
    ///   file can have.
    public init(_ header: SettlementHeader) throws(SettlementError) {
        try header.check()
        kind = .settlement
        agencyID = header.agencyID
        partnerID = header.partnerID
        businessDate = header.businessDate
        sequence = header.sequence
    }

    /// Names a file that a partner is to get, before the file ahead of it is written.
    ///
    /// - Throws: ``SettlementError`` for a date or number that a header cannot carry.
    public init(
        kind: SettlementFileKind = .settlement, agencyID: SettlementIdentifier,
        partnerID: SettlementIdentifier, businessDate: BusinessDate, sequence: Int
    ) throws(SettlementError) {
        guard FieldGrammar.isWritable(businessDate) else {
            throw .fieldInvalid(
                line: 1, field: .businessDate, value: "\(businessDate)", cause: .dateInvalid)
        }
        let allowed = SettlementHeader.allowedSequences
        guard allowed.contains(Int64(sequence)) else {
            throw .fieldInvalid(
                line: 1, field: .sequence, value: "\(sequence)", cause: .outOfRange(allowed))
        }
        self.kind = kind
        self.agencyID = agencyID
        self.partnerID = partnerID
        self.businessDate = businessDate
        self.sequence = sequence
    }

    /// Parses a name of either kind.
    ///
    /// - Throws: ``SettlementError/fileNameMalformed(name:)``.
    public init(ofAnyKind text: String) throws(SettlementError) {
        try self.init(text, kind: Self.kind(of: text))
    }

    /// The kind of file that a name promises, whether it is well formed or not.
    public static func kind(of text: String) -> SettlementFileKind {
        let beginning = SettlementFileKind.acknowledgement.rawValue + "_"
        return text.utf8.starts(with: beginning.utf8) ? .acknowledgement : .settlement
    }

    /// Parses a name; the one way to write each name is the only one accepted.
    ///
    /// - Throws: ``SettlementError/fileNameMalformed(name:)``, also for a name of the other kind.
    public init(
        _ text: String, kind: SettlementFileKind = .settlement
    ) throws(SettlementError) {
        let malformed = SettlementError.fileNameMalformed(name: SafeText.of(text.utf8))
        guard text.hasSuffix(Self.suffix) else { throw malformed }
        let parts = text.dropLast(Self.suffix.count)
            .split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == kind.rawValue,
            let agencyID = SettlementIdentifier(parts[1]),
            let partnerID = SettlementIdentifier(parts[2]),
            parts[3].utf8.count == 8, parts[3].utf8.allSatisfy(FieldGrammar.isDigit),
            let year = Int(parts[3].prefix(4)), let month = Int(parts[3].dropFirst(4).prefix(2)),
            let day = Int(parts[3].suffix(2)),
            let date = BusinessDate(year: year, month: month, day: day),
            FieldGrammar.isWritable(date),
            parts[4].utf8.count == Self.sequenceDigitCount,
            parts[4].utf8.allSatisfy(FieldGrammar.isDigit), let sequence = Int(parts[4]),
            SettlementHeader.allowedSequences.contains(Int64(sequence))
        else { throw malformed }
        self.kind = kind
        self.agencyID = agencyID
        self.partnerID = partnerID
        businessDate = date
        self.sequence = sequence
        // Swift compares texts by canonical equivalence, a file system by bytes.
        guard self.text.utf8.elementsEqual(text.utf8) else { throw malformed }
    }

    /// The file's name, without a folder.
    public var text: String {
        let digits = String(sequence)
        let zeros = String(repeating: "0", count: Self.sequenceDigitCount - digits.utf8.count)
        return "\(kind.rawValue)_\(agencyID)_\(partnerID)_\(businessDate.compact)_\(zeros)\(digits)"
            + Self.suffix
    }

    /// The name of the file that holds the MAC.
    public var sidecarText: String { text + Self.sidecarSuffix }

    /// The one line, with its line feed, that the file of the MAC holds.
    public func sidecarLine(_ code: MessageAuthenticationCode) -> String {
        SettlementSidecar.text(code, of: self)
    }

    static let suffix = ".txt"
    /// What the name of a sidecar adds to that of its file.
    public static let sidecarSuffix = ".hmac"
    static let sequenceDigitCount = 6

    /// Refuses a header that belongs under another name.
    func check(_ header: SettlementHeader) throws(SettlementError) {
        let pairs = [
            (SettlementField.agencyID, header.agencyID.text, agencyID.text),
            (.partnerID, header.partnerID.text, partnerID.text),
            (.businessDate, "\(header.businessDate)", "\(businessDate)"),
            (.sequence, "\(header.sequence)", "\(sequence)"),
        ]
        for (field, value, expected) in pairs where value != expected {
            throw .fileNameMismatch(field: field, value: value, expected: expected)
        }
    }
}

/// The text of a sidecar: what `openssl dgst` of OpenSSL 3 prints for the file, byte for byte.
public enum SettlementSidecar {
    /// The longest sidecar that is looked at, in bytes; a valid one has about 170.
    static let maximumByteCount = 512

    /// The one line, with its line feed, for a file of any name and a code of any digits.
    public static func line(_ codeHex: String, of name: String) -> String {
        opening + name + ending + codeHex + "\n"
    }

    static func text(
        _ code: MessageAuthenticationCode, of name: SettlementFileName
    ) -> String {
        line(code.hex, of: name.text)
    }

    static func parse(
        _ text: [UInt8], of name: SettlementFileName
    ) throws(SettlementError) -> MessageAuthenticationCode {
        let malformed = SettlementError.sidecarMalformed(name: name.sidecarText)
        // From the end, because the name in the middle may be any other one.
        let hexByteCount = MessageAuthenticationCode.byteCount * 2
        guard text.last == Ascii.lineFeed, text.count > hexByteCount else { throw malformed }
        let hex = text.dropLast().suffix(hexByteCount)
        guard hex.allSatisfy(FieldGrammar.isLowerHexadecimal),
            let bytes = Hexadecimal.decode(utf8: hex),
            let code = MessageAuthenticationCode(bytes: bytes)
        else { throw malformed }
        let found = text.dropLast(hexByteCount + 1)
        guard found.starts(with: opening.utf8),
            found.suffix(ending.utf8.count).elementsEqual(
                ending.utf8)
        else { throw malformed }
        guard found.elementsEqual(beginning(name).utf8) else {
            throw .sidecarForOtherFile(name: name.sidecarText, expected: name.text)
        }
        return code
    }

    /// Reads the sidecar of a file that lies beside it.
    ///
    /// - Throws: ``SettlementError`` when it is missing, malformed or another file's.
    static func read(
        of name: SettlementFileName, in folder: FileDescriptor
    ) throws(SettlementError) -> MessageAuthenticationCode {
        let sidecar = try FileDescriptor.required(name.sidecarText, in: folder)
        guard let text = try sidecar.readAll(limit: maximumByteCount) else {
            throw .sidecarMalformed(name: name.sidecarText)
        }
        return try parse(text, of: name)
    }

    private static let opening = "HMAC-SHA2-256("
    private static let ending = ")= "

    private static func beginning(_ name: SettlementFileName) -> String {
        opening + name.text + ending
    }
}
