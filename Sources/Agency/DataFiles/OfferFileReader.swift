import CivilTime

/// The visit of an attraction, or an event, as a principal offers it.
public struct OfferRow: Sendable, Equatable {
    public var productID: String
    /// Names the offer among all trips and offers.
    public var offerID: String
    public var kind: Trip.Kind
    public var name: String
    public var venue: String
    /// Minutes after midnight at which an event begins, or an attraction closes.
    public var minutes: Int
    /// The days on which the attraction is open or the event takes place.
    public var calendar: TripCalendar
    public var fareFen: Int64
    public var childFareFen: Int64?
    public var seniorFareFen: Int64?
    /// How many may come on one day; nothing means any number.
    public var capacity: Int64?

    public init(
        productID: String, offerID: String, kind: Trip.Kind, name: String, venue: String,
        minutes: Int, calendar: TripCalendar, fareFen: Int64, childFareFen: Int64? = nil,
        seniorFareFen: Int64? = nil, capacity: Int64? = nil
    ) {
        self.productID = productID
        self.offerID = offerID
        self.kind = kind
        self.name = name
        self.venue = venue
        self.minutes = minutes
        self.calendar = calendar
        self.fareFen = fareFen
        self.childFareFen = childFareFen
        self.seniorFareFen = seniorFareFen
        self.capacity = capacity
    }
}

/// Reads `offers.csv` row by row in constant memory.
public final class OfferFileReader {
    /// The file's name in a data folder; it may be left out.
    public static let fileName = "offers.csv"
    /// The header's columns.
    public static let columns = [
        "product_id", "offer_id", "kind", "name", "venue", "time", "weekdays", "valid_from",
        "valid_to", "fare_fen", "child_fare_fen", "senior_fare_fen", "capacity",
    ]

    private let table: TableReader
    private let productIDs: [String]

    /// Opens a file and checks its header.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - productIDs: The ticket products; rows of others are refused.
    /// - Throws: `DataFileError`.
    public init(path: String, productIDs: [String]) throws(DataFileError) {
        table = try TableReader(path: path, columns: Self.columns)
        self.productIDs = productIDs
    }

    /// Reads the next row.
    ///
    /// - Returns: Nothing at the end of the file.
    /// - Throws: `DataFileError` with the line, the column and what to do.
    public func next() throws(DataFileError) -> OfferRow? {
        guard try table.advance() else { return nil }
        let kinds = Trip.Kind.allCases.filter(\.isOffer).map(\.rawValue)
        let word = try table.known(
            2, among: kinds, "this is neither pass nor event; write one")
        guard let kind = Trip.Kind(rawValue: word) else {
            preconditionFailure("the word is among the kinds")
        }
        let hasCapacity = !table.bytes(12).isEmpty
        return OfferRow(
            productID: try table.known(
                0, among: productIDs, "no ticket product has this id; add or correct it"),
            offerID: try table.identifier(1, lengthIn: DataFileLimits.tripIDCharacters),
            kind: kind,
            name: try table.text(3, lengthIn: DataFileLimits.nameCharacters),
            venue: try table.text(4, lengthIn: DataFileLimits.nameCharacters),
            minutes: try table.minuteOfDay(5),
            calendar: try table.calendar(weekdays: 6, from: 7, to: 8),
            fareFen: try table.integer(9, in: 1...DataFileLimits.maximumAmountFen),
            childFareFen: try table.optionalFare(10),
            seniorFareFen: try table.optionalFare(11),
            capacity: hasCapacity
                ? try table.integer(12, in: 0...DataFileLimits.maximumSeats) : nil)
    }

    /// An error about the row read last, for a rule of the receiver's own such as a duplicate.
    public func refusal(
        column: String, _ kind: DataFileError.Kind, _ problem: String
    ) -> DataFileError {
        DataFileError(file: table.file.name, line: table.line, path: column, kind, problem)
    }
}
