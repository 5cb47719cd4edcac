import CivilTime
import Ledger
import Printing
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

extension AgencySession {
    /// Sells the next serials of the station's open pack, once for each key.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownProduct`, `wrongProductKind`,
    /// `unknownStockItem`, `noContract`, `amountMismatch`, `amountNotAllowed`, `feeNotInTariff`,
    /// `identityNotChecked`, `stockPackFrozen`, `noOpenStockPack`; for each serial
    /// `stockSerialInvalid` and `stockSerialTaken`; for a pack of the station that is not the open
    /// one `stockPackFrozen` or `noOpenStockPack`, for any other `stockSerialInvalid`; then
    /// `stockPackTooSmall`, and `stockPackFrozen` for a gap.
    ///
    /// A gap refuses the sale and freezes the pack: what a refusal undoes is the sale, and the
    /// freezing is written after that, in the same command.
    ///
    /// A card whose network cannot be reached is `partnerUnavailable`, which uses up no key.
    ///
    /// - Parameters:
    ///   - passing: refusals that are told and not kept; a gap freezes the pack all the same.
    ///   - reaching: whether a network can be asked, by its partner's code.
    /// - Returns: the outcome, and the sale's serial number unless it was known or refused.
    public func sellStock(
        _ request: StockSaleRequest, claim: IdempotencyClaim, by principal: Principal,
        passing: Set<RefusalCode> = [], reaching: (String) -> Bool = { _ in true }
    ) throws -> (outcome: CommandOutcome, sale: Int64?) {
        var gap: StockGap?
        var sold: Int64?
        let outcome = try once(claim, passing: passing.union([.partnerUnavailable])) {
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
        guard basket == nil || !item.isTiedToBuyer else { throw Self.sellCardAlone(item) }
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
                zh: "面值合计 \(YuanText.plain(dueFen)) 元；请按面值收款", field: "/amount_fen")
        }
        try contract.check(amountFen: request.amountFen)
        try contract.check(feeFen: request.serviceFeeFen, tariffFen: contract.serviceFeeFen)
        guard item.isTiedToBuyer else { return }
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
            .text(buyer.document.lastFour), .text(buyer.document.digest(key: cardKey)))
    }
}
