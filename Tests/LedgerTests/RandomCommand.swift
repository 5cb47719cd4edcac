import CivilTime
import Ledger

/// One step of a random command, which both the journal and the model can take.
indirect enum RandomStep: Sendable {
    case openAccount(AccountCode, Currency, BalanceLimit)
    case post([Posting])
    case pend([Posting], expiresAt: Instant?)
    case postPending(Int64, [Posting]?)
    case void(Int64)
    case voidExpired
    case reverse(Int64)
    case linked([[Posting]])
    /// Steps that are undone together when one is refused, or at their end.
    case together([RandomStep], fails: Bool)
    case seal(BusinessDate)
    case open(BusinessDate)

    /// Takes the step in the journal; the text says what came of it.
    func take(_ journal: Journal, at instant: Instant) throws -> String {
        switch self {
        case .openAccount(let code, let currency, let limit):
            return try journal.openAccount(
                code: code, name: "", type: .asset, currency: currency, limit: limit
            ).description
        case .post(let postings):
            return Self.text(try journal.post(TestBook.entry(postings), at: instant))
        case .pend(let postings, let expiresAt):
            return Self.text(
                try journal.pend(TestBook.entry(postings), expiresAt: expiresAt, at: instant))
        case .postPending(let number, let postings):
            return Self.text(
                try journal.postPending(ID(number), postings: postings, at: instant))
        case .void(let number):
            return Self.text(try journal.void(ID(number), narrative: "given up", at: instant))
        case .voidExpired:
            return try journal.voidExpired(at: instant).map(Self.text).joined(separator: " ")
        case .reverse(let number):
            return Self.text(try journal.reverse(ID(number), narrative: "reversed", at: instant))
        case .linked(let entries):
            return try journal.post(linked: entries.map { TestBook.entry($0) }, at: instant)
                .map(Self.text).joined(separator: " ")
        case .together(let steps, let fails):
            return try Self.answer {
                try journal.together {
                    let texts = try steps.map { try $0.take(journal, at: instant) }
                    if fails { throw RandomCommand.Undone() }
                    return texts.joined(separator: " ")
                }
            }
        case .seal(let date):
            let seal = try journal.seal(date, at: instant)
            return "\(seal.entryCount) of \(seal.treeSize) \(seal.treeRoot) \(seal.balancesDigest)"
        case .open(let date):
            try journal.open(date, at: instant)
            return "open"
        }
    }

    /// Takes the step in the model.
    func take(_ model: inout ModelBook, at instant: Instant) throws -> String {
        switch self {
        case .openAccount(let code, let currency, let limit):
            return "\(try model.openAccount(code, currency, limit))"
        case .post(let postings):
            return try model.record(TestBook.entry(postings), .posted, at: instant)
        case .pend(let postings, let expiresAt):
            return try model.pend(TestBook.entry(postings), expiresAt: expiresAt, at: instant)
        case .postPending(let number, let postings):
            return try model.postPending(number, postings, at: instant)
        case .void(let number): return try model.void(number, "given up", at: instant)
        case .voidExpired: return try model.voidExpired(at: instant)
        case .reverse(let number): return try model.reverse(number, at: instant)
        case .linked(let entries): return try link(entries, &model, at: instant)
        case .together(let steps, let fails):
            let before = model
            return try Self.answer {
                do {
                    let texts = try steps.map { try $0.take(&model, at: instant) }
                    if fails { throw RandomCommand.Undone() }
                    return texts.joined(separator: " ")
                } catch {
                    model = before
                    throw error
                }
            }
        case .seal(let date): return try model.seal(date)
        case .open(let date):
            try model.open(date)
            return "open"
        }
    }

    private func link(
        _ entries: [[Posting]], _ model: inout ModelBook, at instant: Instant
    ) throws -> String {
        var trial = model
        let texts = try entries.enumerated().map { index, postings in
            do {
                return try trial.record(TestBook.entry(postings), .posted, at: instant)
            } catch let error as LedgerError {
                throw LedgerError.linkedEntry(index: index, error)
            }
        }
        model = trial
        return texts.joined(separator: " ")
    }

    // What was undone together is passed over, and its command goes on.
    private static func answer(_ body: () throws -> String) throws -> String {
        do {
            return "together(\(try body()))"
        } catch let error as LedgerError {
            return "undone(\(error))"
        } catch is RandomCommand.Undone {
            return "undone()"
        }
    }

    static func text(_ posted: PostedEntry) -> String { text(posted.id.number, posted.balances) }

    static func text(_ number: Int64, _ balances: [AccountBalance]) -> String {
        let texts = balances.map {
            "\($0.posted.debits),\($0.posted.credits),\($0.pending.debits),\($0.pending.credits)"
        }
        return "\(number)[\(texts.joined(separator: ";"))]"
    }
}

/// A few steps that are kept or undone together.
struct RandomCommand: Sendable {
    struct Undone: Error {}

    var instant: Instant
    var steps: [RandomStep]
    /// Whether a refused step is passed over, instead of ending the command.
    var passesOverRefusals: Bool
    /// Whether the command fails at its end, after all its steps.
    var fails: Bool
    /// The number of its commit batch.
    var batch: Int
    /// Whether its batch is the first of a new session of the writer.
    var startsSession = false

    /// Runs the steps; the text tells what came of each.
    func run(_ take: (RandomStep, Instant) throws -> String) throws -> String {
        var answers: [String] = []
        for step in steps {
            do {
                answers.append(try take(step, instant))
            } catch let error as LedgerError where passesOverRefusals {
                answers.append("refused(\(error))")
            }
        }
        if fails { throw Undone() }
        return answers.joined(separator: " | ")
    }
}

extension RandomCommand: CustomStringConvertible {
    var description: String {
        "batch \(batch)\(startsSession ? ", new session" : ""), at "
            + "\(instant.millisecondsSinceEpoch)\(passesOverRefusals ? ", passing over" : "")"
            + "\(fails ? ", failing" : ""): " + stepsText
    }

    // A posting is told as `(account side amount)`.
    private var stepsText: String {
        steps.map { "\($0)" }.joined(separator: " | ")
            .replacing("Ledger.Posting(account: ", with: "(")
            .replacing(", side: Ledger.Side.", with: " ").replacing(", amount: ", with: " ")
            .replacing("CivilTime.Instant(millisecondsSinceEpoch: ", with: "(")
    }
}
