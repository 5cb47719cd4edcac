import CivilTime
import Ledger
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

    /// Whether a later file may hold the counterpart.
    var waitsForCounterpart: Bool {
        switch self {
        case .oursOnly, .partnerOnly, .timing: true
        case .amountDifference, .statusDifference, .duplicate, .commissionDifference,
            .fileDifference:
            false
        }
    }
}

/// A difference that is about to become an exception.
struct NewException: Sendable {
    let exceptionClass: ExceptionClass
    let basis: MatchBasis?
    let ours: ExceptionLine?
    let theirs: ExceptionLine?
    let differenceFen: Int64
    let explanation: String

    /// The number that it goes by.
    var serial: String {
        let lines = [ours?.line, theirs?.line].compactMap { $0 }
        return lines.map(\.serial).first { !$0.isEmpty }
            ?? lines.map(\.partnerReference).first { !$0.isEmpty } ?? ""
    }
}

/// An exception without counterpart, on its way into the next match.
struct CarriedException: Sendable {
    let id: ID<SettlementException>
    let side: MatchSide
    let exceptionClass: ExceptionClass
    let line: ExceptionLine
    let differenceFen: Int64
}

/// What a partner's file and our dates gave when they were compared.
struct ReconciliationOutcome: Sendable {
    enum Fate: Sendable {
        /// Its counterpart came, and agrees.
        case cleared
        /// Its counterpart came and differs: a new exception goes on with both.
        case continued
        /// Still without counterpart.
        case open
    }

    let file: DuePartnerFile
    var ourCount: Int64 = 0
    var ourNetFen: Int64 = 0
    var matchedCount: Int64 = 0
    /// Whether the lines were compared; not when there were too many differences.
    var isCompared = true
    var exceptions: [NewException] = []
    /// What became of each carried exception.
    var carried: [(exception: CarriedException, fate: Fate)] = []
}

/// A partner's file that is to be reconciled, with the dates of ours that it answers.
struct DuePartnerFile: Sendable {
    let id: ID<PartnerFile>
    let partner: ID<Partner>
    let partnerCode: String
    let name: String
    let digest: String
    let sidecarDigest: String?
    let firstDate: BusinessDate
    let lastDate: BusinessDate
    let theirCount: Int64
    let theirNetFen: Int64
    /// Whether its lines tell the commission; if not, commissions are left out of both sides' nets.
    let hasCommission: Bool
    /// How its lines are written; nothing for our own format.
    let layout: StoredLayout?
    let terms: SettlementTerms
}
