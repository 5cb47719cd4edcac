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

    /// The open business date, to which ages are counted.
    func openDate(_ connection: Connection) throws -> BusinessDate {
        try LedgerReader(connection).openDate() ?? book.profile.zone.date(at: book.clock())
    }
}
