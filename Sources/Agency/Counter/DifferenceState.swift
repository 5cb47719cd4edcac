/// Where a till's over or short stands; the raw value stands in the database.
///
///     open ⇄ disputed                    the operator objects; a supervisor dismisses it
///     open, disputed → approved          a supervisor decides what it was
public enum DifferenceState: String, CaseIterable, Sendable {
    case open, disputed, approved
}

/// What happens to a difference; the raw value stands in the database.
enum DifferenceEvent: String, CaseIterable, Sendable {
    case dispute, dismiss, approve
}

extension DifferenceState {
    /// The state after an event.
    ///
    /// - Throws: `Refusal` with `differenceDisputed`, `differenceNotDisputed`,
    ///   `differenceSettled`.
    func after(_ event: DifferenceEvent) throws(Refusal) -> DifferenceState {
        switch (self, event) {
        case (.open, .dispute): return .disputed
        case (.disputed, .dismiss): return .open
        case (.open, .approve), (.disputed, .approve): return .approved
        case (.disputed, .dispute):
            throw Refusal(
                .differenceDisputed, "it is disputed already; a supervisor will decide",
                zh: "该长短款已提出异议，请等待主管处理")
        case (.open, .dismiss):
            throw Refusal(
                .differenceNotDisputed, "nobody disputes it; approve it",
                zh: "该长短款无异议，请直接审批")
        case (.approved, .dispute), (.approved, .dismiss), (.approved, .approve):
            throw Refusal(
                .differenceSettled, "it was approved before; see GET /v1/till-differences",
                zh: "该长短款已审批处理，请查询结果")
        }
    }
}

/// Cash above the book, or below it.
public enum DifferenceKind: String, CaseIterable, Sendable {
    case over, short
}

/// What a supervisor decides that a difference was.
public enum DifferenceResolution: String, CaseIterable, Sendable {
    /// An over that nobody claims is income.
    case income
    /// An over goes back to the customer, out of the till.
    case returnedToCustomer = "returned_to_customer"
    /// A short that nobody answers for is a loss.
    case loss
    /// The operator made a short good, into the till.
    case repaid

    /// Whether cash of the till moves.
    var movesCash: Bool {
        switch self {
        case .returnedToCustomer, .repaid: true
        case .income, .loss: false
        }
    }

    /// What it settles.
    var kind: DifferenceKind {
        switch self {
        case .income, .returnedToCustomer: .over
        case .loss, .repaid: .short
        }
    }
}
