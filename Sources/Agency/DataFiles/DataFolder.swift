import StrictJSON

/// A folder of data files, read and found to hold together.
///
///     let folder = try DataFolder.load("fixtures/demo")
///     let bills = try folder.bills()
///     while let row = try bills.next() { … }
public struct DataFolder: Sendable {
    public let path: String
    public let network: NetworkFile
    public let staff: StaffFile
    public let catalogue: CatalogueFile
    /// What is sold by its serials or printed on; nothing without `stock.json`.
    public let stock: StockFile?
    /// The secrets of the demo network; nothing in a real one.
    public let demoCredentials: DemoCredentialsFile?

    /// Reads and checks the JSON files; the tables are read by `bills()` and `trips()`.
    ///
    /// - Parameter path: The folder.
    /// - Throws: `DataFileError` for the first fault: files in the order network, catalogue, staff,
    ///   demo credentials, stock; in a file its JSON first, then duplicates, then references.
    public static func load(_ path: String) throws(DataFileError) -> DataFolder {
        let network = try model(NetworkFile.self, in: path, named: NetworkFile.fileName)
        try network.validate()
        let catalogue = try model(CatalogueFile.self, in: path, named: CatalogueFile.fileName)
        try catalogue.validate()
        let staff = try model(StaffFile.self, in: path, named: StaffFile.fileName)
        try staff.validate(network: network, catalogue: catalogue)
        var credentials: DemoCredentialsFile?
        if try exists(DemoCredentialsFile.fileName, in: path) {
            let demo = try model(
                DemoCredentialsFile.self, in: path, named: DemoCredentialsFile.fileName)
            try demo.validate(network: network, catalogue: catalogue, staff: staff)
            credentials = demo
        }
        var stock: StockFile?
        if try exists(StockFile.fileName, in: path) {
            let file = try model(StockFile.self, in: path, named: StockFile.fileName)
            try file.validate(catalogue: catalogue)
            stock = file
        }
        return DataFolder(
            path: path, network: network, staff: staff, catalogue: catalogue, stock: stock,
            demoCredentials: credentials)
    }

    /// Opens `stock.csv`, or nothing without one.
    ///
    /// - Throws: `DataFileError`.
    public func stockPacks() throws(DataFileError) -> StockPackReader? {
        guard let stock, try Self.exists(StockPackReader.fileName, in: path) else { return nil }
        return try StockPackReader(
            path: path + "/" + StockPackReader.fileName, itemIDs: stock.items.map(\.id))
    }

    /// Opens `prizes.csv`, or nothing without one.
    ///
    /// - Throws: `DataFileError`.
    public func winningTickets() throws(DataFileError) -> PrizeFileReader? {
        guard let stock, try Self.exists(PrizeFileReader.fileName, in: path) else { return nil }
        return try PrizeFileReader(
            path: path + "/" + PrizeFileReader.fileName,
            itemIDs: stock.items.filter { $0.prizes != .none }.map(\.id))
    }

    /// Whether a product takes its arrears from `bills.csv`.
    var needsBills: Bool { !billProductIDs.isEmpty }

    /// Whether a product takes its trips from `trips.csv`.
    var needsTrips: Bool { !ticketProductIDs.isEmpty }

    private var billProductIDs: [String] {
        catalogue.products.filter { product in
            switch product.details {
            case .bill(let billing): billing.mode == .billFile
            case .ticket, .withdrawal, .stock, .remittance, .transfer: false
            }
        }.map(\.id)
    }

    private var ticketProductIDs: [String] {
        catalogue.products.filter { $0.details.kind == .ticket }.map(\.id)
    }

    /// Opens `bills.csv`; rows of products without bill files are refused.
    ///
    /// - Throws: `DataFileError`.
    public func bills() throws(DataFileError) -> BillFileReader {
        return try BillFileReader(
            path: path + "/" + BillFileReader.fileName, productIDs: billProductIDs)
    }

    /// Opens `trips.csv`; rows of products that are no tickets are refused.
    ///
    /// - Throws: `DataFileError`.
    public func trips() throws(DataFileError) -> TripFileReader {
        return try TripFileReader(
            path: path + "/" + TripFileReader.fileName, productIDs: ticketProductIDs)
    }

    /// Opens `offers.csv`, or gives nothing where it is left out.
    ///
    /// - Throws: `DataFileError`.
    public func offers() throws(DataFileError) -> OfferFileReader? {
        guard try Self.exists(OfferFileReader.fileName, in: path) else { return nil }
        return try OfferFileReader(
            path: path + "/" + OfferFileReader.fileName, productIDs: ticketProductIDs)
    }

    private static func model<Model: DataFileModel>(
        _ type: Model.Type, in folder: String, named name: String
    ) throws(DataFileError) -> Model {
        let limits = JSONLimits.dataFile
        let bytes = try FileBytes.whole(
            path: folder + "/" + name, maximumBytes: limits.maximumBytes)
        do throws(JSONError) {
            return try Model(
                decoding: JSONObjectDecoder(StrictJSONParser.parse(bytes, limits: limits)))
        } catch {
            throw DataFileError(file: name, error, in: bytes)
        }
    }
}
