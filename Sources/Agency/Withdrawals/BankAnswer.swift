import PartnerAPI

/// What a bank said to a withdrawal, or that it said nothing.
enum BankAnswer: Sendable, Equatable {
    case approved(reference: String)
    case declined(reason: String)
    /// Nothing usable came in time; the bank may or may not have booked.
    case noAnswer
}

extension BankAnswer {
    /// What an answer to a withdrawal's post means: no cash is out yet, so all doubt is reversed.
    init(_ answer: PartnerPostAnswer) {
        switch answer {
        case .booked(let booking): self = .approved(reference: booking.reference)
        case .refused(let refusal): self = .declined(reason: refusal.reason)
        case .disagreed, .unknown, .notSent: self = .noAnswer
        }
    }
}
