import PartnerAPI

extension PartnerDesk {
    /// Sells the tickets of a reservation once for each key; `completion` hears when the outcome is
    /// durable.
    ///
    /// - Throws: `WriterError` when the intent could not be queued; then nothing was begun.
    public func sellTickets(
        _ request: TicketIssueRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping Completion
    ) throws {
        try lead(completion) { try $0.startTicketSale(request, claim: claim, by: principal) }
    }

    /// Gives a ticket back once for each key; one that its principal issued goes back with its
    /// consent.
    ///
    /// - Throws: `WriterError` when the intent could not be queued; then nothing was begun.
    public func refundTicket(
        _ request: TicketRefundRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping Completion
    ) throws {
        try lead(completion) { try $0.startTicketRefund(request, claim: claim, by: principal) }
    }

    /// Exchanges a ticket once for each key; one that its principal issues, with its consent.
    ///
    /// - Throws: `WriterError` when the intent could not be queued; then nothing was begun.
    public func changeTicket(
        _ request: TicketChangeRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping Completion
    ) throws {
        try lead(completion) { try $0.startTicketChange(request, claim: claim, by: principal) }
    }
}

extension PartnerDesk {
    /// Asks a principal what it has for sale, where its contract says so, and keeps the answer as
    /// trips; `completion` hears when they are durable.
    ///
    /// - Throws: `WriterError` when the question could not be queued.
    public func inquireOffers(
        _ inquiry: OfferInquiry, completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) throws {
        let partner = inquiry.product.partner
        try writer.submit({ try $0.asksOffers(inquiry.product) }) { [self] result in
            switch result {
            case .failure(let error): completion(.failure(error))
            case .success(false): completion(.success(()))
            case .success(true):
                guard let line = line(to: partner.code) else {
                    return completion(.failure(Self.offersUnknown(partner)))
                }
                line.inquire(inquiry.question) { [self] answer in
                    switch answer {
                    case .offers(let offers): keep(offers, inquiry, completion)
                    case .refused(let refusal):
                        let reason = AgencySession.told(refusal.reason)
                        let chineseReason = AgencySession.toldInChinese(refusal.reason)
                        completion(
                            .failure(
                                Refusal(
                                    .partnerRefused,
                                    "\(partner.name) refused: \(reason); ask for another date "
                                        + "or place",
                                    zh: "\(partner.name)拒绝查询：\(chineseReason)；请更换日期或地点")))
                    case .bills, .balance, .unanswered:
                        completion(.failure(Self.offersUnknown(partner)))
                    }
                }
            }
        }
    }

    private func keep(
        _ offers: [PartnerOffer], _ inquiry: OfferInquiry,
        _ completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        do {
            try writer.submit({ try $0.keep(offers, of: inquiry) }) { completion($0) }
        } catch {
            completion(.failure(error))
        }
    }

    private static func offersUnknown(_ partner: Partner) -> Refusal {
        Refusal(
            .partnerUnavailable,
            "\(partner.name) does not answer what it has for sale; sell nothing of it, ask again "
                + "later",
            zh: "\(partner.name)未响应余票查询；请勿售票，稍后重新查询")
    }
}
