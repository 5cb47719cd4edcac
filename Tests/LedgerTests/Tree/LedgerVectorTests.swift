import CivilTime
import Cryptography
import StrictJSON
import Testing

@testable import Ledger

@Suite("The ledger's golden vectors")
struct LedgerVectorTests {
    private let hasher = MerkleHasher()

    private func leaves() throws -> [SHA256Digest] {
        var encoder = EntryEncoder()
        return try LedgerVectors.entries().map { $0.entry.leaf(&encoder, hasher) }
    }

    private func head(_ size: Int64) throws -> TreeHead {
        let dates: [Int64: String] = [7: "2026-11-21", 20: "2026-11-22"]
        return TreeHead(
            businessDate: dates[size].flatMap { BusinessDate($0) }, size: size,
            root: try #require(SHA256Digest(hex: LedgerVectors.roots()[Int(size)])))
    }

    @Test("are the bytes, the leaf and the JSON of each entry")
    func entries() throws {
        var encoder = EntryEncoder()
        let vectors = try LedgerVectors.entries()
        #expect(vectors.count == 20)
        #expect(Set(vectors.map(\.entry.phase)) == Set(EntryPhase.allCases.map(\.rawValue)))
        for vector in vectors {
            vector.entry.encode(into: &encoder)
            let bytes = encoder.canonicalBytes()
            #expect(Hexadecimal.encode(Array(bytes)) == vector.canonicalHex, "\(vector.note)")
            #expect(encoder.leaf(hasher).hex == vector.leafHex, "\(vector.note)")
            var writer = JSONWriter()
            vector.entry.write(to: &writer)
            #expect(writer.text == vector.json.written, "\(vector.note)")
        }
    }

    @Test("are the roots of 0 to 20 entries")
    func roots() throws {
        var frontier = MerkleFrontier()
        let roots = try LedgerVectors.roots()
        #expect(frontier.root(hasher).hex == roots[0])
        let leaves = try leaves()
        for (leaf, root) in zip(leaves, roots.dropFirst()) {
            frontier.append(leaf, hasher) { _, _, _ in }
            #expect(frontier.root(hasher).hex == root)
        }
        #expect(roots.count == leaves.count + 1)
    }

    @Test("are the inclusion proofs, byte for byte")
    func inclusionProofs() throws {
        let vectors = try LedgerVectors.entries()
        let leaves = try leaves()
        let names = try LedgerVectors.names(startingWith: "inclusion-")
        #expect(names.count == 11)
        for name in names {
            let golden = try LedgerVectors.text(name)
            let size = try #require(try LedgerVectors.json(name)["seal"]?["tree_size"]?.number)
            let index = try #require(try LedgerVectors.json(name)["leaf_index"]?.number)
            var prover = MerkleProver(size: size, nodes: TreeInMemory(leaves))
            let proof = EntryProof(
                entry: vectors[Int(index)].entry, leaf: leaves[Int(index)], head: try head(size),
                proof: try prover.inclusionProof(of: index))
            var writer = JSONWriter()
            proof.write(to: &writer)
            #expect(writer.text + "\n" == golden, "\(name)")
        }
    }

    @Test("are the consistency proofs, byte for byte")
    func consistencyProofs() throws {
        let leaves = try leaves()
        let names = try LedgerVectors.names(startingWith: "consistency-")
        #expect(names.count == 9)
        for name in names {
            let golden = try LedgerVectors.text(name)
            let from = try #require(try LedgerVectors.json(name)["from"]?["tree_size"]?.number)
            let size = try #require(try LedgerVectors.json(name)["to"]?["tree_size"]?.number)
            var prover = MerkleProver(size: size, nodes: TreeInMemory(leaves))
            let proof = HeadsProof(
                earlier: try head(from), later: try head(size),
                proof: try prover.consistencyProof(from: from))
            var writer = JSONWriter()
            proof.write(to: &writer)
            #expect(writer.text + "\n" == golden, "\(name)")
        }
    }
}
