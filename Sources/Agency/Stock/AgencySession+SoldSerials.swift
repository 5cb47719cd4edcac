import Ledger
import SQL

/// A serial of a sale.
struct SoldSerial {
    let item: StockItem
    let number: Int64
    let pack: ID<StockPack>
    let state: StockSerialState
    let staff: ID<StaffMember>
    /// Whether its network is being asked never to activate it.
    let isCancelling: Bool
}

extension AgencySession {
    func soldSerials(ofSale serial: Int64) throws -> [SoldSerial] {
        try connection.prepare(
            """
            SELECT item_id, number, pack_id, state, staff_id, is_cancelling FROM stock_serial
            WHERE serial = $1 ORDER BY number
            """
        ).all(.integer(serial)) { row in
            guard let state = StockSerialState(rawValue: row.text(3)) else {
                throw row.damage(3, expected: "a state")
            }
            return SoldSerial(
                item: stockItems.item(ID(row.integer(0))), number: row.integer(1),
                pack: ID(row.integer(2)), state: state, staff: ID(row.integer(4)),
                isCancelling: row.integer(5) != 0)
        }
    }

    /// Notes that a sale of serials was taken back; the papers are kept and never sold again.
    ///
    /// - Throws: `Refusal` with `stockNotReturnable` for cards and for tickets with a paid prize.
    func takeBackStock(ofSale serial: Int64, by staff: ID<StaffMember>, reason: String) throws {
        for sold in try soldSerials(ofSale: serial) {
            let isPaid =
                try connection.prepare(
                    """
                    SELECT 1 FROM prize_payment
                    WHERE item_id = $1 AND number = $2 AND is_released = 0
                    """
                ).first(.integer(sold.item.id.number), .integer(sold.number)) { _ in true }
            guard sold.state == .sold, isPaid == nil else {
                throw Refusal(
                    .stockNotReturnable,
                    "a card that is being activated, or a ticket whose prize was paid, is not "
                        + "taken back; call the centre",
                    zh: "已进入激活的卡或已兑奖的票不能退；请联系中心")
            }
            try move(
                sold.number, of: sold.item, in: sold.pack, from: sold.state, .saleTakenBack,
                by: staff, reason: reason)
        }
    }
}
