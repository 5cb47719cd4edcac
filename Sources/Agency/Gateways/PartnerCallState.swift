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
/// and `disputed` beside an unknown one whose cash is in suspense. A disputed call is asked about
/// further: the partner may have corrected itself. The others are final.
enum PartnerCallState: String, CaseIterable, Sendable {
    case posting, unknown, reversing, disputed, booked, refused, reversed

    /// What to ask the partner next.
    var question: PartnerQuestion? {
        switch self {
        case .posting, .booked, .refused, .reversed: nil
        case .unknown, .disputed: .query
        case .reversing: .reverse
        }
    }
}

/// What a partner is asked about a serial that it may have booked.
enum PartnerQuestion: Sendable {
    case query, reverse
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
    /// Pending cash is posted: the payment is done.
    case post
    /// Pending cash is released: the customer gets it back at once.
    case decline
    /// Pending cash goes to the partner's suspense account.
    case suspend
    /// Cash in suspense goes to the partner, the commission and the fee.
    case settle
    /// Cash in suspense is owed to the customer.
    case oweReturn
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
        case (.unknown, .refused), (.disputed, .refused): (.refused, .oweReturn)
        // The post may still be on its way: only a reversal makes sure that it is not booked.
        case (.unknown, .notFound), (.disputed, .notFound): (.reversing, .nothing)
        case (.unknown, .reversed), (.disputed, .reversed): (.reversed, .oweReturn)
        case (.unknown, .notSent), (.unknown, .unanswered), (.unknown, .inProgress),
            (.unknown, .notReversed), (.disputed, .bookedOtherwise), (.disputed, .notSent),
            (.disputed, .unanswered), (.disputed, .inProgress), (.disputed, .notReversed):
            nil

        case (.reversing, .reversed): (.reversed, .oweReturn)
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

    init(_ answer: PartnerReversalAnswer) {
        switch answer {
        case .reversed: self.init(event: .reversed)
        case .refused(let refusal): self.init(event: .notReversed, reason: refusal.reason)
        case .unanswered(let failure): self.init(event: .unanswered, reason: failure.detail)
        }
    }
}
