import Agency
import Ledger
import StrictJSON

extension JSONObjectDecoder {
    /// The most lines of a count; more than any currency has denominations.
    static let maximumCountLines = 32
    /// The lengths that a reason may have, in characters.
    static let reasonLengths = 1...200

    /// Takes a count by denomination: `[{"denomination_fen": 10000, "count": 12}, …]`.
    mutating func cashCount(
        _ name: String = "counts", in currency: Currency
    ) throws(JSONError) -> CashCount {
        let objects = try objects(name, maximumCount: Self.maximumCountLines)
        var lines: [CashCount.Line] = []
        for object in objects {
            var line = object
            let denomination = try line.integer("denomination_fen", in: 1...1_000_000)
            let pieces = try line.integer("count", in: 0...CashCount.maximumPieces)
            try line.finish()
            lines.append(CashCount.Line(denominationFen: denomination, pieceCount: pieces))
        }
        do {
            return try CashCount(lines, in: currency)
        } catch {
            throw refusal(of: error, in: name, objects)
        }
    }

    private func refusal(
        of error: CashCountError, in name: String, _ lines: [JSONObjectDecoder]
    ) -> JSONError {
        switch error {
        case .unknownDenomination(let line):
            lines[line].refusal(
                of: "denomination_fen", .valueNotAllowed,
                "there is no such note or coin; count by notes and coins in use")
        case .repeatedDenomination(let line):
            lines[line].refusal(
                of: "denomination_fen", .valueNotAllowed,
                "this denomination is counted twice; send one line for each")
        case .pieceCountOutOfRange(let line):
            lines[line].refusal(
                of: "count", .valueOutOfRange, "no till holds so many pieces; count again")
        case .totalTooLarge:
            refusal(of: name, .valueOutOfRange, "the sum is too large; count again")
        }
    }

    /// Takes a reason that a person gives.
    mutating func reason() throws(JSONError) -> String {
        try writtenText("reason", lengthIn: Self.reasonLengths)
    }

    /// Takes what a person writes; a whole card number is never kept.
    mutating func writtenText(
        _ name: String, lengthIn lengths: ClosedRange<Int>
    ) throws(JSONError) -> String {
        let text = try string(name, lengthIn: lengths)
        try checkHasNoCard(text, name)
        return text
    }

    func checkHasNoCard(_ text: String, _ name: String) throws(JSONError) {
        guard !WholeCardNumber.stands(in: text) else {
            throw refusal(
                of: name, .valueNotAllowed,
                "a whole card number stands in the text; write its last four digits only")
        }
    }
}
