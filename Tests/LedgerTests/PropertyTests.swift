import CivilTime
import Dispatch
import Ledger
import SQL
import Synchronization
import Testing

@Suite("The ledger under random commands")
struct PropertyTests {
    static let roundCount = 12
    static let batchesPerRound = 25

    /// What the writer answered, by the number of the command.
    private final class Answers: Sendable {
        private let texts = Mutex<[Int: String]>([:])

        func completion(_ number: Int) -> @Sendable (Result<String, any Error>) -> Void {
            { [self] result in
                let text = PropertyTests.text(of: result)
                texts.withLock { $0[number] = text }
            }
        }

        subscript(number: Int) -> String? { texts.withLock { $0[number] } }
    }

    @Test("does what an obviously right model does, command by command and in the end")
    func againstModel() throws {
        let seed = SeededNumbers.chooseSeed()
        print("\(SeededNumbers.seedVariable)=\(seed) repeats this run of PropertyTests")
        for round in 0..<Self.roundCount {
            try runRound(seed: seed &+ UInt64(round) &* 1_000_003)
        }
    }

    private func runRound(seed: UInt64) throws {
        let book = try TestBook()
        let path = book.path
        var model = ModelBook()
        var maker = CommandMaker(numbers: SeededNumbers(seed: seed))
        let answers = Answers()
        var expected: [String] = []
        let writer = try Writer { try JournalSession(path: path) }
        defer { writer.stop() }
        for _ in 0..<Self.batchesPerRound {
            // The writer is held meanwhile, so that the commands share a batch.
            let opened = DispatchSemaphore(value: 0)
            try writer.submit({ _ in opened.wait() }, completion: { _ in })
            for _ in 0...maker.numbers.below(12) {
                let command =
                    model.accounts.count < 4 ? Self.beginning : maker.command(model)
                let number = expected.count
                var trial = model
                let result = Result { try command.run { try $0.take(&trial) } }
                expected.append(Self.text(of: result))
                if case .success = result { model = trial }
                try writer.submit(
                    { session in try command.run { try $0.take(session.journal) } },
                    completion: answers.completion(number))
            }
            opened.signal()
        }
        writer.stop()
        // After a first difference the rest differs too, and says nothing more.
        for (number, text) in expected.enumerated() {
            try #require(answers[number] == text, "seed \(seed), command \(number)")
        }
        try compare(model, LedgerReader(try Connection(path: path, access: .read)), seed: seed)
        let report = try LedgerAudit(try Connection(path: path, access: .read)).run()
        #expect(report.faults == [], "seed \(seed)")
        #expect(report.entryCount == Int64(model.entries.count), "seed \(seed)")
    }

    /// The first command of every round: a date and a few accounts.
    private static var beginning: RandomCommand {
        let codes = (0..<4).compactMap { AccountCode("1001.A\($0)") }
        let limits: [BalanceLimit] = [.none, .creditsWithinDebits, .debitsWithinCredits, .none]
        return RandomCommand(
            steps: [.open(TestBook.firstDate)]
                + zip(codes, limits).map { .openAccount($0, .renminbi, $1) },
            passesOverRefusals: false, fails: false)
    }

    private func compare(_ model: ModelBook, _ reader: LedgerReader, seed: UInt64) throws {
        let comment = Comment(rawValue: "seed \(seed)")
        #expect(try reader.openDate() == model.openDate, comment)
        #expect(try reader.seals().map(\.date) == model.sealedDates, comment)
        for (place, account) in model.accounts.enumerated() {
            let id = ID<Account>(Int64(place + 1))
            #expect(try reader.account(account.code)?.id == id, comment)
            #expect(try reader.balance(of: id)?.posted == model.totals(place), comment)
            for date in model.sealedDates + [model.openDate].compactMap({ $0 }) {
                #expect(
                    try reader.movement(of: id, on: date) == model.totals(place, on: date), comment)
            }
        }
        for (place, entry) in model.entries.enumerated() {
            let kept = try reader.entry(ID(Int64(place + 1)))
            #expect(kept?.postings == entry.postings, comment)
            #expect(kept?.businessDate == entry.date, comment)
            #expect(kept?.original?.id == entry.reverses.map { ID(Int64($0 + 1)) }, comment)
        }
        #expect(try reader.entry(ID(Int64(model.entries.count + 1))) == nil, comment)
        #expect(try reader.trialBalance().isBalanced, comment)
    }

    private static func text(of result: Result<String, any Error>) -> String {
        switch result {
        case .success(let text): "kept: \(text)"
        case .failure(let error): "undone: \(error)"
        }
    }
}
