import PartnerAPI
import SQL

/// Asks banks for balances; what they say goes to the terminal and nowhere else.
public final class BalanceInquiryDesk: Sendable {
    private let writer: Writer<AgencySession>
    private let lines: [String: PartnerLine]

    /// - Parameter lines: the banks' lines by their codes; whoever made them stops them.
    public init(writer: Writer<AgencySession>, lines: [String: PartnerLine]) {
        self.writer = writer
        self.lines = lines
    }

    /// Asks for a balance; `completion` hears it when the inquiry's end is recorded.
    ///
    /// It fails with `Refusal`: what a rule forbids, `inquiryDeclined`, `bankDidNotAnswer`,
    /// and `partnerUnavailable` without a line to the bank; that one is not counted.
    /// - Throws: `WriterError` when the inquiry could not be queued; then nothing was begun.
    public func inquire(
        _ request: BalanceInquiryRequest, by principal: Principal,
        completion: @escaping @Sendable (Result<CardBalance, any Error>) -> Void
    ) throws {
        try writer.submit({ [lines] session in
            let pending = try session.startInquiry(request, by: principal)
            guard let line = lines[pending.partner.code] else {
                throw AgencySession.noLine(to: pending.partner)
            }
            return (pending.number, line)
        }) { [self] started in
            switch started {
            case .failure(let error): completion(.failure(error))
            case .success(let (number, line)):
                line.inquire(request.inquiry) { [self] answer in
                    record(answer, of: number, request, completion: completion)
                }
            }
        }
    }

    /// Ends what a crash left between two steps; call it before the first request.
    public func resolveInterrupted() throws {
        try writer.perform { try $0.endInquiriesLeft() }
    }

    private func record(
        _ answer: PartnerInquiryAnswer, of number: Int64,
        _ request: BalanceInquiryRequest,
        completion: @escaping @Sendable (Result<CardBalance, any Error>) -> Void
    ) {
        do {
            try writer.submit({ try $0.recordInquiry(number, answer) }) { result in
                completion(
                    result.flatMap { instant in
                        switch answer {
                        case .balance(let balance):
                            .success(
                                CardBalance(
                                    cardLastFour: String(request.cardNumber.suffix(4)),
                                    availableFen: balance.availableFen, recordedAt: instant))
                        case .refused(let refusal):
                            .failure(AgencySession.inquiryDeclined(refusal.reason))
                        case .bills, .offers, .unanswered:
                            .failure(AgencySession.noBalanceTold)
                        }
                    })
            }
        } catch {
            completion(.failure(error))
        }
    }
}
