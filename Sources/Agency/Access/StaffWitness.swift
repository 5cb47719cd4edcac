import Ledger
import SQL

/// A second person who stood by and gave the own PIN.
public struct StaffWitness: Sendable, Equatable {
    public let staff: ID<StaffMember>
    public let staffCode: String
    let role: Role
    let station: ID<Station>?
    let centre: ID<Centre>?

    /// Only a person whose PIN was checked becomes one.
    init(_ principal: Principal) {
        staff = principal.staff
        staffCode = principal.staffCode
        role = principal.role
        station = principal.station
        centre = principal.centre
    }
}

extension AgencySession {
    /// Checks that a witness belongs to the till's station or to a centre above it, and is nobody
    /// that the count is about.
    ///
    /// - Throws: `Refusal` with `witnessNotAllowed`.
    func check(
        _ witness: StaffWitness, at station: ID<Station>, isNoneOf parties: [ID<StaffMember>]
    ) throws {
        let isNear =
            switch witness.role {
            case .operator: witness.station == station
            case .supervisor: try isCentre(witness.centre, above: station)
            case .liaison, .committee, .administrator: false
            }
        guard isNear, !parties.contains(witness.staff) else {
            throw Refusal(
                .witnessNotAllowed,
                "a witness is another person of this station or of its centre; name one",
                zh: "监交人须为本站或其上级中心的其他人员，请另选", field: "/witness_id")
        }
    }
}
