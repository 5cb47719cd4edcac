import Foundation
import Testing

@testable import Settlement

/// Compares the engine with a slow matcher of dictionaries, on lines by chance.
@Suite struct MatchPropertyTests {
    /// How many rounds are run; `AGENCYPOS_MATCH_ROUNDS` sets another number.
    static let rounds =
        ProcessInfo.processInfo.environment["AGENCYPOS_MATCH_ROUNDS"].flatMap { Int($0) } ?? 60
    private static let rules = [nil, "account+amount", "account+amount+type+1d", "account+1d"]

    @Test("the engine agrees with the slow matcher, whatever the order of the lines")
    func agrees() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var random = SplitMix(state: seed)
        for round in 0..<Self.rounds {
            let sides = try (0..<4).map { _ in
                try Self.lines(Int.random(in: 0...30, using: &random), &random)
            }
            let rule = Self.rules[round % Self.rules.count]
            let outcome = try Self.outcome(sides, rule)
            let expected = SlowMatcher(
                ours: Self.numbered(sides[0], sides[1]), theirs: Self.numbered(sides[2], sides[3]),
                rule: try rule.map { try #require(MatchRule($0)) }, cut: try Lines.cut())
            #expect(Self.counted(outcome.differences) == Self.counted(expected.differences))
            #expect(outcome.summary[.matched] == expected.matched, "round \(round)")
            try Self.check(outcome, sides)
            let again = try Self.outcome(sides.map { $0.shuffled(using: &random) }, rule)
            #expect(again.summary == outcome.summary)
            #expect(
                again.differences.map(Lines.stripped) == outcome.differences.map(Lines.stripped),
                "round \(round)")
        }
    }

    /// Every line is in one class, and the differences add up to the fen.
    private static func check(_ outcome: Outcome, _ sides: [[MatchLine]]) throws {
        let summary = outcome.summary
        let (ours, theirs) = (sides[0] + sides[1], sides[2] + sides[3])
        #expect(summary.total.ours.count == ours.count)
        #expect(summary.total.theirs.count == theirs.count)
        let differenceFen =
            ours.reduce(0) { $0 + $1.movedFen } - theirs.reduce(0) { $0 + $1.movedFen }
        #expect(summary.total.differenceFen == differenceFen)
        #expect(outcome.differences.reduce(0) { $0 + $1.differenceFen } == differenceFen)
        #expect(summary[.matched].differenceFen == 0)
        for side in MatchSide.allCases {
            let places = outcome.differences.compactMap { $0[side] }
                .map { "\($0.isCarried) \($0.lineNumber)" }
            #expect(Set(places).count == places.count)
            #expect(places.count + summary[.matched][side].count == summary.total[side].count)
        }
    }

    private static func outcome(_ sides: [[MatchLine]], _ rule: String?) throws -> Outcome {
        try Outcome(
            ours: sides[0], theirs: sides[2], carriedOurs: sides[1], carriedTheirs: sides[3],
            rule: rule, cut: Lines.cut())
    }

    /// How often each difference comes; explanations are tested on their own.
    private static func counted(_ differences: [MatchDifference]) -> [MatchDifference: Int] {
        var counts: [MatchDifference: Int] = [:]
        for difference in differences {
            var difference = Lines.stripped(difference)
            difference.explanations.removeAll()
            counts[difference, default: 0] += 1
        }
        return counts
    }

    /// The lines as the engine numbers them: the header is line 1.
    private static func numbered(_ lines: [MatchLine], _ carried: [MatchLine]) -> [MatchLine] {
        [(lines, false), (carried, true)].flatMap { lines, isCarried in
            lines.enumerated().map { index, line in
                var line = line
                line.lineNumber = index + 2
                line.isCarried = isCarried
                return line
            }
        }
    }

    /// Lines from so few values that everything meets.
    private static func lines(_ count: Int, _ random: inout SplitMix) throws -> [MatchLine] {
        try (0..<count).map { _ in
            func one(_ values: [String]) -> String { values.randomElement(using: &random) ?? "" }
            return try Lines.line(
                one(["", ""] + (1...12).map { "\($0)" } + ["甲"]),
                reference: one(["", "", "W1", "W2", "W3", "W,\"4"]),
                type: [nil, .billPayment, .ticketSale].randomElement(using: &random) ?? nil,
                account: one(["", "A", "B", "甲3栋"]), Int64.random(in: 1...4, using: &random),
                Int.random(in: 0..<5, using: &random) == 0 ? .reversed : .posted,
                at: one(["00:00:01", "09:00:00", "09:00:01", "23:55:00"]),
                on: one(["2026-11-20", "2026-11-21", "2026-11-22"]))
        }
    }
}

/// Does what the engine does with plain dictionaries and loops, for a few lines.
private struct SlowMatcher {
    private(set) var differences: [MatchDifference] = []
    private(set) var matched = MatchSums()
    private let rule: MatchRule?

    init(ours: [MatchLine], theirs: [MatchLine], rule: MatchRule?, cut: MatchCut) {
        self.rule = rule
        var rest = [ours, theirs]
        rest = byKey(rest, .serial, { $0.serial }, isNumber: { _ in true })
        rest = byKey(rest, .reference, { $0.partnerReference }, isNumber: { $0.serial.isEmpty })
        if let rule { rest = byRule(rest, rule) }
        for side in MatchSide.allCases {
            for line in rest[side.rawValue] {
                let alone: MatchClass = side == .ours ? .oursOnly : .partnerOnly
                add(!line.isCarried && cut.isNear(line.time) ? .timing : alone, nil, line, side)
            }
        }
    }

    private mutating func byKey(
        _ sides: [[MatchLine]], _ basis: MatchBasis, _ key: (MatchLine) -> String,
        isNumber: (MatchLine) -> Bool
    ) -> [[MatchLine]] {
        var rest = sides.map { $0.filter { key($0).isEmpty } }
        for text in Set(sides.joined().map(key)) where !text.isEmpty {
            var standing: [[MatchLine]] = [[], []]
            for side in MatchSide.allCases {
                let lines = sides[side.rawValue].filter { key($0) == text }
                let numbered = lines.filter(isNumber).sorted { $0.stands(before: $1) }
                for line in numbered.dropFirst() { add(.duplicate, nil, line, side) }
                standing[side.rawValue] = lines.filter { !isNumber($0) } + numbered.prefix(1)
            }
            if standing[0].count == 1, standing[1].count == 1 {
                pair(standing[0][0], standing[1][0], basis)
            } else {
                rest = [rest[0] + standing[0], rest[1] + standing[1]]
            }
        }
        return rest
    }

    private mutating func byRule(_ sides: [[MatchLine]], _ rule: MatchRule) -> [[MatchLine]] {
        func isCandidate(_ ours: MatchLine, _ theirs: MatchLine) -> Bool {
            let days = [ours, theirs].map { FieldGrammar.zone.date(at: $0.time).daysSinceEpoch }
            return ours.status == theirs.status
                && abs(days[0] - days[1]) <= Int32(rule.maximumDayDistance)
                && (!rule.fields.contains(.account)
                    || ours.accountReference == theirs.accountReference
                        && !ours.accountReference.isEmpty)
                && (!rule.fields.contains(.amount) || ours.amountFen == theirs.amountFen)
                && (!rule.fields.contains(.type) || ours.type == theirs.type && ours.type != nil)
        }
        var taken: [Set<Int>] = [[], []]
        for (index, line) in sides[0].enumerated() {
            let found = sides[1].indices.filter { isCandidate(line, sides[1][$0]) }
            guard found.count == 1,
                sides[0].count(where: { isCandidate($0, sides[1][found[0]]) }) == 1
            else { continue }
            taken[0].insert(index)
            taken[1].insert(found[0])
            pair(line, sides[1][found[0]], .rule)
        }
        return zip(sides, taken).map { lines, taken in
            lines.indices.filter { !taken.contains($0) }.map { lines[$0] }
        }
    }

    private mutating func pair(_ ours: MatchLine, _ theirs: MatchLine, _ basis: MatchBasis) {
        if ours.status == theirs.status, ours.amountFen == theirs.amountFen {
            matched.ours.add(ours.movedFen)
            matched.theirs.add(theirs.movedFen)
        } else {
            differences.append(
                MatchDifference(
                    matchClass: ours.status == theirs.status
                        ? .amountDifference : .statusDifference,
                    basis: basis, ours: ours, theirs: theirs))
        }
    }

    private mutating func add(
        _ matchClass: MatchClass, _ basis: MatchBasis?, _ line: MatchLine, _ side: MatchSide
    ) {
        differences.append(
            MatchDifference(
                matchClass: matchClass, basis: basis, ours: side == .ours ? line : nil,
                theirs: side == .theirs ? line : nil))
    }
}
