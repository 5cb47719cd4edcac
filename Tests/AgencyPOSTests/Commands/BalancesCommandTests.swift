import Testing

@testable import AgencyPOS

@Suite struct BalancesCommandTests {
    /// The demo network with 2026-11-21 closed.
    private static func closedBook() throws -> TemporaryFolder {
        let book = try DemoNetwork.copy()
        let outcome = try Program.run(["close-day", "--data", book.path])
        guard outcome.code == 0 else { throw TestFailure("\(outcome)") }
        return book
    }

    private static func balances(_ words: [String], _ book: TemporaryFolder) throws -> [String] {
        let outcome = try Program.run(["balances", "--data", book.path] + words)
        guard outcome.code == 0 else { throw TestFailure("\(outcome)") }
        return outcome.output.split(whereSeparator: \.isNewline).map(String.init)
    }

    private static func cells(_ line: String?) -> [Substring] {
        (line ?? "").split(separator: " ")
    }

    @Test("the balances now, at a close and after the last entry are the same when nothing moved")
    func moments() throws {
        let book = try Self.closedBook()
        let now = try Self.balances([], book)
        #expect(now.count == 24)
        #expect(
            Self.cells(now.first).prefix(5) == ["1001.S0001-C1", "5000.00", "0.00", "0.00", "0.00"])
        #expect(
            Self.cells(now.last) == ["total", "CNY", "72000.00", "72000.00", "0.00", "0.00"])
        #expect(try Self.balances(["--as-of", "2026-11-21"], book) == now)
        #expect(try Self.balances(["--entry", "22"], book) == now)
    }

    @Test("after an entry only what came up to it counts, and nothing before the first")
    func entries() throws {
        let book = try Self.closedBook()
        let first = try Self.balances(["--entry", "1"], book)
        #expect(first.count == 3)
        #expect(Self.cells(first.last).dropFirst(2).prefix(2) == ["5000.00", "5000.00"])
        #expect(try Self.balances(["--entry", "0"], book) == [])
        #expect(try Self.balances(["--as-of", "2026-11-20"], book) == [])
    }

    @Test("a period has its balance before, its movement and its balance after")
    func period() throws {
        let book = try Self.closedBook()
        let words = ["--from", "2026-11-21", "--to", "2026-11-21"]
        let text = try Self.balances(words, book)
        #expect(
            Self.cells(text.first).prefix(5) == [
                "1001.S0001-C1", "0.00", "5000.00", "0.00", "5000.00",
            ])
        #expect(
            Self.cells(text.last) == ["total", "CNY", "0.00", "72000.00", "72000.00", "0.00"])
        let table = try Self.balances(words + ["--format", "csv"], book)
        #expect(
            table[0] == "account,account_name,account_type,currency,opening_debits,"
                + "opening_credits,debits,credits,closing_debits,closing_credits")
        #expect(
            table[1] == "1001.S0001-C1,cash S0001-C1,asset,CNY,0.00,0.00,5000.00,0.00,5000.00,0.00")
        #expect(table.count == 24)
    }

    @Test("pending cash stands apart from what is posted") func pending() throws {
        let folder = try DemoNetwork.copy()
        try { () throws in
            let server = try LiveServer(folder: folder)
            defer { server.stop() }
            let counter = try server.counter()
            let answer = try counter.post(
                "/v1/withdrawals", .withdrawal(), key: counter.freshKey())
            #expect((200...299).contains(answer.status))
        }()
        let till = try Self.balances([], folder).first { $0.hasPrefix("1001.S0001-C1 ") }
        #expect(
            Self.cells(till).prefix(5) == ["1001.S0001-C1", "5000.00", "0.00", "0.00", "500.00"])
    }

    @Test(
        "a moment that makes no sense is refused",
        arguments: [
            (["--as-of", "2026-11-21", "--entry", "1"], ExitCode.usage, "give one of"),
            (["--from", "2026-11-21"], .usage, "go together"),
            (["--from", "2026-11-22", "--to", "2026-11-21"], .usage, "not be before"),
            (["--entry", "-1"], .usage, "--entry must be"),
            (["--format", "xml"], .usage, "text or csv"),
            (["--entry", "23"], .refused, "there is no entry 23"),
            (["--as-of", "2027-11-21"], .refused, "2027-11-21 has not begun"),
            (
                ["--from", "2026-11-21", "--to", "2026-11-21"], .refused,
                "2026-11-21 is not closed; no date is yet"
            ),
        ])
    func refusals(_ words: [String], _ code: ExitCode, _ message: String) throws {
        let book = try DemoNetwork.copy()
        let outcome = try Program.run(["balances", "--data", book.path] + words)
        #expect(outcome.code == code.rawValue, "\(outcome)")
        #expect(outcome.errors.contains(message), "\(outcome)")
    }
}
