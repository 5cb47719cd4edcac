import PartnerAPI

extension SimulatorBook {
    /// Carries out a call as the behaviour wants it.
    mutating func reply(
        to operation: PartnerOperation, _ body: [UInt8], _ behaviour: SimulatorBehaviour
    ) throws -> [UInt8] {
        switch operation {
        case .inquire:
            let inquiry = try PartnerInquiry(decoding: body)
            return behaviour.kind == .refuse
                ? PartnerInquiryReply.refused(behaviour.refusal).encoded
                : inquire(inquiry).encoded
        case .post:
            let post = try PartnerPost(decoding: body)
            return try reply(to: post, behaviour).encoded(serial: post.serial)
        case .query:
            let serial = try PartnerQuery.serial(decoding: body)
            return reply(to: query(serial), behaviour).encoded(serial: serial)
        case .reverse:
            let reversal = try PartnerReversal(decoding: body)
            let reply: PartnerReversalReply =
                behaviour.kind == .refuse
                ? .refused(behaviour.refusal) : try reverse(reversal.serial)
            return reply.encoded(serial: reversal.serial)
        }
    }

    private mutating func reply(
        to post: PartnerPost, _ behaviour: SimulatorBehaviour
    ) throws -> PartnerPostReply {
        // Whoever answers twice forgets what it has booked, and books again.
        if behaviour.kind != .answerTwice, let earlier = try earlierReply(to: post) {
            return earlier
        }
        if behaviour.kind == .refuse { return try refuse(post, behaviour.refusal) }
        let isOther = behaviour.kind == .disagree
        let reply = try book(
            post, amountFen: isOther ? behaviour.amount(insteadOf: post.amountFen) : nil)
        guard behaviour.kind == .misreport, case .booked(var booking) = reply else { return reply }
        booking.amountFen = behaviour.amount(insteadOf: booking.amountFen)
        return .booked(booking)
    }

    private func reply(
        to truth: PartnerQueryReply, _ behaviour: SimulatorBehaviour
    ) -> PartnerQueryReply {
        switch (behaviour.kind, truth) {
        case (.disagree, _): return .notFound
        case (.refuse, _): return .refused(behaviour.refusal)
        case (.misreport, .booked(var booking)):
            booking.amountFen = behaviour.amount(insteadOf: booking.amountFen)
            return .booked(booking)
        case (_, _): return truth
        }
    }
}
