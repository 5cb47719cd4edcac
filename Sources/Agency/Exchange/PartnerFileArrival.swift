import CivilTime
import Cryptography
import Ledger
import Settlement

/// A partner's file whose bytes are kept and looked at, before the book knows of it.
struct PartnerFileArrival: Sendable {
    /// What was seen of a file that passed every check of its own.
    struct Verified: Sendable {
        let header: SettlementHeader
        let totals: SettlementTotals
    }

    /// What becomes of a file, and why, unless it counts.
    struct Verdict: Sendable {
        static let accepted = Verdict(state: .accepted, fault: nil, reason: "")

        let state: PartnerFile.State
        let fault: String?
        let reason: String
        /// The date that the name of a refused file tells, whose sender is known.
        var date: BusinessDate?

        /// Of a number that was accepted already.
        static func reused(_ number: Int) -> Verdict {
            Verdict(
                state: .rejected, fault: PartnerFile.Fault.sequenceReused.rawValue,
                reason: "number \(number) was accepted already, with other bytes; send "
                    + "corrections under the next number")
        }
    }

    /// What was seen of a file in a layout of the partner's own.
    struct Read: Sendable {
        let layout: ID<StoredLayout>
        let date: BusinessDate
        let totals: SettlementTotals
        let hasCommission: Bool
    }

    enum Finding: Sendable {
        /// Its place in the chain is still to be seen.
        case verified(Verified)
        /// Right in every respect of its layout; its date is still to be seen.
        case read(Read)
        /// The file of ours that it names is still to be seen.
        case acknowledgement(Acknowledgement)
        case refused(Verdict)
    }

    let partner: ID<Partner>
    let name: String
    let digest: SHA256Digest
    let sidecarDigest: SHA256Digest?
    let byteCount: Int64
    /// The key that it names, where that is a valid one of the partner's.
    let keyID: String?
    let finding: Finding
}

/// What became of a file of a partner, and what that tells of ours.
struct PartnerFileRecord: Sendable {
    let file: PartnerFile
    /// Whether it had come before, and nothing was done.
    let isRepeated: Bool
    var acknowledgement: SettlementAcknowledgement?
}
