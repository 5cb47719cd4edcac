/// Why a line may have no counterpart; a hint for whoever works the exception, never a decision.
public enum MatchExplanation: Hashable, Sendable {
    /// Another line of the same side has the same number and stands for both.
    case duplicate(of: MatchLine)
    /// The same side has an equal line under another number, a few minutes apart.
    case doubledLine(MatchLine)
    /// The other side has the same account, and an amount with two digits exchanged.
    case amountTransposed(MatchLine)
    /// The other side has the same amount, and an account with two characters exchanged.
    case accountTransposed(MatchLine)
    /// The other side has the same amount, and a serial with two characters exchanged.
    case serialTransposed(MatchLine)
    /// The other side has the same account and amount on another date.
    case otherDate(MatchLine)
    /// A line of the other side that is near: the same account, or the same amount.
    case candidate(MatchLine)

    /// The line that the explanation names.
    public var line: MatchLine {
        switch self {
        case .duplicate(let line), .doubledLine(let line), .amountTransposed(let line),
            .accountTransposed(let line), .serialTransposed(let line), .otherDate(let line),
            .candidate(let line):
            line
        }
    }

    /// The word for it in tables.
    public var word: String {
        switch self {
        case .duplicate: "DUPLICATE_OF"
        case .doubledLine: "DOUBLED_LINE"
        case .amountTransposed: "AMOUNT_TRANSPOSED"
        case .accountTransposed: "ACCOUNT_TRANSPOSED"
        case .serialTransposed: "SERIAL_TRANSPOSED"
        case .otherDate: "OTHER_DATE"
        case .candidate: "CANDIDATE"
        }
    }

    /// The explanation in words: which line of which side it names.
    public func text(of difference: MatchDifference) -> String {
        let line = line
        let isOurs: Bool =
            switch self {
            case .duplicate, .doubledLine: difference.ours != nil
            case .amountTransposed, .accountTransposed, .serialTransposed, .otherDate, .candidate:
                difference.ours == nil
            }
        let name = line.serial.isEmpty ? "reference \(line.partnerReference)" : line.serial
        return "\(word) \(isOurs ? "ours" : "theirs")"
            + (line.isCarried ? " carried" : "") + " line \(line.lineNumber) (\(name), "
            + "\(line.accountReference), \(line.amountFen) fen, "
            + "\(FieldGrammar.zone.text(line.time)))"
    }
}
