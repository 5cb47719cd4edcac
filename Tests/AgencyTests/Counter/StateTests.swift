import Testing

@testable import Agency

/// Every state of the counter's machines against every event.
@Suite struct StateTests {
    private static let gone = RefusalCode.unknownShift

    /// What becomes of a shift, in the order of the events: suspend, resume, offer, withdraw,
    /// accept, sign off, force.
    static let shifts: [(ShiftState, [Result<ShiftState, Code>])] = [
        (
            .open,
            [
                .to(.suspended), .no(.shiftNotSuspended), .to(.offered), .no(.noHandover),
                .no(.noHandover), .to(.closed), .to(.closed),
            ]
        ),
        (
            .suspended,
            [
                .no(.shiftSuspended), .to(.open), .no(.shiftSuspended), .no(.noHandover),
                .no(.noHandover), .no(.shiftSuspended), .to(.closed),
            ]
        ),
        (
            .offered,
            [
                .no(.handoverOffered), .no(.shiftNotSuspended), .no(.handoverOffered),
                .to(.open), .to(.closed), .no(.handoverOffered), .to(.closed),
            ]
        ),
        (
            .closed,
            [
                .no(gone), .no(gone), .no(gone), .no(gone), .no(gone), .no(gone), .no(gone),
            ]
        ),
    ]

    @Test("a shift follows its states", arguments: shifts)
    func shift(_ state: ShiftState, _ expected: [Result<ShiftState, Code>]) {
        #expect(outcomes(ShiftEvent.self) { try state.after($0) } == expected)
    }

    /// In the order of the events: dispute, dismiss, approve.
    static let differences: [(DifferenceState, [Result<DifferenceState, Code>])] = [
        (.open, [.to(.disputed), .no(.differenceNotDisputed), .to(.approved)]),
        (.disputed, [.no(.differenceDisputed), .to(.open), .to(.approved)]),
        (
            .approved,
            [.no(.differenceSettled), .no(.differenceSettled), .no(.differenceSettled)]
        ),
    ]

    @Test("an over or short follows its states", arguments: differences)
    func difference(_ state: DifferenceState, _ expected: [Result<DifferenceState, Code>]) {
        #expect(outcomes(DifferenceEvent.self) { try state.after($0) } == expected)
    }

    private static let late = RefusalCode.transferNotOffered
    private static let clear = RefusalCode.transferNotDisputed

    /// In the order of the events: receive, receive another sum, cancel, resolve.
    static let transfers: [(TransferState, [Result<TransferState, Code>])] = [
        (.offered, [.to(.received), .to(.disputed), .to(.cancelled), .no(clear)]),
        (.received, [.no(late), .no(late), .no(late), .no(clear)]),
        (.cancelled, [.no(late), .no(late), .no(late), .no(clear)]),
        (.disputed, [.no(late), .no(late), .no(late), .to(.resolved)]),
        (.resolved, [.no(late), .no(late), .no(late), .no(clear)]),
    ]

    @Test("a transfer follows its states", arguments: transfers)
    func transfer(_ state: TransferState, _ expected: [Result<TransferState, Code>]) {
        #expect(outcomes(TransferEvent.self) { try state.after($0) } == expected)
    }

    @Test("the tables know every state") func complete() {
        #expect(Self.shifts.map(\.0) == ShiftState.allCases)
        #expect(Self.differences.map(\.0) == DifferenceState.allCases)
        #expect(Self.transfers.map(\.0) == TransferState.allCases)
    }

    /// The states between which the database lets a row of each table move.
    @Test("the database lets a shift move as the program does, and not otherwise")
    func database() throws {
        let test = try TestBook()
        _ = try test.signOn()
        let schema = try test.texts("SELECT sql FROM sqlite_schema WHERE name = 'shift_state'")
        let trigger = try #require(schema.first) + ";"
        for from in ShiftState.allCases where from != .closed {
            for to in ShiftState.allCases where to != .closed && to != from {
                let isKnown = ShiftEvent.allCases.contains { event in
                    do { return try from.after(event) == to } catch { return false }
                }
                try test.execute(
                    "DROP TRIGGER shift_state; UPDATE shift SET state = '\(from.rawValue)'; "
                        + trigger)
                let hasMoved: Bool
                do {
                    try test.execute("UPDATE shift SET state = '\(to.rawValue)'")
                    hasMoved = true
                } catch {
                    hasMoved = false
                }
                #expect(hasMoved == isKnown, "\(from) to \(to)")
            }
        }
    }

    private func outcomes<Event: CaseIterable, State>(
        _ events: Event.Type, _ after: (Event) throws -> State
    ) -> [Result<State, Code>] {
        events.allCases.map { event in
            do {
                return .success(try after(event))
            } catch let refusal as Refusal {
                #expect(!refusal.detail.isEmpty && !refusal.chineseDetail.isEmpty)
                return .failure(Code(code: refusal.code))
            } catch {
                Issue.record(error)
                return .failure(Code(code: .notPermitted))
            }
        }
    }
}

/// A refusal's code, as the failure of a table's cell.
struct Code: Error, Equatable, Sendable {
    let code: RefusalCode
}

extension Result where Failure == Code {
    static func to(_ state: Success) -> Self { .success(state) }
    static func no(_ code: RefusalCode) -> Self { .failure(Code(code: code)) }
}
