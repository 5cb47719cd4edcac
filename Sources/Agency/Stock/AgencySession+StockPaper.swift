import Cryptography
import Ledger
import SQL
import StrictJSON

/// SHA-256 over a use of numbered paper, for its idempotency key.
public func stockPaperFingerprint(
    _ step: String, itemCode: String, _ detail: String
) -> SHA256Digest {
    fingerprintOf("stock_paper_" + step, itemCode, detail, 0)
}

extension AgencySession {
    /// Takes the next papers of the station's open pack, to be printed on.
    ///
    /// - Parameter sale: the serial number of the sale whose tickets they become.
    /// - Returns: their serials, in order.
    /// - Throws: `Refusal` with `stockPackFrozen`, `noOpenStockPack`, `stockPackTooSmall`.
    func takePaper(
        _ item: StockItem, count: Int64, shift: Shift, sale: Int64? = nil, reason: String = ""
    ) throws -> [String] {
        let (pack, numbers) = try nextPapers(of: item, count: count, at: shift.station)
        try take(numbers, .used, of: pack, sale: sale, by: shift.staff, reason: reason)
        return numbers.map { item.format.text($0) }
    }

    /// The next papers of a station's open pack, which stay there.
    ///
    /// - Throws: `Refusal` as ``takePaper(_:count:shift:sale:reason:)``.
    func nextPapers(
        of item: StockItem, count: Int64, at station: ID<Station>
    ) throws -> (pack: StockPack, numbers: [Int64]) {
        let pack = try openPack(of: item, at: station)
        let numbers = try numbersLeft(in: pack, atMost: count)
        guard Int64(numbers.count) == count else {
            throw Refusal(
                .stockPackTooSmall,
                "only \(numbers.count) papers are left in the open pack; open the next pack first",
                zh: "已启用的包只剩 \(numbers.count) 张；请先启用下一包", field: "/count")
        }
        return (pack, numbers)
    }

    /// Takes forms for what is written by hand, once for each key.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownStockItem`, then those of `takePaper`.
    public func takeForms(
        itemCode: String, count: Int64, purpose: String, claim: IdempotencyClaim,
        by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let item = try paperItem(itemCode)
            let serials = try takePaper(item, count: count, shift: shift, reason: purpose)
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("item_id", item.code)
            writer.key("papers")
            writer.beginArray()
            for serial in serials {
                writer.beginObject()
                writer.field("paper_serial", serial)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
            return writer.bytes
        }
    }

    /// Voids a paper that was spoilt while printing and takes the next one in its place.
    ///
    /// The spoilt paper is kept. Refusals, in order: `notSignedOn`, `unknownStockItem`,
    /// `stockSerialInvalid`, `stockSerialTaken`, then those of `takePaper`.
    public func replacePaper(
        itemCode: String, serial: String, reason: String, claim: IdempotencyClaim,
        by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let item = try paperItem(itemCode)
            let number = try item.number(serial)
            let used = try connection.prepare(
                """
                SELECT u.pack_id, u.serial FROM stock_serial u
                JOIN stock_pack p ON p.pack_id = u.pack_id
                WHERE u.item_id = $1 AND u.number = $2 AND u.state = 'used' AND p.station_id = $3
                """
            ).first(
                .integer(item.id.number), .integer(number), .integer(shift.station.number)
            ) { (pack: ID<StockPack>($0.integer(0)), sale: $0.optionalInteger(1)) }
            guard let used else {
                throw Refusal(
                    .stockSerialTaken,
                    "no paper of this serial was used here; enter the serial of the spoilt paper",
                    zh: "本站没有使用过此号码的票纸；请录入废票的号码", field: "/serial")
            }
            try move(
                number, of: item, in: used.pack, from: .used, .spoilt, by: shift.staff,
                reason: reason)
            let next = try takePaper(item, count: 1, shift: shift, sale: used.sale)
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("item_id", item.code)
            writer.field("voided_serial", serial)
            writer.field("paper_serial", next.joined())
            writer.endObject()
            return writer.bytes
        }
    }

    /// - Throws: `Refusal` with `unknownStockItem`.
    private func paperItem(_ code: String) throws -> StockItem {
        let item = try stockItems.item(code)
        guard item.product == nil else {
            throw Refusal(
                .unknownStockItem, "\(code) is sold and not printed on; name a paper",
                zh: "\(code) 是待售单证，不是票纸；请选择票纸", field: "/item_id")
        }
        return item
    }
}
