import Cryptography

/// Keys from a text of lines `agency partner key-id hex`, as a reader without a book keeps them.
///
/// Empty lines and those that begin with `#` are passed over.
public struct SettlementKeyFile: Sendable {
    /// The largest key file that is read, in bytes.
    public static let maximumByteCount = 1_048_576

    private var keys: [SettlementKeyReference: SymmetricKey] = [:]

    /// - Throws: ``SettlementKeyFileError`` for the first line that is wrong.
    public init(_ text: String) throws(SettlementKeyFileError) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count == 4, let agencyID = SettlementIdentifier(words[0]),
                let partnerID = SettlementIdentifier(words[1]),
                let keyID = SettlementIdentifier(words[2]), let key = SymmetricKey(hex: words[3])
            else { throw .lineMalformed(line: index + 1) }
            let reference = SettlementKeyReference(
                agencyID: agencyID, partnerID: partnerID, keyID: keyID)
            guard keys.updateValue(key, forKey: reference) == nil else {
                throw .keyTwice(line: index + 1)
            }
        }
    }

    /// The key of a reference, or nothing.
    public func key(_ reference: SettlementKeyReference) -> SymmetricKey? { keys[reference] }
}

/// Why a key file is refused; never with a word of what it holds.
public enum SettlementKeyFileError: Error, Hashable, Sendable {
    case lineMalformed(line: Int)
    /// A key of the same agency, partner and key id has come before.
    case keyTwice(line: Int)
}

extension SettlementKeyFileError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .lineMalformed(let line): "line \(line): not \"agency partner key-id hex\""
        case .keyTwice(let line): "line \(line): a key of these names has come before"
        }
    }
}
