/// Looks for lines that a side holds twice under two numbers, among all its lines.
///
/// Entries carry the amount and a part of the account's digest, so that only lines which may be
/// equal are read again.
struct DoubledLines {
    private struct Key: Hashable {
        let amountFen: Int64
        let tag: UInt64
    }

    /// One bit for each value of a small hash: most entries are told apart without a look-up.
    private static let filterBitCount: UInt64 = 1 << 18

    private let lines: [MatchLine]
    private var wanted: [Key: [Int]] = [:]
    private var filter = [UInt64](repeating: 0, count: Int(filterBitCount / 64))

    /// - Parameter lines: The lines of a side that are to be explained.
    init(_ lines: [MatchLine], _ keyer: MatchKeyer) {
        self.lines = lines
        for (index, line) in lines.enumerated() where !line.accountReference.isEmpty {
            let digest = keyer.key(of: Array(line.accountReference.utf8))
            let key = Key(amountFen: line.amountFen, tag: digest.low & MatchEntry.tagMask)
            wanted[key, default: []].append(index)
            let bit = Self.bit(key.amountFen, key.tag)
            filter[Int(bit >> 6)] |= 1 << (bit & 63)
        }
    }

    /// The nearest equal line for each line that has one, by the line's index.
    func find(
        in stores: [EntryStore], _ side: MatchSide, _ fetcher: LineFetcher
    ) throws(MatchError) -> [Int: MatchLine] {
        guard !wanted.isEmpty else { return [:] }
        var found: [Key: [MatchEntry]] = [:]
        for store in stores {
            try store.forEach { entry throws(MatchError) in
                let bit = Self.bit(entry.amountFen, entry.tag)
                guard filter[Int(bit >> 6)] & (1 << (bit & 63)) != 0 else { return }
                let key = Key(amountFen: entry.amountFen, tag: entry.tag)
                guard wanted[key] != nil else { return }
                // One more than the limit shows that there are too many.
                if found[key, default: []].count <= MatchLimits.maximumDoubledCount {
                    found[key, default: []].append(entry)
                }
            }
        }
        var doubled: [Int: MatchLine] = [:]
        for (key, entries) in found
        where (2...MatchLimits.maximumDoubledCount).contains(entries.count) {
            var candidates: [MatchLine] = []
            for entry in entries { candidates.append(try fetcher.line(entry, side)) }
            candidates.sort { $0.stands(before: $1) }
            for index in wanted[key] ?? [] {
                doubled[index] = Self.nearest(to: lines[index], among: candidates)
            }
        }
        return doubled
    }

    private static func nearest(
        to line: MatchLine, among candidates: [MatchLine]
    ) -> MatchLine? {
        func distance(_ other: MatchLine) -> Int64 {
            abs(other.time.millisecondsSinceEpoch - line.time.millisecondsSinceEpoch)
        }
        let equal = candidates.filter {
            $0 != line && $0.accountReference == line.accountReference && $0.type == line.type
                && $0.status == line.status
                && distance($0) <= Int64(MatchLimits.doubledLineMinutes) * 60_000
        }
        // Of two at the same distance the first of the sorted ones is taken.
        return equal.min { distance($0) < distance($1) }
    }

    @inline(__always)
    private static func bit(_ amountFen: Int64, _ tag: UInt64) -> UInt64 {
        let mixed = (UInt64(bitPattern: amountFen) ^ tag << 40) &* 0x9E37_79B9_7F4A_7C15
        return mixed >> 46
    }
}
