import Cryptography
import Testing

@testable import Ledger

@Suite("Proofs of the Merkle tree")
struct MerkleProofTests {
    private let hasher = MerkleHasher()

    @Test("are those of the RFC and hold, for each leaf and earlier tree up to 70 leaves")
    func exhaustive() throws {
        let leaves = numberedLeaves(70)
        let tree = TreeInMemory(leaves)
        for size in 0...70 {
            var prover = MerkleProver(size: Int64(size), nodes: tree)
            let root = ReferenceTree.root(leaves[..<size])
            #expect(try prover.root() == root)
            for leaf in 0..<size {
                let proof = try prover.inclusionProof(of: Int64(leaf))
                #expect(proof.path == ReferenceTree.path(leaf, leaves[..<size]))
                #expect(proof.proves(leaves[leaf], isIn: root, hasher))
            }
            for earlier in 0...size {
                let proof = try prover.consistencyProof(from: Int64(earlier))
                #expect(proof.path == ReferenceTree.proof(earlier, leaves[..<size]))
                let earlierRoot = ReferenceTree.root(leaves[..<earlier])
                #expect(proof.proves(earlierRoot, isStartOf: root, hasher))
            }
        }
    }

    @Test("are those of the RFC at random places up to 5,000 leaves")
    func sampled() throws {
        let seed = SeededNumbers.chooseSeed()
        print("\(SeededNumbers.seedVariable)=\(seed) repeats this run of MerkleProofTests")
        var numbers = SeededNumbers(seed: seed)
        let leaves = numberedLeaves(5_000)
        let tree = TreeInMemory(leaves)
        for _ in 0..<40 {
            let size = 1 + numbers.below(5_000)
            let leaf = numbers.below(size)
            let earlier = numbers.below(size + 1)
            let root = ReferenceTree.root(leaves[..<size])
            var prover = MerkleProver(size: Int64(size), nodes: tree)
            let inclusion = try prover.inclusionProof(of: Int64(leaf))
            #expect(inclusion.path == ReferenceTree.path(leaf, leaves[..<size]))
            #expect(inclusion.proves(leaves[leaf], isIn: root, hasher))
            let consistency = try prover.consistencyProof(from: Int64(earlier))
            #expect(consistency.path == ReferenceTree.proof(earlier, leaves[..<size]))
            let earlierRoot = ReferenceTree.root(leaves[..<earlier])
            #expect(consistency.proves(earlierRoot, isStartOf: root, hasher))
        }
    }

    @Test("read no more than two blocks of 256 of each kept level")
    func readsLittle() throws {
        let leaves = numberedLeaves(70_001)
        let tree = TreeInMemory(leaves)
        let root = tree.frontier.root(hasher)
        for number: Int64 in [0, 255, 256, 300, 512, 40_000, 65_535, 65_536, 69_888, 70_000] {
            tree.forgetCounts()
            var prover = MerkleProver(size: 70_001, nodes: tree)
            let inclusion = try prover.inclusionProof(of: number)
            #expect(inclusion.path.count <= 17)
            #expect(inclusion.proves(leaves[Int(number)], isIn: root, hasher))
            #expect(tree.askedCounts.allSatisfy { $0.value <= 512 }, "\(tree.askedCounts)")

            var earlier = MerkleProver(size: number, nodes: tree)
            let earlierRoot = try earlier.root()
            tree.forgetCounts()
            var other = MerkleProver(size: 70_001, nodes: tree)
            let consistency = try other.consistencyProof(from: number)
            #expect(consistency.proves(earlierRoot, isStartOf: root, hasher))
            #expect(tree.askedCounts.allSatisfy { $0.value <= 512 }, "\(tree.askedCounts)")
        }
    }

    @Test("hold no longer when any part is changed", arguments: [1, 2, 3, 7, 8, 20, 33])
    func tampered(size: Int64) throws {
        let leaves = numberedLeaves(Int(size))
        var prover = MerkleProver(size: size, nodes: TreeInMemory(leaves))
        let root = try prover.root()
        for index in 0..<size {
            let leaf = leaves[Int(index)]
            let proof = try prover.inclusionProof(of: index)
            #expect(!proof.proves(.zero, isIn: root, hasher))
            #expect(!proof.proves(leaf, isIn: .zero, hasher))
            for path in Self.variants(of: proof.path) {
                let other = InclusionProof(leafIndex: index, treeSize: size, path: path)
                #expect(!other.proves(leaf, isIn: root, hasher))
            }
            for place in [index - 1, index + 1, -1, size] {
                let other = InclusionProof(leafIndex: place, treeSize: size, path: proof.path)
                #expect(!other.proves(leaf, isIn: root, hasher), "leaf \(index) at \(place)")
            }
        }
        for earlier in 1...size {
            let earlierRoot = ReferenceTree.root(leaves[..<Int(earlier)])
            let proof = try prover.consistencyProof(from: earlier)
            #expect(!proof.proves(.zero, isStartOf: root, hasher))
            #expect(!proof.proves(earlierRoot, isStartOf: .zero, hasher))
            for path in Self.variants(of: proof.path) {
                let other = ConsistencyProof(earlierSize: earlier, size: size, path: path)
                #expect(!other.proves(earlierRoot, isStartOf: root, hasher))
            }
            for place in [earlier - 1, earlier + 1, -1] {
                let other = ConsistencyProof(earlierSize: place, size: size, path: proof.path)
                #expect(!other.proves(earlierRoot, isStartOf: root, hasher))
            }
        }
    }

    @Test("of the empty tree hold for its own root only, and need no path")
    func empty() throws {
        let root = try #require(SHA256Digest(hex: ReferenceVectors.roots[7]))
        for size: Int64 in [0, 8] {
            let later = size == 0 ? MerkleHasher.emptyRoot : root
            let proof = ConsistencyProof(earlierSize: 0, size: size, path: [])
            #expect(proof.proves(MerkleHasher.emptyRoot, isStartOf: later, hasher))
            #expect(!proof.proves(.zero, isStartOf: later, hasher))
            let longer = ConsistencyProof(earlierSize: 0, size: size, path: [.zero])
            #expect(!longer.proves(MerkleHasher.emptyRoot, isStartOf: later, hasher))
        }
        #expect(
            !ConsistencyProof(earlierSize: 0, size: 0, path: [])
                .proves(root, isStartOf: root, hasher))
        #expect(
            !InclusionProof(leafIndex: 0, treeSize: 0, path: [])
                .proves(root, isIn: root, hasher))
    }

    /// The path with a bit flipped in each digest, one missing, one too many, two exchanged.
    private static func variants(of path: [SHA256Digest]) -> [[SHA256Digest]] {
        var variants = [path + [.zero], [.zero] + path]
        for index in path.indices {
            var flipped = path[index].bytes
            flipped[index % 32] ^= 1
            var changed = path
            changed[index] = SHA256Digest(bytes: flipped) ?? .zero
            variants.append(changed)
            var shorter = path
            shorter.remove(at: index)
            variants.append(shorter)
            if index > 0 {
                var exchanged = path
                exchanged.swapAt(index, index - 1)
                variants.append(exchanged)
            }
        }
        return variants
    }
}
