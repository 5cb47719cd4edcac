import CivilTime

/// One open bill of an arrears file.
public struct BillRow: Sendable, Equatable {
    public var productID: String
    /// The biller's number of the customer.
    public var accountNumber: String
    public var customerName: String
    public var address: String
    public var period: BillingPeriod
    /// What is owed for the period, late fee apart.
    public var amountFen: Int64
    /// What the biller adds for being late, as of the file's making; 0 when not late.
    public var lateFeeFen: Int64
    public var dueDate: BusinessDate

    public init(
        productID: String, accountNumber: String, customerName: String, address: String,
        period: BillingPeriod, amountFen: Int64, lateFeeFen: Int64, dueDate: BusinessDate
    ) {
        self.productID = productID
        self.accountNumber = accountNumber
        self.customerName = customerName
        self.address = address
        self.period = period
        self.amountFen = amountFen
        self.lateFeeFen = lateFeeFen
        self.dueDate = dueDate
    }
}

/// A calendar month for which a biller bills.
public struct BillingPeriod: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The years that a period may be in.
    public static let supportedYears = 1900...9999

    /// Months since January of year 0.
    public let monthIndex: Int32

    /// Makes a period, or nothing outside the supported years and the twelve months.
    public init?(year: Int, month: Int) {
        guard Self.supportedYears.contains(year), (1...12).contains(month) else { return nil }
        monthIndex = Int32(year * 12 + month - 1)
    }

    public var year: Int { Int(monthIndex) / 12 }
    /// The month from 1.
    public var month: Int { Int(monthIndex) % 12 + 1 }

    /// The period as `YYYY-MM`.
    public var description: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }

    public static func < (left: BillingPeriod, right: BillingPeriod) -> Bool {
        left.monthIndex < right.monthIndex
    }
}

/// Reads `bills.csv` row by row in constant memory.
///
/// Product, account number and period together name a bill. That no bill is given twice is left
/// to the unique key of the store it goes to: a reader in constant memory cannot know.
public final class BillFileReader {
    /// The file's name in a data folder.
    public static let fileName = "bills.csv"
    /// The header's columns.
    public static let columns = [
        "product_id", "account_number", "customer_name", "address", "period", "amount_fen",
        "late_fee_fen", "due_date",
    ]

    private let table: TableReader
    private let productIDs: [String]

    /// Opens a file and checks its header.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - productIDs: The products that have bill files; rows of others are refused.
    /// - Throws: `DataFileError`.
    public init(path: String, productIDs: [String]) throws(DataFileError) {
        table = try TableReader(path: path, columns: Self.columns)
        self.productIDs = productIDs
    }

    /// The line of the row read last, from 1; the header is line 1.
    public var line: Int { table.line }

    /// Reads the next row.
    ///
    /// - Returns: Nothing at the end of the file.
    /// - Throws: `DataFileError` with the line, the column and what to do.
    public func next() throws(DataFileError) -> BillRow? {
        guard try table.advance() else { return nil }
        let period = table.pair(4, widths: (4, 2), separator: "-").flatMap { (year, month) in
            BillingPeriod(year: year, month: month)
        }
        guard let period else {
            throw table.refusal(
                4, .value, value: table.shown(table.bytes(4)),
                "this is no month; write YYYY-MM")
        }
        let maximumFen = DataFileLimits.maximumAmountFen
        return BillRow(
            productID: try table.known(
                0, among: productIDs, "no product with bill files has this id; add or correct it"),
            accountNumber: try table.identifier(
                1, lengthIn: DataFileLimits.accountNumberCharacters),
            customerName: try table.text(2, lengthIn: DataFileLimits.nameCharacters),
            address: try table.text(3, lengthIn: DataFileLimits.addressCharacters),
            period: period,
            amountFen: try table.integer(5, in: 1...maximumFen),
            lateFeeFen: try table.integer(6, in: 0...maximumFen),
            dueDate: try table.date(7))
    }

    /// An error about the row read last, for a rule of the receiver's own such as a duplicate.
    public func refusal(
        column: String, _ kind: DataFileError.Kind, _ problem: String
    ) -> DataFileError {
        DataFileError(file: table.file.name, line: line, path: column, kind, problem)
    }
}

extension TableReader {
    /// An id that must be one of a few.
    ///
    /// - Throws: `DataFileError` of kind `unknownReference`, with the value.
    func known(
        _ column: Int, among ids: [String], _ problem: String
    ) throws(DataFileError) -> String {
        let text = bytes(column)
        for id in ids where id.utf8.elementsEqual(text) { return id }
        throw refusal(column, .unknownReference, value: shown(text), problem)
    }
}
