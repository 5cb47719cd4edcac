import Ledger
import SQL

extension AgencySession {
    /// Notes that the operator's open pack has one serial that cannot be sold.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownStockPack`, `stockPackState`,
    /// `stockSerialInvalid`, `stockSerialTaken`.
    public func spoilSerial(
        _ serial: String, asDamaged isDamaged: Bool, reason: String, pack number: Int64,
        claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let pack = try ownPack(number, of: principal)
            // Only an open pack is in the operator's hands one by one.
            _ = try state(of: pack, after: .lastTaken)
            let item = stockItems.item(pack.item)
            guard pack.state == .open else { throw Self.packIsFrozen(item) }
            let left = try numberLeft(serial, of: item, in: pack, field: "/serial")
            try spoil(
                [left], isDamaged ? .damaged : .spoilt, of: pack, by: principal, reason: reason)
            return try packJSON(pack.id)
        }
    }

    /// The number of a serial that is left in a pack.
    ///
    /// - Throws: `Refusal` with `stockSerialInvalid` or `stockSerialTaken`.
    func numberLeft(
        _ serial: String, of item: StockItem, in pack: StockPack, field: String
    ) throws -> Int64 {
        let number = try item.number(serial, field: field)
        guard (pack.first...pack.last).contains(number) else {
            throw Refusal(
                .stockSerialInvalid, "this serial is not of this pack; see its first and last one",
                zh: "该号码不在此包号段内；请核对起止号", field: field)
        }
        try checkIsLeft(number, of: item, field: field)
        return number
    }

    /// - Throws: `Refusal` with `stockSerialTaken`.
    func checkIsLeft(_ number: Int64, of item: StockItem, field: String) throws {
        let state = try state(of: number, item)
        guard state == .left else {
            throw Refusal(
                .stockSerialTaken,
                "\(item.format.text(number)) is \(state.rawValue) already; keep the paper and "
                    + "call the centre",
                zh: "\(item.format.text(number)) 已登记为“\(state.chinese)”；请保留实物并联系中心",
                field: field)
        }
    }

    /// Notes that serials left in a pack cannot be sold.
    func spoil(
        _ numbers: [Int64], _ event: StockSerialState.Event, of pack: StockPack,
        by principal: Principal, reason: String
    ) throws {
        // Several may be told of, and each changes the pack.
        guard let current = try self.pack(pack.id.number) else { throw Self.unknownPack }
        try take(numbers, event, of: current, by: principal.staff, reason: reason)
    }

    /// Notes what became of serials that are left in a pack, and what that leaves of it.
    func take(
        _ numbers: [Int64], _ event: StockSerialState.Event, of pack: StockPack,
        sale: Int64? = nil, by staff: ID<StaffMember>, reason: String = ""
    ) throws {
        guard let state = StockSerialState.left.after(event) else {
            preconditionFailure("\(event) does not happen to a serial that is left")
        }
        let insert = try connection.prepare(
            """
            INSERT INTO stock_serial (item_id, number, pack_id, state, serial, staff_id,
                recorded_at, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """)
        for number in numbers {
            try insert.run(
                .integer(pack.item.number), .integer(number), .integer(pack.id.number),
                .text(state.rawValue), .integer(sale), .integer(staff.number),
                .integer(now.millisecondsSinceEpoch), .text(reason))
        }
        let count = Int64(numbers.count)
        let isLast = pack.leftCount == count
        let next = try nextNumber(of: pack, without: Set(numbers))
        let packState = isLast ? try self.state(of: pack, after: .lastTaken) : pack.state
        try connection.prepare(
            """
            UPDATE stock_pack SET next_number = $1, sold_count = sold_count + $2,
                damaged_count = damaged_count + $3, voided_count = voided_count + $4, state = $5,
                missing_until = CASE WHEN $5 = 'frozen' THEN missing_until END
            WHERE pack_id = $6
            """
        ).run(
            .integer(next), .integer(state.count == .sold ? count : 0),
            .integer(state.count == .damaged ? count : 0),
            .integer(state.count == .voided ? count : 0), .text(packState.rawValue),
            .integer(pack.id.number))
        if isLast { try note(.lastTaken, pack, state: packState, at: pack.place, by: staff) }
    }

    private func nextNumber(of pack: StockPack, without taken: Set<Int64>) throws -> Int64 {
        guard taken.contains(pack.next) else { return pack.next }
        return try numbersLeft(in: pack, atMost: 1).first ?? pack.last + 1
    }

    /// Moves a serial that was sold or used on, and with it the counts of its pack.
    func move(
        _ number: Int64, of item: StockItem, in pack: ID<StockPack>, from: StockSerialState,
        _ event: StockSerialState.Event, by staff: ID<StaffMember>, reason: String
    ) throws {
        guard let state = from.after(event) else {
            preconditionFailure("\(event) does not happen to a serial that is \(from.rawValue)")
        }
        try connection.prepare(
            """
            UPDATE stock_serial SET state = $1, staff_id = $2, recorded_at = $3, reason = $4,
                is_cancelling = 0
            WHERE item_id = $5 AND number = $6
            """
        ).run(
            .text(state.rawValue), .integer(staff.number), .integer(now.millisecondsSinceEpoch),
            .text(reason), .integer(item.id.number), .integer(number))
        guard from.count == .sold, state.count == .voided else { return }
        try connection.prepare(
            """
            UPDATE stock_pack SET sold_count = sold_count - 1, voided_count = voided_count + 1
            WHERE pack_id = $1
            """
        ).run(.integer(pack.number))
    }
}

extension StockSerialState {
    /// The state as an operator reads it.
    var chinese: String {
        switch self {
        case .left: "未售"
        case .sold: "已售"
        case .activationDue: "已售待激活"
        case .active: "已激活"
        case .failed: "激活失败"
        case .returned: "已退款"
        case .used: "已使用"
        case .damaged: "损坏"
        case .voided: "作废"
        }
    }
}
