import CivilTime
import Ledger
import SQL
import StrictJSON

/// Where stock lies: at a centre or at a station.
enum StockPlace: Equatable {
    case centre(ID<Centre>)
    case station(ID<Station>)

    init?(centre: Int64?, station: Int64?) {
        switch (centre, station) {
        case (let centre?, nil): self = .centre(ID(centre))
        case (nil, let station?): self = .station(ID(station))
        case (nil, nil), (.some, .some): return nil
        }
    }

    var centre: ID<Centre>? {
        switch self {
        case .centre(let centre): centre
        case .station: nil
        }
    }

    var station: ID<Station>? {
        switch self {
        case .centre: nil
        case .station(let station): station
        }
    }
}

/// A range of serials that is delivered, moved and opened as one.
struct StockPack {
    let id: ID<StockPack>
    let item: ID<StockItem>
    let first: Int64
    let last: Int64
    let state: StockPackState
    /// Where it is; on its way, who has sent it.
    let place: StockPlace
    /// Where it goes while it is on its way.
    let destination: StockPlace?
    let offeredBy: ID<StaffMember>?
    /// Of a frozen pack: the number that was found where an earlier one was due.
    let missingUntil: Int64?
    /// The lowest number that is left; one past the last when none is.
    let next: Int64
    let soldCount: Int64
    let damagedCount: Int64
    let voidedCount: Int64
    let isOpenedBefore: Bool

    var size: Int64 { last - first + 1 }
    var leftCount: Int64 { size - soldCount - damagedCount - voidedCount }
}

extension AgencySession {
    private static let packColumns = """
        SELECT pack_id, item_id, first_number, last_number, state, centre_id, station_id,
            to_centre_id, to_station_id, offered_by, missing_until, next_number, sold_count,
            damaged_count, voided_count, opened_at
        FROM stock_pack
        """

    func pack(_ number: Int64) throws -> StockPack? {
        try connection.prepare(computed: Self.packColumns + " WHERE pack_id = $1")
            .first(.integer(number), read: StockPack.init(row:))
    }

    /// The pack that holds a number of an item, or nothing.
    func pack(of item: StockItem, holding number: Int64) throws -> StockPack? {
        try connection.prepare(
            computed: Self.packColumns
                + " WHERE item_id = $1 AND first_number <= $2 AND last_number >= $2"
        ).first(.integer(item.id.number), .integer(number), read: StockPack.init(row:))
    }

    /// The pack of an item that a station sells from.
    ///
    /// - Throws: `Refusal` with `stockPackFrozen` or `noOpenStockPack`.
    func openPack(of item: StockItem, at station: ID<Station>) throws -> StockPack {
        let found = try connection.prepare(
            computed: Self.packColumns
                + " WHERE station_id = $1 AND item_id = $2 AND (state = 'open' OR state = 'frozen')"
                + " ORDER BY state = 'frozen'"
        ).first(.integer(station.number), .integer(item.id.number), read: StockPack.init(row:))
        guard let found else {
            throw Refusal(
                .noOpenStockPack,
                "no pack of \(item.code) is open at this station; open one "
                    + "(POST /v1/stock/packs/{pack_id}/open)",
                zh: "本站没有已启用的 \(item.code)；请先启用一包")
        }
        guard found.state == .open else { throw Self.packIsFrozen(item) }
        return found
    }

    static func packIsFrozen(_ item: StockItem) -> Refusal {
        Refusal(
            .stockPackFrozen,
            "a serial of \(item.code) is missing and its pack is frozen; sell none of it and tell "
                + "your supervisor, or open another pack",
            zh: "\(item.code) 票号不连续，该包已冻结；请停止销售并报告主管，或启用另一包",
            field: "/serials")
    }

    /// The lowest numbers that are left in a pack, at most so many, from its next number on.
    func numbersLeft(in pack: StockPack, atMost count: Int64) throws -> [Int64] {
        let taken = Set(
            try connection.prepare(
                """
                SELECT number FROM stock_serial
                WHERE item_id = $1 AND number >= $2 AND number <= $3
                """
            ).all(.integer(pack.item.number), .integer(pack.next), .integer(pack.last)) {
                $0.integer(0)
            })
        var numbers: [Int64] = []
        var number = pack.next
        while number <= pack.last, Int64(numbers.count) < count {
            if !taken.contains(number) { numbers.append(number) }
            number += 1
        }
        return numbers
    }

    /// What became of a serial; `left` when nothing did.
    func state(of number: Int64, _ item: StockItem) throws -> StockSerialState {
        try connection.prepare(
            "SELECT state FROM stock_serial WHERE item_id = $1 AND number = $2"
        ).first(.integer(item.id.number), .integer(number)) { row in
            guard let state = StockSerialState(rawValue: row.text(0)) else {
                throw row.damage(0, expected: "a state")
            }
            return state
        } ?? .left
    }

    /// Moves a pack to the state after an event, or tells why it may not.
    ///
    /// - Throws: `Refusal` with `stockPackState`.
    func state(of pack: StockPack, after event: StockPackEvent) throws -> StockPackState {
        guard let state = pack.state.after(event) else {
            throw Refusal(
                .stockPackState,
                "the pack is \(pack.state.rawValue): this cannot be done with it now; "
                    + "see GET /v1/stock",
                zh: "该包状态为“\(pack.state.chinese)”，不能办理此操作；请查看库存")
        }
        return state
    }

    /// Notes what happened to a pack, in the state and the place that it now has.
    func note(
        _ event: StockPackEvent?, _ pack: StockPack, state: StockPackState, at place: StockPlace,
        by staff: ID<StaffMember>?, reason: String = ""
    ) throws {
        try connection.prepare(
            """
            INSERT INTO stock_event (pack_id, event, state, centre_id, station_id, staff_id,
                recorded_at, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """
        ).run(
            .integer(pack.id.number), .text(event?.rawValue ?? "delivered"),
            .text(state.rawValue), .integer(place.centre?.number),
            .integer(place.station?.number), .integer(staff?.number),
            .integer(now.millisecondsSinceEpoch), .text(reason))
    }
}

extension StockPackState {
    /// The state as an operator reads it.
    var chinese: String {
        switch self {
        case .inStock: "在库"
        case .inTransit: "调拨在途"
        case .open: "已启用"
        case .frozen: "已冻结"
        case .exhausted: "已用完"
        case .returned: "已退回"
        }
    }
}

extension StockPack {
    init(row: Row) throws {
        guard let state = StockPackState(rawValue: row.text(4)),
            let place = StockPlace(
                centre: row.optionalInteger(5), station: row.optionalInteger(6))
        else { throw row.damage(4, expected: "a state, beside one place") }
        self.init(
            id: ID(row.integer(0)), item: ID(row.integer(1)), first: row.integer(2),
            last: row.integer(3), state: state, place: place,
            destination: StockPlace(
                centre: row.optionalInteger(7), station: row.optionalInteger(8)),
            offeredBy: row.optionalInteger(9).map { ID($0) },
            missingUntil: row.optionalInteger(10), next: row.integer(11),
            soldCount: row.integer(12), damagedCount: row.integer(13),
            voidedCount: row.integer(14), isOpenedBefore: !row.isNull(15))
    }
}
