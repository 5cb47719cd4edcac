import Cryptography
import Ledger
import SQL
import StrictJSON

/// SHA-256 over a return of cash for a card that was not activated, for its idempotency key.
public func stockPayBackFingerprint(sale: Int64) -> SHA256Digest {
    fingerprintOf("stock_pay_back", "", "\(sale)", 0)
}

extension AgencySession {
    /// Cards that their network has not answered for, in order of their sale.
    ///
    /// Each with what the network is asked next, which may have heard of it before.
    /// - Parameter sale: those of one sale only.
    func dueActivations(ofSale sale: Int64? = nil) throws -> [StockActivation] {
        try connection.prepare(
            """
            SELECT u.serial, u.item_id, u.number, b.phone_number, x.amount_fen, d.code, r.code,
                u.is_cancelling
            FROM stock_serial u
            JOIN stock_buyer b ON b.item_id = u.item_id AND b.number = u.number
            JOIN service_transaction x ON x.serial = u.serial
            JOIN product d ON d.product_id = x.product_id
            JOIN partner r ON r.partner_id = d.partner_id
            WHERE u.state = 'activation_due' AND ($1 IS NULL OR u.serial = $1) ORDER BY u.serial
            """
        ).all(.integer(sale)) { row in
            StockActivation(
                sale: row.integer(0),
                serial: stockItems.item(ID(row.integer(1))).format.text(row.integer(2)),
                phoneNumber: row.text(3), amountFen: row.integer(4), productCode: row.text(5),
                partnerCode: row.text(6), question: row.integer(7) == 0 ? .query : .cancel)
        }
    }

    /// What the key of a sale is told now: the sale as it stands, not as it was sold.
    ///
    /// It is not settled while the network is asked, or cash waits for the customer. A refusal is
    /// told as it was.
    func asItStands(_ known: CommandOutcome) throws -> PaymentOutcome {
        guard case .done(let kept) = known else {
            return PaymentOutcome(outcome: known, isSettled: true)
        }
        var object = try JSONObjectDecoder(StrictJSONParser.parse(kept))
        guard let sale = Int64(try object.string("serial", lengthIn: 1...19)) else {
            throw BookError.damaged(table: "idempotency_key", field: "answer")
        }
        return try stockSaleAsItStands(sale)
    }

    /// A sale as it stands, and whether it is settled.
    func stockSaleAsItStands(_ sale: Int64) throws -> PaymentOutcome {
        guard let answer = try StockReader(connection).sale(serial: sale, zone: profile.zone)
        else { throw BookError.damaged(table: "service_transaction", field: "serial") }
        let isSettled = try soldSerials(ofSale: sale).allSatisfy { sold in
            switch sold.state {
            case .activationDue, .failed: false
            case .left, .sold, .active, .returned, .used, .damaged, .voided: true
            }
        }
        return PaymentOutcome(outcome: .done(answer), isSettled: isSettled)
    }

    /// Records what the network said of the card of a sale; a later answer changes nothing.
    ///
    /// A card that was not activated gives everything back, the fee too: at once while its shift
    /// is open and its till has the cash, else when the customer comes for it.
    func recordActivation(_ answer: StockActivationAnswer, ofSale sale: Int64) throws {
        for card in try soldSerials(ofSale: sale) where card.state == .activationDue {
            switch answer {
            case .noAnswer: continue
            case .notFound: try setCancelling(true, of: card)
            case .notCancelled: try setCancelling(false, of: card)
            // Older than the cancellation, which is under way.
            case .activated where card.isCancelling: continue
            case .activated:
                try move(
                    card.number, of: card.item, in: card.pack, from: .activationDue, .activated,
                    by: card.staff, reason: "")
            case .refused:
                try move(
                    card.number, of: card.item, in: card.pack, from: .activationDue,
                    .activationFailed, by: card.staff, reason: "the network refused it")
                try payBackAtOnce(card, sale: sale)
            }
        }
    }

    /// Notes what the network is asked from now on, also by the next process.
    private func setCancelling(_ isCancelling: Bool, of card: SoldSerial) throws {
        guard card.isCancelling != isCancelling else { return }
        try connection.prepare(
            "UPDATE stock_serial SET is_cancelling = $1 WHERE item_id = $2 AND number = $3"
        ).run(
            .integer(isCancelling ? 1 : 0), .integer(card.item.id.number), .integer(card.number))
    }

    private func payBackAtOnce(_ card: SoldSerial, sale: Int64) throws {
        let shift = try connection.prepare(
            """
            SELECT h.shift_id FROM service_transaction x JOIN shift h ON h.shift_id = x.shift_id
            WHERE x.serial = $1 AND h.state = 'open'
            """
        ).first(.integer(sale)) { ID<Shift>($0.integer(0)) }
        guard let shift, let shift = try ShiftReader(connection).shift(shift) else { return }
        do {
            _ = try journal.together { try payBack(card, sale: sale, in: shift) }
        } catch let refusal as Refusal where refusal.code == .tillShortOfCash {
            // The customer is owed it; the operator pays it back once there is cash.
        }
    }

    /// Gives the cash of a card that was not activated back, once for each key.
    ///
    /// What was given back before is answered with the same receipt. Refusals, in order:
    /// `notSignedOn`, `unknownStockSale`, `stockNotReturnable`, `tillShortOfCash`.
    public func payBackStock(
        sale: Int64, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let shift = try shifts.shift(of: principal, connection)
            guard try ReceiptReader(connection).isVisible(serial: sale, to: principal),
                let card = try soldSerials(ofSale: sale).first
            else { throw Self.unknownStockSale }
            switch card.state {
            case .returned:
                guard let receipt = try payBackReceipt(ofSale: sale) else {
                    throw BookError.damaged(table: "stock_serial", field: "state")
                }
                return receipt.json(zone: profile.zone)
            case .failed: return try payBack(card, sale: sale, in: shift).json(zone: profile.zone)
            case .left, .sold, .activationDue, .active, .used, .damaged, .voided:
                throw Refusal(
                    .stockNotReturnable,
                    "the card is \(card.state.rawValue): only a card that could not be activated "
                        + "is paid back here",
                    zh: "该卡状态为“\(card.state.chinese)”；只有激活失败的卡可在此退款")
            }
        }
    }

    static let unknownStockSale = Refusal(
        .unknownStockSale, "there is no such sale of numbered stock that you may see",
        zh: "没有您可查看的此笔单证销售；请核对流水号")

    private func payBackReceipt(ofSale sale: Int64) throws -> Receipt? {
        let serial = try connection.prepare(
            "SELECT serial FROM service_transaction WHERE original_serial = $1"
        ).first(.integer(sale)) { $0.integer(0) }
        return try serial.flatMap { try ReceiptReader(connection).receipt(serial: $0) }
    }

    /// Takes a sale back in a shift: cash, fee and commission return in a linked transaction.
    private func payBack(_ card: SoldSerial, sale: Int64, in shift: Shift) throws -> Receipt {
        guard let original = try postedTransaction(sale) else {
            throw BookError.damaged(table: "stock_serial", field: "serial")
        }
        let isToday = original.date == (try journal.currentDate())
        let receipt = try postCorrection(
            of: original, isToday ? .void : .refund, part: .whole(of: original), shift: shift)
        try move(
            card.number, of: card.item, in: card.pack, from: .failed, .cashReturned,
            by: shift.staff, reason: "the cash was given back")
        return receipt
    }
}
