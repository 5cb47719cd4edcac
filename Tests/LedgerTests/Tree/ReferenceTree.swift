import Cryptography

@testable import Ledger

/// Roots and proofs as RFC 6962, section 2.1 defines them: recursive, slow and obviously right.
enum ReferenceTree {
    typealias Leaves = ArraySlice<SHA256Digest>

    static func leaf(_ bytes: [UInt8]) -> SHA256Digest { SHA256.hash([0] + bytes) }

    /// MTH(D[n]).
    static func root(_ leaves: Leaves) -> SHA256Digest {
        guard let first = leaves.first else { return SHA256.hash([]) }
        guard leaves.count > 1 else { return first }
        let split = leaves.startIndex + splitPoint(leaves.count)
        return SHA256.hash([1] + root(leaves[..<split]).bytes + root(leaves[split...]).bytes)
    }

    /// PATH(m, D[n]).
    static func path(_ leaf: Int, _ leaves: Leaves) -> [SHA256Digest] {
        guard leaves.count > 1 else { return [] }
        let count = splitPoint(leaves.count)
        let split = leaves.startIndex + count
        if leaf < count { return path(leaf, leaves[..<split]) + [root(leaves[split...])] }
        return path(leaf - count, leaves[split...]) + [root(leaves[..<split])]
    }

    /// PROOF(m, D[n]).
    static func proof(_ earlier: Int, _ leaves: Leaves) -> [SHA256Digest] {
        earlier == 0 ? [] : subproof(earlier, leaves, true)
    }

    private static func subproof(
        _ earlier: Int, _ leaves: Leaves, _ isWhole: Bool
    ) -> [SHA256Digest] {
        if earlier == leaves.count { return isWhole ? [] : [root(leaves)] }
        let count = splitPoint(leaves.count)
        let split = leaves.startIndex + count
        if earlier <= count {
            return subproof(earlier, leaves[..<split], isWhole) + [root(leaves[split...])]
        }
        return subproof(earlier - count, leaves[split...], false) + [root(leaves[..<split])]
    }

    /// The largest power of two smaller than the count.
    private static func splitPoint(_ count: Int) -> Int {
        var point = 1
        while point * 2 < count { point *= 2 }
        return point
    }
}

/// A tree in memory, with its kept levels as the frontier reports them.
final class TreeInMemory: MerkleNodes {
    private(set) var levels: [Int: [SHA256Digest]] = [:]
    private(set) var frontier = MerkleFrontier()
    /// How many digests of a level have been asked for.
    private(set) var askedCounts: [Int: Int] = [:]

    init(_ leaves: [SHA256Digest]) {
        let hasher = MerkleHasher()
        levels[0] = leaves
        for leaf in leaves {
            frontier.append(leaf, hasher) { level, position, digest in
                precondition(Int64(levels[level, default: []].count) == position)
                levels[level, default: []].append(digest)
            }
        }
    }

    func digests(level: Int, positions: Range<Int64>) -> [SHA256Digest] {
        askedCounts[level, default: 0] += positions.count
        return Array(
            levels[level, default: []][Int(positions.lowerBound)..<Int(positions.upperBound)])
    }

    func forgetCounts() { askedCounts = [:] }
}

/// Leaves that differ from each other.
func numberedLeaves(_ count: Int) -> [SHA256Digest] {
    (0..<count).map { ReferenceTree.leaf(Array("leaf \($0)".utf8)) }
}
