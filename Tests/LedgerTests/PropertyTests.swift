import Foundation
import Ledger
import Testing

@Suite("The ledger under random commands")
struct PropertyTests {
    /// How many rounds are run; `AGENCYPOS_PROPERTY_ROUNDS` sets another number.
    static let roundCount =
        ProcessInfo.processInfo.environment["AGENCYPOS_PROPERTY_ROUNDS"].flatMap { Int($0) } ?? 12
    static let batchesPerRound = 40
    /// So many rounds meet every refusal that is listed below.
    static let roundsForEveryRefusal = 12

    @Test("does what an obviously right model does, command by command and in the end")
    func againstModel() throws {
        let seed = SeededNumbers.chooseSeed()
        print("\(SeededNumbers.seedVariable)=\(seed) repeats this run of PropertyTests")
        var phases: Set<EntryPhase> = []
        var answers = ""
        var commandCount = 0
        for round in 0..<Self.roundCount {
            let own = seed &+ UInt64(round) &* 1_000_003
            var maker = CommandMaker(numbers: SeededNumbers(seed: own))
            let commands = maker.round(batches: Self.batchesPerRound)
            let replay = Replay(commands)
            if let difference = try replay.firstDifference() {
                try report(difference, seed: own, commands)
                return
            }
            commandCount += commands.count
            guard round < Self.roundsForEveryRefusal else { continue }
            phases.formUnion(replay.model.entries.map(\.phase))
            answers += replay.expected.joined()
        }
        print("\(commandCount) random commands")
        guard Self.roundCount >= Self.roundsForEveryRefusal else { return }
        // Otherwise the run would have shown less than it seems.
        #expect(phases == Set(EntryPhase.allCases))
        for refusal in Self.refusals { #expect(answers.contains(refusal), "seed \(seed)") }
    }

    /// A part of what every refusal says that random commands must meet.
    private static let refusals = [
        "no business date is open", "is not open", "postings, not", "amount 0 is not in",
        "there is no account", "debits exceed credits", "would pass its limit",
        "there is no entry", "is itself a reversal", "posted nothing", "is reversed already",
        "is not a pending one", "was ended by entry", "has expired at", "at most ",
        "must expire after", "linked entry", "exists already", "must be after", "undone()",
    ]

    /// Tells of a difference with as few commands as still show one.
    private func report(_ difference: String, seed: UInt64, _ commands: [RandomCommand]) throws {
        let few = try Replay.shrink(commands) { try Replay($0).firstDifference() != nil }
        let replay = Replay(few)
        var text = "seed \(seed): \(difference)\n\(few.count) commands show"
        text += " \(try replay.firstDifference() ?? "no difference any more")\n"
        for (number, command) in few.enumerated() {
            text += "\(number): \(command)\n   the model: \(replay.expected[number])\n"
        }
        Issue.record(Comment(rawValue: text))
    }

    @Test("a failing list of commands is made as short as it can be")
    func shrinking() {
        var maker = CommandMaker(numbers: SeededNumbers(seed: 1))
        let commands = maker.round(batches: 20)
        let (first, last) = (commands.count / 3, commands.count / 2)
        let isKept = { (few: [RandomCommand], place: Int) in
            few.contains { $0.instant == commands[place].instant }
        }
        let few = Replay.shrink(commands) { isKept($0, first) && isKept($0, last) }
        #expect(few.count == 2)
        #expect(isKept(few, first) && isKept(few, last))
    }
}
