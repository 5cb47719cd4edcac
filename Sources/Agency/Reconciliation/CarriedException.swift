import Ledger
import Settlement

/// An exception without counterpart, on its way into the next match.
struct CarriedException: Sendable {
    let id: ID<SettlementException>
    let side: MatchSide
    let exceptionClass: ExceptionClass
    let line: ExceptionLine
    let differenceFen: Int64
}

/// The carried lines of a partner's that no line of ours stands for, by their serials.
struct LonelyLines {
    private var exceptions: [String: [CarriedException]] = [:]

    mutating func add(_ exception: CarriedException) {
        switch exception.side {
        case .ours: break
        case .theirs: exceptions[exception.line.line.serial, default: []].append(exception)
        }
    }

    /// Takes out the exception whose line is taken back to the fen, each once.
    ///
    /// - Parameter original: the serial that the new line says it takes back.
    mutating func takeBack(
        _ correction: NewException, of original: String?
    ) -> ID<SettlementException>? {
        guard let original, let line = correction.theirs?.line, line.status == .posted else {
            return nil
        }
        let index = exceptions[original]?.firstIndex {
            $0.line.line.status == .posted && $0.line.line.amountFen == -line.amountFen
                && $0.differenceFen == -correction.differenceFen
        }
        return index.flatMap { exceptions[original]?.remove(at: $0).id }
    }
}
