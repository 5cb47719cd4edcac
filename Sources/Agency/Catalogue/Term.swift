/// A number on which a contract fixes how a product is sold; it changes with the contract's dates.
///
/// A contract that does not name a term has its usual value.
public enum Term: String, CaseIterable, Sendable {
    /// The least amount of one transaction, in fen.
    case minimumFen = "minimum_fen"
    /// The highest amount of one transaction, in fen.
    case maximumFen = "maximum_fen"
    /// What an amount is a multiple of, in fen.
    case stepFen = "step_fen"
    /// Withdrawals, transfers: the most for one card and date over all stations, in fen.
    case dailyCardLimitFen = "daily_card_limit_fen"
    /// Withdrawals: how many one card may make on a business date over all stations.
    case dailyCardCount = "daily_card_count"
    /// Withdrawals: the most for one card and calendar month over all stations, in fen.
    case monthlyCardLimitFen = "monthly_card_limit_fen"
    /// Withdrawals of subsidies: how many for one card and month cost no service fee.
    case freeWithdrawalsPerMonth = "free_withdrawals_per_month"
    /// Withdrawals: 1 where another person may come for the holder, both with their documents.
    case agentWithdrawals = "agent_withdrawals"
    /// Balance inquiries: how many one card may make on a business date over all stations.
    case dailyInquiryCount = "daily_inquiry_count"
    /// Remittances: the most for one payer and business date over all stations, in fen.
    case dailyPayerLimitFen = "daily_payer_limit_fen"
    /// Remittances: from this sum for one account and date on the payer shows a document, in fen.
    case identityThresholdFen = "identity_threshold_fen"
    /// How long a quote or a reservation is held, in minutes.
    case holdMinutes = "hold_minutes"
    /// How long after it was recorded a transaction can be voided, in minutes.
    case reversalWindowMinutes = "reversal_window_minutes"
    /// Bills: the minute of the biller's day from which it takes payments.
    case openingMinute = "opening_minute"
    /// Bills: the minute of the biller's day at which it stops taking payments for that day.
    case cutOffMinute = "cut_off_minute"
    /// Bills: 1 when the biller counts what comes outside its hours for its next day.
    case takesNextDay = "takes_next_day"
    /// Bills: the premium of one insured person, in fen; 0 for what is not paid by the head.
    case perHeadFen = "per_head_fen"
    /// Tickets: how many days ahead they are sold, today counted as 0.
    case saleDays = "sale_days"
    /// Tickets: 1 when the principal issues them itself after they are paid, 0 when we do.
    case principalIssues = "principal_issues"
    /// Tickets: 1 when the principal is asked online what it has for sale.
    case asksOffers = "asks_offers"
    /// Tickets: 1 when each passenger's name and document are asked for.
    case namesPassengers = "names_passengers"
    /// Tickets: what the principal keeps of a fare is rounded half up to a multiple of it, in fen.
    case refundRoundingFen = "refund_rounding_fen"
    /// Tickets: 1 when the service fee goes back with a refund.
    case refundsServiceFee = "refunds_service_fee"
    /// Tickets: 0 when a refund leaves the commission, 1 when its share goes back, 2 when all does.
    case refundedCommission = "refunded_commission"
    /// Tickets: how often one may be changed.
    case maximumChanges = "maximum_changes"
    /// Tickets: how long after the departure, the beginning or the closing one may still be used,
    /// in minutes; on its own date it always may.
    case lateUseMinutes = "late_use_minutes"
    /// Bills: 1 when a refund makes the bill payable again, 0 when the biller settles that itself.
    case refundReopensBill = "refund_reopens_bill"
    /// Numbered tickets: the highest prize that a counter pays, in fen; the centre pays the others.
    case prizeCeilingFen = "prize_ceiling_fen"
    /// Numbered tickets: what a paid prize earns, in parts per million of it.
    case prizeCommissionPartsPerMillion = "prize_commission_ppm"
    /// Numbered tickets: 1 when the principal validates prizes over its line, 0 by its table.
    case prizesOverLine = "prizes_over_line"

    /// The most that a count may be set to.
    private static let maximumCount: Int64 = 1_000

    /// What a contract may set.
    public var allowedValues: ClosedRange<Int64> {
        switch self {
        case .minimumFen, .maximumFen, .stepFen: 1...DataFileLimits.maximumAmountFen
        case .dailyCardLimitFen, .monthlyCardLimitFen, .dailyPayerLimitFen,
            .identityThresholdFen:
            0...DataFileLimits.maximumAmountFen
        case .dailyCardCount, .freeWithdrawalsPerMonth, .dailyInquiryCount:
            0...Self.maximumCount
        case .agentWithdrawals: 0...1
        case .holdMinutes: 1...1_440
        case .reversalWindowMinutes, .lateUseMinutes: 0...1_440
        case .openingMinute: 0...1_439
        case .cutOffMinute: 1...1_440
        case .takesNextDay: 0...1
        case .perHeadFen: 0...DataFileLimits.maximumAmountFen
        case .refundReopensBill, .principalIssues, .refundsServiceFee, .asksOffers,
            .namesPassengers, .prizesOverLine:
            0...1
        case .saleDays: 0...730
        case .refundRoundingFen: 1...10_000
        case .refundedCommission: 0...2
        case .maximumChanges: 0...9
        case .prizeCeilingFen: 0...DataFileLimits.maximumAmountFen
        case .prizeCommissionPartsPerMillion: 0...1_000_000
        }
    }

    /// What holds when a contract is silent.
    public var usualValue: Int64 {
        switch self {
        case .minimumFen, .stepFen, .refundRoundingFen, .refundedCommission, .maximumChanges: 1
        case .maximumFen, .monthlyCardLimitFen, .dailyPayerLimitFen:
            DataFileLimits.maximumAmountFen
        case .dailyCardCount: Self.maximumCount
        case .dailyInquiryCount: 5
        case .dailyCardLimitFen, .freeWithdrawalsPerMonth, .agentWithdrawals,
            .identityThresholdFen, .refundReopensBill, .principalIssues, .refundsServiceFee,
            .asksOffers, .namesPassengers, .lateUseMinutes:
            0
        case .saleDays: 30
        case .holdMinutes: 15
        case .reversalWindowMinutes: 1_440
        case .prizeCeilingFen, .prizeCommissionPartsPerMillion, .prizesOverLine: 0
        case .openingMinute, .takesNextDay, .perHeadFen: 0
        case .cutOffMinute: 1_440
        }
    }
}

/// The numbers of a contract.
public struct Terms: Sendable, Equatable {
    /// The values that are set; the others have their usual value.
    public private(set) var values: [Term: Int64]

    public init(_ values: [Term: Int64] = [:]) {
        self.values = values
    }

    public subscript(term: Term) -> Int64 {
        get { values[term] ?? term.usualValue }
        set { values[term] = newValue }
    }

    /// These terms, and where `others` sets a term, that one's value.
    public func overridden(by others: Terms) -> Terms {
        Terms(values.merging(others.values) { $1 })
    }
}
