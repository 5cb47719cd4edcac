/// The entries of one side, parted by their keys, in memory or beyond its limit in a file.
///
/// Entries are kept in chunks; when the memory is full, the chunks that are full go to the file.
/// One thread appends; when it is done, any may read.
final class EntryStore: @unchecked Sendable {
    // Sendable, for it is changed by one thread at a time: `append` is called by the one that
    // reads its side, and others call `load` only after that thread has ended.
    static let chunkEntryCount = 32
    static let chunkByteCount = chunkEntryCount * MemoryLayout<MatchEntry>.stride
    private static let allowedSlabChunkCounts = 4...512
    private static let maximumPartitionBits = 11
    /// The entries of both sides that a partition should have, so that it stays in the caches.
    private static let goodPartitionEntryCount = 4_096
    /// Shorter lines exist but are rare; the guess only has to be near.
    static let guessedLineByteCount: Int64 = 48
    /// What an entry of a partition takes while it is compared, in bytes, with room to spare.
    private static let comparedEntryByteCount = 192

    let partitionCount: Int
    private let shift: UInt64
    private let limitByteCount: Int
    private let slabChunkCount: Int
    private let temporaryFolder: String
    // Pointers that never change, so that the hot path asks for no exclusive access.
    private let cursors: UnsafeMutablePointer<Cursor>
    private var chunks: [[Chunk]]
    private var slabs: [UnsafeMutablePointer<MatchEntry>] = []
    private var freeChunks: [UnsafeMutablePointer<MatchEntry>] = []
    private var file: TemporaryFile?

    /// Where the next entry of a partition goes.
    private struct Cursor {
        var next: UnsafeMutablePointer<MatchEntry>?
        var end: UnsafeMutablePointer<MatchEntry>?
    }

    private enum Chunk {
        case memory(UnsafeMutablePointer<MatchEntry>)
        case file(offset: Int64)
    }

    /// How many bits of the key part inputs of this size, within a limit of memory.
    static func partitionBits(byteCount: Int64, limitByteCount: Int) -> Int {
        let guessedCount = Int(byteCount / guessedLineByteCount)
        // Under a small limit a partition, with what is needed to compare it, must be small too.
        let goodCount = min(goodPartitionEntryCount, limitByteCount / comparedEntryByteCount)
        var bits = 0
        while bits < maximumPartitionBits, guessedCount >> bits > goodCount,
            (2 << bits) * chunkByteCount * 2 <= limitByteCount
        { bits += 1 }
        return bits
    }

    init(partitionBits: Int, limitByteCount: Int, temporaryFolder: String) {
        partitionCount = 1 << partitionBits
        shift = UInt64(61 - partitionBits)
        self.limitByteCount = limitByteCount
        let allowed = Self.allowedSlabChunkCounts
        slabChunkCount = min(
            max(limitByteCount / Self.chunkByteCount / 4, allowed.lowerBound), allowed.upperBound)
        self.temporaryFolder = temporaryFolder
        cursors = .allocate(capacity: partitionCount)
        cursors.initialize(repeating: Cursor(), count: partitionCount)
        chunks = Array(repeating: [], count: partitionCount)
    }

    deinit {
        cursors.deallocate()
        for slab in slabs { slab.deallocate() }
    }

    @inline(__always)
    func append(_ entry: MatchEntry) throws(MatchError) {
        let partition = Int(truncatingIfNeeded: entry.key.high >> shift)
        let cursor = cursors + partition
        if cursor.pointee.next == cursor.pointee.end { try beginChunk(of: partition) }
        guard let next = cursor.pointee.next else { preconditionFailure("a chunk was begun") }
        next.initialize(to: entry)
        cursor.pointee.next = next + 1
    }

    /// How many entries a partition has.
    func count(of partition: Int) -> Int {
        guard let next = cursors[partition].next, let end = cursors[partition].end else {
            return 0
        }
        return chunks[partition].count * Self.chunkEntryCount - (end - next)
    }

    var count: Int { (0..<partitionCount).reduce(0) { $0 + count(of: $1) } }

    /// Copies a partition's entries to a buffer with room for them.
    func load(
        _ partition: Int, into buffer: UnsafeMutablePointer<MatchEntry>
    ) throws(MatchError) {
        var rest = count(of: partition)
        var place = buffer
        for chunk in chunks[partition] {
            let count = min(rest, Self.chunkEntryCount)
            switch chunk {
            case .memory(let entries): place.initialize(from: entries, count: count)
            case .file(let offset): try read(count, at: offset, into: place)
            }
            place += count
            rest -= count
        }
    }

    private func read(
        _ count: Int, at offset: Int64, into place: UnsafeMutablePointer<MatchEntry>
    ) throws(MatchError) {
        let bytes = UnsafeMutableRawBufferPointer(
            start: place, count: count * MemoryLayout<MatchEntry>.stride)
        guard let file, try file.read(into: bytes, at: offset) == bytes.count else {
            throw .temporaryFile(.fileChanged(name: temporaryFolder))
        }
    }

    /// Calls with every entry, in no particular order.
    func forEach(_ body: (MatchEntry) throws(MatchError) -> Void) throws(MatchError) {
        let buffer = UnsafeMutablePointer<MatchEntry>.allocate(capacity: Self.chunkEntryCount)
        defer { buffer.deallocate() }
        for partition in 0..<partitionCount {
            var rest = count(of: partition)
            for chunk in chunks[partition] {
                let count = min(rest, Self.chunkEntryCount)
                rest -= count
                var entries = buffer
                switch chunk {
                case .memory(let memory): entries = memory
                case .file(let offset): try read(count, at: offset, into: buffer)
                }
                for index in 0..<count { try body(entries[index]) }
            }
        }
    }

    @inline(never)
    private func beginChunk(of partition: Int) throws(MatchError) {
        let chunk = try takeChunk()
        chunks[partition].append(.memory(chunk))
        cursors[partition] = Cursor(next: chunk, end: chunk + Self.chunkEntryCount)
    }

    private func takeChunk() throws(MatchError) -> UnsafeMutablePointer<MatchEntry> {
        if freeChunks.isEmpty {
            // A partition's last chunk is being filled and stays.
            let needed = (partitionCount + 1) * Self.chunkByteCount
            let taken = slabs.count * slabChunkCount * Self.chunkByteCount
            if taken > 0 && taken >= max(limitByteCount, needed) { try spill() }
        }
        if freeChunks.isEmpty { allocateSlab() }
        guard let chunk = freeChunks.popLast() else { preconditionFailure("a slab was allocated") }
        return chunk
    }

    private func allocateSlab() {
        let slab = UnsafeMutablePointer<MatchEntry>.allocate(
            capacity: slabChunkCount * Self.chunkEntryCount)
        slabs.append(slab)
        for index in (0..<slabChunkCount).reversed() {
            freeChunks.append(slab + index * Self.chunkEntryCount)
        }
    }

    private func scratch() throws(MatchError) -> TemporaryFile {
        if let file { return file }
        let file = try TemporaryFile(in: temporaryFolder)
        self.file = file
        return file
    }

    /// Writes the chunks that are full to the file.
    private func spill() throws(MatchError) {
        let file = try scratch()
        for partition in 0..<partitionCount {
            let isLastFull = cursors[partition].next == cursors[partition].end
            for index in chunks[partition].indices.dropLast(isLastFull ? 0 : 1) {
                guard case .memory(let entries) = chunks[partition][index] else { continue }
                let bytes = UnsafeRawBufferPointer(start: entries, count: Self.chunkByteCount)
                chunks[partition][index] = .file(offset: try file.append(bytes))
                freeChunks.append(entries)
            }
        }
    }
}
