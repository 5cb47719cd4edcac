import CivilTime
import Cryptography
import Ledger
import SQL

/// All that the writer's commands need: the write connection, the journal and the catalogue.
///
/// It lives on the writer's thread, or with the one owner of a book that is not being served.
public final class AgencySession: WriterSession {
    public let connection: Connection
    public let journal: Journal
    let profile: AgencyProfile
    let catalogue: Catalogue
    let stockItems: StockItems
    let cardKey: SymmetricKey
    var shifts = OpenShifts()
    var receiptCounters = ReceiptCounters()
    private let clock: @Sendable () -> Instant
    private var batchInstant: Instant?
    private var lastSerial: Int64?
    private var markedSerial: Int64?

    init(
        connection: Connection, cardKey: SymmetricKey, clock: @escaping @Sendable () -> Instant
    ) throws {
        self.connection = connection
        self.cardKey = cardKey
        self.clock = clock
        journal = Journal(connection: connection)
        profile = try AgencyProfile.read(connection)
        catalogue = try Catalogue.read(connection)
        stockItems = try StockItems.read(connection)
    }

    /// The time that a batch's commands record: one reading of the clock for each batch.
    var now: Instant {
        if let batchInstant { return batchInstant }
        let instant = clock()
        batchInstant = instant
        return instant
    }

    /// Takes the next transaction's serial number.
    func nextSerial() throws -> Int64 {
        let serial = try upcomingSerial()
        lastSerial = serial
        return serial
    }

    /// The serial number that the next transaction will take.
    func upcomingSerial() throws -> Int64 {
        let last =
            try lastSerial ?? connection.prepare(
                "SELECT ifnull(max(serial), 0) FROM service_transaction"
            ).first { $0.integer(0) } ?? 0
        return last + 1
    }

    /// Undoes what the running command wrote, which goes on.
    func undoCommand() throws {
        try connection.prepare("ROLLBACK TO command").run()
        commandDidRollBack()
        commandWillBegin()
    }

    public func commandWillBegin() {
        journal.commandWillBegin()
        receiptCounters.mark()
        markedSerial = lastSerial
    }

    public func commandDidRollBack() {
        journal.commandDidRollBack()
        receiptCounters.restore()
        shifts.commandDidRollBack()
        lastSerial = markedSerial
    }

    public func batchWillCommit() throws {
        try journal.batchWillCommit()
        try receiptCounters.write(connection)
    }

    public func batchDidEnd(isCommitted: Bool) {
        journal.batchDidEnd(isCommitted: isCommitted)
        shifts.batchDidEnd()
        if !isCommitted { receiptCounters.clear() }
        lastSerial = nil
        batchInstant = nil
    }
}

/// Who the agency is: one row of the book.
public struct AgencyProfile: Sendable {
    public let code: String
    public let name: String
    public let currency: Currency
    public let zone: ZoneOffset

    /// Reads the profile.
    ///
    /// - Throws: `BookError.notLoaded` for a book without a network.
    public static func read(_ connection: Connection) throws -> AgencyProfile {
        let profile = try connection.prepare(
            "SELECT code, name, currency, zone_offset_minutes FROM agency"
        ).first { row -> AgencyProfile? in
            guard let currency = Currency(rawValue: row.integer(2)),
                let zone = ZoneOffset(minutes: Int(row.integer(3)))
            else { return nil }
            return AgencyProfile(
                code: row.text(0), name: row.text(1), currency: currency, zone: zone)
        }
        guard let profile = profile ?? nil else { throw BookError.notLoaded }
        return profile
    }
}
