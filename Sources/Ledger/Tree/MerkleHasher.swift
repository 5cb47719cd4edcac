import Cryptography

/// The two hashes of an RFC 6962 tree; it keeps one SHA-256 context and belongs to one thread.
///
/// A prefix byte keeps leaves and nodes apart, so that no node can pass for an entry.
final class MerkleHasher {
    /// The root of the tree without leaves: SHA-256 of nothing.
    static let emptyRoot = SHA256.hash([UInt8]())
    static let leafPrefix: UInt8 = 0
    static let nodePrefix: UInt8 = 1

    private let hash = SHA256()

    /// The hash of a leaf whose bytes start with `leafPrefix` already.
    func leaf(prefixed bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        hash.update(bytes)
        return hash.finalize()
    }

    /// The hash of a node over its two children.
    func node(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
        withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { buffer in
            buffer[0] = Self.nodePrefix
            left.withUnsafeBytes { buffer[1...].copyBytes(from: $0) }
            right.withUnsafeBytes { buffer[33...].copyBytes(from: $0) }
            hash.update(UnsafeRawBufferPointer(buffer))
            return hash.finalize()
        }
    }
}
