import Cryptography

/// What an append-only RFC 6962 tree must remember: the roots of its complete subtrees.
///
/// They are as many as the size has binary ones, so that an append costs O(log n) at most and two
/// hashes on average.
struct MerkleFrontier: Equatable, Sendable {
    /// The levels of complete subtrees that are kept are multiples of this one.
    static let keptLevelStep = 8

    /// How many leaves the tree has.
    private(set) var size: Int64 = 0
    /// The roots of the complete subtrees, the largest and oldest first.
    private(set) var peaks: [SHA256Digest] = []

    /// The tree without leaves.
    init() {}

    /// A tree that was kept, or nothing when the bytes do not fit the size.
    init?(size: Int64, peakBytes: [UInt8]) {
        let width = SHA256Digest.byteCount
        guard size >= 0, peakBytes.count == size.nonzeroBitCount * width else { return nil }
        self.size = size
        peaks = stride(from: 0, to: peakBytes.count, by: width).compactMap {
            SHA256Digest(bytes: peakBytes[$0..<$0 + width])
        }
    }

    /// The peaks' bytes, one after the other.
    var peakBytes: [UInt8] { peaks.flatMap(\.bytes) }

    /// The tree's root.
    func root(_ hasher: MerkleHasher) -> SHA256Digest {
        guard var root = peaks.last else { return MerkleHasher.emptyRoot }
        for peak in peaks.dropLast().reversed() { root = hasher.node(peak, root) }
        return root
    }

    /// Appends a leaf.
    ///
    /// - Parameter completed: hears of each complete subtree whose level is to be kept; a subtree
    ///   of level l at position p is over the leaves from p·2^l.
    mutating func append(
        _ leaf: SHA256Digest, _ hasher: MerkleHasher,
        completed: (_ level: Int, _ position: Int64, _ digest: SHA256Digest) throws -> Void
    ) rethrows {
        var digest = leaf
        var level = 0
        var rest = size
        while rest & 1 == 1 {
            digest = hasher.node(peaks.removeLast(), digest)
            level += 1
            rest >>= 1
            if level % Self.keptLevelStep == 0 { try completed(level, rest, digest) }
        }
        peaks.append(digest)
        size += 1
    }
}
