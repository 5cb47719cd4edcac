import Cryptography

/// Where a prover finds the nodes that are kept.
protocol MerkleNodes {
    /// The digests of complete subtrees at a kept level, in order of position.
    ///
    /// - Parameters:
    ///   - level: a multiple of `MerkleFrontier.keptLevelStep`; level 0 asks for leaves.
    ///   - positions: at most 2^8 of them; each names a complete subtree of the tree.
    /// - Throws: what the store throws, and when it lacks one of them.
    func digests(level: Int, positions: Range<Int64>) throws -> [SHA256Digest]
}

/// Makes the proofs of an RFC 6962 tree of a given size.
///
/// Nodes between kept levels are made anew from the kept ones below. A proof needs those of one
/// block of 256 on each kept level, and of the incomplete block at the tree's right edge; each
/// block is read once. A prover belongs to one thread.
struct MerkleProver<Nodes: MerkleNodes> {
    /// How many leaves the tree has.
    let size: Int64

    private let nodes: Nodes
    private let hasher = MerkleHasher()
    private var blocks: [Block: [SHA256Digest]] = [:]

    private struct Block: Hashable {
        let level: Int
        let number: Int64
    }

    /// - Parameter size: at most as many leaves as `nodes` has.
    init(size: Int64, nodes: Nodes) {
        precondition(size >= 0, "a tree has no fewer than no leaves")
        self.size = size
        self.nodes = nodes
    }

    /// The tree's root.
    mutating func root() throws -> SHA256Digest {
        size == 0 ? MerkleHasher.emptyRoot : try digest(of: 0..<size)
    }

    /// The audit path of a leaf, the sibling nearest to it first (RFC 6962, 2.1.1).
    mutating func inclusionProof(of leaf: Int64) throws -> InclusionProof {
        precondition((0..<size).contains(leaf), "the leaf is in the tree")
        var path: [SHA256Digest] = []
        var rest = 0..<size
        // The RFC starts at the leaf; walking down from the root finds the same in reverse.
        while rest.count > 1 {
            let (left, right) = Self.halves(of: rest)
            if left.contains(leaf) {
                path.append(try digest(of: right))
                rest = left
            } else {
                path.append(try digest(of: left))
                rest = right
            }
        }
        return InclusionProof(leafIndex: leaf, treeSize: size, path: path.reversed())
    }

    /// The proof that the tree of the first `earlier` leaves is the start of this one
    /// (RFC 6962, 2.1.2). It is empty when that tree is empty, or is this one.
    mutating func consistencyProof(from earlier: Int64) throws -> ConsistencyProof {
        precondition((0...size).contains(earlier), "the earlier tree is no larger")
        var path: [SHA256Digest] = []
        var rest = 0..<size
        var isEarlierRoot = true
        while earlier > 0, rest.upperBound != earlier {
            let (left, right) = Self.halves(of: rest)
            if earlier <= left.upperBound {
                path.append(try digest(of: right))
                rest = left
            } else {
                path.append(try digest(of: left))
                rest = right
                isEarlierRoot = false
            }
        }
        // Who checks the proof has the earlier root already.
        if earlier > 0, !isEarlierRoot { path.append(try digest(of: rest)) }
        return ConsistencyProof(earlierSize: earlier, size: size, path: path.reversed())
    }

    /// The digest over leaves; the range is complete, or ends where the tree does.
    private mutating func digest(of leaves: Range<Int64>) throws -> SHA256Digest {
        let count = leaves.upperBound - leaves.lowerBound
        guard count.nonzeroBitCount > 1 else {
            let level = count.trailingZeroBitCount
            return try digest(level: level, position: leaves.lowerBound >> Int64(level))
        }
        let (left, right) = Self.halves(of: leaves)
        return hasher.node(try digest(of: left), try digest(of: right))
    }

    /// The digest of a complete subtree.
    private mutating func digest(level: Int, position: Int64) throws -> SHA256Digest {
        let step = MerkleFrontier.keptLevelStep
        let height = level % step
        let kept = try block(level: level - height, number: position >> Int64(step - height))
        let first = Int(position << Int64(height) & ((1 << Int64(step)) - 1))
        return fold(kept[first..<first + 1 << height])
    }

    /// The kept digests of a block, as many as the tree has.
    private mutating func block(level: Int, number: Int64) throws -> [SHA256Digest] {
        let block = Block(level: level, number: number)
        if let known = blocks[block] { return known }
        let step = Int64(MerkleFrontier.keptLevelStep)
        let end = min((number + 1) << step, size >> Int64(level))
        let digests = try nodes.digests(level: level, positions: number << step..<end)
        precondition(digests.count == Int(end - number << step), "the store gives each digest")
        blocks[block] = digests
        return digests
    }

    /// The digest over complete siblings, as many as a power of two.
    private func fold(_ digests: ArraySlice<SHA256Digest>) -> SHA256Digest {
        guard digests.count > 1 else { return digests[digests.startIndex] }
        let middle = digests.startIndex + digests.count / 2
        return hasher.node(fold(digests[..<middle]), fold(digests[middle...]))
    }

    /// Splits two or more leaves before the largest power of two smaller than their number.
    private static func halves(of leaves: Range<Int64>) -> (Range<Int64>, Range<Int64>) {
        let last = leaves.upperBound - leaves.lowerBound - 1
        let middle = leaves.lowerBound + 1 << Int64(Int64.bitWidth - 1 - last.leadingZeroBitCount)
        return (leaves.lowerBound..<middle, middle..<leaves.upperBound)
    }
}
