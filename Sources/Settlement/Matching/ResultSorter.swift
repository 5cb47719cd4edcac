import Glibc

/// Brings results into their order, in memory or beyond its limit in sorted runs of a file.
///
/// One thread adds; when it is done and has called ``finish()``, one reads.
final class ResultSorter {
    private static let lengthByteCount = 4
    /// The most bytes that are read at once from a run of the file.
    private static let windowByteCount = 16_384

    private let limitByteCount: Int
    private let temporaryFolder: String
    private var bytes: [UInt8] = []
    private var places: [Range<Int>] = []
    private var file: TemporaryFile?
    private var runs: [Range<Int64>] = []

    init(limitByteCount: Int, temporaryFolder: String) {
        self.limitByteCount = limitByteCount
        self.temporaryFolder = temporaryFolder
    }

    func add(_ record: [UInt8]) throws(MatchError) {
        let taken = bytes.count + places.count * MemoryLayout<Range<Int>>.stride
        if taken + record.count > limitByteCount, !places.isEmpty { try spill() }
        places.append(bytes.count..<(bytes.count + record.count))
        bytes += record
    }

    /// Sorts what is in memory; nothing is added after that.
    func finish() {
        bytes.withUnsafeBytes { bytes in
            places.sort { Self.precedes(.init(rebasing: bytes[$0]), .init(rebasing: bytes[$1])) }
        }
    }

    /// Calls with the records of all sorters in their order; may be called again.
    static func merge(
        _ sorters: [ResultSorter], _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var cursors: [Cursor] = []
        for sorter in sorters {
            cursors.append(Cursor(memory: sorter))
            for run in sorter.runs { cursors.append(Cursor(run: run, of: sorter)) }
        }
        for cursor in cursors { try cursor.advance() }
        while true {
            var least: Cursor?
            for cursor in cursors where !cursor.record.isEmpty {
                guard let other = least else {
                    least = cursor
                    continue
                }
                let isBefore = cursor.record.withUnsafeBytes { record in
                    other.record.withUnsafeBytes { Self.precedes(record, $0) }
                }
                if isBefore { least = cursor }
            }
            guard let least else { break }
            try least.record.withUnsafeBytes(body)
            try least.advance()
        }
    }

    private static func precedes(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
    ) -> Bool {
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else {
            return left.count < right.count
        }
        let order = memcmp(leftBase, rightBase, min(left.count, right.count))
        return order != 0 ? order < 0 : left.count < right.count
    }

    private func scratch() throws(MatchError) -> TemporaryFile {
        if let file { return file }
        let file = try TemporaryFile(in: temporaryFolder)
        self.file = file
        return file
    }

    /// Writes what is in memory to the file as one sorted run.
    private func spill() throws(MatchError) {
        finish()
        let file = try scratch()
        let start = file.byteCount
        var window: [UInt8] = []
        for place in places {
            withUnsafeBytes(of: UInt32(place.count).littleEndian) { window += $0 }
            window += bytes[place]
            if window.count >= Self.windowByteCount { try flush(&window, file) }
        }
        try flush(&window, file)
        runs.append(start..<file.byteCount)
        bytes.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
    }

    private func flush(_ window: inout [UInt8], _ file: TemporaryFile) throws(MatchError) {
        var failure: MatchError?
        window.withUnsafeBytes { bytes in
            do throws(MatchError) {
                _ = try file.append(bytes)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        window.removeAll(keepingCapacity: true)
    }

    /// Goes through the records in memory, or through one run.
    private final class Cursor {
        private let sorter: ResultSorter
        private var rest: Range<Int64>?
        private var index = 0
        private var window: [UInt8] = []
        private var place = 0
        /// The record that comes next; empty at the end.
        private(set) var record: ArraySlice<UInt8> = []

        init(memory sorter: ResultSorter) {
            self.sorter = sorter
        }

        init(run: Range<Int64>, of sorter: ResultSorter) {
            self.sorter = sorter
            rest = run
        }

        func advance() throws(MatchError) {
            guard rest != nil else {
                record = index < sorter.places.count ? sorter.bytes[sorter.places[index]] : []
                index += 1
                return
            }
            try fill(ResultSorter.lengthByteCount)
            guard window.count - place >= ResultSorter.lengthByteCount else {
                record = []
                return
            }
            let count = (0..<4).reduce(0) { $0 | Int(window[place + $1]) << (8 * $1) }
            try fill(ResultSorter.lengthByteCount + count)
            place += ResultSorter.lengthByteCount
            record = window[place..<(place + count)]
            place += count
        }

        /// Makes the window hold that many bytes from its place on, if the run has them.
        private func fill(_ count: Int) throws(MatchError) {
            guard window.count - place < count, let rest, !rest.isEmpty, let file = sorter.file
            else { return }
            let held = window.count - place
            let wanted = min(max(count, ResultSorter.windowByteCount), held + rest.count)
            var fresh = [UInt8](repeating: 0, count: wanted)
            fresh.replaceSubrange(0..<held, with: window[place...])
            var failure: MatchError?
            fresh.withUnsafeMutableBytes { bytes in
                do throws(MatchError) {
                    let room = UnsafeMutableRawBufferPointer(rebasing: bytes[held...])
                    guard try file.read(into: room, at: rest.lowerBound) == room.count else {
                        throw .temporaryFile(.fileChanged(name: sorter.temporaryFolder))
                    }
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            self.rest = (rest.lowerBound + Int64(wanted - held))..<rest.upperBound
            window = fresh
            place = 0
        }
    }
}
