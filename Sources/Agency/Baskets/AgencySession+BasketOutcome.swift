import Ledger
import SQL
import StrictJSON

/// A basket as the book holds it.
private struct BasketRow {
    let serial: Int64
    let totalFen: Int64
    let tenderedFen: Int64
    let key: String
    let credential: Int64
}

/// An item of a basket as its answer tells of it.
private struct BasketItem {
    let receipt: Receipt
    let state: BasketProgress.ItemState
    /// Why its partner did not book it.
    let refusal: Refusal?
}

/// What became of baskets whose items wait for partners.
extension AgencySession {
    /// Keeps where an item of a basket stands, in the command that learned it.
    ///
    /// Once no item waits the basket is settled, and its key is told the whole answer.
    func followBasket(of call: PartnerCall) throws {
        guard let basket = call.basketSerial,
            let status = try PartnerCallReader(connection).call(call.serial)?.status
        else { return }
        try connection.prepare("UPDATE basket_item SET state = $1 WHERE serial = $2").run(
            .text(BasketProgress.ItemState(status).rawValue), .integer(call.serial))
        guard try settleIfComplete(basket).state == .settled else { return }
        let row = try basketRow(basket)
        try finish(key: row.key, credential: row.credential, .done(try basketJSON(basket)))
    }

    /// Keeps why an item's partner did not book it; its state follows with ``followBasket(of:)``.
    func keepRefusal(_ refusal: Refusal, ofItem serial: Int64) throws {
        try connection.prepare("UPDATE basket_item SET refusal = $1 WHERE serial = $2")
            .run(.text(String(decoding: refusal.encoded, as: UTF8.self)), .integer(serial))
    }

    /// Settles an open basket once the cash of none of its items waits.
    ///
    /// - Returns: where the basket stands.
    @discardableResult
    func settleIfComplete(_ serial: Int64) throws -> BasketProgress {
        let progress = try progress(of: serial)
        switch progress.state {
        case .open: break
        case .settled:
            try connection.prepare(
                """
                UPDATE basket SET state = 'settled', returned_fen = $1
                WHERE basket_serial = $2 AND state = 'open'
                """
            ).run(.integer(progress.totalFen(.refused)), .integer(serial))
        }
        return progress
    }

    private func progress(of serial: Int64) throws -> BasketProgress {
        BasketProgress(
            items: try basketItems(of: serial).map { ($0.state, $0.receipt.totalFen) })
    }

    /// What the key of a basket is told now.
    func basketOutcome(_ serial: Int64) throws -> PaymentOutcome {
        let row = try basketRow(serial)
        let kept = try keptOutcome(key: row.key, credential: row.credential) ?? .running
        guard case .running = kept else { return PaymentOutcome(outcome: kept, isSettled: true) }
        let isAsking = try basketItems(of: serial).contains { $0.receipt.status == .pending }
        return PaymentOutcome(
            outcome: isAsking ? .running : .done(try basketJSON(serial)), isSettled: false)
    }

    /// What the basket that a key paid for stands at; nothing without such a basket.
    func basketOutcome(of claim: IdempotencyClaim) throws -> PaymentOutcome? {
        try connection.prepare(
            "SELECT basket_serial FROM basket WHERE key = $1 AND credential = $2"
        ).first(.text(claim.key), .integer(claim.credential)) { $0.integer(0) }
            .map { try basketOutcome($0) }
    }

    /// The place of an item in its basket, from 0; nothing for what was paid alone.
    func basketPlace(ofItem serial: Int64) throws -> Int? {
        try connection.prepare("SELECT position FROM basket_item WHERE serial = $1")
            .first(.integer(serial)) { Int($0.integer(0)) }
    }

    private func basketRow(_ serial: Int64) throws -> BasketRow {
        let row = try connection.prepare(
            """
            SELECT total_fen, tendered_fen, key, credential FROM basket WHERE basket_serial = $1
            """
        ).first(.integer(serial)) { row in
            BasketRow(
                serial: serial, totalFen: row.integer(0), tenderedFen: row.integer(1),
                key: row.text(2), credential: row.integer(3))
        }
        guard let row else { throw BookError.damaged(table: "basket", field: "basket_serial") }
        return row
    }

    private func basketItems(of serial: Int64) throws -> [BasketItem] {
        let rows = try connection.prepare(
            "SELECT state, refusal FROM basket_item WHERE basket_serial = $1 ORDER BY position"
        ).all(.integer(serial)) { row in
            guard let state = BasketProgress.ItemState(rawValue: row.text(0)) else {
                throw row.damage(0, expected: "a state")
            }
            return (
                state: state,
                refusal: try row.optionalText(1).map { try Refusal(encoded: [UInt8]($0.utf8)) }
            )
        }
        let receipts = try ReceiptReader(connection).basket(serial)
        return zip(rows, receipts).map {
            BasketItem(receipt: $1, state: $0.state, refusal: $0.refusal)
        }
    }
}

// MARK: - Answers

extension AgencySession {
    /// A basket as it stands: its items, and what the operator does with the cash.
    func basketJSON(_ serial: Int64) throws -> [UInt8] {
        let row = try basketRow(serial)
        let items = try basketItems(of: serial)
        let progress = BasketProgress(items: items.map { ($0.state, $0.receipt.totalFen) })
        let (changeFen, returnedFen) = (row.tenderedFen - row.totalFen, progress.totalFen(.refused))
        var writer = JSONWriter(reservedBytes: 1_024 * items.count)
        writer.beginObject()
        // First, for the audit looks for answers that begin so.
        writer.field("basket_serial", Receipt.serialText(serial))
        writer.field("receipt_number", items.first?.receipt.number.text ?? "")
        writer.field("state", progress.state.rawValue)
        writer.field("total_fen", row.totalFen)
        writer.field("tendered_fen", row.tenderedFen)
        writer.field("change_fen", changeFen)
        writer.field("returned_fen", returnedFen)
        writer.field("cash_back_fen", changeFen + returnedFen)
        writer.field("suspended_fen", progress.totalFen(.waiting))
        writer.field("return_due_fen", progress.totalFen(.returnDue))
        writer.field("paid_back_fen", progress.totalFen(.returned))
        writer.key("items")
        writer.beginArray()
        for item in items { try encode(item, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private func encode(_ item: BasketItem, to writer: inout JSONWriter) throws {
        let receipt = item.receipt
        writer.beginObject()
        writer.field("state", item.state.rawValue)
        switch receipt.kind {
        case .ticketSale:
            SoldTickets(
                receipt: receipt, tickets: try TicketReader(connection).tickets(of: receipt.serial),
                papers: try soldSerials(ofSale: receipt.serial).filter { $0.state == .used }.map {
                    $0.item.format.text($0.number)
                }
            ).encodeMembers(to: &writer, zone: profile.zone)
        case .stockSale:
            writer.key("receipt")
            receipt.encode(to: &writer, zone: profile.zone)
            writer.key("serials")
            try StockReader(connection).encodeSerials(ofSale: receipt.serial, to: &writer)
        case .billPayment, .prizePayment, .withdrawal, .remittance, .transfer:
            writer.key("receipt")
            receipt.encode(to: &writer, zone: profile.zone)
        }
        // What was paid back needs no advice any more.
        if let refusal = item.refusal, item.state != .returned {
            writer.key("refusal")
            writer.beginObject()
            writer.field("code", refusal.code.rawValue)
            writer.field("detail", refusal.detail)
            writer.field("detail_zh", refusal.chineseDetail)
            writer.endObject()
        }
        writer.endObject()
    }
}
