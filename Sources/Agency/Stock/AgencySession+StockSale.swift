import CivilTime
import Ledger
import SQL
import StrictJSON

/// Serials that were sold, with their receipt.
struct StockSale {
    let receipt: Receipt
    let item: StockItem
    let partner: Partner
    let numbers: [Int64]
    let state: StockSerialState

    /// Writes the sale as a JSON object.
    func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        writer.field("serial", Receipt.serialText(receipt.serial))
        writer.key("receipt")
        receipt.encode(to: &writer, zone: zone)
        writer.key("serials")
        writer.beginArray()
        for number in numbers {
            writer.beginObject()
            writer.field("serial_number", item.format.text(number))
            writer.field("state", state.rawValue)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

/// Another serial than the next one was about to be sold: those between are missing.
struct StockGap: Error {
    let pack: StockPack
    let found: Int64
    let item: StockItem
    let staff: ID<StaffMember>
}

extension AgencySession {
    /// Sells the next serials of the station's open pack, once for each key.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownProduct`, `wrongProductKind`,
    /// `unknownStockItem`, `noContract`, `amountMismatch`, `amountNotAllowed`, `feeNotInTariff`,
    /// `identityNotChecked`, `stockPackFrozen`, `noOpenStockPack`, `stockPackTooSmall`,
    /// `stockSerialInvalid`, `stockSerialTaken`, and `stockPackFrozen` again for a gap.
    ///
    /// A gap refuses the sale and freezes the pack: what a refusal undoes is the sale, and the
    /// freezing is written after that, in the same command.
    ///
    /// A card whose network cannot be reached is `partnerUnavailable`, which uses up no key.
    ///
    /// - Parameter reaching: whether a network can be asked, by its partner's code.
    /// - Returns: the outcome, and the sale's serial number unless it was known or refused.
    public func sellStock(
        _ request: StockSaleRequest, claim: IdempotencyClaim, by principal: Principal,
        reaching: (String) -> Bool = { _ in true }
    ) throws -> (outcome: CommandOutcome, sale: Int64?) {
        var gap: StockGap?
        var sold: Int64?
        let outcome = try once(claim, passing: [.partnerUnavailable]) {
            let shift = try shifts.shift(of: principal, connection)
            do {
                let sale = try sell(request, shift: shift)
                let partner = sale.item.activation == .each ? sale.partner : nil
                guard partner.map({ reaching($0.code) }) ?? true else {
                    throw Self.networkUnavailable(sale.partner)
                }
                sold = sale.receipt.serial
                var writer = JSONWriter()
                sale.encode(to: &writer, zone: profile.zone)
                return writer.bytes
            } catch let found as StockGap {
                gap = found
                throw Self.packIsFrozen(found.item)
            }
        }
        if let gap { try freeze(gap) }
        return (outcome, sold)
    }

    /// Freezes the pack of a gap, in the command that refused the sale and undid it.
    func freeze(_ gap: StockGap) throws {
        let due = gap.item.format.text(gap.pack.next)
        try freeze(
            gap.pack, missingUntil: gap.found, by: gap.staff,
            reason: "\(gap.item.format.text(gap.found)) came where \(due) was due")
    }

    /// Sells serials in a shift: cash in, business row, entry, receipt and what became of them.
    ///
    /// - Parameter basket: the basket that it is an item of, or nothing.
    /// - Throws: `Refusal`, with `sellAlone` for cards in a basket; `StockGap`.
    func sell(
        _ request: StockSaleRequest, shift: Shift, basket: OpenBasket? = nil
    ) throws -> StockSale {
        let product = try catalogue.product(request.productCode, .stock)
        let item = try stockItems.item(of: product)
        guard basket == nil || item.isSoldToAnyone else { throw Self.sellCardAlone(item) }
        let contract = try catalogue.contract(for: product, on: try journal.currentDate())
        try check(request, item: item, contract: contract)
        let pack = try openPack(of: item, at: shift.station)
        let numbers = try numbers(of: request, item: item, pack: pack, by: shift.staff)
        let receipt = try post(
            NewTransaction(
                kind: .stockSale, product: product, contract: contract, shift: shift,
                accountReference: Self.reference(numbers, of: item),
                amountFen: request.amountFen, feeFen: contract.serviceFeeFen,
                commissionFen: contract.commission.commissionFen(on: request.amountFen),
                basket: basket?.place))
        let state: StockSerialState
        switch item.activation {
        case .none, .pack:
            state = .sold
            try take(numbers, .sold, of: pack, sale: receipt.serial, by: shift.staff)
        case .each:
            state = .activationDue
            try take(numbers, .soldForActivation, of: pack, sale: receipt.serial, by: shift.staff)
        }
        if let buyer = request.buyer, let number = numbers.first {
            try keep(buyer, of: number, item)
        }
        return StockSale(
            receipt: receipt, item: item, partner: product.partner, numbers: numbers, state: state)
    }

    private static func networkUnavailable(_ partner: Partner) -> Refusal {
        Refusal(
            .partnerUnavailable,
            "\(partner.name) cannot be reached, and the card could not be activated; take no "
                + "money and sell it later",
            zh: "无法连接\(partner.name)，卡无法激活；请勿收款，稍后再售")
    }

    private static func sellCardAlone(_ item: StockItem) -> Refusal {
        Refusal(
            .sellAlone,
            "\(item.code) is sold to one known person and activated; sell it by itself",
            zh: "\(item.code) 须实名销售并激活，不能合并办理；请单独销售", field: "/product_id")
    }

    /// The first serial, and how many follow it.
    private static func reference(_ numbers: [Int64], of item: StockItem) -> String {
        guard let first = numbers.first else { preconditionFailure("a sale has a serial") }
        return item.format.text(first) + (numbers.count > 1 ? "+\(numbers.count - 1)" : "")
    }

    private func check(
        _ request: StockSaleRequest, item: StockItem, contract: Contract
    ) throws {
        let dueFen = item.faceValueFen * request.count
        guard request.amountFen == dueFen else {
            throw Refusal(
                .amountMismatch, "the face values are \(dueFen) fen; take exactly that",
                zh: "面值合计 \(dueFen) 分；请按面值收款", field: "/amount_fen")
        }
        try contract.check(amountFen: request.amountFen)
        try contract.check(feeFen: request.serviceFeeFen, tariffFen: contract.serviceFeeFen)
        guard !item.isSoldToAnyone else { return }
        // Each card is tied to one person and one number.
        guard request.count == 1, let buyer = request.buyer, buyer.isIdentityChecked else {
            throw Refusal(
                .identityNotChecked,
                "sell one \(item.code) at a time, check the customer's identity card and enter "
                    + "identity and phone number",
                zh: "\(item.code) 须逐张实名销售；请核验身份证并录入证件号和手机号",
                field: "/identity_checked")
        }
    }

    /// The numbers that a request sells: the next ones of the open pack and no others.
    private func numbers(
        of request: StockSaleRequest, item: StockItem, pack: StockPack, by staff: ID<StaffMember>
    ) throws -> [Int64] {
        let next = try numbersLeft(in: pack, atMost: request.count)
        let named: [Int64]
        switch request.serials {
        case .next: named = next
        case .named(let serials):
            named = try serials.enumerated().map { index, serial in
                let field = "/serials/\(index)"
                let number = try item.number(serial, field: field)
                try checkIsLeft(number, of: item, field: field)
                guard (pack.first...pack.last).contains(number) else {
                    throw Refusal(
                        .stockSerialInvalid,
                        "\(serial) is not of the pack that is open here; sell from that pack first",
                        zh: "\(serial) 不属于本站已启用的包；请先销售该包", field: field)
                }
                return number
            }
        }
        guard Int64(next.count) == request.count else {
            throw Refusal(
                .stockPackTooSmall,
                "only \(next.count) serials are left in the open pack; sell those first, then open "
                    + "the next pack",
                zh: "已启用的包只剩 \(next.count) 张；请先售完，再启用下一包", field: "/count")
        }
        for (given, due) in zip(named, next) where given != due {
            // A serial named twice, or out of order, hides no other one.
            guard given > due, Set(named).count == named.count else {
                throw Refusal(
                    .stockSerialInvalid,
                    "name each serial once and in ascending order, as they come from the pack",
                    zh: "请按票号由小到大逐张录入，不得重复", field: "/serials")
            }
            throw StockGap(pack: pack, found: given, item: item, staff: staff)
        }
        return named
    }

    private func keep(
        _ buyer: StockSaleRequest.Buyer, of number: Int64, _ item: StockItem
    ) throws {
        try connection.prepare(
            """
            INSERT INTO stock_buyer (item_id, number, phone_number, identity_last_four,
                identity_digest)
            VALUES ($1, $2, $3, $4, $5)
            """
        ).run(
            .integer(item.id.number), .integer(number), .text(buyer.phoneNumber),
            .text(buyer.identityLastFour), .text(buyer.digest(key: cardKey)))
    }
}
