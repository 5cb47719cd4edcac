import Cryptography

/// The proof that a leaf is in an RFC 6962 tree: the siblings on its way to the root.
public struct InclusionProof: Equatable, Sendable {
    /// The leaf's place, from 0; entry n is leaf n − 1.
    public let leafIndex: Int64
    /// How many leaves the tree has.
    public let treeSize: Int64
    /// The siblings, the one nearest to the leaf first.
    public let path: [SHA256Digest]

    /// Tells whether the path leads from the leaf to the root (RFC 9162, 2.1.3.2).
    func proves(_ leaf: SHA256Digest, isIn root: SHA256Digest, _ hasher: MerkleHasher) -> Bool {
        guard leafIndex >= 0, leafIndex < treeSize else { return false }
        var place = leafIndex
        var last = treeSize - 1
        var digest = leaf
        for sibling in path {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                digest = hasher.node(sibling, digest)
                // A node without right sibling rises until it is one.
                while place & 1 == 0, place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                digest = hasher.node(digest, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && digest == root
    }
}
