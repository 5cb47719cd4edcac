import CSSL

/// A PIN's or password's scrypt hash, with its salt and cost; safe to store, and to share.
///
/// Its text is `scrypt$N$r$p$salt$hash`, with N, r and p in decimal and the salt and hash in
/// lower-case hexadecimal. One computation takes tens of milliseconds and megabytes on purpose:
/// bound how many run at once.
public struct PasswordHash: Sendable {
    /// The lengths of a secret that are accepted, in UTF-8 bytes.
    public static let allowedSecretByteCounts = 1...1_024
    /// The length of a new salt in bytes.
    public static let saltByteCount = 16
    /// The lengths of a stored salt that are accepted, in bytes.
    public static let allowedSaltByteCounts = 8...64
    /// The length of the hash in bytes.
    public static let hashByteCount = 32
    /// The longest stored text that is looked at, in bytes.
    public static let maximumTextByteCount = 256

    /// The cost that made this hash.
    public let cost: ScryptCost
    let salt: [UInt8]
    let hash: [UInt8]

    /// Hashes a secret under a fresh random salt.
    ///
    /// - Parameter secret: Taken as its exact UTF-8 bytes, without Unicode normalisation.
    /// - Throws: ``CryptographyError`` for an empty or over-long secret, or without randomness.
    public static func make(
        _ secret: String, cost: ScryptCost = .default
    ) throws(CryptographyError) -> PasswordHash {
        let byteCount = secret.utf8.count
        guard allowedSecretByteCounts.contains(byteCount) else {
            throw .secretLengthInvalid(byteCount: byteCount, allowed: allowedSecretByteCounts)
        }
        let salt = try SecureRandom.bytes(saltByteCount)
        let hash = deriveScrypt(secret, salt: salt, cost: cost, byteCount: hashByteCount)
        return PasswordHash(cost: cost, salt: salt, hash: hash)
    }

    /// Parses a stored text.
    ///
    /// - Throws: ``CryptographyError/passwordHashMalformed(field:)`` for a wrong form, and
    ///   ``CryptographyError/passwordCostOutOfBounds(field:value:)`` for an unaffordable cost.
    public init(_ text: String) throws(CryptographyError) {
        guard text.utf8.count <= Self.maximumTextByteCount else {
            throw .passwordHashMalformed(field: "length")
        }
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6 else { throw .passwordHashMalformed(field: "field count") }
        guard parts[0] == "scrypt" else { throw .passwordHashMalformed(field: "algorithm") }
        let cost = try ScryptCost(
            iterations: Self.number(parts[1], field: "N"),
            blockSize: Self.number(parts[2], field: "r"),
            parallelization: Self.number(parts[3], field: "p"))
        guard let salt = Hexadecimal.decode(parts[4]),
            Self.allowedSaltByteCounts.contains(salt.count)
        else { throw .passwordHashMalformed(field: "salt") }
        guard let hash = Hexadecimal.decode(parts[5]), hash.count == Self.hashByteCount
        else { throw .passwordHashMalformed(field: "hash") }
        self.init(cost: cost, salt: salt, hash: hash)
    }

    private init(cost: ScryptCost, salt: [UInt8], hash: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    /// The text to store, `scrypt$N$r$p$salt$hash`.
    public var text: String {
        let numbers = "\(cost.iterations)$\(cost.blockSize)$\(cost.parallelization)"
        return "scrypt$\(numbers)$\(Hexadecimal.encode(salt))$\(Hexadecimal.encode(hash))"
    }

    /// Whether a secret is the one that was hashed; the comparison takes constant time.
    ///
    /// A secret of a length that ``make(_:cost:)`` refuses is never right.
    public func verify(_ secret: String) -> Bool {
        guard Self.allowedSecretByteCounts.contains(secret.utf8.count) else { return false }
        var candidate = deriveScrypt(
            secret, salt: salt, cost: cost, byteCount: Self.hashByteCount)
        defer { wipe(&candidate) }
        return constantTimeEquals(candidate, hash)
    }

    private static func number(
        _ text: Substring, field: String
    ) throws(CryptographyError) -> Int {
        // Int accepts "+8" and "08"; the stored form has one spelling only.
        guard let number = Int(text), String(number) == text else {
            throw .passwordHashMalformed(field: field)
        }
        return number
    }
}

extension PasswordHash: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The cost only; a hash in a log would invite guessing.
    public var description: String {
        "PasswordHash(scrypt N=\(cost.iterations) r=\(cost.blockSize) p=\(cost.parallelization))"
    }

    /// The cost only.
    public var debugDescription: String { description }

    /// Shows no children, so that `dump` prints neither salt nor hash.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Computes scrypt; ends the process if its memory, at most 64 MiB, cannot be had.
func deriveScrypt(
    _ secret: String, salt: [UInt8], cost: ScryptCost, byteCount: Int
) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: byteCount)
    // OpenSSL counts its working blocks too; the cost's own bound has been checked before.
    let memoryLimitBytes = UInt64(ScryptCost.maximumMemoryBytes) * 2
    let status = withContiguousUTF8(secret) { secret in
        EVP_PBE_scrypt(
            secret.baseAddress?.assumingMemoryBound(to: CChar.self), secret.count,
            salt, salt.count, UInt64(cost.iterations), UInt64(cost.blockSize),
            UInt64(cost.parallelization), memoryLimitBytes, &output, byteCount)
    }
    precondition(status == 1, "scrypt failed for want of memory")
    return output
}
