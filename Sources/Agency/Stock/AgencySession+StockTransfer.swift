import Ledger
import SQL

/// Packs on their way between two places: one side offers, the other receives.
extension AgencySession {
    /// Offers a pack to a neighbouring place: a centre's station, the centre above, or one below.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownStockPack`, `unknownStockPlace`,
    /// `stockPackState`.
    public func offerPack(
        _ number: Int64, to code: String, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let pack = try ownPack(number, of: principal)
            guard let destination = try neighbour(code, of: pack.place) else {
                throw Refusal(
                    .unknownStockPlace,
                    "stock goes between a centre and its stations or the centres next to it; "
                        + "name one of those",
                    zh: "有价单证只能在中心与其下属站点或上下级中心之间调拨；请重新选择", field: "/to")
            }
            let state = try state(of: pack, after: .offered)
            try connection.prepare(
                """
                UPDATE stock_pack SET state = $1, to_centre_id = $2, to_station_id = $3,
                    offered_by = $4
                WHERE pack_id = $5
                """
            ).run(
                .text(state.rawValue), .integer(destination.centre?.number),
                .integer(destination.station?.number), .integer(principal.staff.number),
                .integer(pack.id.number))
            try note(.offered, pack, state: state, at: pack.place, by: principal.staff)
            return try packJSON(pack.id)
        }
    }

    /// Takes over a pack that was offered to the caller's place, and that another person sent.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownStockPack`, `stockPackState`.
    public func receivePack(
        _ number: Int64, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let place = try place(of: principal)
            guard let pack = try pack(number), pack.destination == place || pack.place == place
            else { throw Self.unknownPack }
            // Whoever sent it cannot confirm for the other side.
            guard pack.destination == place, pack.offeredBy != principal.staff else {
                throw Refusal(
                    .stockPackState,
                    "the pack was not offered to your place by another person; "
                        + "the other side must receive it",
                    zh: "该包并非由他人调拨给您处；须由对方确认接收")
            }
            try endTransfer(pack, .received, at: place, by: principal)
            return try packJSON(pack.id)
        }
    }

    /// Ends an offer without effect: the other place does not take it, or its holder keeps it.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownStockPack`, `stockPackState`.
    public func declinePack(
        _ number: Int64, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let place = try place(of: principal)
            guard let pack = try pack(number), pack.destination == place || pack.place == place
            else { throw Self.unknownPack }
            try endTransfer(pack, .declined, at: pack.place, by: principal)
            return try packJSON(pack.id)
        }
    }

    private func endTransfer(
        _ pack: StockPack, _ event: StockPackEvent, at place: StockPlace, by principal: Principal
    ) throws {
        let state = try state(of: pack, after: event)
        try connection.prepare(
            """
            UPDATE stock_pack SET state = $1, centre_id = $2, station_id = $3,
                to_centre_id = NULL, to_station_id = NULL, offered_by = NULL
            WHERE pack_id = $4
            """
        ).run(
            .text(state.rawValue), .integer(place.centre?.number),
            .integer(place.station?.number), .integer(pack.id.number))
        try note(event, pack, state: state, at: place, by: principal.staff)
    }

    /// The place with a code, if stock may go there from another at once.
    private func neighbour(_ code: String, of place: StockPlace) throws -> StockPlace? {
        let station = try connection.prepare(
            """
            SELECT s.station_id FROM station s
            JOIN village v ON v.village_id = s.village_id
            JOIN centre c ON c.centre_id = v.town_centre_id
            WHERE s.code = $1 AND (c.centre_id = $2 OR c.parent_id = $2)
            """
        ).first(.text(code), .integer(place.centre?.number)) { ID<Station>($0.integer(0)) }
        if let station { return .station(station) }
        let centre = try connection.prepare(
            """
            SELECT n.centre_id FROM centre n WHERE n.code = $1 AND (
                n.parent_id = $2 OR n.centre_id = (SELECT parent_id FROM centre
                    WHERE centre_id = $2)
                OR EXISTS (SELECT 1 FROM station s
                    JOIN village v ON v.village_id = s.village_id
                    JOIN centre c ON c.centre_id = v.town_centre_id
                    WHERE s.station_id = $3
                        AND (c.centre_id = n.centre_id OR c.parent_id = n.centre_id)))
            """
        ).first(.text(code), .integer(place.centre?.number), .integer(place.station?.number)) {
            ID<Centre>($0.integer(0))
        }
        return centre.map { .centre($0) }
    }
}
