import Agency
import CivilTime
import StrictJSON

/// Makes the data files of an invented county; the same seed and sizes give the same bytes.
struct FixtureGenerator {
    /// The demo's seed.
    static let demoSeed: UInt64 = 1
    /// The demo's stations, one to a village.
    static let demoStations = 12
    /// The demo's open bills.
    static let demoBills = 6_000
    /// The day on which the demo's arrears files were drawn up; late fees count up to it.
    static let demoToday = date(2026, 11, 1)

    /// Station and user numbers have four digits.
    static let supportedStations = 1...9_999
    static let supportedBills = 0...10_000_000
    /// Bills reach back some months, and their periods have years from 1900.
    static let supportedYears = 1_901...9_999

    let seed: UInt64
    let stations: Int
    let bills: Int
    /// The day on which the arrears files are drawn up.
    let today: BusinessDate

    /// Plans a network.
    ///
    /// - Parameters:
    ///   - seed: What all random choices follow from.
    ///   - stations: How many stations, each with its village; towns scale with them.
    ///   - bills: How many open bills, spread over the villages.
    ///   - today: The day on which the arrears files are drawn up.
    init(
        seed: UInt64 = demoSeed, stations: Int = demoStations, bills: Int = demoBills,
        today: BusinessDate = demoToday
    ) {
        self.seed = seed
        self.stations = stations
        self.bills = bills
        self.today = today
    }

    /// Writes all files into a folder, which is made where it is missing; replaces older ones.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - progress: Told in words what has been done.
    /// - Throws: `FixtureError`, or `DataFileError` if what was made does not hold together.
    func write(to folder: String, progress: (String) -> Void) throws {
        guard Self.supportedStations.contains(stations) else {
            throw FixtureError.size(name: "stations", allowed: Self.supportedStations)
        }
        guard Self.supportedBills.contains(bills) else {
            throw FixtureError.size(name: "bills", allowed: Self.supportedBills)
        }
        guard Self.supportedYears.contains(today.parts.year) else {
            throw FixtureError.today(allowedYears: Self.supportedYears)
        }
        let network = network()
        let catalogue = withTicketRules(withOffers(catalogue()))
        let staff = staff(of: network, catalogue)
        let credentials = credentials(of: network, catalogue, staff)
        let stock = stock()
        try network.validate()
        try catalogue.validate()
        try staff.validate(network: network, catalogue: catalogue)
        try credentials.validate(network: network, catalogue: catalogue, staff: staff)
        try stock.validate(catalogue: catalogue)

        try FixtureFile.makeFolder(folder)
        try write(network, to: folder, named: NetworkFile.fileName)
        progress("\(NetworkFile.fileName): \(stations) stations, \(townCount) towns")
        try write(catalogue, to: folder, named: CatalogueFile.fileName)
        progress("\(CatalogueFile.fileName): \(catalogue.products.count) products")
        try write(staff, to: folder, named: StaffFile.fileName)
        progress("\(StaffFile.fileName): \(staff.users.count) users")
        try write(credentials, to: folder, named: DemoCredentialsFile.fileName)
        progress("\(DemoCredentialsFile.fileName): demo secrets, never for a real network")
        try write(stock, to: folder, named: StockFile.fileName)
        try writeStock(of: network, to: folder, progress: progress)
        try writeTrips(of: network, to: folder, progress: progress)
        try writeOffers(to: folder, progress: progress)
        try writeBills(of: network, to: folder, progress: progress)
    }

    private func write(
        _ model: some DataFileModel, to folder: String, named name: String
    ) throws(FixtureError) {
        var writer = JSONWriter()
        model.encode(to: &writer)
        let file = try FixtureFile(path: folder + "/" + name)
        file.append(writer.bytes)
        try file.endLine()
        try file.finish()
    }

    /// A date of the program's own.
    static func date(_ year: Int, _ month: Int, _ day: Int) -> BusinessDate {
        guard let date = BusinessDate(year: year, month: month, day: day) else {
            preconditionFailure("the calendar has no such day")
        }
        return date
    }

    /// A number with leading zeros.
    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
