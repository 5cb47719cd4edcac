import Cryptography
import Testing

@testable import Ledger

/// The eight leaves of Certificate Transparency's reference tree, and what was published on them.
enum ReferenceVectors {
    static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]

    static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    private static let first = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
    private static let second = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    private static let third = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
    private static let fifth = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
    private static let pair = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
    private static let join = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

    /// Leaf (from 0), size, path.
    static let inclusions: [(leaf: Int64, size: Int64, path: [String])] = [
        (0, 1, []), (0, 8, [first, second, third]), (5, 8, [fifth, pair, roots[3]]),
        (2, 3, [roots[1]]), (1, 5, [roots[0], second, fifth]),
    ]

    /// Earlier size, size, path.
    static let consistencies: [(earlier: Int64, size: Int64, path: [String])] = [
        (1, 1, []), (1, 8, [first, second, third]), (6, 8, [join, pair, roots[3]]),
        (2, 5, [second, fifth]),
    ]
}

@Suite("The reference vectors of Certificate Transparency")
struct ReferenceVectorTests {
    private let hasher = MerkleHasher()

    private func leaves() throws -> [SHA256Digest] {
        try ReferenceVectors.leaves.map { hex in
            let bytes = [MerkleHasher.leafPrefix] + (try #require(Hexadecimal.decode(hex)))
            return bytes.withUnsafeBytes { hasher.leaf(prefixed: $0) }
        }
    }

    @Test("are the roots of this tree") func roots() throws {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        var frontier = MerkleFrontier()
        #expect(frontier.root(hasher).hex == empty)
        for (leaf, root) in zip(try leaves(), ReferenceVectors.roots) {
            frontier.append(leaf, hasher) { _, _, _ in }
            #expect(frontier.root(hasher).hex == root)
        }
    }

    @Test("are the inclusion proofs of this tree") func inclusions() throws {
        let leaves = try leaves()
        for vector in ReferenceVectors.inclusions {
            var prover = MerkleProver(size: vector.size, nodes: TreeInMemory(leaves))
            let proof = try prover.inclusionProof(of: vector.leaf)
            #expect(proof.path.map(\.hex) == vector.path)
            let root = try #require(SHA256Digest(hex: ReferenceVectors.roots[Int(vector.size) - 1]))
            #expect(proof.proves(leaves[Int(vector.leaf)], isIn: root, hasher))
        }
    }

    @Test("are the consistency proofs of this tree") func consistencies() throws {
        let leaves = try leaves()
        for vector in ReferenceVectors.consistencies {
            var prover = MerkleProver(size: vector.size, nodes: TreeInMemory(leaves))
            let proof = try prover.consistencyProof(from: vector.earlier)
            #expect(proof.path.map(\.hex) == vector.path)
        }
    }
}
