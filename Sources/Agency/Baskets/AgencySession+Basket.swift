import CivilTime
import Ledger
import Printing
import SQL

extension AgencySession {
    /// Pays the items of a basket that ask no partner, all or none, and begins the others' calls.
    ///
    /// The items share one receipt number. Refusals: `notSignedOn`; what an item by itself would be
    /// refused for, with the item's place in the field; `tenderTooSmall`. After a refusal nobody is
    /// asked. A gap in numbered stock also freezes its pack, as in ``sellStock(_:claim:by:)``.
    func startBasket(
        _ request: BasketRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> PartnerStart {
        var gap: StockGap?
        let start = try startOnce(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let basket = OpenBasket(
                serial: try upcomingSerial(),
                receiptNumber: try receiptCounters.next(
                    shift.station, on: try journal.currentDate(), connection))
            let items = try request.items.enumerated().map { index, item in
                do {
                    return try put(item, shift: shift, into: basket)
                } catch let refusal as Refusal {
                    throw refusal.ofItem(index)
                } catch let found as StockGap {
                    gap = found
                    throw Self.packIsFrozen(found.item).ofItem(index)
                }
            }
            let totalFen = items.reduce(0) { $0 + $1.totalFen }
            guard request.tenderedFen >= totalFen else { throw Self.tooSmall(totalFen) }
            try insert(basket, of: items, request, claim, shift: shift, totalFen)
            let calls = items.compactMap(\.call)
            guard calls.isEmpty else { return .asking(calls) }
            try settleIfComplete(basket.serial)
            return .done(try basketJSON(basket.serial))
        }
        if let gap { try freeze(gap) }
        return start
    }

    // MARK: - Steps

    /// An item in its basket: posted, or with a partner to be asked.
    private struct PutItem {
        let serial: Int64
        let totalFen: Int64
        var call: StartedPartnerCall?

        init(_ receipt: Receipt) {
            serial = receipt.serial
            totalFen = receipt.totalFen
        }

        init(_ call: StartedPartnerCall, totalFen: Int64) {
            serial = call.serial
            self.totalFen = totalFen
            self.call = call
        }
    }

    private func put(
        _ item: BasketRequest.Item, shift: Shift, into basket: OpenBasket
    ) throws -> PutItem {
        switch item {
        case .bill(let request):
            var order = try billOrder(request, shift: shift)
            order.transaction.basket = basket.place
            guard order.isOnline else { return PutItem(try post(order)) }
            return PutItem(try begin(order, claim: nil), totalFen: order.transaction.cashFen)
        case .tickets(let request):
            let sale = try sale(of: request, shift: shift, basket: basket)
            guard sale.isIssuedByPrincipal else { return PutItem(try issueNow(sale).receipt) }
            return PutItem(try begin(sale, claim: nil), totalFen: sale.transaction.cashFen)
        case .stock(let request):
            return PutItem(try sell(request, shift: shift, basket: basket).receipt)
        }
    }

    private func insert(
        _ basket: OpenBasket, of items: [PutItem], _ request: BasketRequest,
        _ claim: IdempotencyClaim, shift: Shift, _ totalFen: Int64
    ) throws {
        try connection.prepare(
            """
            INSERT INTO basket (basket_serial, shift_id, receipt_number, item_count, total_fen,
                tendered_fen, state, key, credential)
            VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8)
            """
        ).run(
            .integer(basket.serial), .integer(shift.id.number), .integer(basket.receiptNumber),
            .integer(Int64(items.count)), .integer(totalFen), .integer(request.tenderedFen),
            .text(claim.key), .integer(claim.credential))
        for (position, item) in items.enumerated() {
            let state: BasketProgress.ItemState = item.call == nil ? .posted : .waiting
            try connection.prepare(
                """
                INSERT INTO basket_item (basket_serial, position, serial, state)
                VALUES ($1, $2, $3, $4)
                """
            ).run(
                .integer(basket.serial), .integer(Int64(position)), .integer(item.serial),
                .text(state.rawValue))
        }
    }

    private static func tooSmall(_ totalFen: Int64) -> Refusal {
        Refusal(
            .tenderTooSmall,
            "the basket costs \(totalFen) fen and less was handed over; nothing was booked: take "
                + "the rest, or leave an item out",
            zh: "购物篮合计 \(YuanText.plain(totalFen)) 元，收款不足；未入账：请补足现金或减少项目",
            field: "/tendered_fen")
    }
}

extension Refusal {
    /// The same refusal, of one item of a basket.
    func ofItem(_ index: Int) -> Refusal {
        Refusal(
            code, "item \(index + 1) of the basket: \(detail); no other item was booked either",
            zh: "购物篮第 \(index + 1) 项：\(chineseDetail)；其他各项也未入账",
            field: "/items/\(index)" + (field ?? ""))
    }
}
