/// By what lines are compared in a step, each step taking what the one before left.
enum MatchStep {
    case serial
    case reference
    case rule(MatchRule)

    var basis: MatchBasis {
        switch self {
        case .serial: .serial
        case .reference: .reference
        case .rule: .rule
        }
    }
}

/// Compares partitions of both sides, one thread's share of them.
final class MatchWorker {
    let sorter: ResultSorter
    /// What found no counterpart in this step, for each side.
    private(set) var rest: [EntryStore] = []
    private(set) var summary = MatchSummary()

    private let fetcher: LineFetcher
    private let memory: MatchMemory
    private let groups: PartitionGroups
    private var matched = MatchSums()
    private var pairCount = 0

    init(_ fetcher: LineFetcher, _ memory: MatchMemory) {
        self.fetcher = fetcher
        self.memory = memory
        sorter = ResultSorter(
            limitByteCount: memory.sorterByteCount, temporaryFolder: memory.temporaryFolder)
        groups = PartitionGroups(limitByteCount: memory.partitionByteCount)
    }

    /// Gets ready for a step.
    func begin() {
        rest = MatchSide.allCases.map { _ in memory.list() }
    }

    /// Compares one partition.
    func compare(
        _ partition: Int, of ours: EntryStore, and theirs: EntryStore, by step: MatchStep
    ) throws(MatchError) {
        try groups.group(partition, of: ours, and: theirs) { ours, theirs throws(MatchError) in
            switch step {
            case .serial, .reference: try pair(ours, theirs, by: step)
            case .rule(let rule):
                if abs(Int(ours.tag) - Int(theirs.tag)) <= rule.maximumDayDistance {
                    try pair(ours, theirs, by: step)
                } else {
                    try leave([ours], .ours)
                    try leave([theirs], .theirs)
                }
            }
        } single: { entry, side throws(MatchError) in
            try rest[side.rawValue].append(entry)
        } many: { ours, theirs throws(MatchError) in
            switch step {
            case .serial, .reference: try sort(ours, theirs, by: step)
            case .rule(let rule): try apply(rule, ours, theirs)
            }
        }
    }

    /// Puts what was counted on the way into the summary.
    func end(_ step: MatchStep) {
        summary[.matched].add(matched)
        summary.pairCounts[step.basis, default: 0] += pairCount
        matched = MatchSums()
        pairCount = 0
    }

    /// The result for a line that no step found a counterpart for.
    func conclude(
        _ entry: MatchEntry, _ side: MatchSide, cut: MatchCut?
    ) throws(MatchError) {
        let line = try fetcher.line(entry, side)
        let isTiming = !line.isCarried && cut?.isNear(line.time) == true
        let alone: MatchClass =
            switch side {
            case .ours: .oursOnly
            case .theirs: .partnerOnly
            }
        try add(single(isTiming ? .timing : alone, line, side))
    }

    private func pair(
        _ ours: MatchEntry, _ theirs: MatchEntry, by step: MatchStep
    ) throws(MatchError) {
        pairCount += 1
        guard !ours.agrees(with: theirs) else {
            matched.ours.add(ours.movedFen)
            matched.theirs.add(theirs.movedFen)
            return
        }
        try add(
            MatchDifference(
                matchClass: ours.isReversed == theirs.isReversed
                    ? .amountDifference : .statusDifference,
                basis: step.basis, ours: try fetcher.line(ours, .ours),
                theirs: try fetcher.line(theirs, .theirs)))
    }

    /// Compares lines of one number that comes more than once on a side.
    private func sort(
        _ ours: [MatchEntry], _ theirs: [MatchEntry], by step: MatchStep
    ) throws(MatchError) {
        let ours = try standing(ours, .ours, by: step)
        let theirs = try standing(theirs, .theirs, by: step)
        if let first = ours.first, let other = theirs.first, ours.count == 1, theirs.count == 1 {
            return try pair(first, other, by: step)
        }
        try leave(ours, .ours)
        try leave(theirs, .theirs)
    }

    /// The lines that stand; the others are duplicates.
    ///
    /// A line is named by its serial, or by its reference when it has no serial. Lines with
    /// serials of their own that share a reference are different transactions.
    private func standing(
        _ entries: [MatchEntry], _ side: MatchSide, by step: MatchStep
    ) throws(MatchError) -> [MatchEntry] {
        guard entries.count > 1 else { return entries }
        var lines: [(entry: MatchEntry, line: MatchLine)] = []
        for entry in entries { lines.append((entry, try fetcher.line(entry, side))) }
        lines.sort { $0.line.stands(before: $1.line) }
        var standing: [MatchEntry] = []
        var first: MatchLine?
        for (entry, line) in lines {
            switch step {
            case .serial: break
            case .reference, .rule:
                guard line.serial.isEmpty else {
                    standing.append(entry)
                    continue
                }
            }
            if let first {
                try add(single(.duplicate, line, side), standing: first)
            } else {
                first = line
                standing.append(entry)
            }
        }
        return standing
    }

    /// Pairs the lines that are each the other's one candidate within the rule's days.
    private func apply(
        _ rule: MatchRule, _ ours: [MatchEntry], _ theirs: [MatchEntry]
    ) throws(MatchError) {
        let ours = ours.sorted { $0.tag < $1.tag }, theirs = theirs.sorted { $0.tag < $1.tag }
        var isTaken = [Bool](repeating: false, count: theirs.count)
        for entry in ours {
            let candidates = Self.near(entry, in: theirs, rule.maximumDayDistance)
            if candidates.count == 1,
                Self.near(theirs[candidates.lowerBound], in: ours, rule.maximumDayDistance)
                    .count == 1
            {
                isTaken[candidates.lowerBound] = true
                try pair(entry, theirs[candidates.lowerBound], by: .rule(rule))
            } else {
                try leave([entry], .ours)
            }
        }
        for (index, entry) in theirs.enumerated() where !isTaken[index] {
            try leave([entry], .theirs)
        }
    }

    /// The entries within the days around another one; they are sorted by their days.
    private static func near(
        _ entry: MatchEntry, in entries: [MatchEntry], _ days: Int
    ) -> Range<Int> {
        func first(where isReached: (Int) -> Bool) -> Int {
            var (low, high) = (0, entries.count)
            while low < high {
                let middle = (low + high) / 2
                if isReached(Int(entries[middle].tag)) { high = middle } else { low = middle + 1 }
            }
            return low
        }
        let day = Int(entry.tag)
        return first { $0 >= day - days }..<first { $0 > day + days }
    }

    private func leave(_ entries: [MatchEntry], _ side: MatchSide) throws(MatchError) {
        for entry in entries { try rest[side.rawValue].append(entry) }
    }

    private func single(
        _ matchClass: MatchClass, _ line: MatchLine, _ side: MatchSide
    ) -> MatchDifference {
        MatchDifference(
            matchClass: matchClass, basis: nil, ours: side == .ours ? line : nil,
            theirs: side == .theirs ? line : nil)
    }

    private func add(
        _ difference: MatchDifference, standing: MatchLine? = nil
    ) throws(MatchError) {
        for side in MatchSide.allCases {
            if let line = difference[side] {
                summary[difference.matchClass][side].add(line.movedFen)
            }
        }
        try sorter.add(ResultRecord.bytes(difference, standing: standing))
    }
}

/// How the memory that is allowed is shared out.
struct MatchMemory {
    let temporaryFolder: String
    private let byteCount: Int

    init(_ configuration: MatchConfiguration) {
        byteCount = max(configuration.memoryByteCount, MatchLimits.minimumMemoryByteCount)
        temporaryFolder = configuration.temporaryFolder
    }

    /// For the entries of one side: three quarters for both.
    var storeByteCount: Int { byteCount / 8 * 3 }
    /// For the results of one thread.
    var sorterByteCount: Int { byteCount / 16 }
    /// For one partition of both sides while it is compared.
    var partitionByteCount: Int { byteCount / 4 }

    /// Entries that are not parted, as a step leaves them.
    func list() -> EntryStore {
        EntryStore(
            partitionBits: 0, limitByteCount: byteCount / 64, temporaryFolder: temporaryFolder)
    }

    /// Entries of one side that are parted for a step.
    func store(forInputByteCount inputByteCount: Int64, shareOf: Int = 1) -> EntryStore {
        let limit = storeByteCount / shareOf
        return EntryStore(
            partitionBits: EntryStore.partitionBits(
                byteCount: inputByteCount, limitByteCount: limit),
            limitByteCount: limit, temporaryFolder: temporaryFolder)
    }
}
