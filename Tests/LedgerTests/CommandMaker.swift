import CivilTime
import Ledger

/// Makes random commands that fit, nearly fit, or do not fit a model.
struct CommandMaker {
    var numbers: SeededNumbers
    private(set) var clock = TestBook.instant
    private var batch = 0
    private var startsSession = false

    init(numbers: SeededNumbers) {
        self.numbers = numbers
    }

    /// A round of random commands, in order.
    mutating func round(batches: Int) -> [RandomCommand] {
        var model = ModelBook()
        var commands: [RandomCommand] = []
        for number in 0..<batches {
            batch = number
            startsSession = numbers.oneIn(5)
            for _ in 0...numbers.below(12) {
                let command = model.accounts.count < 4 ? beginning : command(model)
                var trial = model
                let result = Result { try command.run { try $0.take(&trial, at: $1) } }
                if case .success = result { model = trial }
                commands.append(command)
            }
        }
        return commands
    }

    /// The first command of every round: a date and a few accounts.
    private var beginning: RandomCommand {
        let codes = (0..<4).compactMap { AccountCode("1001.A\($0)") }
        let limits: [BalanceLimit] = [.none, .creditsWithinDebits, .debitsWithinCredits, .none]
        return RandomCommand(
            instant: clock,
            steps: [.open(TestBook.firstDate)]
                + zip(codes, limits).map { .openAccount($0, .renminbi, $1) },
            passesOverRefusals: false, fails: false, batch: batch)
    }

    private mutating func command(_ model: ModelBook) -> RandomCommand {
        clock = clock.adding(milliseconds: Int64(numbers.below(200)))
        return RandomCommand(
            instant: clock, steps: (0...numbers.below(3)).map { _ in step(model, depth: 0) },
            passesOverRefusals: numbers.oneIn(3), fails: numbers.oneIn(8), batch: batch,
            startsSession: startsSession)
    }

    private mutating func step(_ model: ModelBook, depth: Int) -> RandomStep {
        switch numbers.below(60) {
        case 0...1: return openAccount(model)
        case 2...5: return .reverse(anyEntry(model))
        case 6: return .seal(date(model.openDate ?? model.lastDate, near: 0))
        case 7...11 where model.openDate == nil: return .open(date(model.lastDate, near: 1))
        case 7: return .open(date(model.lastDate, near: 1))
        case 8...16: return .pend(postings(model), expiresAt: expiry())
        case 17...22: return postPending(model)
        case 23...25: return .void(pendingEntry(model))
        case 26...29: return .voidExpired
        case 30...33: return .linked((0...numbers.below(3)).map { _ in postings(model) })
        case 34...37 where depth < 2:
            return .together(
                (0...numbers.below(3)).map { _ in step(model, depth: depth + 1) },
                fails: numbers.oneIn(4))
        case _: return .post(postings(model))
        }
    }

    private mutating func expiry() -> Instant? {
        if numbers.oneIn(4) { return nil }
        // From the very instant, which is refused, to some commands later.
        return clock.adding(milliseconds: Int64(numbers.below(3_000)) - 100)
    }

    private mutating func anyEntry(_ model: ModelBook) -> Int64 {
        Int64(numbers.below(model.entries.count + 2))
    }

    private mutating func pendingEntry(_ model: ModelBook) -> Int64 {
        let open = model.unresolved
        if open.isEmpty || numbers.oneIn(5) { return anyEntry(model) }
        return Int64(open[numbers.below(open.count)])
    }

    private mutating func postPending(_ model: ModelBook) -> RandomStep {
        let number = pendingEntry(model)
        if numbers.oneIn(2) { return .postPending(number, nil) }
        if numbers.oneIn(8) { return .postPending(number, postings(model)) }
        guard number >= 1, number <= Int64(model.entries.count) else {
            return .postPending(number, [])
        }
        return .postPending(number, part(of: model.entries[Int(number) - 1].postings, model))
    }

    /// A part of an entry that balances, or nearly.
    private mutating func part(of postings: [Posting], _ model: ModelBook) -> [Posting] {
        var part: [Posting] = []
        for currency in Currency.allCases {
            let own = postings.filter { model.account(of: $0).currency == currency }
            let total = Int64(numbers.below(Int(own.total(.debit)) + 1))
            for side in Side.allCases {
                var rest = total
                for posting in own where posting.side == side {
                    let amount = min(rest, posting.amount)
                    rest -= amount
                    if amount > 0 { part.append(Self.line(posting.account, side, amount)) }
                }
            }
        }
        part.shuffle(using: &numbers)
        if numbers.oneIn(8), let last = part.popLast() {
            part.append(Self.line(last.account, last.side, last.amount + 1))
        }
        return part
    }

    private static func line(_ account: ID<Account>, _ side: Side, _ amount: Int64) -> Posting {
        switch side {
        case .debit: .debit(account, amount)
        case .credit: .credit(account, amount)
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
        let count = numbers.oneIn(20) ? numbers.below(2) : 2 + numbers.below(6)
        var postings: [Posting] = []
        var sums: [Currency: Int64] = [:]
        for _ in 0..<max(0, count - 1) {
            let account = Int64(numbers.below(model.accounts.count + (numbers.oneIn(20) ? 2 : 0)))
            let amount = numbers.oneIn(60) ? 0 : Int64(1 + numbers.below(500))
            let side = numbers.oneIn(2) ? Side.debit : .credit
            postings.append(Self.line(ID(account + 1), side, amount))
            guard account < Int64(model.accounts.count) else { continue }
            let currency = model.accounts[Int(account)].currency
            sums[currency, default: 0] += side == .debit ? amount : -amount
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
