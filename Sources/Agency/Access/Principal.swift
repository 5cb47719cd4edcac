import Ledger

/// What a person may do.
public enum Role: String, CaseIterable, Sendable {
    case `operator`, supervisor, liaison, committee, administrator
}

/// The signed-in caller of a request.
public struct Principal: Sendable, Equatable {
    public let staff: ID<StaffMember>
    public let staffCode: String
    public let role: Role
    /// The operator's station and the terminal that was signed in with.
    public let station: ID<Station>?
    public let terminal: ID<Terminal>?
    /// The supervisor's centre.
    public let centre: ID<Centre>?
    /// The liaison's partner.
    public let partner: ID<Partner>?
    /// The committee's village.
    public let village: ID<Village>?

    /// Whose idempotency keys these are: the terminal's, or the person's own.
    public var credential: Int64 {
        terminal?.number ?? -staff.number
    }
}
