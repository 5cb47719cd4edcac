import Dispatch

/// Tickets that are paid, as their principal is asked to issue them.
public struct TicketOrder: Sendable, Equatable {
    /// Our serial number; the principal knows the order by it and issues it once at most.
    public let serial: Int64
    public let partnerCode: String
    public let tripCode: String
    public let travelDate: String
    public let seatCount: Int64
    public let fareFen: Int64
}

/// What a principal said about an order.
public enum TicketIssueAnswer: Sendable, Equatable {
    case issued(reference: String)
    /// It did not issue the tickets and will not: everything goes back.
    case refused
    /// Nothing is known yet: it is asked again.
    case unknown
}

/// The line to a principal that issues its tickets itself.
///
/// Calls return at once; each completion is called exactly once, in time.
public protocol TicketIssuer: Sendable {
    /// Asks for the tickets of an order.
    func issue(
        _ order: TicketOrder, completion: @escaping @Sendable (TicketIssueAnswer) -> Void)

    /// Asks what became of an order; safe to repeat.
    ///
    /// Who answers `refused` does not issue the order later either.
    func query(
        _ order: TicketOrder, completion: @escaping @Sendable (TicketIssueAnswer) -> Void)
}

/// A principal for demonstrations and tests, whose answer follows from the fares' end.
///
/// | fares end in | the principal |
/// |---|---|
/// | 51 fen | refuses |
/// | 68 fen | does not answer, and when queried had not issued |
/// | anything else | issues |
public struct SandboxTicketIssuer: TicketIssuer {
    /// How long it is waited for, in milliseconds.
    public static let usualTimeoutMilliseconds = 2_000

    private let timeoutMilliseconds: Int
    private let line = DispatchQueue(label: "sandbox-principal", attributes: .concurrent)

    public init(timeoutMilliseconds: Int = SandboxTicketIssuer.usualTimeoutMilliseconds) {
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    public func issue(
        _ order: TicketOrder, completion: @escaping @Sendable (TicketIssueAnswer) -> Void
    ) {
        switch order.fareFen % 100 {
        case 51: line.async { completion(.refused) }
        case 68:
            line.asyncAfter(deadline: .now() + .milliseconds(timeoutMilliseconds)) {
                completion(.unknown)
            }
        case _: line.async { completion(.issued(reference: Self.reference(order))) }
        }
    }

    public func query(
        _ order: TicketOrder, completion: @escaping @Sendable (TicketIssueAnswer) -> Void
    ) {
        switch order.fareFen % 100 {
        case 51, 68: line.async { completion(.refused) }
        case _: line.async { completion(.issued(reference: Self.reference(order))) }
        }
    }

    private static func reference(_ order: TicketOrder) -> String {
        "T" + Receipt.serialText(order.serial)
    }
}
