import CivilTime
import Ledger

/// One step of a random command, which both the journal and the model can take.
enum RandomStep: Sendable {
    case openAccount(AccountCode, Currency, BalanceLimit)
    case post([Posting])
    case reverse(Int64)
    case seal(BusinessDate)
    case open(BusinessDate)

    /// Takes the step in the journal; the number says what came of it.
    func take(_ journal: Journal) throws -> Int64 {
        switch self {
        case .openAccount(let code, let currency, let limit):
            try journal.openAccount(
                code: code, name: "", type: .asset, currency: currency, limit: limit
            ).number
        case .post(let postings):
            try journal.post(TestBook.entry(postings), at: TestBook.instant).id.number
        case .reverse(let number):
            try journal.reverse(ID(number), narrative: "", at: TestBook.instant).id.number
        case .seal(let date): try journal.seal(date, at: TestBook.instant).entryCount
        case .open(let date): try openDate(date, journal)
        }
    }

    /// Takes the step in the model.
    func take(_ model: inout ModelBook) throws -> Int64 {
        switch self {
        case .openAccount(let code, let currency, let limit):
            try model.openAccount(code, currency, limit)
        case .post(let postings): try model.post(postings)
        case .reverse(let number): try model.reverse(number)
        case .seal(let date): try model.seal(date)
        case .open(let date): try model.open(date)
        }
    }

    private func openDate(_ date: BusinessDate, _ journal: Journal) throws -> Int64 {
        try journal.open(date, at: TestBook.instant)
        return 0
    }
}

/// A few steps that are kept or undone together.
struct RandomCommand: Sendable {
    struct Undone: Error {}

    var steps: [RandomStep]
    /// Whether a refused step is passed over, instead of ending the command.
    var passesOverRefusals: Bool
    /// Whether the command fails at its end, after all its steps.
    var fails: Bool

    /// Runs the steps; the text tells what came of each.
    func run(_ take: (RandomStep) throws -> Int64) throws -> String {
        var answer = ""
        for step in steps {
            do {
                answer += "\(try take(step)) "
            } catch let error as LedgerError where passesOverRefusals {
                answer += "\(error) "
            }
        }
        if fails { throw Undone() }
        return answer
    }
}

/// Makes random commands that fit, nearly fit, or do not fit a model.
struct CommandMaker {
    var numbers: SeededNumbers

    mutating func command(_ model: ModelBook) -> RandomCommand {
        RandomCommand(
            steps: (0...numbers.below(3)).map { _ in step(model) },
            passesOverRefusals: numbers.oneIn(3), fails: numbers.oneIn(8))
    }

    private mutating func step(_ model: ModelBook) -> RandomStep {
        switch numbers.below(40) {
        case 0...1: openAccount(model)
        case 2...6: .reverse(Int64(numbers.below(model.entries.count + 2)))
        case 7: .seal(date(model.openDate ?? model.lastDate, near: 0))
        case 8...10 where model.openDate == nil: .open(date(model.lastDate, near: 1))
        case 8: .open(date(model.lastDate, near: 1))
        case _: .post(postings(model))
        }
    }

    private mutating func date(_ date: BusinessDate?, near days: Int) -> BusinessDate {
        let offset = numbers.oneIn(5) ? numbers.below(4) - 2 : days
        return (date ?? TestBook.firstDate).adding(days: offset)
    }

    private mutating func openAccount(_ model: ModelBook) -> RandomStep {
        let limits = BalanceLimit.allCases
        let code = AccountCode("1001.A\(numbers.below(model.accounts.count + 3))")
        guard let code else { preconditionFailure("the code is well formed") }
        return .openAccount(
            code, numbers.oneIn(4) ? .usDollar : .renminbi, limits[numbers.below(limits.count)])
    }

    private mutating func postings(_ model: ModelBook) -> [Posting] {
        let count = numbers.oneIn(20) ? numbers.below(2) : 2 + numbers.below(10)
        var postings: [Posting] = []
        var sums: [Currency: Int64] = [:]
        for _ in 0..<max(0, count - 1) {
            let account = Int64(numbers.below(model.accounts.count + (numbers.oneIn(20) ? 2 : 0)))
            let amount = numbers.oneIn(60) ? 0 : Int64(1 + numbers.below(500))
            let isDebit = numbers.oneIn(2)
            postings.append(
                isDebit ? .debit(ID(account + 1), amount) : .credit(ID(account + 1), amount))
            guard account < Int64(model.accounts.count) else { continue }
            let currency = model.accounts[Int(account)].currency
            sums[currency, default: 0] += isDebit ? amount : -amount
        }
        if numbers.oneIn(15) { return postings }
        for currency in Currency.allCases {
            guard let sum = sums[currency], sum != 0 else { continue }
            let own = model.accounts.indices.filter { model.accounts[$0].currency == currency }
            let account = ID<Account>(Int64(own[numbers.below(own.count)] + 1))
            postings.append(sum > 0 ? .credit(account, sum) : .debit(account, -sum))
        }
        return postings
    }
}
