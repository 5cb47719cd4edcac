import Cryptography
import Ledger
import SQL
import StrictJSON

/// A pack that a principal delivers to a centre.
public struct StockDelivery: Sendable, Equatable {
    /// The most serials of one pack.
    public static let maximumSize: Int64 = 10_000
    /// The characters of a delivery note's number.
    public static let noteLengths = 1...40

    public let itemCode: String
    public let firstSerial: String
    public let lastSerial: String
    public let deliveryNote: String

    public init(itemCode: String, firstSerial: String, lastSerial: String, deliveryNote: String) {
        self.itemCode = itemCode
        self.firstSerial = firstSerial
        self.lastSerial = lastSerial
        self.deliveryNote = deliveryNote
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    public var fingerprint: SHA256Digest {
        fingerprintOf("stock_delivery", itemCode, "\(firstSerial)/\(lastSerial)/\(deliveryNote)", 0)
    }
}

/// SHA-256 over a step of a pack, for its idempotency key.
public func stockStepFingerprint(
    _ event: StockPackEvent, pack: Int64, detail: String = ""
) -> SHA256Digest {
    fingerprintOf("stock_" + event.rawValue, detail, "\(pack)", 0)
}

extension AgencySession {
    /// Takes a pack into the stock of the supervisor's centre, once for each key.
    ///
    /// Refusals, in order: `unknownStockItem`, `stockSerialInvalid`, `stockRangeNotAllowed`,
    /// `stockRangeOverlaps`.
    public func receiveDelivery(
        _ delivery: StockDelivery, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let item = try stockItems.item(delivery.itemCode)
            let first = try item.number(delivery.firstSerial, field: "/first_serial")
            let last = try item.number(delivery.lastSerial, field: "/last_serial")
            guard let centre = principal.centre else { throw Self.belongsToNoPlace }
            let pack = try insertPack(
                of: item, first...max(first, last), isInOrder: first <= last,
                note: delivery.deliveryNote, at: .centre(centre))
            try note(nil, pack, state: .inStock, at: pack.place, by: principal.staff)
            return try packJSON(pack.id)
        }
    }

    private func insertPack(
        of item: StockItem, _ numbers: ClosedRange<Int64>, isInOrder: Bool, note: String,
        at place: StockPlace
    ) throws -> StockPack {
        guard isInOrder, numbers.upperBound - numbers.lowerBound < StockDelivery.maximumSize else {
            throw Refusal(
                .stockRangeNotAllowed,
                "a pack has 1 to \(StockDelivery.maximumSize) serials, the first one first; "
                    + "correct the range or enter several packs",
                zh: "每包为 1 至 \(StockDelivery.maximumSize) 张，起号不得大于止号；请更正或分包录入",
                field: "/last_serial")
        }
        let overlaps = try connection.prepare(
            """
            SELECT 1 FROM stock_pack
            WHERE item_id = $1 AND last_number >= $2 AND first_number <= $3
            """
        ).first(
            .integer(item.id.number), .integer(numbers.lowerBound), .integer(numbers.upperBound)
        ) { _ in true }
        guard overlaps == nil else {
            throw Refusal(
                .stockRangeOverlaps,
                "serials of this range were delivered before; compare the pack with its delivery "
                    + "note and call the principal",
                zh: "该号段与已入库的号段重叠；请核对送货单并联系委托单位", field: "/first_serial")
        }
        let id = try connection.prepare(
            """
            INSERT INTO stock_pack (item_id, first_number, last_number, delivery_note, state,
                centre_id, station_id, next_number, sold_count, damaged_count, voided_count)
            VALUES ($1, $2, $3, $4, 'in_stock', $5, $6, $2, 0, 0, 0) RETURNING pack_id
            """
        ).first(
            .integer(item.id.number), .integer(numbers.lowerBound), .integer(numbers.upperBound),
            .text(note), .integer(place.centre?.number), .integer(place.station?.number)
        ) { $0.integer(0) }
        guard let id, let pack = try pack(id) else {
            preconditionFailure("RETURNING gives a row or an error")
        }
        return pack
    }

    /// Opens a pack for sale at the operator's station; its principal may count it as activated.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownStockPack`, `stockPackState`,
    /// `stockPackAlreadyOpen`.
    public func openPack(
        _ number: Int64, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let pack = try ownPack(number, of: principal)
            let state = try state(of: pack, after: .opened)
            let other = try connection.prepare(
                """
                SELECT 1 FROM stock_pack
                WHERE station_id = $1 AND item_id = $2 AND state = 'open'
                """
            ).first(.integer(pack.place.station?.number), .integer(pack.item.number)) { _ in true }
            guard other == nil else {
                throw Refusal(
                    .stockPackAlreadyOpen,
                    "another pack of this item is open here; sell it first, or close it",
                    zh: "本站已启用同类的另一包；请先售完或停用该包")
            }
            try connection.prepare(
                """
                UPDATE stock_pack SET state = $1, opened_at = ifnull(opened_at, $2)
                WHERE pack_id = $3
                """
            ).run(
                .text(state.rawValue), .integer(now.millisecondsSinceEpoch),
                .integer(pack.id.number))
            try note(.opened, pack, state: state, at: pack.place, by: principal.staff)
            return try packJSON(pack.id)
        }
    }

    /// Closes the operator's open pack, to open another or to send it back.
    public func closePack(
        _ number: Int64, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let pack = try ownPack(number, of: principal)
            try move(pack, .closed, by: principal)
            return try packJSON(pack.id)
        }
    }

    /// Notes that a centre gave a pack, with what is left of it, back to its principal.
    public func returnPack(
        _ number: Int64, reason: String, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let pack = try ownPack(number, of: principal)
            try move(pack, .givenBack, by: principal, reason: reason)
            return try packJSON(pack.id)
        }
    }

    /// Freezes a pack whose serials the operator found to be missing or in doubt.
    public func freezePack(
        _ number: Int64, reason: String, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let pack = try ownPack(number, of: principal)
            try freeze(pack, missingUntil: nil, by: principal.staff, reason: reason)
            return try packJSON(pack.id)
        }
    }

    /// - Throws: `Refusal` with `stockPackState` unless it is open.
    func freeze(
        _ pack: StockPack, missingUntil: Int64?, by staff: ID<StaffMember>, reason: String
    ) throws {
        let state = try state(of: pack, after: .gapFound)
        try connection.prepare(
            "UPDATE stock_pack SET state = $1, missing_until = $2 WHERE pack_id = $3"
        ).run(.text(state.rawValue), .integer(missingUntil), .integer(pack.id.number))
        try note(.gapFound, pack, state: state, at: pack.place, by: staff, reason: reason)
    }

    /// A step that changes nothing but the pack's state.
    private func move(
        _ pack: StockPack, _ event: StockPackEvent, by principal: Principal, reason: String = ""
    ) throws {
        let state = try state(of: pack, after: event)
        try connection.prepare("UPDATE stock_pack SET state = $1 WHERE pack_id = $2")
            .run(.text(state.rawValue), .integer(pack.id.number))
        try note(event, pack, state: state, at: pack.place, by: principal.staff, reason: reason)
    }

    /// The pack as the bytes of a JSON object.
    func packJSON(_ id: ID<StockPack>) throws -> [UInt8] {
        var writer = JSONWriter()
        try StockReader(connection).encode(pack: id.number, to: &writer)
        return writer.bytes
    }

    // MARK: - Places

    static let belongsToNoPlace = Refusal(
        .notPermitted, "you belong to no station and no centre; ask the administrator",
        zh: "您不属于任何站点或中心；请联系管理员")

    static let unknownPack = Refusal(
        .unknownStockPack, "there is no such pack at your place; see GET /v1/stock",
        zh: "您处没有此包；请查看库存")

    /// Where a person handles stock: an operator at the station of its shift.
    func place(of principal: Principal) throws -> StockPlace {
        if principal.role == .operator {
            return .station(try shifts.shift(of: principal, connection).station)
        }
        guard let centre = principal.centre else { throw Self.belongsToNoPlace }
        return .centre(centre)
    }

    /// A pack at the caller's place.
    ///
    /// - Throws: `Refusal` with `notSignedOn` or `unknownStockPack`.
    func ownPack(_ number: Int64, of principal: Principal) throws -> StockPack {
        let place = try place(of: principal)
        guard let pack = try pack(number), pack.place == place else { throw Self.unknownPack }
        return pack
    }
}
