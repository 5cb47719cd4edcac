import CivilTime
import Testing

@testable import Settlement

@Suite struct MatchClassTests {
    /// What both sides say of one serial, and what comes out.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let ours: [(Int64, SettlementStatus)]
        let theirs: [(Int64, SettlementStatus)]
        let words: [String]
        let matchedCount: Int
        let differenceFen: Int64
    }

    static let cases = [
        Case(
            testDescription: "equal lines are matched", ours: [(100, .posted)],
            theirs: [(100, .posted)], words: [], matchedCount: 1, differenceFen: 0),
        Case(
            testDescription: "equal reversed lines are matched and move nothing",
            ours: [(100, .reversed)], theirs: [(100, .reversed)], words: [], matchedCount: 1,
            differenceFen: 0),
        Case(
            testDescription: "one fen is a difference", ours: [(100, .posted)],
            theirs: [(101, .posted)], words: ["AMOUNT_DIFF 1 1"], matchedCount: 0,
            differenceFen: -1),
        Case(
            testDescription: "one fen between reversed lines too", ours: [(100, .reversed)],
            theirs: [(101, .reversed)], words: ["AMOUNT_DIFF 1 1"], matchedCount: 0,
            differenceFen: 0),
        Case(
            testDescription: "a sign is a difference", ours: [(100, .posted)],
            theirs: [(-100, .posted)], words: ["AMOUNT_DIFF 1 1"], matchedCount: 0,
            differenceFen: 200),
        Case(
            testDescription: "posted against reversed", ours: [(100, .posted)],
            theirs: [(100, .reversed)], words: ["STATUS_DIFF 1 1"], matchedCount: 0,
            differenceFen: 100),
        Case(
            testDescription: "status goes before amount", ours: [(100, .reversed)],
            theirs: [(101, .posted)], words: ["STATUS_DIFF 1 1"], matchedCount: 0,
            differenceFen: -101),
        Case(
            testDescription: "ours only", ours: [(100, .posted)], theirs: [],
            words: ["OURS_ONLY 1 -"], matchedCount: 0, differenceFen: 100),
        Case(
            testDescription: "the partner's only", ours: [], theirs: [(100, .posted)],
            words: ["PARTNER_ONLY - 1"], matchedCount: 0, differenceFen: -100),
        Case(
            testDescription: "twice at the partner's", ours: [(100, .posted)],
            theirs: [(100, .posted), (100, .posted)], words: ["DUPLICATE - 1"], matchedCount: 1,
            differenceFen: -100),
        Case(
            testDescription: "three times on both sides",
            ours: [(100, .posted), (100, .posted), (100, .posted)],
            theirs: [(100, .posted), (100, .posted), (100, .posted)],
            words: ["DUPLICATE - 1", "DUPLICATE - 1", "DUPLICATE 1 -", "DUPLICATE 1 -"],
            matchedCount: 1, differenceFen: 0),
        Case(
            testDescription: "of two different lines the one that sorts first stands",
            ours: [(100, .posted)], theirs: [(200, .posted), (100, .posted)],
            words: ["DUPLICATE - 1"], matchedCount: 1, differenceFen: -200),
        Case(
            testDescription: "twice and without counterpart",
            ours: [(100, .posted), (100, .posted)],
            theirs: [], words: ["OURS_ONLY 1 -", "DUPLICATE 1 -"], matchedCount: 0,
            differenceFen: 200),
    ]

    @Test("each class, by what both sides say of one serial", arguments: cases)
    func classes(_ test: Case) throws {
        let outcome = try Outcome(
            ours: test.ours.map { try Lines.line("1", $0.0, $0.1) },
            theirs: test.theirs.map { try Lines.line("1", $0.0, $0.1) })
        #expect(outcome.words == test.words)
        #expect(outcome.summary[.matched].ours.count == test.matchedCount)
        #expect(outcome.summary.total.differenceFen == test.differenceFen)
        let sum = MatchClass.allCases.reduce(0) { $0 + outcome.summary[$1].differenceFen }
        #expect(sum == test.differenceFen)
        #expect(outcome.differences.reduce(0) { $0 + $1.differenceFen } == test.differenceFen)
    }

    @Test("two empty sides are matched") func empty() throws {
        let outcome = try Outcome(ours: [], theirs: [])
        #expect(outcome.summary.isAllMatched && outcome.differences.isEmpty)
    }

    @Test("a line without serial is found by the partner's reference") func reference() throws {
        let outcome = try Outcome(
            ours: [try Lines.line("1", reference: "W1"), try Lines.line("2", reference: "W2", 7)],
            theirs: [try Lines.line("", reference: "W1"), try Lines.line("9", reference: "W2", 8)])
        #expect(outcome.words == ["AMOUNT_DIFF 2 9"])
        #expect(outcome.summary.pairCounts[.reference] == 2)
        #expect(outcome.differences.first?.basis == .reference)
    }

    @Test("a serial goes before a reference") func precedence() throws {
        let outcome = try Outcome(
            ours: [try Lines.line("1", reference: "W2"), try Lines.line("2", reference: "W1")],
            theirs: [try Lines.line("1", reference: "W1"), try Lines.line("2", reference: "W2")])
        #expect(outcome.summary.isAllMatched)
        #expect(outcome.summary.pairCounts[.serial] == 2)
    }

    @Test("a reference that several lines with serials share is no pair") func shared() throws {
        let outcome = try Outcome(
            ours: [try Lines.line("1", reference: "W1"), try Lines.line("2", reference: "W1")],
            theirs: [try Lines.line("", reference: "W1")])
        #expect(outcome.words == ["PARTNER_ONLY - W1", "OURS_ONLY 1 -", "OURS_ONLY 2 -"])
    }

    @Test("lines without serial are duplicates by their reference") func duplicate() throws {
        let outcome = try Outcome(
            ours: [try Lines.line("1", reference: "W1")],
            theirs: [
                try Lines.line("", reference: "W1", at: "09:00:01"),
                try Lines.line("", reference: "W1", at: "09:00:00"),
            ])
        #expect(outcome.words == ["DUPLICATE - W1"])
        let standing = outcome.differences.first?.explanations.first?.line
        #expect(standing?.lineNumber == 3, "the earlier time stands")
    }

    /// A contract's rule, what both sides hold of (account, fen, day), and how many pairs it makes.
    static let rules: [(String, [(String, Int64, Int)], [(String, Int64, Int)], Int)] = [
        ("account+amount", [("A", 5, 21)], [("A", 5, 21)], 1),
        ("account+amount", [("A", 5, 21)], [("A", 5, 22)], 0),
        ("account+amount+1d", [("A", 5, 21)], [("A", 5, 22)], 1),
        ("account+amount+1d", [("A", 5, 21)], [("A", 5, 23)], 0),
        ("account+amount", [("A", 5, 21)], [("A", 6, 21)], 0),
        ("account+amount", [("A", 5, 21)], [("B", 5, 21)], 0),
        ("account", [("A", 5, 21)], [("A", 6, 21)], 1),
        ("amount+2d", [("A", 5, 21)], [("B", 5, 23)], 1),
        // Two candidates on either side are no pair.
        ("account+amount", [("A", 5, 21)], [("A", 5, 21), ("A", 5, 21)], 0),
        ("account+amount", [("A", 5, 21), ("A", 5, 21)], [("A", 5, 21)], 0),
        ("account+amount", [("A", 5, 21), ("A", 5, 21)], [("A", 5, 21), ("A", 5, 21)], 0),
        ("account+amount+1d", [("A", 5, 21), ("A", 5, 24)], [("A", 5, 22), ("A", 5, 25)], 2),
        ("account+amount+1d", [("A", 5, 21), ("A", 5, 23)], [("A", 5, 22)], 0),
        ("account+amount", [("", 5, 21)], [("", 5, 21)], 0),
    ]

    @Test("the rule pairs what is unique on both sides", arguments: rules)
    func rule(
        _ rule: String, _ ours: [(String, Int64, Int)], _ theirs: [(String, Int64, Int)],
        _ pairCount: Int
    ) throws {
        func lines(_ facts: [(String, Int64, Int)], _ head: String) throws -> [MatchLine] {
            try facts.enumerated().map { index, fact in
                try Lines.line(
                    "\(head)\(index)", account: fact.0, fact.1, on: "2026-11-\(fact.2)")
            }
        }
        let outcome = try Outcome(
            ours: lines(ours, "a"), theirs: lines(theirs, "b"), rule: rule)
        #expect(outcome.summary.pairCounts[.rule] == pairCount)
        let left = ours.count + theirs.count - 2 * pairCount
        #expect(outcome.differences.count { $0.basis == nil } == left)
    }

    @Test(
        "texts that are no rule",
        arguments: ["", "type", "2d", "account+account", "account+32d", "account+-1d", "amount+d"])
    func noRule(_ text: String) {
        #expect(MatchRule(text) == nil)
    }

    /// A clock time without counterpart, and whether it may be in the next file.
    static let times: [(date: String, clock: String, isTiming: Bool)] = [
        ("2026-11-21", "23:49:59", false), ("2026-11-21", "23:50:00", true),
        ("2026-11-21", "23:59:58", true), ("2026-11-22", "00:00:03", true),
        ("2026-11-22", "00:10:00", true), ("2026-11-22", "00:10:01", false),
        ("2026-11-21", "00:00:03", false),
    ]

    @Test("near the day cut a line is TIMING", arguments: times)
    func timing(_ date: String, _ clock: String, _ isTiming: Bool) throws {
        let line = try Lines.line("1", at: clock, on: date)
        let cut = try Lines.cut()
        let ours = try Outcome(ours: [line], theirs: [], cut: cut)
        #expect(ours.words == [isTiming ? "TIMING 1 -" : "OURS_ONLY 1 -"])
        let theirs = try Outcome(ours: [], theirs: [line], cut: cut)
        #expect(theirs.words == [isTiming ? "TIMING - 1" : "PARTNER_ONLY - 1"])
    }

    @Test("TIMING clears in the next file, or becomes a difference there") func carried() throws {
        let (first, second) = (
            try Lines.line("1", at: "23:59:58"), try Lines.line("2", at: "23:59:59")
        )
        let today = try Outcome(ours: [first, second], theirs: [], cut: Lines.cut())
        #expect(today.words == ["TIMING 1 -", "TIMING 2 -"])
        let next = try Outcome(
            ours: [], theirs: [try Lines.line("1", at: "00:00:03", on: "2026-11-22")],
            carriedOurs: today.differences.compactMap(\.ours), cut: Lines.cut())
        #expect(next.words == ["OURS_ONLY 2 -"])
        #expect(next.summary.carried.ours.count == 2)
        #expect(next.summary[.matched].ours.count == 1)
        #expect(next.differences.first?.ours?.isCarried == true)
    }
}
