import Synchronization

/// How far a match has come.
public struct MatchProgress: Hashable, Sendable {
    public enum Phase: Hashable, Sendable {
        case reading
        case matching
        case explaining
    }

    public let phase: Phase
    /// Lines of both sides that have been read.
    public let lineCount: Int
    /// Bytes of both sides that have been read.
    public let byteCount: Int64
    /// Bytes of both sides altogether.
    public let totalByteCount: Int64
}

/// Counts what both readers have read, for whoever tells the progress.
final class ReadingCounter: Sendable {
    let lines = Atomic<Int>(0)
    let bytes = Atomic<Int64>(0)
}

/// What one side holds, once it has been read.
struct SideContents {
    var total = MatchSum()
    var carried = MatchSum()
}

/// Reads the inputs of one side once, checks every line, and keeps an entry of each.
final class SideReader {
    /// The size of the buffer that inputs are read with, in bytes.
    static let bufferByteCount = 262_144

    let side: MatchSide
    let keyer: MatchKeyer
    /// The lines with a serial.
    let store: EntryStore
    /// The lines without one.
    let rest: EntryStore
    let counter: ReadingCounter
    /// Told after each buffer.
    let report: (() -> Void)?
    private(set) var contents = SideContents()

    init(
        side: MatchSide, keyer: MatchKeyer, store: EntryStore, rest: EntryStore,
        counter: ReadingCounter, report: (() -> Void)?
    ) {
        self.side = side
        self.keyer = keyer
        self.store = store
        self.rest = rest
        self.counter = counter
        self.report = report
    }

    /// Reads one input to its end.
    func read(_ input: MatchContent) throws(MatchError) {
        guard input.byteCount <= MatchLimits.maximumInputByteCount else {
            throw .inputTooLarge(
                side: side, byteCount: input.byteCount, limit: MatchLimits.maximumInputByteCount)
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.bufferByteCount + FastScanner.paddingByteCount, alignment: 16)
        defer { buffer.deallocate() }
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        guard let base = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let texts = UnsafeMutablePointer<UInt8>.allocate(capacity: InputLines.textsByteCount)
        texts.initialize(repeating: 0, count: InputLines.textsByteCount)
        defer { texts.deallocate() }
        var lines = InputLines(input, side: side, texts: texts)
        var offset: Int64 = 0
        var heldCount = 0
        while true {
            let room = UnsafeMutableRawBufferPointer(
                rebasing: buffer[heldCount..<Self.bufferByteCount])
            let count = try bytes(of: input, into: room, at: offset + Int64(heldCount))
            heldCount += count
            let isLast = count < room.count
            if isLast, heldCount > 0, base[heldCount - 1] != Ascii.lineFeed {
                try lines.checkUnterminated()
                // The last line may lack its line feed; the padding has room for one.
                base[heldCount] = Ascii.lineFeed
                heldCount += 1
            }
            let doneCount = try read(base, heldCount, at: offset, &lines, input.isCarried)
            counter.bytes.wrappingAdd(Int64(count), ordering: .relaxed)
            report?()
            if isLast { break }
            heldCount -= doneCount
            offset += Int64(doneCount)
            base.update(from: base + doneCount, count: heldCount)
        }
        try lines.end()
    }

    /// Reads the whole lines that a buffer holds; gives how many bytes they have.
    private func read(
        _ base: UnsafePointer<UInt8>, _ heldCount: Int, at offset: Int64,
        _ lines: inout InputLines, _ isCarried: Bool
    ) throws(MatchError) -> Int {
        var wholeCount = heldCount
        while wholeCount > 0, base[wholeCount - 1] != Ascii.lineFeed { wholeCount -= 1 }
        let end = base + wholeCount
        var place = base
        var total = MatchSum()
        if lines.number == 0, wholeCount > 0 { place = try lines.begin(place, end) }
        while place < end {
            let start = place
            guard let line = try lines.next(&place, end) else { continue }
            let entry = MatchEntry(
                key: line.serialByteCount == 0
                    ? .none : keyer.key(of: line.serial, byteCount: line.serialByteCount),
                offset: offset + Int64(start - base), lineNumber: lines.number,
                amountFen: line.amountFen, isReversed: line.isReversed, isCarried: isCarried,
                tag: keyer.key(of: line.account, byteCount: line.accountByteCount).low)
            if line.serialByteCount == 0 {
                try rest.append(entry)
            } else {
                try store.append(entry)
            }
            total.add(entry.movedFen)
        }
        guard heldCount - wholeCount < MatchLimits.maximumLineByteCount else {
            throw .lineTooLong(
                side: side, line: lines.number + 1, limitBytes: MatchLimits.maximumLineByteCount)
        }
        counter.lines.wrappingAdd(total.count, ordering: .relaxed)
        contents.total.add(total)
        if isCarried { contents.carried.add(total) }
        return wholeCount
    }

    private func bytes(
        of input: MatchContent, into room: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(MatchError) -> Int {
        do throws(SettlementError) {
            return try input.read(into: room, at: offset)
        } catch {
            throw .file(side: side, error)
        }
    }
}
