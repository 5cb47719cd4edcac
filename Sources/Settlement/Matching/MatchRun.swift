import CivilTime
import Synchronization

/// One match from its first byte to its last result.
final class MatchRun {
    private let configuration: MatchConfiguration
    private let memory: MatchMemory
    private let contents: [[MatchContent]]
    private let fetcher: LineFetcher
    private let keyer = MatchKeyer()
    private let counter = ReadingCounter()
    private let totalByteCount: Int64
    private let progress: Mutex<(@Sendable (MatchProgress) -> Void)?>
    private let workers: [MatchWorker]
    /// The lines with a serial, for each side.
    private let stores: [EntryStore]
    /// The lines without one.
    private let unnumbered: [EntryStore]
    private var sides = [SideContents(), SideContents()]

    init(
        _ configuration: MatchConfiguration, ours: MatchSource, theirs: MatchSource,
        progress: (@Sendable (MatchProgress) -> Void)?
    ) throws(MatchError) {
        self.configuration = configuration
        let memory = MatchMemory(configuration)
        self.memory = memory
        var contents: [[MatchContent]] = []
        for (side, source) in zip(MatchSide.allCases, [ours, theirs]) {
            var inputs = [try source.input.open(side: side, isCarried: false)]
            if let carried = source.carried {
                inputs.append(try carried.open(side: side, isCarried: true))
            }
            contents.append(inputs)
        }
        self.contents = contents
        let fetcher = LineFetcher(contents)
        self.fetcher = fetcher
        totalByteCount = contents.joined().reduce(0) { $0 + $1.byteCount }
        self.progress = Mutex(progress)
        workers = SettlementMatcher.workers { MatchWorker(fetcher, memory) }
        let byteCount = totalByteCount
        stores = MatchSide.allCases.map { _ in memory.store(forInputByteCount: byteCount) }
        unnumbered = MatchSide.allCases.map { _ in memory.list() }
    }

    /// Reads both sides, each on a thread of its own.
    func read() throws(MatchError) {
        let readers = MatchSide.allCases.map { side in
            SideReader(
                side: side, keyer: keyer, store: stores[side.rawValue],
                rest: unnumbered[side.rawValue], counter: counter,
                report: { [self] in report(.reading) })
        }
        try SettlementMatcher.parallel { index throws(MatchError) in
            for content in contents[index] { try readers[index].read(content) }
        }
        sides = readers.map(\.contents)
    }

    /// Goes through the steps, each with what the one before has left.
    func match() throws(MatchError) {
        report(.matching)
        try compare(stores, by: .serial)
        var steps: [MatchStep] = [.reference]
        if let rule = configuration.rule { steps.append(.rule(rule)) }
        var lists = [unnumbered] + workers.map(\.rest)
        for step in steps {
            let (parted, others) = try parted(lists, for: step)
            try compare(parted, by: step)
            lists = [others] + workers.map(\.rest)
        }
        for list in lists {
            for side in MatchSide.allCases {
                try list[side.rawValue].forEach { entry throws(MatchError) in
                    try workers[side.rawValue].conclude(entry, side, cut: configuration.cut)
                }
            }
        }
    }

    /// Checks that the classes add up, explains, and gives the results in their order.
    func conclude(_ onDifference: (MatchDifference) throws -> Void) throws -> MatchSummary {
        var summary = MatchSummary()
        for side in MatchSide.allCases {
            summary.total[side] = sides[side.rawValue].total
            summary.carried[side] = sides[side.rawValue].carried
        }
        for worker in workers { summary.add(worker.summary) }
        guard summary.sumOfClasses == summary.total else {
            throw MatchError.sumsDisagree(read: summary.total, classes: summary.sumOfClasses)
        }
        report(.explaining)
        let sorters = workers.map(\.sorter)
        for sorter in sorters { sorter.finish() }
        let explained = try Explained(sorters)
        summary.unexplainedCount = explained.leftOutCount
        let explanations = try explain(explained)
        var place = [0, 0]
        try ResultSorter.merge(sorters) { record in
            var difference = ResultRecord.difference(record)
            // The lines to be explained were collected in this same order.
            if let side = Explained.side(of: difference) {
                let index = place[side.rawValue]
                let lines = explained.lines[side.rawValue]
                if index < lines.count, lines[index] == difference[side] {
                    difference.explanations = explanations[side.rawValue][index]
                    place[side.rawValue] += 1
                }
            }
            try onDifference(difference)
        }
        return summary
    }

    /// The lines without counterpart that are to be explained, in the order of the results.
    private struct Explained {
        var lines: [[MatchLine]] = [[], []]
        private(set) var leftOutCount = 0

        init(_ sorters: [ResultSorter]) throws {
            var counts: [MatchClass: Int] = [:]
            try ResultSorter.merge(sorters) { record in
                let difference = ResultRecord.difference(record)
                guard let side = Self.side(of: difference), let line = difference[side] else {
                    return
                }
                if counts[difference.matchClass, default: 0] < MatchLimits.maximumExplainedCount {
                    counts[difference.matchClass, default: 0] += 1
                    lines[side.rawValue].append(line)
                } else {
                    leftOutCount += 1
                }
            }
        }

        /// The side of a line without counterpart.
        static func side(of difference: MatchDifference) -> MatchSide? {
            switch difference.matchClass {
            case .oursOnly, .partnerOnly, .timing: difference.ours == nil ? .theirs : .ours
            case .matched, .amountDifference, .statusDifference, .duplicate: nil
            }
        }
    }

    /// What explains each of the lines.
    private func explain(_ explained: Explained) throws(MatchError) -> [[[MatchExplanation]]] {
        let found = Mutex<[[[MatchExplanation]]]>([[], []])
        try SettlementMatcher.parallel { number throws(MatchError) in
            guard let side = MatchSide(rawValue: number) else { return }
            let lines = explained.lines[number]
            let doubled = try DoubledLines(lines, keyer)
                .find(in: [stores[number], unnumbered[number]], side, fetcher)
            let explainer = MatchExplainer(explained.lines[side.other.rawValue])
            let explanations = lines.enumerated().map { index, line in
                explainer.explanations(for: line, doubled: doubled[index])
            }
            found.withLock { $0[number] = explanations }
        }
        return found.withLock { $0 }
    }

    private func compare(_ stores: [EntryStore], by step: MatchStep) throws(MatchError) {
        for worker in workers { worker.begin() }
        let next = Atomic<Int>(0)
        let count = stores[0].partitionCount
        try SettlementMatcher.parallel { index throws(MatchError) in
            while true {
                let partition = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard partition < count else { break }
                try workers[index].compare(partition, of: stores[0], and: stores[1], by: step)
            }
        }
        for worker in workers { worker.end(step) }
    }

    /// The part of the memory for a side's lines that those of a later step get: few are left, and
    /// the lists that they come from are still held.
    private static let laterStepShare = 16

    /// Parts what is left by the keys of the next step; what has none is given apart.
    private func parted(
        _ lists: [[EntryStore]], for step: MatchStep
    ) throws(MatchError) -> (stores: [EntryStore], others: [EntryStore]) {
        let counts = lists.joined().reduce(0) { $0 + $1.count }
        let stores = MatchSide.allCases.map { _ in
            memory.store(
                forInputByteCount: Int64(counts) * EntryStore.guessedLineByteCount,
                shareOf: Self.laterStepShare)
        }
        let others = MatchSide.allCases.map { _ in memory.list() }
        try SettlementMatcher.parallel { side throws(MatchError) in
            guard let matchSide = MatchSide(rawValue: side) else { return }
            for list in lists {
                try list[side].forEach { entry throws(MatchError) in
                    var entry = entry
                    let line = try fetcher.line(entry, matchSide)
                    if let text = keyText(of: line, for: step) {
                        entry.key = keyer.key(of: text)
                        entry.tag = UInt64(FieldGrammar.zone.date(at: line.time).daysSinceEpoch)
                        try stores[side].append(entry)
                    } else {
                        try others[side].append(entry)
                    }
                }
            }
        }
        return (stores, others)
    }

    /// What a step compares of a line, or nothing when the line does not have it.
    private func keyText(of line: MatchLine, for step: MatchStep) -> [UInt8]? {
        switch step {
        case .serial: return line.serial.isEmpty ? nil : Array(line.serial.utf8)
        case .reference:
            return line.partnerReference.isEmpty ? nil : Array(line.partnerReference.utf8)
        case .rule(let rule):
            var text = Array(line.status.rawValue.utf8)
            if rule.fields.contains(.account) {
                guard !line.accountReference.isEmpty else { return nil }
                text += Array(line.accountReference.utf8) + [0]
            }
            if rule.fields.contains(.amount) { text += Array("\(line.amountFen)".utf8) + [0] }
            if rule.fields.contains(.type) {
                guard let type = line.type else { return nil }
                text += Array(type.rawValue.utf8)
            }
            return text
        }
    }

    private func report(_ phase: MatchProgress.Phase) {
        progress.withLock { progress in
            progress?(
                MatchProgress(
                    phase: phase, lineCount: counter.lines.load(ordering: .relaxed),
                    byteCount: counter.bytes.load(ordering: .relaxed),
                    totalByteCount: totalByteCount))
        }
    }
}
