import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// A supervisor's request for a code with which one receipt may be taken back.
public struct AuthorisationRequest: Sendable, Equatable {
    /// How long a reason may be, in characters.
    public static let reasonLengths = Authorisation.reasonLengths

    public let correction: Correction
    public let serial: Int64
    /// Why, in the supervisor's words.
    public let reason: String

    public init(_ correction: Correction, serial: Int64, reason: String) {
        self.correction = correction
        self.serial = serial
        self.reason = reason
    }
}

extension AgencySession {
    /// Issues a code for one correction of one receipt of a station below the caller's centre.
    ///
    /// The code is shown this once; a second one by the same supervisor replaces the first.
    /// - Returns: the authorisation as the bytes of a JSON object.
    /// - Throws: `Refusal` with `unknownReceipt`, and what keeps the receipt from being corrected.
    public func authorise(
        _ request: AuthorisationRequest, by principal: Principal
    ) throws -> [UInt8] {
        guard try ReceiptReader(connection).isVisible(serial: request.serial, to: principal),
            let original = try postedTransaction(request.serial)
        else { throw Self.unknownReceipt }
        try check(original, mayBe: request.correction)
        for live in try liveAuthorisations(request.correction, of: request.serial)
        where live.supervisor == principal.staff {
            try tell(live, .anotherIssued)
        }
        let code = try Authorisation.newCode()
        let expiresAt = now.adding(milliseconds: Authorisation.lifetimeMilliseconds)
        let id = try connection.prepare(
            """
            INSERT INTO authorisation (correction, serial, supervisor_id, reason, code_digest,
                issued_at, expires_at, state, wrong_codes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'issued', 0) RETURNING authorisation_id
            """
        ).first(
            .text(request.correction.rawValue), .integer(request.serial),
            .integer(principal.staff.number), .text(request.reason),
            .text(
                Authorisation.digest(
                    code: code, request.correction, serial: request.serial, key: cardKey)),
            .integer(now.millisecondsSinceEpoch), .integer(expiresAt.millisecondsSinceEpoch)
        ) { $0.integer(0) }
        guard let id else { preconditionFailure("RETURNING gives a row or an error") }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("authorisation_id", String(id))
        writer.field("correction", request.correction.rawValue)
        writer.field("serial", Receipt.serialText(request.serial))
        writer.field("total_fen", original.amountFen + original.feeFen)
        writer.field("supervisor_id", principal.staffCode)
        writer.field("authorisation_code", code)
        writer.field("expires_at", profile.zone.text(expiresAt))
        writer.endObject()
        return writer.bytes
    }

    static let unknownReceipt = Refusal(
        .unknownReceipt, "there is no such receipt that you may see; check the serial number",
        zh: "没有您可查看的此票据；请核对流水号")

    static let authorisationRefused = Refusal(
        .authorisationRefused,
        "this code does not authorise it: it is wrong, used, replaced, or older than "
            + "\(Authorisation.lifetimeMilliseconds / 60_000) minutes; ask your supervisor for a "
            + "new one",
        zh: "授权码无效：可能有误、已使用、已更换或已超过 \(Authorisation.lifetimeMilliseconds / 60_000) "
            + "分钟；请向主管索取新的授权码",
        field: "/authorisation_code")

    /// The live authorisation that a code stands for.
    ///
    /// - Throws: `Refusal` with `authorisationRefused`.
    func authorisation(
        code: String, _ correction: Correction, of serial: Int64
    ) throws -> Authorisation {
        let digest = Authorisation.digest(code: code, correction, serial: serial, key: cardKey)
        let live = try liveAuthorisations(correction, of: serial)
        guard
            let found = live.first(where: {
                constantTimeEquals([UInt8]($0.codeDigest.utf8), [UInt8](digest.utf8))
            })
        else { throw Self.authorisationRefused }
        return found
    }

    /// Counts a wrong code against all that it might have been meant for.
    func countWrongCode(_ correction: Correction, of serial: Int64) throws {
        for live in try liveAuthorisations(correction, of: serial) {
            try tell(live, .wrongCodeGiven)
        }
    }
}
