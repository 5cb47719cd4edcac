/// Where a shift stands; the raw value stands in the database.
///
///     open ⇄ suspended        temporary sign-off: the till is locked
///     open ⇄ offered          a handover waits for the successor
///     open → closed           signed off
///     offered → closed        the successor has taken over
///     any but closed → closed a supervisor signed the operator off
public enum ShiftState: String, CaseIterable, Sendable {
    case open, suspended, offered, closed
}

/// What happens to a shift; the raw value stands in the database.
enum ShiftEvent: String, CaseIterable, Sendable {
    case suspend
    case resume
    case offer
    case withdraw
    case accept
    case signOff = "sign_off"
    case force
}

extension ShiftState {
    /// The state after an event.
    ///
    /// - Throws: `Refusal` with `unknownShift`, `shiftSuspended`, `shiftNotSuspended`,
    ///   `handoverOffered`, `noHandover`.
    func after(_ event: ShiftEvent) throws(Refusal) -> ShiftState {
        switch (self, event) {
        case (.open, .suspend): return .suspended
        case (.open, .offer): return .offered
        case (.open, .signOff): return .closed
        case (.suspended, .resume): return .open
        case (.offered, .withdraw): return .open
        case (.offered, .accept): return .closed
        case (.open, .force), (.suspended, .force), (.offered, .force): return .closed
        case (.suspended, .suspend), (.suspended, .offer), (.suspended, .signOff):
            throw .shiftSuspended
        case (.offered, .suspend), (.offered, .offer), (.offered, .signOff):
            throw .handoverOffered
        case (.open, .resume), (.offered, .resume):
            throw Refusal(
                .shiftNotSuspended, "this shift is not suspended; go on working",
                zh: "该班次未临时签退，可直接继续办理业务")
        case (.open, .withdraw), (.open, .accept), (.suspended, .withdraw), (.suspended, .accept):
            throw .noHandover
        case (.closed, .suspend), (.closed, .resume), (.closed, .offer), (.closed, .withdraw),
            (.closed, .accept), (.closed, .signOff), (.closed, .force):
            throw .unknownShift
        }
    }
}

extension Refusal {
    static let unknownShift = Refusal(
        .unknownShift, "you have no such open shift; see GET /v1/shifts/current",
        zh: "您没有该未结束的班次，请先查询当前班次")
    static let shiftSuspended = Refusal(
        .shiftSuspended, "your shift is suspended; resume it first (POST …/resume)",
        zh: "您已临时签退，请先恢复班次再办理")
    static let handoverOffered = Refusal(
        .handoverOffered,
        "the till is being handed over; let the successor accept, or withdraw the handover",
        zh: "尾箱正在交接，请由接班人确认，或先撤回交接")
    static let noHandover = Refusal(
        .noHandover, "no handover of this shift waits for you; ask the operator to offer it",
        zh: "该班次没有等待您办理的交接，请交班人先发起交接")
}
