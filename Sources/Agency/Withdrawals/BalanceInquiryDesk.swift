import SQL

/// Asks banks for balances; what they say goes to the terminal and nowhere else.
public final class BalanceInquiryDesk: Sendable {
    private let writer: Writer<AgencySession>
    private let gateway: any BankOrderGateway

    public init(writer: Writer<AgencySession>, gateway: any BankOrderGateway) {
        self.writer = writer
        self.gateway = gateway
    }

    /// Asks for a balance; `completion` hears it when the inquiry's end is recorded.
    ///
    /// It fails with `Refusal`: what a rule forbids, `inquiryDeclined`, `bankDidNotAnswer`.
    /// - Throws: `WriterError` when the inquiry could not be queued; then nothing was begun.
    public func inquire(
        _ request: BalanceInquiryRequest, by principal: Principal,
        completion: @escaping @Sendable (Result<CardBalance, any Error>) -> Void
    ) throws {
        try writer.submit({ try $0.startInquiry(request, by: principal) }) { [self] started in
            switch started {
            case .failure(let error): completion(.failure(error))
            case .success(let pending):
                let inquiry = BankBalanceInquiry(
                    partnerCode: pending.partnerCode, productCode: pending.productCode,
                    cardNumber: request.cardNumber,
                    encryptedPINBlock: request.encryptedPINBlock)
                gateway.inquireBalance(inquiry) { [self] answer in
                    record(answer, of: pending, request, completion: completion)
                }
            }
        }
    }

    /// Ends what a crash left between two steps; call it before the first request.
    public func resolveInterrupted() throws {
        try writer.perform { try $0.endInquiriesLeft() }
    }

    private func record(
        _ answer: BankBalanceAnswer, of pending: PendingInquiry,
        _ request: BalanceInquiryRequest,
        completion: @escaping @Sendable (Result<CardBalance, any Error>) -> Void
    ) {
        do {
            try writer.submit({ try $0.recordInquiry(pending.number, answer) }) { result in
                completion(
                    result.flatMap { instant in
                        switch answer {
                        case .balance(let availableFen):
                            .success(
                                CardBalance(
                                    cardLastFour: String(request.cardNumber.suffix(4)),
                                    availableFen: availableFen, recordedAt: instant))
                        case .declined(let reason):
                            .failure(AgencySession.inquiryDeclined(reason))
                        case .noAnswer: .failure(AgencySession.noBalanceTold)
                        }
                    })
            }
        } catch {
            completion(.failure(error))
        }
    }
}
