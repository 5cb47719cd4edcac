import Cryptography

/// A stretch of the journal as canonical bytes, with the roots that the tree must have on its way.
struct TreeChunk: Sendable {
    /// Bytes after which a chunk is handed on; one entry may go past it.
    static let fullByteCount = 1 << 18

    /// Where a root is kept.
    enum Origin: Sendable {
        /// The tree head of a size.
        case head(Int64)
        /// The seal of a business date, and what it says.
        case seal(day: Int64, text: String)
    }

    /// A root that is kept, for the tree after so many entries of the chunk.
    struct Expectation: Sendable {
        let entryCount: Int
        let root: SHA256Digest
        let origin: Origin
    }

    /// A root that is kept and differs.
    struct Mismatch: Sendable {
        let expected: SHA256Digest
        let kept: SHA256Digest
        let origin: Origin
    }

    /// The root of a complete subtree whose level is to be kept.
    struct Node: Sendable {
        let level: Int
        let position: Int64
        let digest: SHA256Digest
    }

    /// The leaves' bytes with their prefixes, one after the other.
    var bytes: [UInt8] = []
    /// Where each leaf ends among the bytes.
    var ends: [Int] = []
    /// The roots to compare with, in order.
    var expectations: [Expectation] = []
    /// What came of the chunk.
    var mismatches: [Mismatch] = []
    var nodes: [Node] = []

    var isFull: Bool { bytes.count >= Self.fullByteCount }
    var isEmpty: Bool { ends.isEmpty && expectations.isEmpty }

    /// Makes the chunk ready for further entries, in the memory that it has.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        expectations.removeAll(keepingCapacity: true)
        mismatches.removeAll(keepingCapacity: true)
        nodes.removeAll(keepingCapacity: true)
    }
}
