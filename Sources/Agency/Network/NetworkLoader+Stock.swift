import CivilTime
import Ledger
import SQL

/// Numbered stock: items, what lies where, and which tickets win.
extension NetworkLoader {
    /// Loads what a folder tells of stock; what is known is left as it is.
    ///
    /// - Returns: how many packs are new.
    /// - Throws: `DataFileError`, `BookError.unusable` for an item that was changed, `SQLError`.
    func loadStock(_ data: DataFolder) throws -> Int {
        guard let stock = data.stock else { return 0 }
        return try connection.transaction {
            for item in stock.items { try load(item, folder: data.path) }
            for paper in stock.papers {
                try connection.prepare(
                    """
                    INSERT INTO stock_paper (product_id, item_id)
                    SELECT p.product_id, i.item_id FROM product p, stock_item i
                    WHERE p.code = $1 AND i.code = $2
                    ON CONFLICT (product_id) DO UPDATE SET item_id = excluded.item_id
                    """
                ).run(.text(paper.productID), .text(paper.itemID))
            }
            let items = try StockItems.read(connection)
            try loadWinningTickets(data, items)
            return try loadPacks(data, items)
        }
    }

    private func load(_ item: StockFile.Item, folder: String) throws {
        let known = try StockItems.read(connection).all.first { $0.code == item.id }
        if let known {
            // Its serials are printed, sold and settled as they are.
            guard known.format == item.format, known.faceValueFen == item.faceValueFen,
                known.activation == item.activation, known.needsIdentity == item.needsIdentity,
                known.prizes == item.prizes
            else {
                throw BookError.unusable(
                    path: folder + "/" + StockFile.fileName,
                    reason: "stock item \(item.id) was changed; give the new one its own id")
            }
            return
        }
        try connection.prepare(
            """
            INSERT INTO stock_item (code, name, product_id, prefix, digit_count, check_digits,
                face_value_fen, activation, needs_identity, prizes)
            VALUES ($1, $2, (SELECT product_id FROM product WHERE code = $3), $4, $5, $6, $7, $8,
                $9, $10)
            """
        ).run(
            .text(item.id), .text(item.name), .text(item.productID), .text(item.format.prefix),
            .integer(Int64(item.format.digitCount)), .text(item.format.checkDigits.rawValue),
            .integer(item.faceValueFen), .text(item.activation.rawValue),
            .integer(item.needsIdentity ? 1 : 0), .text(item.prizes.rawValue))
    }

    private func loadPacks(_ data: DataFolder, _ items: StockItems) throws -> Int {
        guard let reader = try data.stockPacks() else { return 0 }
        var count = 0
        while let row = try reader.next() {
            let item = try items.item(row.itemID)
            guard let first = item.format.number(row.firstSerial),
                let last = item.format.number(row.lastSerial), first <= last,
                last - first < StockDelivery.maximumSize
            else {
                throw reader.refusal(
                    column: "first_serial", .value,
                    "first and last serial are no range of this item of at most "
                        + "\(StockDelivery.maximumSize); correct one")
            }
            guard let place = try place(row.placeID) else {
                throw reader.refusal(
                    column: "place_id", .unknownReference,
                    "no centre and no station has this id; correct it")
            }
            if try insert(row, item, first...last, at: place, reader) { count += 1 }
        }
        return count
    }

    private func insert(
        _ row: StockPackRow, _ item: StockItem, _ numbers: ClosedRange<Int64>,
        at place: StockPlace, _ reader: StockPackReader
    ) throws -> Bool {
        let known = try connection.prepare(
            """
            SELECT first_number, last_number FROM stock_pack
            WHERE item_id = $1 AND last_number >= $2 AND first_number <= $3
            """
        ).all(
            .integer(item.id.number), .integer(numbers.lowerBound), .integer(numbers.upperBound)
        ) { $0.integer(0)...$0.integer(1) }
        guard known.isEmpty else {
            guard known == [numbers] else {
                throw reader.refusal(
                    column: "first_serial", .duplicate,
                    "another pack holds some of these serials; correct the range")
            }
            return false
        }
        let pack = try insert(
            """
            INSERT INTO stock_pack (item_id, first_number, last_number, delivery_note, state,
                centre_id, station_id, next_number, sold_count, damaged_count, voided_count)
            VALUES ($1, $2, $3, $4, 'in_stock', $5, $6, $2, 0, 0, 0) RETURNING pack_id
            """,
            .integer(item.id.number), .integer(numbers.lowerBound), .integer(numbers.upperBound),
            .text(row.deliveryNote), .integer(place.centre?.number),
            .integer(place.station?.number))
        try connection.prepare(
            """
            INSERT INTO stock_event (pack_id, event, state, centre_id, station_id, staff_id,
                recorded_at, reason)
            VALUES ($1, 'delivered', 'in_stock', $2, $3, NULL, $4, '')
            """
        ).run(
            .integer(pack), .integer(place.centre?.number), .integer(place.station?.number),
            .integer(Instant.now.millisecondsSinceEpoch))
        return true
    }

    private func place(_ code: String) throws -> StockPlace? {
        let station = try connection.prepare("SELECT station_id FROM station WHERE code = $1")
            .first(.text(code)) { ID<Station>($0.integer(0)) }
        if let station { return .station(station) }
        return try connection.prepare("SELECT centre_id FROM centre WHERE code = $1")
            .first(.text(code)) { .centre(ID($0.integer(0))) }
    }

    private func loadWinningTickets(_ data: DataFolder, _ items: StockItems) throws {
        guard let reader = try data.winningTickets() else { return }
        while let row = try reader.next() {
            try connection.prepare(
                """
                INSERT INTO winning_ticket (item_id, digest, amount_fen) VALUES ($1, $2, $3)
                ON CONFLICT (item_id, digest) DO UPDATE SET amount_fen = excluded.amount_fen
                """
            ).run(
                .integer(try items.item(row.itemID).id.number), .text(row.digest.hex),
                .integer(row.amountFen))
        }
    }
}
