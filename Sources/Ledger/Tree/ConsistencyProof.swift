import Cryptography

/// The proof that an RFC 6962 tree is an earlier one with leaves added, and none changed.
public struct ConsistencyProof: Equatable, Sendable {
    /// How many leaves the earlier tree has.
    public let earlierSize: Int64
    /// How many leaves the tree has.
    public let size: Int64
    /// The nodes from which both roots follow; empty when the sizes are equal or the first is 0.
    public let path: [SHA256Digest]

    /// Tells whether both roots follow from the path (RFC 9162, 2.1.4.2).
    ///
    /// The RFC leaves out the empty tree: it is the start of each tree, and needs no path.
    func proves(
        _ earlierRoot: SHA256Digest, isStartOf root: SHA256Digest, _ hasher: MerkleHasher
    ) -> Bool {
        guard earlierSize > 0, earlierSize < size else {
            return path.isEmpty && isEmptyOrSame(earlierRoot, root)
        }
        var steps = path[...]
        if earlierSize.nonzeroBitCount == 1 { steps.insert(earlierRoot, at: steps.startIndex) }
        guard let first = steps.popFirst() else { return false }
        var place = earlierSize - 1
        var last = size - 1
        let complete = (~place).trailingZeroBitCount
        place >>= Int64(complete)
        last >>= Int64(complete)
        var earlierDigest = first
        var digest = first
        for step in steps {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                earlierDigest = hasher.node(step, earlierDigest)
                digest = hasher.node(step, digest)
                while place & 1 == 0, place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                digest = hasher.node(digest, step)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && earlierDigest == earlierRoot && digest == root
    }

    private func isEmptyOrSame(_ earlierRoot: SHA256Digest, _ root: SHA256Digest) -> Bool {
        guard earlierSize >= 0 else { return false }
        if earlierSize == 0, earlierRoot != MerkleHasher.emptyRoot { return false }
        return earlierSize == size ? earlierRoot == root : earlierSize == 0 && size > 0
    }
}
