import Cryptography

/// A shared key and the id by which a message names it.
public struct SigningKey: Sendable, Equatable {
    /// How long an id may be, in characters.
    public static let idLengths = 1...64
    /// The shortest key that is accepted, in bytes; shorter ones can be guessed.
    public static let minimumKeyBytes = 16

    /// Names the key; not secret.
    public let id: String
    let key: SymmetricKey

    /// Makes a key, or nothing when the id is not 1 to 64 of `A-Z a-z 0-9 . _ -` or the key short.
    public init?(id: String, key: SymmetricKey) {
        guard Self.idLengths.contains(id.utf8.count), id.utf8.allSatisfy(Self.isIDByte),
            key.byteCount >= Self.minimumKeyBytes
        else { return nil }
        self.id = id
        self.key = key
    }

    private static func isIDByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        case _: false
        }
    }
}
