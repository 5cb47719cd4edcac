import SQL
import Testing

@testable import Agency

@Suite struct TicketStateTests {
    private typealias Reservation = TicketReservation

    @Test("every state and event of a reservation has its outcome")
    func reservations() {
        let table: [Reservation.State: [Reservation.Event: Reservation.State]] = [
            .reserved: [
                .pay: .paid, .issue: .issued, .cancel: .cancelled, .expire: .expired,
            ],
            .paid: [.issue: .issued, .fail: .returned],
            .issued: [:], .expired: [:], .cancelled: [:], .returned: [:],
        ]
        for state in Reservation.State.allCases {
            for event in Reservation.Event.allCases {
                #expect(state.after(event) == table[state]?[event], "\(state) \(event)")
            }
        }
    }

    @Test("every state and event of a ticket has its outcome")
    func tickets() {
        let table: [Ticket.State: [Ticket.Event: Ticket.State]] = [
            .issued: [
                .refund: .refunded, .askRefund: .refunding, .askChange: .changing,
                .change: .changed, .use: .used,
            ],
            .refunding: [.refund: .refunded, .refuse: .issued],
            .changing: [.change: .changed, .refuse: .issued],
            .refunded: [:], .changed: [:], .used: [:],
        ]
        for state in Ticket.State.allCases {
            for event in Ticket.Event.allCases {
                #expect(state.after(event) == table[state]?[event], "\(state) \(event)")
            }
        }
    }

    @Test("a seat is taken as long as its ticket was not given back")
    func seats() {
        #expect(
            Ticket.State.allCases.filter(\.holdsSeat) == [.issued, .refunding, .changing, .used])
        #expect(
            Ticket.State.allCases.filter(\.hasRefund) == [
                .refunding, .changing, .refunded, .changed,
            ])
    }

    @Test("the database takes the same steps of a reservation and no others")
    func guarded() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.payPhone(key: "a-transaction", by: teller)
        for from in Reservation.State.allCases {
            for to in Reservation.State.allCases {
                let isStep = Reservation.Event.allCases.contains { from.after($0) == to }
                #expect(
                    try passes(from, to, test, teller) == isStep,
                    "\(from) to \(to)")
            }
        }
    }

    /// Whether the database lets a reservation go from one state to another.
    private func passes(
        _ from: TicketReservation.State, _ to: TicketReservation.State, _ test: TestBook,
        _ teller: Principal
    ) throws -> Bool {
        let number = try test.reserve("D5101", by: teller).number
        func step(_ state: TicketReservation.State) -> String {
            let hasSale =
                switch state {
                case .paid, .issued, .returned: true
                case .reserved, .expired, .cancelled: false
                }
            return "UPDATE ticket_reservation SET state = '\(state.rawValue)', serial = "
                + (hasSale ? "1" : "NULL") + " WHERE reservation_id = \(number);"
        }
        var path: [TicketReservation.State] = []
        switch from {
        case .reserved: break
        case .paid, .issued, .expired, .cancelled: path = [from]
        case .returned: path = [.paid, .returned]
        }
        let (way, last) = (path.map(step).joined(), step(to))
        return try test.perform { session in
            // What a step wrote is undone; whether it was refused is what is asked about.
            defer { session.undo() }
            try session.connection.execute(script: way)
            do {
                try session.connection.execute(script: last)
                return true
            } catch is SQLError {
                return false
            }
        }
    }
}

extension AgencySession {
    fileprivate func undo() {
        do {
            try undoCommand()
        } catch {
            Issue.record("the command is not undone: \(error)")
        }
    }
}
