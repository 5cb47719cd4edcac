import CivilTime
import Ledger
import SQL

/// Compares all that a book tells of itself with the model.
struct LedgerComparison {
    private let connection: Connection
    private let model: ModelBook
    private var reader: LedgerReader { LedgerReader(connection) }

    init(_ connection: Connection, _ model: ModelBook) {
        self.connection = connection
        self.model = model
    }

    private struct Difference: Error {
        let text: String
    }

    /// The first difference, or nothing.
    func firstDifference() throws -> String? {
        do {
            try compareDates()
            try compareEntries()
            try compareBalances()
            try compareReports()
            try compareTree()
        } catch let difference as Difference {
            return difference.text
        }
        return nil
    }

    private func expect<T: Equatable>(_ found: T, _ wanted: T, _ what: String) throws {
        guard found != wanted else { return }
        throw Difference(text: "\(what) is\n  \(found)\nand not\n  \(wanted)")
    }

    private func compareDates() throws {
        try expect(reader.openDate(), model.openDate, "the open date")
        try expect(reader.seals().map(\.date), model.seals.map(\.date), "the sealed dates")
        for seal in try reader.seals() {
            let count = model.entryCount(upTo: seal.date)
            try expect(seal.treeSize, Int64(count), "the tree's size at \(seal.date)")
            try expect(seal.treeRoot, model.root(of: count), "the root at \(seal.date)")
        }
    }

    private func compareEntries() throws {
        for (place, entry) in model.entries.enumerated() {
            let number = place + 1
            guard let kept = try reader.entry(ID(Int64(number))) else {
                throw Difference(text: "entry \(number) is missing")
            }
            try expect(kept.postings, entry.postings, "the postings of \(number)")
            try expect(kept.businessDate, entry.date, "the date of \(number)")
            try expect(kept.recordedAt, entry.recordedAt, "the instant of \(number)")
            try expect(kept.kind.name, entry.kind, "the kind of \(number)")
            try expect(kept.narrative, entry.narrative, "the narrative of \(number)")
            try expect(kept.source, entry.source, "the source of \(number)")
            try expect(kept.phase, entry.phase, "the phase of \(number)")
            try expect(kept.expiresAt, entry.expiresAt, "the end of \(number)")
            let original = entry.original.map { ID<JournalEntry>(Int64($0)) }
            try expect(kept.original?.id, original, "the original of \(number)")
            let date = entry.original.map { model.entries[$0 - 1].date }
            try expect(kept.original?.businessDate, date, "the original's date of \(number)")
            let end = model.end(of: number).map { ID<JournalEntry>(Int64($0)) }
            try expect(kept.actedOnBy, end, "what acts on \(number)")
        }
        let next = ID<JournalEntry>(Int64(model.entries.count + 1))
        try expect(reader.entry(next), nil, "the entry after the last")
        let ends = model.unresolved.compactMap { model.entries[$0 - 1].expiresAt }
        try expect(reader.nextExpiry(), ends.min(), "the next expiry")
    }

    private func compareBalances() throws {
        let now = model.balances()
        let dates = (model.seals.map(\.date) + [model.openDate].compactMap { $0 })
            .flatMap { [$0.adding(days: -1), $0, $0.adding(days: 1)] }
        for (place, account) in model.accounts.enumerated() {
            let id = ID<Account>(Int64(place + 1))
            try expect(reader.account(account.code)?.id, id, "the number of \(account.code)")
            try expect(reader.balance(of: id), now[place], "the balance of \(id)")
        }
        for date in Set(dates) {
            let closing = model.balances(after: model.entryCount(upTo: date))
            let movements = model.movements(on: date)
            for place in model.accounts.indices {
                let id = ID<Account>(Int64(place + 1))
                try expect(
                    reader.balance(of: id, asOf: date), closing[place],
                    "the balance of \(id) on \(date)")
                try expect(
                    reader.movement(of: id, on: date), movements[place],
                    "the movement of \(id) on \(date)")
            }
        }
        for count in 0...model.entries.count + 1 {
            let balances = model.balances(after: count)
            let entry = ID<JournalEntry>(Int64(count))
            for place in model.accounts.indices {
                let id = ID<Account>(Int64(place + 1))
                try expect(
                    reader.balance(of: id, asOfEntry: entry), balances[place],
                    "the balance of \(id) after entry \(count)")
            }
        }
    }

    private func compareReports() throws {
        try compare(reader.trialBalance(), model.entries.count, "the trial balance")
        for seal in model.seals {
            try compare(
                reader.trialBalance(closing: seal.date), seal.treeSize,
                "the trial balance of \(seal.date)")
            try compare(
                reader.trialBalance(asOfEntry: ID(Int64(seal.treeSize / 2))), seal.treeSize / 2,
                "the trial balance after \(seal.treeSize / 2)")
        }
        guard let first = model.seals.first?.date, let last = model.seals.last?.date else { return }
        let closing = model.balances(after: model.entryCount(upTo: last))
        for line in try reader.movements(from: first, to: last) {
            let place = model.accounts.firstIndex { $0.code == line.code } ?? -1
            try expect(line.closing, closing[place].posted, "the close of \(line.code)")
            try expect(line.movement, closing[place].posted, "the period of \(line.code)")
            try expect(line.opening, .zero, "the opening of \(line.code)")
        }
    }

    /// Compares a trial balance with the model's after a number of entries.
    private func compare(_ balance: TrialBalance, _ count: Int, _ what: String) throws {
        let touched = Set(
            model.entries.prefix(count).flatMap { $0.postings + model.released(by: $0) }
                .map { Int($0.account.number) - 1 })
        let balances = model.balances(after: count)
        let lines = touched.map { (model.accounts[$0].code, balances[$0]) }.sorted { $0.0 < $1.0 }
        try expect(balance.lines.map(\.code), lines.map(\.0), what)
        try expect(balance.lines.map(\.balance), lines.map(\.1), what)
        try expect(balance.isBalanced, true, what + "'s balance")
    }

    private func compareTree() throws {
        let heads = try connection.prepare(
            "SELECT tree_size, lower(hex(root)) FROM tree_head ORDER BY tree_size"
        ).all { (size: $0.integer(0), root: $0.text(1)) }
        for head in heads {
            try expect(head.root, model.root(of: Int(head.size)), "the root of \(head.size)")
        }
        try expect(heads.last?.size ?? 0, Int64(model.entries.count), "the last head")
    }
}
