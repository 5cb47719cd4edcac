import Testing

@testable import Settlement

@Suite struct MatchExplanationTests {
    /// What the first difference of a match is explained by: word and serial.
    private func words(
        _ ours: [MatchLine], _ theirs: [MatchLine], of serial: String = "1001"
    ) throws -> [String] {
        let outcome = try Outcome(ours: ours, theirs: theirs)
        let difference = outcome.differences.first { ($0.ours ?? $0.theirs)?.serial == serial }
        return try #require(difference).explanations.map { "\($0.word) \($0.line.serial)" }
    }

    @Test("two digits of the amount exchanged") func amount() throws {
        #expect(
            try words([Lines.line("1001", 8_650)], [Lines.line("77", 8_560)])
                == ["AMOUNT_TRANSPOSED 77"])
        #expect(
            try words([Lines.line("1001", 8_650)], [Lines.line("77", 8_651)]) == ["CANDIDATE 77"])
        // Three digits in another order are divisible by nine too, but no exchange of two.
        #expect(
            try words([Lines.line("1001", 8_651)], [Lines.line("77", 6_518)]) == ["CANDIDATE 77"])
    }

    @Test("two digits of the account or of the serial exchanged") func texts() throws {
        #expect(
            try words([Lines.line("1001", account: "12345")], [Lines.line("77", account: "12435")])
                == ["ACCOUNT_TRANSPOSED 77"])
        #expect(
            try words([Lines.line("1001")], [Lines.line("1010")]) == ["SERIAL_TRANSPOSED 1010"])
    }

    @Test("the same account and amount on another date") func otherDate() throws {
        let line = try Lines.line("1001"), later = try Lines.line("77", on: "2026-11-23")
        #expect(try words([line], [later]) == ["OTHER_DATE 77"])
        #expect(try words([line], [Lines.line("77", at: "10:00:00")]) == ["CANDIDATE 77"])
    }

    @Test("a line that its side holds twice under two numbers") func doubled() throws {
        let line = try Lines.line("1"), twin = try Lines.line("1001", at: "09:06:07")
        #expect(try words([line], [line, twin]) == ["DOUBLED_LINE 1"])
        #expect(try words([line, twin], [line]) == ["DOUBLED_LINE 1"])
        let late = try Lines.line("1001", at: "09:20:08")
        #expect(try words([line, late], [line]) == [])
        let other = try Lines.line("1001", type: .ticketSale, at: "09:06:07")
        #expect(try words([line, other], [line]) == [])
    }

    @Test("a duplicate names the line that stands for it") func duplicate() throws {
        let line = try Lines.line("1001"), later = try Lines.line("1001", at: "10:00:00")
        #expect(try words([line], [later, line]) == ["DUPLICATE_OF 1001"])
    }

    @Test("the nearest candidates come first, and no more than three") func candidates() throws {
        let theirs = try [
            Lines.line("a", 8_690), Lines.line("b", 8_649), Lines.line("c", 8_600),
            Lines.line("d", account: "other", 8_650), Lines.line("e", 9_999),
        ]
        #expect(
            try words([Lines.line("1001", 8_650)], theirs)
                == ["CANDIDATE b", "CANDIDATE a", "CANDIDATE c"])
        #expect(
            try words([Lines.line("1001", account: "x", 8_650)], theirs) == ["CANDIDATE d"])
    }

    @Test("lines with a counterpart are nobody's candidates") func matched() throws {
        let line = try Lines.line("1", at: "12:00:00")
        #expect(try words([line, Lines.line("1001")], [line]) == [])
    }
}
