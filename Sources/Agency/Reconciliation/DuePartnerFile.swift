import CivilTime
import Ledger
import Settlement

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
