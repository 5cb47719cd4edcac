/// The entries of one partition of both sides, grouped by their keys.
///
/// Keeps its memory from one partition to the next.
final class PartitionGroups {
    /// The first entry of each side in a group; ``none`` where a side has none.
    private struct Group {
        var ours: Int32
        var theirs: Int32
        /// Whether a side has more than one.
        var hasMore: Bool
    }

    private static let none: Int32 = -1
    /// What an entry takes in all buffers together: the slots are at most four times as many.
    private static let byteCountOfEntry =
        MemoryLayout<MatchEntry>.stride + MemoryLayout<Group>.stride
        + 4 * MemoryLayout<Int32>.stride

    private let limitByteCount: Int
    private var ours = Buffer<MatchEntry>()
    private var theirs = Buffer<MatchEntry>()
    private var groups = Buffer<Group>()
    /// A table with open addressing: the number of the group in each slot.
    private var slots = Buffer<Int32>()
    private var slotMask: UInt64 = 0
    private var groupCount = 0
    /// The entries of a side behind the first of their group.
    private var more: [(group: Int, side: MatchSide, entry: MatchEntry)] = []

    init(limitByteCount: Int) {
        self.limitByteCount = limitByteCount
    }

    deinit {
        ours.deallocate()
        theirs.deallocate()
        groups.deallocate()
        slots.deallocate()
    }

    /// Groups a partition.
    ///
    /// - Parameters:
    ///   - pair: Called for each pair that is alone in its group.
    ///   - single: Called for each entry that is alone in its group.
    ///   - many: Called with the entries of a group in which a side has more than one.
    func group(
        _ partition: Int, of oursStore: EntryStore, and theirsStore: EntryStore,
        pair: (MatchEntry, MatchEntry) throws(MatchError) -> Void,
        single: (MatchEntry, MatchSide) throws(MatchError) -> Void,
        many: ([MatchEntry], [MatchEntry]) throws(MatchError) -> Void
    ) throws(MatchError) {
        let oursCount = oursStore.count(of: partition)
        let theirsCount = theirsStore.count(of: partition)
        try reserve(oursCount, theirsCount)
        try oursStore.load(partition, into: ours.base)
        try theirsStore.load(partition, into: theirs.base)
        addOurs(oursCount)
        addTheirs(theirsCount)
        let (ours, theirs, groups) = (ours.base, theirs.base, groups.base)
        for number in 0..<groupCount {
            let group = groups[number]
            if group.hasMore { continue }
            if group.theirs == Self.none {
                try single(ours[Int(group.ours)], .ours)
            } else if group.ours == Self.none {
                try single(theirs[Int(group.theirs)], .theirs)
            } else {
                try pair(ours[Int(group.ours)], theirs[Int(group.theirs)])
            }
        }
        try call(many)
    }

    private func reserve(_ oursCount: Int, _ theirsCount: Int) throws(MatchError) {
        let count = oursCount + theirsCount
        let needed = count * Self.byteCountOfEntry
        guard needed <= limitByteCount else {
            throw .memoryTooSmall(neededByteCount: needed, limit: limitByteCount)
        }
        var slotCount = 2
        while slotCount < 2 * count { slotCount *= 2 }
        ours.reserve(oursCount)
        theirs.reserve(theirsCount)
        groups.reserve(count)
        slots.reserve(slotCount)
        slots.base.update(repeating: Self.none, count: slotCount)
        slotMask = UInt64(slotCount - 1)
        groupCount = 0
        more.removeAll(keepingCapacity: true)
    }

    private func addOurs(_ count: Int) {
        let (ours, groups, slots, mask) = (ours.base, groups.base, slots.base, slotMask)
        var groupCount = groupCount
        for index in 0..<count {
            let key = ours[index].key
            var slot = key.low & mask
            while true {
                let number = Int(slots[Int(slot)])
                if number < 0 {
                    slots[Int(slot)] = Int32(groupCount)
                    groups[groupCount] = Group(
                        ours: Int32(index), theirs: Self.none, hasMore: false)
                    groupCount += 1
                    break
                }
                if ours[Int(groups[number].ours)].key == key {
                    groups[number].hasMore = true
                    more.append((number, .ours, ours[index]))
                    break
                }
                slot = (slot + 1) & mask
            }
        }
        self.groupCount = groupCount
    }

    private func addTheirs(_ count: Int) {
        let (ours, theirs, groups) = (ours.base, theirs.base, groups.base)
        let (slots, mask) = (slots.base, slotMask)
        var groupCount = groupCount
        for index in 0..<count {
            let key = theirs[index].key
            var slot = key.low & mask
            while true {
                let number = Int(slots[Int(slot)])
                if number < 0 {
                    slots[Int(slot)] = Int32(groupCount)
                    groups[groupCount] = Group(
                        ours: Self.none, theirs: Int32(index), hasMore: false)
                    groupCount += 1
                    break
                }
                let group = groups[number]
                let first =
                    group.ours == Self.none ? theirs[Int(group.theirs)] : ours[Int(group.ours)]
                if first.key == key {
                    if group.theirs == Self.none {
                        groups[number].theirs = Int32(index)
                    } else {
                        groups[number].hasMore = true
                        more.append((number, .theirs, theirs[index]))
                    }
                    break
                }
                slot = (slot + 1) & mask
            }
        }
        self.groupCount = groupCount
    }

    /// Calls with each group in which a side has more than one entry.
    private func call(
        _ many: ([MatchEntry], [MatchEntry]) throws(MatchError) -> Void
    ) throws(MatchError) {
        more.sort { $0.group < $1.group }
        var place = 0
        while place < more.count {
            let number = more[place].group
            let group = groups.base[number]
            var ofOurs: [MatchEntry] = [], ofTheirs: [MatchEntry] = []
            if group.ours != Self.none { ofOurs.append(ours.base[Int(group.ours)]) }
            if group.theirs != Self.none { ofTheirs.append(theirs.base[Int(group.theirs)]) }
            while place < more.count, more[place].group == number {
                switch more[place].side {
                case .ours: ofOurs.append(more[place].entry)
                case .theirs: ofTheirs.append(more[place].entry)
                }
                place += 1
            }
            try many(ofOurs, ofTheirs)
        }
    }

    /// Memory of plain values that grows and is not set to anything.
    private struct Buffer<Element: BitwiseCopyable> {
        private(set) var base = UnsafeMutablePointer<Element>.allocate(capacity: 1)
        private var capacity = 1

        /// Makes room for that many elements; what was held is lost.
        mutating func reserve(_ count: Int) {
            guard capacity < count else { return }
            base.deallocate()
            capacity = count + count / 4
            base = .allocate(capacity: capacity)
        }

        func deallocate() { base.deallocate() }
    }
}
