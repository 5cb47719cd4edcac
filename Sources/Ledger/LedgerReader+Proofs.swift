import CivilTime
import Cryptography
import SQL

/// Proofs about the journal, for whoever holds one of its seals.
extension LedgerReader {
    /// The newest root, sealed or not; nothing while there are no entries.
    public func latestHead() throws -> TreeHead? {
        let head = try connection.prepare(
            "SELECT tree_size, root FROM tree_head ORDER BY tree_size DESC LIMIT 1"
        ).first { row in
            SHA256Digest(bytes: row.bytes(1)).map {
                TreeHead(businessDate: nil, size: row.integer(0), root: $0)
            }
        }
        return head ?? nil
    }

    /// Proves that an entry is in the journal.
    ///
    /// - Parameter date: whose seal it is proved against. Without one it is the seal of the
    ///   entry's own date, or the newest root while that date is open.
    /// - Throws: `ProofError`.
    public func proof(
        of entry: ID<JournalEntry>, sealedOn date: BusinessDate? = nil
    ) throws -> EntryProof {
        let named = try date.map { try head(sealedOn: $0) }
        let entries = JournalEntries(connection)
        guard entry.number > 0, let canonical = try entries.entries(in: entry...entry).first
        else { throw ProofError.unknownEntry(entry) }
        let own = try seal(of: canonical.businessDate)
        guard let head = try named ?? own.map({ try TreeHead($0) }) ?? latestHead() else {
            throw ProofError.unknownEntry(entry)
        }
        guard entry.number <= head.size else {
            throw ProofError.sealedBefore(entry, head.businessDate ?? canonical.businessDate)
        }
        var prover = MerkleProver(size: head.size, nodes: JournalNodes(connection))
        let proof = try head.holding { try prover.inclusionProof(of: canonical.leafIndex) }
        var encoder = EntryEncoder()
        let hasher = MerkleHasher()
        let leaf = canonical.leaf(&encoder, hasher)
        guard proof.proves(leaf, isIn: head.root, hasher) else { throw head.fault }
        return EntryProof(entry: canonical, leaf: leaf, head: head, proof: proof)
    }

    /// Proves that the journal sealed on one date is the start of that sealed on a later one.
    ///
    /// - Throws: `ProofError`.
    public func consistencyProof(
        from first: BusinessDate, to last: BusinessDate
    ) throws -> HeadsProof {
        guard first <= last else { throw ProofError.datesReversed(first, last) }
        let earlier = try head(sealedOn: first)
        let later = try head(sealedOn: last)
        // Both sizes come from rows, which may be damaged.
        guard earlier.size >= 0, earlier.size <= later.size else { throw later.fault }
        var prover = MerkleProver(size: later.size, nodes: JournalNodes(connection))
        let proof = try later.holding { try prover.consistencyProof(from: earlier.size) }
        guard proof.proves(earlier.root, isStartOf: later.root, MerkleHasher()) else {
            throw later.fault
        }
        return HeadsProof(earlier: earlier, later: later, proof: proof)
    }

    private func head(sealedOn date: BusinessDate) throws -> TreeHead {
        guard let seal = try seal(of: date) else { throw ProofError.notSealed(date) }
        return try TreeHead(seal)
    }
}

extension TreeHead {
    /// The head that a seal fixed.
    fileprivate init(_ seal: SealedDate) throws {
        guard let root = SHA256Digest(hex: seal.treeRoot) else {
            throw ProofError.doesNotHold(root: seal.treeRoot, treeSize: seal.treeSize)
        }
        self.init(businessDate: seal.date, size: seal.treeSize, root: root)
    }

    /// What is thrown when the book does not lead to this head.
    fileprivate var fault: ProofError { .doesNotHold(root: root.hex, treeSize: size) }

    /// Makes a proof against this head; a node or an entry that is missing is its fault.
    fileprivate func holding<Proof>(_ make: () throws -> Proof) throws -> Proof {
        do {
            return try make()
        } catch is JournalNodes.Missing {
            throw fault
        }
    }
}
