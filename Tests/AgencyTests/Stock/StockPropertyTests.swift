import Testing

@testable import Agency

/// A station's scratch tickets as a child would keep them: one list, one state for each.
private struct NaiveStock {
    enum Ticket: Equatable {
        case left, sold, damaged, voided
    }

    var tickets = [Ticket](repeating: .left, count: 100)
    var state = StockPackState.inStock
    /// Places, from 1, that were passed over.
    var missing: [Int] = []

    var left: [Int] { (1...100).filter { tickets[$0 - 1] == .left } }

    mutating func set(_ places: [Int], _ ticket: Ticket) {
        for place in places { tickets[place - 1] = ticket }
        if left.isEmpty { state = .exhausted }
    }
}

@Suite("Random operations on a pack") struct StockPropertyTests {
    static let stepCount = 160

    @Test(
        "agree with a naive list of tickets",
        arguments: SeededNumbers.seeds(for: "random operations on a pack"))
    func random(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let test = try TestBook()
        let teller = try test.signOn()
        let run = Run(
            test: test, teller: teller, supervisor: try test.supervisor(),
            pack: try test.pack(of: teller))
        var naive = NaiveStock()
        var seen: Set<String> = []
        for step in 0..<Self.stepCount {
            let place = Comment(rawValue: "seed \(seed), step \(step)")
            let (name, expected, outcome) = try run.step(step, &naive, &numbers)
            #expect(outcome.refusalCode == expected, place)
            seen.insert("\(name) \(expected.map { "\($0)" } ?? "done")")
            try run.compare(naive, place)
        }
        #expect(try test.faults() == [])
        // Without these the run would have shown little.
        for wanted in ["sale done", "named stockPackFrozen", "resolve done", "spoil done"] {
            #expect(seen.contains(wanted), "seed \(seed): \(seen.sorted())")
        }
    }
}

/// One book under random operations.
private struct Run {
    typealias Step = (name: String, expected: RefusalCode?, outcome: CommandOutcome)

    let test: TestBook
    let teller: Principal
    let supervisor: Principal
    let pack: Int64

    func step(
        _ step: Int, _ naive: inout NaiveStock, _ numbers: inout SeededNumbers
    ) throws -> Step {
        let key = "step-\(step)-key"
        switch Int.random(in: 0..<10, using: &numbers) {
        case 0..<3: return try sellNext(key, &naive, &numbers)
        case 3..<5: return try sellNamed(key, &naive, &numbers)
        case 5: return try spoil(key, &naive, &numbers)
        case 6..<8: return try resolve(key, &naive, &numbers)
        case 8:
            let expected = refusal(naive.state, .opened)
            let outcome = try test.step(.opened, pack, key: key, by: teller)
            if expected == nil { naive.state = .open }
            return ("open", expected, outcome)
        case _:
            // Mostly kept open, so that there is something to sell.
            guard Int.random(in: 0..<4, using: &numbers) == 0 else {
                return try sellNext(key, &naive, &numbers)
            }
            let expected = refusal(naive.state, .closed)
            let outcome = try test.step(.closed, pack, key: key, by: teller)
            if expected == nil { naive.state = .inStock }
            return ("close", expected, outcome)
        }
    }

    private func refusal(_ state: StockPackState, _ event: StockPackEvent) -> RefusalCode? {
        StockStateTests.packMoves.contains { $0.0 == state && $0.1 == event }
            ? nil : .stockPackState
    }

    private func whyNotSold(_ state: StockPackState) -> RefusalCode? {
        switch state {
        case .open: nil
        case .frozen: .stockPackFrozen
        case .inStock, .inTransit, .exhausted, .returned: .noOpenStockPack
        }
    }

    private func sellNext(
        _ key: String, _ naive: inout NaiveStock, _ numbers: inout SeededNumbers
    ) throws -> Step {
        let count = Int.random(in: 1...4, using: &numbers)
        let next = Array(naive.left.prefix(count))
        let expected =
            whyNotSold(naive.state) ?? (next.count < count ? .stockPackTooSmall : nil)
        let outcome = try test.sellTickets(Int64(count), key: key, by: teller)
        if expected == nil {
            naive.set(next, .sold)
            #expect(try serials(outcome) == next.map { DemoStock.ticket(Int64($0)) })
        }
        return ("sale", expected, outcome)
    }

    private func sellNamed(
        _ key: String, _ naive: inout NaiveStock, _ numbers: inout SeededNumbers
    ) throws -> Step {
        let due = naive.left.first ?? 100
        // Often the next one, sometimes one after it, sometimes one that is gone.
        let place = min(100, max(1, due + Int.random(in: -1...2, using: &numbers)))
        let isLeft = naive.tickets[place - 1] == .left
        var expected = whyNotSold(naive.state) ?? (isLeft ? nil : .stockSerialTaken)
        let outcome = try test.sellTickets(at: [Int64(place)], key: key, by: teller)
        if expected == nil, place != due {
            expected = .stockPackFrozen
            naive.missing = naive.left.filter { $0 < place }
            naive.state = .frozen
        } else if expected == nil {
            naive.set([place], .sold)
        }
        return ("named", expected, outcome)
    }

    private func spoil(
        _ key: String, _ naive: inout NaiveStock, _ numbers: inout SeededNumbers
    ) throws -> Step {
        let place = Int.random(in: 1...100, using: &numbers)
        let isDamaged = Bool.random(using: &numbers)
        let expected: RefusalCode? =
            switch naive.state {
            case .open: naive.tickets[place - 1] == .left ? nil : .stockSerialTaken
            case .frozen: .stockPackFrozen
            case .inStock, .inTransit, .exhausted, .returned: .stockPackState
            }
        let serial = DemoStock.ticket(Int64(place))
        let (pack, teller) = (pack, teller)
        let claim = try test.claim(
            key, teller, stockPaperFingerprint("spoil", itemCode: "\(pack)", serial))
        let outcome = try test.perform {
            try $0.spoilSerial(
                serial, asDamaged: isDamaged, reason: "by chance", pack: pack, claim: claim,
                by: teller)
        }
        if expected == nil { naive.set([place], isDamaged ? .damaged : .voided) }
        return ("spoil", expected, outcome)
    }

    private func resolve(
        _ key: String, _ naive: inout NaiveStock, _ numbers: inout SeededNumbers
    ) throws -> Step {
        var after = naive
        var lines: [StockResolution.Line] = []
        let forgets = Int.random(in: 0..<5, using: &numbers) == 0
        for place in naive.missing.dropFirst(forgets ? 1 : 0) {
            let finding = StockFinding.allCases.randomElement(using: &numbers) ?? .found
            lines.append(TestBook.line(Int64(place), finding))
            switch finding {
            case .found: break
            case .damaged: after.set([place], .damaged)
            case .voided: after.set([place], .voided)
            }
        }
        let miscounts = Int.random(in: 0..<5, using: &numbers) == 0
        var expected: RefusalCode?
        if naive.state != .frozen {
            expected = .stockPackState
        } else if forgets {
            expected = .stockNotResolved
        } else if miscounts {
            expected = .stockCountMismatch
        }
        let outcome = try test.resolve(
            pack, lines, left: Int64(after.left.count + (miscounts ? 1 : 0)), key: key,
            by: supervisor)
        if expected == nil {
            naive = after
            naive.missing = []
            naive.state = after.left.isEmpty ? .exhausted : .inStock
        }
        return ("resolve", expected, outcome)
    }

    private func serials(_ outcome: CommandOutcome) throws -> [String] {
        try outcome.answer().objects("serials").map { try $0.text("serial_number") }
    }

    func compare(_ naive: NaiveStock, _ place: Comment) throws {
        let row = try test.texts(
            """
            SELECT state || ' ' || sold_count || ' ' || damaged_count || ' ' || voided_count
                || ' ' || next_number FROM stock_pack WHERE pack_id = \(pack)
            """)
        let counts = [NaiveStock.Ticket.sold, .damaged, .voided].map { kind in
            "\(naive.tickets.count { $0 == kind })"
        }
        let next = naive.left.first.map { 1_000 + $0 } ?? 1_101
        #expect(
            row == ["\(naive.state.rawValue) " + counts.joined(separator: " ") + " \(next)"],
            place)
    }
}
