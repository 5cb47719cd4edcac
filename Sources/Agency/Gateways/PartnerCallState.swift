import PartnerAPI

/// Where a call to a partner stands.
///
///     posting ──▶ booked                       the partner booked it
///        ├──────▶ refused                      it says no, or has certainly not seen it
///        ├──────▶ disputed                     it booked another amount: a case for people
///        └──────▶ unknown ──▶ booked, refused, disputed
///                    │  ▲
///                    ▼  │                      it never heard of it, so that it must never book it
///                 reversing ──▶ reversed
///
/// `posting` stands beside a pending transaction whose cash is pending too; `unknown`, `reversing`
/// and `disputed` beside an unknown one: cash that came in is in suspense, cash that is to go out has
/// not left the till. A disputed call is asked about further: the partner may have corrected itself.
/// The others are final. A void has the same states: *booked* then means that the partner took back
/// the original, and it is never queried: the reversal is repeated, for only its own answer settles it.
enum PartnerCallState: String, CaseIterable, Sendable {
    case posting, unknown, reversing, disputed, booked, refused, reversed

    /// What settles it: a query, or a reversal.
    enum Question: Sendable { case query, reverse }

    /// What to ask the partner next; nothing when it is settled.
    var question: Question? {
        switch self {
        case .posting, .booked, .refused, .reversed: nil
        case .unknown, .disputed: .query
        case .reversing: .reverse
        }
    }
}

/// What was heard of a partner, to whichever question.
enum PartnerCallEvent: String, CaseIterable, Sendable {
    case booked
    /// Booked with another amount than was asked for.
    case bookedOtherwise
    case refused
    /// The partner has certainly not seen the post.
    case notSent
    /// Nothing usable was heard.
    case unanswered
    case inProgress
    case notFound
    case reversed
    /// The partner will not reverse: it keeps what it booked.
    case notReversed
}

/// What a transition does to the books.
enum PartnerCallAction: Sendable {
    case nothing
    /// What was pending is posted: the transaction is done.
    case post
    /// What was pending is released: the customer gets cash back at once, or none is paid out.
    case decline
    /// Pending cash that came in goes to the partner's suspense account; none is paid out.
    case suspend
    /// The transaction is posted after all: out of suspense, or owed to the customer.
    case settle
    /// It came to nothing: cash in suspense is owed to the customer.
    case comeToNothing
}

extension PartnerCallState {
    /// What an event leads to; nothing where it changes nothing, such as an answer that came twice.
    func transition(
        on event: PartnerCallEvent
    ) -> (next: PartnerCallState, action: PartnerCallAction)? {
        switch (self, event) {
        case (.posting, .booked): (.booked, .post)
        case (.posting, .bookedOtherwise): (.disputed, .suspend)
        case (.posting, .refused), (.posting, .notSent): (.refused, .decline)
        case (.posting, .unanswered): (.unknown, .suspend)
        // Nothing was queried or reversed yet.
        case (.posting, .inProgress), (.posting, .notFound), (.posting, .reversed),
            (.posting, .notReversed):
            nil

        // The answer to the post itself may come late.
        case (.unknown, .booked), (.disputed, .booked): (.booked, .settle)
        case (.unknown, .bookedOtherwise): (.disputed, .nothing)
        case (.unknown, .refused), (.disputed, .refused): (.refused, .comeToNothing)
        // The post may still be on its way: only a reversal makes sure that it is not booked.
        case (.unknown, .notFound), (.disputed, .notFound): (.reversing, .nothing)
        case (.unknown, .reversed), (.disputed, .reversed): (.reversed, .comeToNothing)
        case (.unknown, .notSent), (.unknown, .unanswered), (.unknown, .inProgress),
            (.unknown, .notReversed), (.disputed, .bookedOtherwise), (.disputed, .notSent),
            (.disputed, .unanswered), (.disputed, .inProgress), (.disputed, .notReversed):
            nil

        case (.reversing, .reversed): (.reversed, .comeToNothing)
        case (.reversing, .notReversed): (.unknown, .nothing)
        // Whatever an earlier question brings now is older than the reversal.
        case (.reversing, .booked), (.reversing, .bookedOtherwise), (.reversing, .refused),
            (.reversing, .notSent), (.reversing, .unanswered), (.reversing, .inProgress),
            (.reversing, .notFound):
            nil

        case (.booked, .booked), (.booked, .bookedOtherwise), (.booked, .refused),
            (.booked, .notSent), (.booked, .unanswered), (.booked, .inProgress),
            (.booked, .notFound), (.booked, .reversed), (.booked, .notReversed),
            (.refused, .booked), (.refused, .bookedOtherwise), (.refused, .refused),
            (.refused, .notSent), (.refused, .unanswered), (.refused, .inProgress),
            (.refused, .notFound), (.refused, .reversed), (.refused, .notReversed),
            (.reversed, .booked), (.reversed, .bookedOtherwise), (.reversed, .refused),
            (.reversed, .notSent), (.reversed, .unanswered), (.reversed, .inProgress),
            (.reversed, .notFound), (.reversed, .reversed), (.reversed, .notReversed):
            nil
        }
    }
}

/// An event with what the partner said beside it.
struct PartnerCallNews: Sendable, Equatable {
    let event: PartnerCallEvent
    /// The partner's number of the booking; empty without.
    var reference = ""
    /// What a prepaid meter is told; empty without.
    var token = ""
    /// The numbers of the tickets that the partner issued.
    var tickets: [String] = []
    /// What the partner booked, in fen.
    var bookedFen: Int64?
    /// Why not, for the operator and the log.
    var reason = ""

    /// What is known after a crash in the middle of a post.
    static let interrupted = PartnerCallNews(
        event: .unanswered, reason: "the server stopped before the answer came")

    init(event: PartnerCallEvent, reason: String = "") {
        self.event = event
        self.reason = reason
    }

    private init(_ event: PartnerCallEvent, _ booking: PartnerBooking) {
        self.event = event
        reference = booking.reference
        token = booking.token ?? ""
        bookedFen = booking.amountFen
        tickets = booking.tickets
    }

    init(_ answer: PartnerPostAnswer) {
        switch answer {
        case .booked(let booking): self.init(.booked, booking)
        case .disagreed(let booking): self.init(.bookedOtherwise, booking)
        case .refused(let refusal): self.init(event: .refused, reason: refusal.reason)
        case .unknown(let failure): self.init(event: .unanswered, reason: failure.detail)
        case .notSent(let failure): self.init(event: .notSent, reason: failure.detail)
        }
    }

    init(_ answer: PartnerQueryAnswer) {
        switch answer {
        case .booked(let booking): self.init(.booked, booking)
        case .disagreed(let booking): self.init(.bookedOtherwise, booking)
        case .refused(let refusal): self.init(event: .refused, reason: refusal.reason)
        case .reversed: self.init(event: .reversed)
        case .notFound: self.init(event: .notFound)
        case .inProgress: self.init(event: .inProgress)
        case .unanswered(let failure): self.init(event: .unanswered, reason: failure.detail)
        }
    }

    /// What is heard of a void: that the partner took back the original is what it was asked for.
    init(undoing answer: PartnerReversalAnswer) {
        switch answer {
        case .reversed: self.init(event: .booked)
        case .refused(let refusal): self.init(event: .refused, reason: refusal.reason)
        case .unanswered(let failure):
            // The line tells these of a call of which no attempt was made.
            switch failure.kind {
            case .busy, .circuitOpen: self.init(event: .notSent, reason: failure.detail)
            case .connection, .timeout, .broken, .unsigned, .malformed, .partnerFault, .stopped:
                self.init(event: .unanswered, reason: failure.detail)
            }
        }
    }

    init(_ answer: PartnerReversalAnswer) {
        switch answer {
        case .reversed: self.init(event: .reversed)
        case .refused(let refusal): self.init(event: .notReversed, reason: refusal.reason)
        case .unanswered(let failure): self.init(event: .unanswered, reason: failure.detail)
        }
    }
}
