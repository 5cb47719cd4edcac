import CivilTime
import Dispatch
import Ledger
import SQL
import Synchronization

/// Runs the same commands on a writer's journal and on the model, and compares them.
struct Replay {
    let commands: [RandomCommand]
    /// The model after all commands.
    private(set) var model = ModelBook()
    /// What the model answers to each command.
    private(set) var expected: [String] = []

    init(_ commands: [RandomCommand]) {
        self.commands = commands
        for command in commands {
            var trial = model
            let result = Result { try command.run { try $0.take(&trial, at: $1) } }
            expected.append(Self.text(of: result))
            if case .success = result { model = trial }
        }
    }

    /// What the writer answered, by the number of the command.
    private final class Answers: Sendable {
        private let texts = Mutex<[Int: String]>([:])

        func completion(_ number: Int) -> @Sendable (Result<String, any Error>) -> Void {
            { [self] result in
                let text = Replay.text(of: result)
                texts.withLock { $0[number] = text }
            }
        }

        subscript(number: Int) -> String? { texts.withLock { $0[number] } }
    }

    /// The first difference between the journal and the model, or nothing when there is none.
    func firstDifference() throws -> String? {
        let book = try TestBook()
        let answers = try runOnJournal(path: book.path)
        for (number, text) in expected.enumerated() {
            let answer = answers[number] ?? "nothing"
            guard answer == text else {
                return "command \(number) answered\n  \(answer)\nand not\n  \(text)"
            }
        }
        if let fault = try book.audit().faults.first { return "the audit found \(fault)" }
        return try LedgerComparison(book.connection, model).firstDifference()
    }

    private func runOnJournal(path: String) throws -> Answers {
        let answers = Answers()
        var writer = try Writer { try JournalSession(path: path) }
        defer { writer.stop() }
        var start = 0
        while start < commands.count {
            let batch = commands[start].batch
            let end = commands[start...].firstIndex { $0.batch != batch } ?? commands.count
            if commands[start].startsSession {
                writer.stop()
                writer = try Writer { try JournalSession(path: path) }
            }
            // The writer is held meanwhile, so that the commands share a batch.
            let opened = DispatchSemaphore(value: 0)
            try writer.submit({ _ in opened.wait() }, completion: { _ in })
            for number in start..<end {
                let command = commands[number]
                try writer.submit(
                    { session in try command.run { try $0.take(session.journal, at: $1) } },
                    completion: answers.completion(number))
            }
            opened.signal()
            start = end
        }
        return answers
    }

    private static func text(of result: Result<String, any Error>) -> String {
        switch result {
        case .success(let text): "kept: \(text)"
        case .failure(let error): "undone: \(error)"
        }
    }

    // MARK: - Shrinking

    /// How many replays are spent on making a failing list shorter.
    static let maximumShrinkReplays = 400

    /// Drops commands, in ever smaller runs, and then steps, as long as what is left still fails.
    static func shrink(
        _ failing: [RandomCommand], fails: ([RandomCommand]) throws -> Bool
    ) rethrows -> [RandomCommand] {
        var commands = failing
        var length = commands.count / 2
        var replays = 0
        while length >= 1 {
            var start = 0
            while start < commands.count, replays < maximumShrinkReplays {
                var fewer = commands
                fewer.removeSubrange(start..<min(start + length, commands.count))
                replays += 1
                if try fails(fewer) { commands = fewer } else { start += length }
            }
            length /= 2
        }
        for (place, command) in commands.enumerated() {
            for step in command.steps.indices.reversed() where replays < maximumShrinkReplays {
                var fewer = commands
                fewer[place].steps.remove(at: step)
                replays += 1
                if try fails(fewer) { commands = fewer }
            }
        }
        return commands
    }
}
