import Agency
import CivilTime
import Ledger
import SQL

/// What many routes look up alike.
extension API {
    /// A partner that the caller may see.
    func visiblePartner(
        _ code: String, _ principal: Principal, _ connection: Connection
    ) throws -> ID<Partner> {
        let partner = try PartnerReader(connection).partner(code)
        guard let partner, principal.partner == nil || principal.partner == partner else {
            throw Refusal(
                .unknownPartner, "there is no such partner that you may see",
                zh: "没有您可查看的此合作单位；请核对编号", field: "partner_id")
        }
        return partner
    }

    /// Whose rows a list is asked for by `partner_id`; a liaison gets its own partner's in any case.
    func wantedPartner(_ call: Call) throws -> ID<Partner>? {
        guard let code = try call.query("partner_id") else { return call.principal.partner }
        return try book.readers.read { try visiblePartner(code, call.principal, $0) }
    }

    /// The open business date, to which ages are counted.
    func openDate(_ connection: Connection) throws -> BusinessDate {
        try LedgerReader(connection).openDate() ?? book.profile.zone.date(at: book.clock())
    }
}
