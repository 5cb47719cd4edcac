import Cryptography
import Dispatch
import Synchronization

/// Builds the tree anew on a thread of its own, from chunks that it takes in order.
///
/// `@unchecked Sendable`: the tree is touched by work on the serial queue only, and by the owner
/// after ``drain()``, when no work is left; the chunk's semaphore orders the two.
final class TreeBuilder: @unchecked Sendable {
    /// Chunks that may be on their way; the one who reads waits for the oldest of them.
    static let maximumChunksUnderway = 4
    /// Heads that are reported of a run in which all differ, as after an entry that was altered.
    static let maximumHeadsReported = 8

    private final class Work: Sendable {
        let chunk: Mutex<TreeChunk>
        let isDone = DispatchSemaphore(value: 0)

        init(_ chunk: TreeChunk) {
            self.chunk = Mutex(chunk)
        }
    }

    private let queue = DispatchQueue(label: "audit of the tree")
    private let hasher = MerkleHasher()
    private var frontier: MerkleFrontier
    private var wrongHeadsInRow = 0
    private var underway: [Work] = []

    init(_ frontier: MerkleFrontier = MerkleFrontier()) {
        self.frontier = frontier
    }

    /// Takes a chunk, and gives back the one that was taken some chunks before.
    ///
    /// Which one it is depends on the number of chunks and not on time, so that faults are
    /// reported in the same order each time.
    func submit(_ chunk: TreeChunk) -> TreeChunk? {
        let work = Work(chunk)
        underway.append(work)
        queue.async { [self] in
            work.chunk.withLock { process(&$0) }
            work.isDone.signal()
        }
        return underway.count >= Self.maximumChunksUnderway ? takeOldest() : nil
    }

    /// Waits for all chunks and gives them back; then the tree is that of all entries.
    func drain() -> (chunks: [TreeChunk], frontier: MerkleFrontier) {
        var chunks: [TreeChunk] = []
        while let chunk = takeOldest() { chunks.append(chunk) }
        return (chunks, frontier)
    }

    private func takeOldest() -> TreeChunk? {
        guard let work = underway.first else { return nil }
        work.isDone.wait()
        underway.removeFirst()
        return work.chunk.withLock { chunk in
            let taken = chunk
            chunk = TreeChunk()
            return taken
        }
    }

    private func process(_ chunk: inout TreeChunk) {
        var rest = chunk.expectations[...]
        var start = 0
        compare(&chunk, &rest, entryCount: 0)
        for index in chunk.ends.indices {
            let end = chunk.ends[index]
            let leaf = chunk.bytes.withUnsafeBytes {
                hasher.leaf(prefixed: UnsafeRawBufferPointer(rebasing: $0[start..<end]))
            }
            start = end
            frontier.append(leaf, hasher) { level, position, digest in
                chunk.nodes.append(
                    TreeChunk.Node(level: level, position: position, digest: digest))
            }
            compare(&chunk, &rest, entryCount: index + 1)
        }
    }

    private func compare(
        _ chunk: inout TreeChunk, _ rest: inout ArraySlice<TreeChunk.Expectation>, entryCount: Int
    ) {
        guard rest.first?.entryCount == entryCount else { return }
        let root = frontier.root(hasher)
        while let next = rest.first, next.entryCount == entryCount {
            rest.removeFirst()
            if isToBeReported(next, isRight: next.root == root) {
                chunk.mismatches.append(
                    TreeChunk.Mismatch(expected: root, kept: next.root, origin: next.origin))
            }
        }
    }

    private func isToBeReported(_ next: TreeChunk.Expectation, isRight: Bool) -> Bool {
        switch next.origin {
        case .seal: return !isRight
        case .head:
            wrongHeadsInRow = isRight ? 0 : wrongHeadsInRow + 1
            return !isRight && wrongHeadsInRow <= Self.maximumHeadsReported
        }
    }
}
