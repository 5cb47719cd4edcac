import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

extension AgencySession {
    /// Pays all items of a basket, or none of them, once for each key.
    ///
    /// The items share one receipt number. Refusals: `notSignedOn`; what an item by itself would be
    /// refused for, with the item's place in the field; `tenderTooSmall`.
    public func payBasket(
        _ request: BasketRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let basket = OpenBasket(
                serial: try upcomingSerial(),
                receiptNumber: try receiptCounters.next(
                    shift.station, on: try journal.currentDate(), connection))
            let paid = try request.items.enumerated().map { index, item in
                try pay(item, at: index, shift: shift, basket: basket)
            }
            let totalFen = paid.reduce(0) { $0 + $1.receipt.totalFen }
            guard request.tenderedFen >= totalFen else { throw Self.tooSmall(totalFen) }
            try insert(basket, of: paid.map(\.receipt), request, shift: shift, totalFen)
            let progress = try settleIfComplete(basket.serial)
            return json(request, paid, basket, progress)
        }
    }

    /// Settles an open basket once none of its items waits.
    ///
    /// Whoever learns a partner's answer about an item calls it after ``finishItem(_:as:)``.
    /// - Returns: where the basket stands.
    @discardableResult
    func settleIfComplete(_ serial: Int64) throws -> BasketProgress {
        let items = try connection.prepare(
            """
            SELECT i.state, x.amount_fen + x.fee_fen FROM basket_item i
            JOIN service_transaction x ON x.serial = i.serial
            WHERE i.basket_serial = $1 ORDER BY i.position
            """
        ).all(.integer(serial)) { row in
            guard let state = BasketProgress.ItemState(rawValue: row.text(0)) else {
                throw row.damage(0, expected: "a state")
            }
            return (state: state, totalFen: row.integer(1))
        }
        let progress = BasketProgress(items: items)
        switch progress.state {
        case .open: break
        case .settled:
            try connection.prepare(
                """
                UPDATE basket SET state = 'settled', returned_fen = $1
                WHERE basket_serial = $2 AND state = 'open'
                """
            ).run(.integer(progress.returnedFen), .integer(serial))
        }
        return progress
    }

    /// Keeps what a partner's answer made of a waiting item.
    func finishItem(_ serial: Int64, as status: TransactionStatus) throws {
        let state = BasketProgress.ItemState(status)
        guard state != .waiting else { return }
        try connection.prepare(
            "UPDATE basket_item SET state = $1 WHERE serial = $2 AND state = 'waiting'"
        ).run(.text(state.rawValue), .integer(serial))
    }

    // MARK: - Steps

    /// One item that was posted, and its tickets if it is some.
    private struct PaidItem {
        let receipt: Receipt
        var tickets: SoldTickets?
    }

    private func pay(
        _ item: BasketRequest.Item, at index: Int, shift: Shift, basket: OpenBasket
    ) throws -> PaidItem {
        do {
            switch item {
            case .bill(let request):
                return PaidItem(
                    receipt: try collect(request, shift: shift, basket: basket), tickets: nil)
            case .tickets(let request):
                let sold = try sellTickets(request, shift: shift, basket: basket)
                return PaidItem(receipt: sold.receipt, tickets: sold)
            }
        } catch let refusal as Refusal {
            throw refusal.ofItem(index)
        }
    }

    private func insert(
        _ basket: OpenBasket, of receipts: [Receipt], _ request: BasketRequest, shift: Shift,
        _ totalFen: Int64
    ) throws {
        try connection.prepare(
            """
            INSERT INTO basket (basket_serial, shift_id, receipt_number, item_count, total_fen,
                tendered_fen, state)
            VALUES ($1, $2, $3, $4, $5, $6, 'open')
            """
        ).run(
            .integer(basket.serial), .integer(shift.id.number), .integer(basket.receiptNumber),
            .integer(Int64(receipts.count)), .integer(totalFen), .integer(request.tenderedFen))
        for (position, receipt) in receipts.enumerated() {
            try connection.prepare(
                """
                INSERT INTO basket_item (basket_serial, position, serial, state)
                VALUES ($1, $2, $3, $4)
                """
            ).run(
                .integer(basket.serial), .integer(Int64(position)), .integer(receipt.serial),
                .text(BasketProgress.ItemState(receipt.status).rawValue))
        }
    }

    private func json(
        _ request: BasketRequest, _ paid: [PaidItem], _ basket: OpenBasket,
        _ progress: BasketProgress
    ) -> [UInt8] {
        let totalFen = paid.reduce(0) { $0 + $1.receipt.totalFen }
        var writer = JSONWriter(reservedBytes: 1_024 * paid.count)
        writer.beginObject()
        writer.field("basket_serial", Receipt.serialText(basket.serial))
        writer.field("receipt_number", paid.first?.receipt.number.text ?? "")
        writer.field("state", progress.state.rawValue)
        writer.field("total_fen", totalFen)
        writer.field("tendered_fen", request.tenderedFen)
        writer.field("change_fen", request.tenderedFen - totalFen)
        writer.field("returned_fen", progress.returnedFen)
        writer.key("items")
        writer.beginArray()
        for (item, place) in zip(paid, progress.items) {
            writer.beginObject()
            writer.field("state", place.state.rawValue)
            if let tickets = item.tickets {
                tickets.encodeMembers(to: &writer, zone: profile.zone)
            } else {
                writer.key("receipt")
                item.receipt.encode(to: &writer, zone: profile.zone)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func tooSmall(_ totalFen: Int64) -> Refusal {
        Refusal(
            .tenderTooSmall,
            "the basket costs \(totalFen) fen and less was handed over; nothing was booked: take "
                + "the rest, or leave an item out",
            zh: "购物篮合计 \(totalFen) 分，收款不足；未入账：请补足现金或减少项目",
            field: "/tendered_fen")
    }
}

extension Refusal {
    /// The same refusal, of one item of a basket.
    fileprivate func ofItem(_ index: Int) -> Refusal {
        Refusal(
            code, "item \(index + 1) of the basket: \(detail); nothing of it was booked",
            zh: "购物篮第 \(index + 1) 项：\(chineseDetail)；整个购物篮均未入账",
            field: "/items/\(index)" + (field ?? ""))
    }
}
