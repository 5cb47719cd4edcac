import CivilTime

/// Finds what may be behind lines without counterpart, among the other side's lines without one.
///
/// Everything is looked up in lists that are sorted by content, and of each list only the
/// neighbours are looked at: the work for a line is bounded, and its outcome has one order.
struct MatchExplainer {
    /// How many neighbours of a place in a list are looked at, to either side.
    private static let neighbourCount = 8
    /// How far a line of the same amount, but of another account, may lie away.
    private static let candidateHours: Int64 = 24

    private let lines: [MatchLine]
    private var byAccount: [String: [Int]] = [:]
    private var byAmount: [Int64: [Int]] = [:]
    private var permuted: [PermutedKey: [Int]] = [:]

    /// What is equal in a value and its transposition.
    private struct PermutedKey: Hashable {
        let field: MatchField
        /// The characters of the field in their order.
        let characters: [UInt8]
        /// What must be the same besides.
        let account: String
        let amountFen: Int64

        init?(_ field: MatchField, _ line: MatchLine) {
            let text = MatchExplainer.text(of: field, line)
            guard !text.isEmpty else { return nil }
            self.field = field
            characters = text.sorted()
            account = field == .amountFen ? line.accountReference : ""
            amountFen = field == .amountFen ? 0 : line.amountFen
        }
    }

    private static let permutedFields: [MatchField] = [.serial, .amountFen, .account]

    /// - Parameter lines: The other side's lines without counterpart.
    init(_ lines: [MatchLine]) {
        self.lines = lines
        for index in lines.indices.sorted(by: { Self.precedes(lines[$0], lines[$1]) }) {
            let line = lines[index]
            if !line.accountReference.isEmpty {
                byAccount[line.accountReference, default: []].append(index)
                for field in Self.permutedFields {
                    guard let key = PermutedKey(field, line) else { continue }
                    permuted[key, default: []].append(index)
                }
            } else if let key = PermutedKey(.serial, line) {
                permuted[key, default: []].append(index)
            }
            byAmount[line.amountFen, default: []].append(index)
        }
    }

    /// What may explain a line, the surest first.
    func explanations(for line: MatchLine, doubled: MatchLine?) -> [MatchExplanation] {
        var found: [MatchExplanation] = doubled.map { [.doubledLine($0)] } ?? []
        var named: Set<Int> = []
        func add(_ indices: [Int], _ make: (MatchLine) -> MatchExplanation) {
            for index in indices where named.count < MatchLimits.maximumCandidateCount {
                if named.insert(index).inserted { found.append(make(lines[index])) }
            }
        }
        add(transposed(.serial, line)) { .serialTransposed($0) }
        if !line.accountReference.isEmpty {
            add(transposed(.amountFen, line)) { .amountTransposed($0) }
            add(transposed(.account, line)) { .accountTransposed($0) }
        }
        let sameAccount = sameAccount(line)
        let date = FieldGrammar.zone.date(at: line.time)
        let otherDate = sameAccount.filter {
            lines[$0].amountFen == line.amountFen
                && FieldGrammar.zone.date(at: lines[$0].time) != date
        }
        add(Array(otherDate.prefix(1))) { .otherDate($0) }
        add(sameAccount) { .candidate($0) }
        add(sameAmount(line)) { .candidate($0) }
        return found
    }

    /// Lines whose field has two characters exchanged.
    private func transposed(_ field: MatchField, _ line: MatchLine) -> [Int] {
        guard let key = PermutedKey(field, line), let indices = permuted[key] else { return [] }
        let text = Self.text(of: field, line)
        let near = neighbours(of: line, in: indices)
        return near.filter { index in
            let other = Self.text(of: field, lines[index])
            // Two places differ, and the characters are the same: they were exchanged.
            return zip(text, other).count { $0 != $1 } == 2
        }
    }

    /// Lines of the account, the nearest amount first.
    private func sameAccount(_ line: MatchLine) -> [Int] {
        guard let indices = byAccount[line.accountReference] else { return [] }
        return neighbours(of: line, in: indices)
    }

    /// Lines of the amount that are not far away in time, the nearest first.
    private func sameAmount(_ line: MatchLine) -> [Int] {
        guard let indices = byAmount[line.amountFen] else { return [] }
        return neighbours(of: line, in: indices).filter {
            Self.distance(lines[$0], line) <= Self.candidateHours * 3_600_000
        }
    }

    /// The indices around a line's place in a sorted list, the nearest amount and time first.
    private func neighbours(of line: MatchLine, in indices: [Int]) -> [Int] {
        var (low, high) = (0, indices.count)
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes(lines[indices[middle]], line) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let window =
            max(0, low - Self.neighbourCount)..<min(indices.count, low + Self.neighbourCount)
        return indices[window].sorted { left, right in
            let leftGap = (lines[left].amountFen - line.amountFen).magnitude
            let rightGap = (lines[right].amountFen - line.amountFen).magnitude
            if leftGap != rightGap { return leftGap < rightGap }
            let leftTime = Self.distance(lines[left], line)
            let rightTime = Self.distance(lines[right], line)
            if leftTime != rightTime { return leftTime < rightTime }
            return Self.precedes(lines[left], lines[right])
        }
    }

    private static func distance(_ line: MatchLine, _ other: MatchLine) -> Int64 {
        abs(line.time.millisecondsSinceEpoch - other.time.millisecondsSinceEpoch)
    }

    private static func precedes(_ line: MatchLine, _ other: MatchLine) -> Bool {
        if line.amountFen != other.amountFen { return line.amountFen < other.amountFen }
        return line.stands(before: other)
    }

    private static func text(of field: MatchField, _ line: MatchLine) -> [UInt8] {
        switch field {
        case .serial: Array(line.serial.utf8)
        case .account: Array(line.accountReference.utf8)
        case .amountFen: Array("\(line.amountFen)".utf8)
        case .reference, .type, .status, .time: []
        }
    }
}
