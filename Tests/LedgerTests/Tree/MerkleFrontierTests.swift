import Cryptography
import Testing

@testable import Ledger

@Suite("The Merkle tree's frontier")
struct MerkleFrontierTests {
    private let hasher = MerkleHasher()

    @Test("has the root that the RFC defines, after each of 300 leaves")
    func root() {
        let leaves = numberedLeaves(300)
        var frontier = MerkleFrontier()
        #expect(frontier.root(hasher) == ReferenceTree.root([]))
        for (index, leaf) in leaves.enumerated() {
            frontier.append(leaf, hasher) { _, _, _ in }
            #expect(frontier.size == Int64(index + 1))
            #expect(frontier.root(hasher) == ReferenceTree.root(leaves[...index]))
        }
    }

    @Test("goes on from its kept bytes as if it had never stopped")
    func keptBytes() throws {
        let leaves = numberedLeaves(70)
        var frontier = MerkleFrontier()
        for leaf in leaves {
            #expect(frontier.peakBytes.count == frontier.size.nonzeroBitCount * 32)
            var read = try #require(
                MerkleFrontier(size: frontier.size, peakBytes: frontier.peakBytes))
            #expect(read == frontier)
            read.append(leaf, hasher) { _, _, _ in }
            frontier.append(leaf, hasher) { _, _, _ in }
            #expect(read == frontier)
        }
    }

    @Test(
        "is not made from bytes that do not fit the size",
        arguments: [(0, 32), (1, 0), (1, 31), (1, 33), (2, 64), (3, 32), (-1, 64 * 32), (-1, 0)])
    func refusesBytes(size: Int64, count: Int) {
        let bytes = [UInt8](repeating: 7, count: count)
        #expect(MerkleFrontier(size: size, peakBytes: bytes) == nil)
    }

    @Test("reports each complete subtree of levels 8 and 16, once and in order")
    func completedSubtrees() {
        let leaves = numberedLeaves(65_536 + 300)
        var reported: [(level: Int, position: Int64, digest: SHA256Digest)] = []
        var frontier = MerkleFrontier()
        for leaf in leaves {
            frontier.append(leaf, hasher) { reported.append(($0, $1, $2)) }
        }
        let lower = reported.filter { $0.level == 8 }
        #expect(lower.map(\.position) == Array(0..<257))
        for node in [lower[0], lower[100], lower[256]] {
            let start = Int(node.position) * 256
            #expect(node.digest == ReferenceTree.root(leaves[start..<start + 256]))
        }
        let upper = reported.filter { $0.level != 8 }
        #expect(upper.map(\.level) == [16])
        #expect(upper.map(\.position) == [0])
        #expect(upper.first?.digest == ReferenceTree.root(leaves[..<65_536]))
    }
}
