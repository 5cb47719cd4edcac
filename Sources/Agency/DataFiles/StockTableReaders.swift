import Cryptography

/// A pack that lies somewhere when its network is loaded.
public struct StockPackRow: Sendable, Equatable {
    public var itemID: String
    public var firstSerial: String
    public var lastSerial: String
    /// The centre or the station where it lies.
    public var placeID: String
    public var deliveryNote: String

    public init(
        itemID: String, firstSerial: String, lastSerial: String, placeID: String,
        deliveryNote: String
    ) {
        self.itemID = itemID
        self.firstSerial = firstSerial
        self.lastSerial = lastSerial
        self.placeID = placeID
        self.deliveryNote = deliveryNote
    }
}

/// Reads `stock.csv` row by row in constant memory.
public final class StockPackReader {
    /// The file's name in a data folder.
    public static let fileName = "stock.csv"
    /// The header's columns.
    public static let columns = [
        "item_id", "first_serial", "last_serial", "place_id", "delivery_note",
    ]

    private let table: TableReader
    private let itemIDs: [String]

    /// Opens a file and checks its header.
    ///
    /// - Parameter itemIDs: the items of `stock.json`; rows of others are refused.
    /// - Throws: `DataFileError`.
    public init(path: String, itemIDs: [String]) throws(DataFileError) {
        table = try TableReader(path: path, columns: Self.columns)
        self.itemIDs = itemIDs
    }

    /// Reads the next row; nothing at the end of the file.
    ///
    /// - Throws: `DataFileError` with the line, the column and what to do.
    public func next() throws(DataFileError) -> StockPackRow? {
        guard try table.advance() else { return nil }
        let serials = 1...StockFormat.maximumLength
        return StockPackRow(
            itemID: try table.known(
                0, among: itemIDs, "no item of stock.json has this id; add or correct it"),
            firstSerial: try table.identifier(1, lengthIn: serials),
            lastSerial: try table.identifier(2, lengthIn: serials),
            placeID: try table.identifier(3, lengthIn: DataFileLimits.identifierCharacters),
            deliveryNote: try table.text(4, lengthIn: StockDelivery.noteLengths))
    }

    /// An error about the row read last, for a rule of the receiver's own.
    public func refusal(
        column: String, _ kind: DataFileError.Kind, _ problem: String
    ) -> DataFileError {
        DataFileError(file: table.file.name, line: table.line, path: column, kind, problem)
    }
}

/// Reads `prizes.csv` row by row in constant memory.
public final class PrizeFileReader {
    /// The file's name in a data folder.
    public static let fileName = "prizes.csv"
    /// The header's columns.
    public static let columns = ["item_id", "ticket_sha256", "amount_fen"]

    private let table: TableReader
    private let itemIDs: [String]

    /// Opens a file and checks its header.
    ///
    /// - Parameter itemIDs: the items whose serials win prizes; rows of others are refused.
    /// - Throws: `DataFileError`.
    public init(path: String, itemIDs: [String]) throws(DataFileError) {
        table = try TableReader(path: path, columns: Self.columns)
        self.itemIDs = itemIDs
    }

    /// Reads the next row; nothing at the end of the file.
    ///
    /// - Throws: `DataFileError` with the line, the column and what to do.
    public func next() throws(DataFileError) -> (
        itemID: String, digest: SHA256Digest, amountFen: Int64
    )? {
        guard try table.advance() else { return nil }
        let item = try table.known(
            0, among: itemIDs, "no item of stock.json that wins prizes has this id; correct it")
        guard let digest = SHA256Digest(hex: String(decoding: table.bytes(1), as: UTF8.self))
        else {
            throw table.refusal(
                1, .value, "this is no SHA-256: write 64 digits of 0-9 and a-f")
        }
        return (item, digest, try table.integer(2, in: 1...DataFileLimits.maximumAmountFen))
    }
}
