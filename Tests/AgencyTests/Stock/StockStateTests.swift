import SQL
import Testing

@testable import Agency

@Suite("States of packs and serials") struct StockStateTests {
    /// Every move that a pack may make; all other pairs are refused.
    static let packMoves: [(StockPackState, StockPackEvent, StockPackState)] = [
        (.inStock, .offered, .inTransit), (.inStock, .opened, .open),
        (.inStock, .givenBack, .returned), (.inTransit, .received, .inStock),
        (.inTransit, .declined, .inStock), (.open, .closed, .inStock),
        (.open, .gapFound, .frozen), (.open, .lastTaken, .exhausted),
        (.frozen, .gapResolved, .inStock), (.frozen, .lastTaken, .exhausted),
    ]

    @Test("a pack moves so and not otherwise, over all states and events")
    func packs() {
        for state in StockPackState.allCases {
            for event in StockPackEvent.allCases {
                let expected = Self.packMoves.first { $0.0 == state && $0.1 == event }?.2
                #expect(state.after(event) == expected, "\(state) \(event)")
            }
        }
    }

    /// Every move that a serial may make.
    static let serialMoves: [(StockSerialState, StockSerialState.Event, StockSerialState)] = [
        (.left, .sold, .sold), (.left, .soldForActivation, .activationDue),
        (.left, .used, .used), (.left, .damaged, .damaged), (.left, .spoilt, .voided),
        (.sold, .saleTakenBack, .voided), (.activationDue, .activated, .active),
        (.activationDue, .activationFailed, .failed), (.failed, .cashReturned, .returned),
        (.used, .spoilt, .voided),
    ]

    @Test("a serial moves so and not otherwise, over all states and events")
    func serials() {
        for state in StockSerialState.allCases {
            for event in StockSerialState.Event.allCases {
                let expected = Self.serialMoves.first { $0.0 == state && $0.1 == event }?.2
                #expect(state.after(event) == expected, "\(state) \(event)")
            }
        }
    }

    @Test("the database lets a pack and a serial move as the program does, and not otherwise")
    func guards() throws {
        let test = try TestBook()
        try test.playStock()
        for state in StockPackState.allCases {
            for next in StockPackState.allCases where next != state {
                let mayMove = Self.packMoves.contains { $0.0 == state && $0.2 == next }
                let sql = """
                    UPDATE stock_pack SET state = '\(next.rawValue)' WHERE pack_id = 1
                    """
                let refused = try Self.isRefusedByGuard(test, from: state, sql)
                #expect(refused == !mayMove, "\(state) to \(next)")
            }
        }
    }

    /// Whether the trigger refuses; the checks of a row, which are others, are turned off.
    private static func isRefusedByGuard(
        _ test: TestBook, from state: StockPackState, _ sql: String
    ) throws -> Bool {
        let copy = try BookCopy(of: test.copy.path)
        try copy.damage("UPDATE stock_pack SET state = '\(state.rawValue)' WHERE pack_id = 1")
        let connection = try Connection(path: copy.path + "/book.db", access: .write)
        try connection.execute(script: "PRAGMA ignore_check_constraints = ON;")
        do {
            try connection.execute(script: sql)
            return false
        } catch let error as SQLError where error.message.contains("a pack keeps its range") {
            return true
        }
    }
}

@Suite("Serials as they are printed") struct StockFormatTests {
    struct Row: Sendable {
        let checkDigits: StockFormat.CheckDigits
        let number: Int64
        let text: String
    }

    static let rows = [
        Row(checkDigits: .none, number: 0, text: "A000000"),
        Row(checkDigits: .none, number: 999_999, text: "A999999"),
        // 3 doubled, 7, 2 doubled, 9, 9 doubled, 7 sum to 42 by digits.
        Row(checkDigits: .modulo10, number: 799_273, text: "A7992738"),
        Row(checkDigits: .modulo10, number: 0, text: "A0000000"),
        // Number and check digits together leave 1 modulo 97.
        Row(checkDigits: .modulo97, number: 123_456, text: "A123456\(checkOf(123_456))"),
        Row(checkDigits: .modulo97, number: 1, text: "A000001\(checkOf(1))"),
    ]

    // ISO 7064: number and check digits together leave 1.
    private static func checkOf(_ number: Int) -> String {
        let check = (1...98).first { (number * 100 + $0) % 97 == 1 } ?? 0
        return check < 10 ? "0\(check)" : "\(check)"
    }

    @Test("a number is printed with its zeros and check digits, and read back", arguments: rows)
    func text(_ row: Row) {
        let format = StockFormat(prefix: "A", digitCount: 6, checkDigits: row.checkDigits)
        #expect(format.text(row.number) == row.text)
        #expect(format.number(row.text) == row.number)
    }

    @Test("the published Luhn example has its check digit")
    func luhn() {
        let format = StockFormat(prefix: "", digitCount: 10, checkDigits: .modulo10)
        #expect(format.text(7_992_739_871) == "79927398713")
    }

    @Test(
        "every single wrong digit is found",
        arguments: [StockFormat.CheckDigits.modulo10, .modulo97])
    func misread(_ checkDigits: StockFormat.CheckDigits) {
        let format = StockFormat(prefix: "SC", digitCount: 9, checkDigits: checkDigits)
        let text = [UInt8](format.text(123_456_789).utf8)
        var tried = 0
        for place in 2..<text.count {
            for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != text[place] {
                var wrong = text
                wrong[place] = digit
                #expect(format.number(String(decoding: wrong, as: UTF8.self)) == nil)
                tried += 1
            }
        }
        #expect(tried >= 90)
    }

    @Test(
        "what is no serial is refused",
        arguments: [
            "", "SC", "SC000001001", "SC00000100170", "XC0000010017", "SC000001001x",
            "sc0000010017", "SC 000010017", "SC+000010017", "SC０000010017",
        ])
    func refused(_ text: String) {
        #expect(DemoStock.scratch.number(text) == nil)
        #expect(DemoStock.scratch.number(DemoStock.winner) == 1_001)
    }
}
