import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// An operator's request to void or refund a receipt with a supervisor's code.
public struct CorrectionRequest: Sendable, Equatable {
    public let correction: Correction
    public let serial: Int64
    /// Eight digits, told by the supervisor.
    public let authorisationCode: String

    public init(_ correction: Correction, serial: Int64, authorisationCode: String) {
        self.correction = correction
        self.serial = serial
        self.authorisationCode = authorisationCode
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    public var fingerprint: SHA256Digest {
        fingerprintOf(correction.rawValue, authorisationCode, "\(serial)", 0)
    }

    /// Whether a text has the form of a code.
    public static func isCode(_ text: String) -> Bool { Authorisation.isCode(text) }
}

/// How much of a transaction is taken back, in fen, each counted positive.
struct CorrectedPart {
    let amountFen: Int64
    let feeFen: Int64
    let commissionFen: Int64

    /// All of it, the fee and the commission too.
    static func whole(of original: PostedTransaction) -> CorrectedPart {
        CorrectedPart(
            amountFen: original.amountFen, feeFen: original.feeFen,
            commissionFen: original.commissionFen)
    }
}

extension AgencySession {
    /// Voids or refunds a receipt of the caller's station, or records the intent where its partner
    /// has booked it: no cash leaves the till before the partner has taken it back.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownReceipt`, `notCorrectable`, `alreadyCorrected`,
    /// `voidTooLate` or `refundTooEarly`, `authorisationRefused`, `tillShortOfCash`.
    func startCorrection(
        _ request: CorrectionRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> PartnerStart {
        var isCodeWrong = false
        let start = try startOnce(claim) {
            let shift = try shifts.shift(of: principal, connection)
            guard let original = try postedTransaction(request.serial),
                original.station == shift.station
            else { throw Self.unknownReceipt }
            try check(original, mayBe: request.correction)
            isCodeWrong = true
            let authorisation = try authorisation(
                code: request.authorisationCode, request.correction, of: request.serial)
            isCodeWrong = false
            guard try needsPartner(original) else {
                let receipt = try takeBack(original, request.correction, shift: shift)
                try tell(authorisation, .codeGiven, usedBy: receipt.serial)
                return .done(receipt.json(zone: profile.zone))
            }
            let call = try begin(request.correction, of: original, shift: shift, claim: claim)
            try tell(authorisation, .codeGiven, usedBy: call.serial)
            return .asking([call])
        }
        // The refusal undid what its command wrote; that a wrong code was tried stays.
        if isCodeWrong { try countWrongCode(request.correction, of: request.serial) }
        return start
    }

    /// Takes back at once what asks no partner.
    private func takeBack(
        _ original: PostedTransaction, _ correction: Correction, shift: Shift
    ) throws -> Receipt {
        let receipt = try postCorrection(
            of: original, correction, part: .whole(of: original), shift: shift)
        try reopenBill(
            of: original.serial, original.contract, correction, serial: receipt.serial)
        if original.kind == .stockSale {
            try takeBackStock(
                ofSale: original.serial, by: shift.staff,
                reason: "taken back by \(Receipt.serialText(receipt.serial))")
        }
        return receipt
    }

    /// Posts the taking back of a transaction, or of one item of it, in the caller's shift.
    ///
    /// - Throws: as ``newCorrection(of:item:_:part:shift:)``, and `Refusal` with
    ///   `tillShortOfCash`.
    func postCorrection(
        of original: PostedTransaction, item: Int64 = 0, _ correction: Correction,
        part: CorrectedPart, shift: Shift
    ) throws -> Receipt {
        try post(
            newCorrection(of: original, item: item, correction, part: part, shift: shift))
    }

    /// What takes back a transaction, or one item of it, in the caller's shift; it is not written.
    ///
    /// It is a transaction of its own, with the original's kind and contract and with its own
    /// serial and receipt number; the legs of its entry are the original's, the other way round.
    /// Who calls has checked that the rules allow it.
    /// - Parameters:
    ///   - item: 0 for the whole; from 1 an item of it.
    ///   - part: what goes back; with what went back before, no more than the original.
    /// - Throws: `Refusal` with `alreadyCorrected`.
    func newCorrection(
        of original: PostedTransaction, item: Int64 = 0, _ correction: Correction,
        part: CorrectedPart, shift: Shift
    ) throws -> NewTransaction {
        let before = try takenBack(of: original, item: item)
        precondition(
            part.amountFen > 0 && before.amountFen + part.amountFen <= original.amountFen
                && before.feeFen + part.feeFen <= original.feeFen
                && before.commissionFen + part.commissionFen <= original.commissionFen,
            "more is taken back of \(original.serial) than it was")
        return NewTransaction(
            kind: original.kind, product: catalogue.product(original.product),
            contract: catalogue.contract(original.contract), shift: shift,
            accountReference: original.accountReference, amountFen: -part.amountFen,
            feeFen: -part.feeFen, commissionFen: -part.commissionFen,
            partnerReference: original.partnerReference,
            original: Receipt.Original(
                serial: original.serial, item: item, correction: correction))
    }

    /// What went back of a transaction before.
    ///
    /// - Throws: `Refusal` with `alreadyCorrected` when the whole or this item did.
    private func takenBack(of original: PostedTransaction, item: Int64) throws -> CorrectedPart {
        let parts = try connection.prepare(
            """
            SELECT original_item, -amount_fen, -fee_fen, -commission_fen, serial
            FROM service_transaction
            WHERE original_serial = $1 AND status <> 'declined' AND status <> 'reversed'
            """
        ).all(.integer(original.serial)) { row in
            (
                item: row.integer(0),
                part: CorrectedPart(
                    amountFen: row.integer(1), feeFen: row.integer(2),
                    commissionFen: row.integer(3)),
                serial: row.integer(4)
            )
        }
        if let other = parts.first(where: { $0.item == item || $0.item == 0 || item == 0 }) {
            throw Self.corrected(by: other.serial)
        }
        return parts.reduce(CorrectedPart(amountFen: 0, feeFen: 0, commissionFen: 0)) {
            CorrectedPart(
                amountFen: $0.amountFen + $1.part.amountFen, feeFen: $0.feeFen + $1.part.feeFen,
                commissionFen: $0.commissionFen + $1.part.commissionFen)
        }
    }

    /// Makes the bill of a payment payable again: after a void, and after a refund if the contract
    /// says so.
    func reopenBill(
        of original: Int64, _ contract: ID<Contract>, _ correction: Correction, serial: Int64
    ) throws {
        switch correction {
        case .void: break
        case .refund:
            guard catalogue.contract(contract).terms[.refundReopensBill] == 1 else { return }
        }
        try reopenBill(of: original, correction: serial)
    }
}
