import Settlement

/// What kind of difference an exception is.
public enum ExceptionClass: String, CaseIterable, Sendable {
    case oursOnly = "OURS_ONLY"
    case partnerOnly = "PARTNER_ONLY"
    case amountDifference = "AMOUNT_DIFF"
    case statusDifference = "STATUS_DIFF"
    case duplicate = "DUPLICATE"
    /// One side only, and so near the day cut that the next file may hold it.
    case timing = "TIMING"
    /// The lines agree, what the partner owes for them does not.
    case commissionDifference = "COMMISSION_DIFF"
    /// The files differ in more lines than can be worked one by one.
    case fileDifference = "FILE_DIFF"

    /// Nothing for what is no difference.
    init?(_ matchClass: MatchClass) {
        switch matchClass {
        case .matched: return nil
        case .oursOnly: self = .oursOnly
        case .partnerOnly: self = .partnerOnly
        case .amountDifference: self = .amountDifference
        case .statusDifference: self = .statusDifference
        case .duplicate: self = .duplicate
        case .timing: self = .timing
        }
    }
}
