import Ledger
import SQL

/// What a connection can read of a terminal's numbers.
public struct TerminalNumberReader {
    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Which numbers of a terminal arrived and which are missing.
    ///
    /// It looks at what came after the last batch found all numbers before it, so that its time
    /// does not grow with the terminal's age.
    public func numbers(of terminal: ID<Terminal>) throws -> TerminalNumbers {
        let batches =
            try connection.prepare(
                """
                SELECT ifnull(max(complete_to), 0), ifnull(max(last_sequence), 0)
                FROM terminal_batch WHERE terminal_id = $1 AND state <> 'quarantined'
                """
            ).first(.integer(terminal.number)) {
                (completeTo: $0.integer(0), last: $0.integer(1))
            } ?? (completeTo: 0, last: 0)
        let highestArrived =
            try connection.prepare(
                "SELECT max(sequence) FROM terminal_sequence WHERE terminal_id = $1"
            ).first(.integer(terminal.number)) { $0.optionalInteger(0) } ?? nil
        let arrived = max(highestArrived ?? 0, batches.completeTo)
        let highest = max(arrived, batches.last)
        var missing = try gaps(of: terminal, after: batches.completeTo)
        if highest > arrived, missing.count < TerminalNumbers.maximumRanges {
            missing.append(arrived + 1...highest)
        }
        return TerminalNumbers(
            highest: highest, completeTo: missing.first.map { $0.lowerBound - 1 } ?? highest,
            missing: missing)
    }

    private func gaps(
        of terminal: ID<Terminal>, after completeTo: Int64
    ) throws -> [ClosedRange<Int64>] {
        try connection.prepare(
            """
            SELECT previous + 1, sequence - 1 FROM (
                SELECT sequence, lag(sequence, 1, $1) OVER (ORDER BY sequence) AS previous
                FROM terminal_sequence WHERE terminal_id = $2 AND sequence > $1
            ) WHERE sequence > previous + 1 ORDER BY sequence LIMIT $3
            """
        ).all(
            .integer(completeTo), .integer(terminal.number),
            .integer(Int64(TerminalNumbers.maximumRanges))
        ) { $0.integer(0)...$0.integer(1) }
    }
}
