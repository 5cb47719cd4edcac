/// One trip of a daily timetable.
public struct TripRow: Sendable, Equatable {
    public var productID: String
    /// Names the trip within its product.
    public var tripID: String
    public var origin: String
    public var destination: String
    /// Minutes after midnight at which it leaves, by the institution's clock.
    public var departureMinutes: Int
    /// The price of one seat, service fee apart.
    public var fareFen: Int64
    public var seatsPerDay: Int64
    /// Whether it runs; a trip that does not run is not sold.
    public var runsDaily: Bool
    /// On which days it runs.
    public var calendar: TripCalendar
    public var childFareFen: Int64?
    public var seniorFareFen: Int64?

    public init(
        productID: String, tripID: String, origin: String, destination: String,
        departureMinutes: Int, fareFen: Int64, seatsPerDay: Int64, runsDaily: Bool,
        calendar: TripCalendar = TripCalendar(), childFareFen: Int64? = nil,
        seniorFareFen: Int64? = nil
    ) {
        self.productID = productID
        self.tripID = tripID
        self.origin = origin
        self.destination = destination
        self.departureMinutes = departureMinutes
        self.fareFen = fareFen
        self.seatsPerDay = seatsPerDay
        self.runsDaily = runsDaily
        self.calendar = calendar
        self.childFareFen = childFareFen
        self.seniorFareFen = seniorFareFen
    }

    /// The departure as `HH:MM`.
    public var departureTime: String {
        let (hour, minute) = departureMinutes.quotientAndRemainder(dividingBy: 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }
}

/// Reads `trips.csv` row by row in constant memory.
///
/// Product and trip id together name a trip; that none is given twice is left to the unique key
/// of the store it goes to.
public final class TripFileReader {
    /// The file's name in a data folder.
    public static let fileName = "trips.csv"
    /// The header's columns.
    public static let columns = [
        "product_id", "trip_id", "origin", "destination", "departure_time", "fare_fen",
        "seats_per_day", "runs_daily",
    ]
    /// Columns that may follow; all of them or none.
    public static let furtherColumns = [
        "weekdays", "runs_from", "runs_to", "child_fare_fen", "senior_fare_fen",
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
        table = try TableReader(
            path: path, columns: Self.columns, furtherColumns: Self.furtherColumns)
        self.productIDs = productIDs
    }

    /// The line of the row read last, from 1; the header is line 1.
    public var line: Int { table.line }

    /// Reads the next row.
    ///
    /// - Returns: Nothing at the end of the file.
    /// - Throws: `DataFileError` with the line, the column and what to do.
    public func next() throws(DataFileError) -> TripRow? {
        guard try table.advance() else { return nil }
        let departureMinutes = try table.minuteOfDay(4)
        let names = DataFileLimits.nameCharacters
        var row = TripRow(
            productID: try table.known(
                0, among: productIDs, "no ticket product has this id; add or correct it"),
            tripID: try table.identifier(1, lengthIn: DataFileLimits.tripIDCharacters),
            origin: try table.text(2, lengthIn: names),
            destination: try table.text(3, lengthIn: names),
            departureMinutes: departureMinutes,
            fareFen: try table.integer(5, in: 1...DataFileLimits.maximumAmountFen),
            seatsPerDay: try table.integer(6, in: 0...DataFileLimits.maximumSeats),
            runsDaily: try table.known(
                7, among: ["true", "false"], "this is neither true nor false; write one")
                == "true")
        guard table.columns.count > Self.columns.count else { return row }
        row.calendar = try table.calendar(weekdays: 8, from: 9, to: 10)
        row.childFareFen = try table.optionalFare(11)
        row.seniorFareFen = try table.optionalFare(12)
        return row
    }

    /// An error about the row read last, for a rule of the receiver's own such as a duplicate.
    public func refusal(
        column: String, _ kind: DataFileError.Kind, _ problem: String
    ) -> DataFileError {
        DataFileError(file: table.file.name, line: line, path: column, kind, problem)
    }
}
