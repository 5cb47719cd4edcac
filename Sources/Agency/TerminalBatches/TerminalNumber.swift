import CivilTime
import Ledger
import SQL

/// The number that a terminal gives a request: 1, 2, 3 … without gaps, whatever becomes of it.
public struct TerminalNumber: Sendable, Equatable {
    /// The numbers that there are.
    public static let allowed: ClosedRange<Int64> = 1...999_999_999_999

    public let sequence: Int64
    /// The batch that it came in, and when the terminal recorded it; nothing for one on the line.
    let batch: (id: ID<TerminalBatch>, recordedAt: Instant)?

    /// A number that came on the line; nothing outside of ``allowed``.
    public init?(_ sequence: Int64) {
        guard Self.allowed.contains(sequence) else { return nil }
        self.sequence = sequence
        batch = nil
    }

    init(_ sequence: Int64, in batch: ID<TerminalBatch>, recordedAt: Instant) {
        self.sequence = sequence
        self.batch = (batch, recordedAt)
    }

    public static func == (left: TerminalNumber, right: TerminalNumber) -> Bool {
        left.sequence == right.sequence && left.batch?.id == right.batch?.id
            && left.batch?.recordedAt == right.batch?.recordedAt
    }
}

extension AgencySession {
    /// Refuses a number that came with another key, or that the terminal declared unused.
    func refusalOfNumber(_ claim: IdempotencyClaim) throws -> Refusal? {
        guard let number = claim.terminalNumber else { return nil }
        switch try arrival(of: number.sequence, terminal: claim.credential) {
        case .none: return nil
        case .withKey(let key) where key == claim.key: return nil
        case .withKey, .unused:
            return Refusal(
                .terminalNumberReused,
                "number \(number.sequence) of this terminal came already with another key; "
                    + "give the request the next number",
                zh: "本终端的第 \(number.sequence) 号已用于其他请求；请使用下一个编号")
        }
    }

    /// Keeps that a number arrived; once more changes nothing.
    func keepNumber(_ claim: IdempotencyClaim) throws {
        guard let number = claim.terminalNumber else { return }
        try insertNumber(
            number.sequence, terminal: claim.credential, key: claim.key, batch: number.batch)
    }

    /// What is known of a terminal's number.
    enum NumberArrival: Equatable {
        case none
        case withKey(String)
        case unused
    }

    func arrival(of sequence: Int64, terminal: Int64) throws -> NumberArrival {
        let row = try connection.prepare(
            "SELECT key FROM terminal_sequence WHERE terminal_id = $1 AND sequence = $2"
        ).first(.integer(terminal), .integer(sequence)) { $0.optionalText(0) }
        guard let row else { return .none }
        return row.map { .withKey($0) } ?? .unused
    }

    func insertNumber(
        _ sequence: Int64, terminal: Int64, key: String?,
        batch: (id: ID<TerminalBatch>, recordedAt: Instant)?
    ) throws {
        try connection.prepare(
            """
            INSERT INTO terminal_sequence (terminal_id, sequence, key, batch_id, recorded_at)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
            """
        ).run(
            .integer(terminal), .integer(sequence), .text(key),
            .integer(batch?.id.number), .integer(batch?.recordedAt.millisecondsSinceEpoch))
    }
}
