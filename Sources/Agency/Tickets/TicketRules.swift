import Ledger
import SQL

/// What a principal keeps of a fare from some time before departure on.
public struct TicketRule: Sendable, Equatable {
    /// From how long before departure on it holds, down to the next rule's, in minutes.
    public let fromMinutes: Int64
    /// What is kept of the fare, in basis points.
    public let feeBasisPoints: Int64
    /// The least that is kept, in fen.
    public let minimumFeeFen: Int64

    /// The whole fare, in basis points.
    public static let wholeBasisPoints: Int64 = 10_000
    /// How early a rule may begin: two years before departure.
    public static let minutes: ClosedRange<Int64> = 0...1_051_200

    public init(fromMinutes: Int64, feeBasisPoints: Int64, minimumFeeFen: Int64) {
        self.fromMinutes = fromMinutes
        self.feeBasisPoints = feeBasisPoints
        self.minimumFeeFen = minimumFeeFen
    }

    /// What the principal keeps of a fare, in fen.
    ///
    /// The share is rounded half up to a multiple of `roundingFen`; then the minimum holds; more
    /// than the fare is never kept.
    public func retainedFen(of fareFen: Int64, roundingFen: Int64) -> Int64 {
        // Fares of at most 10¹⁰ fen times 10⁴ stay inside 64 bits.
        let unit = Self.wholeBasisPoints * roundingFen
        let rounded = (fareFen * feeBasisPoints + unit / 2) / unit * roundingFen
        return min(fareFen, max(rounded, minimumFeeFen))
    }
}

/// A principal's tables for tickets that are given back or exchanged.
public struct TicketRules: Sendable, Equatable {
    /// What is done with a ticket.
    public enum Action: String, CaseIterable, Sendable {
        case refund, change
    }

    private var tables: [Action: [TicketRule]]

    /// - Parameter tables: each action's rules; without any the principal does not allow it.
    public init(_ tables: [Action: [TicketRule]] = [:]) {
        self.tables = tables.mapValues { rules in
            rules.sorted { $0.fromMinutes < $1.fromMinutes }
        }
    }

    /// The rules of an action, the one nearest to departure first.
    public func table(_ action: Action) -> [TicketRule] { tables[action] ?? [] }

    /// The rule that holds some time before departure, or nothing when none does.
    public func rule(_ action: Action, millisecondsLeft: Int64) -> TicketRule? {
        table(action).last { $0.fromMinutes * 60_000 <= millisecondsLeft }
    }

    /// The tables of all contracts.
    static func read(_ connection: Connection) throws -> [ID<Contract>: TicketRules] {
        var tables: [ID<Contract>: [Action: [TicketRule]]] = [:]
        try connection.prepare(
            "SELECT contract_id, action, from_minutes, fee_bp, minimum_fee_fen FROM ticket_rule"
        ).forEach { row in
            guard let action = Action(rawValue: row.text(1)) else {
                throw row.damage(1, expected: "an action")
            }
            tables[ID(row.integer(0)), default: [:]][action, default: []].append(
                TicketRule(
                    fromMinutes: row.integer(2), feeBasisPoints: row.integer(3),
                    minimumFeeFen: row.integer(4)))
        }
        return tables.mapValues { TicketRules($0) }
    }
}
