import Agency
import CivilTime
import Foundation
import HTTPServer
import PartnerAPI
import SQL
import Synchronization

@testable import AgencyPOS

/// A whole server in this process, on a free port, over a book of its own.
final class LiveServer: Sendable {
    let port: UInt16
    let book: Book
    let folder: TemporaryFolder
    let clock: TestClock
    private let service: Service
    private let log: Log
    private let logDescriptor: Int32
    private let isStopped = Mutex(false)

    /// - Parameters:
    ///   - folder: a book that was served before; nothing means a new copy of the demo.
    ///   - sandbox: plays the partners that have no gateway; nothing leaves them without a line.
    ///   - logPath: where the log goes; nothing drops it.
    init(
        folder: TemporaryFolder? = nil, clock: TestClock = TestClock(),
        sandbox: (any PartnerGateway)? = SandboxPartner(timeoutMilliseconds: 20),
        logPath: String = "/dev/null", publicURL: String? = nil
    ) throws {
        let folder = try folder ?? DemoNetwork.copy()
        let descriptor = open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw TestFailure("\(logPath) cannot be opened") }
        logDescriptor = descriptor
        log = Log(level: .debug, descriptor: descriptor)
        book = try Book(path: folder.path) { clock.now }
        service = try Service(
            book: book, configuration: HTTPServerConfiguration(), log: log, sandbox: sandbox,
            publicURL: publicURL)
        port = try service.start()
        self.folder = folder
        self.clock = clock
    }

    deinit { stop() }

    /// Stops as a signal would; a second call does nothing.
    func stop() {
        let wasStopped = isStopped.withLock { stopped in
            defer { stopped = true }
            return stopped
        }
        guard !wasStopped else { return }
        service.stop()
        log.end()
        close(logDescriptor)
    }

    func client() throws -> APIClient { try APIClient(port: port) }

    /// A client that is signed in; an operator signs in at the first terminal of its station.
    func client(of staff: String) throws -> APIClient {
        let client = try client()
        try client.signIn(staff)
        return client
    }

    /// An operator who holds the first till of its station.
    func counter(of staff: String = "OP000101") throws -> APIClient {
        let client = try client(of: staff)
        let till = "S" + staff.dropFirst(2).prefix(4) + "-C1"
        let answer = try client.post("/v1/shifts", ["till_id": .string(till)])
        guard answer.status == 201 else { throw TestFailure("sign-on: \(answer)") }
        return client
    }

    /// How many rows the tables have that a request can write.
    func counts() throws -> [String: Int64] {
        try book.readers.read { connection in
            var counts: [String: Int64] = [:]
            for table in Self.tables {
                counts[table] = try connection.prepare(computed: "SELECT count(*) FROM \(table)")
                    .first { $0.integer(0) }
            }
            return counts
        }
    }

    private static let tables = [
        "journal_entry", "posting", "service_transaction", "idempotency_key", "bill_quote",
        "ticket_reservation", "withdrawal", "shift", "settlement_file", "session",
        "receipt_print", "authorisation", "basket", "terminal_batch", "terminal_sequence",
        "cash_count", "cash_transfer", "till_difference", "handover", "till_limit", "staff_event",
        "card_inquiry", "bank_order", "partner_call", "settlement_key",
        "partner_file", "settlement_delivery", "settlement_acknowledgement",
        "acknowledgement_file", "reconciliation", "settlement_exception", "settlement_resolution",
        "exception_event",
    ]
}

/// A clock that stands still until it is told otherwise.
final class TestClock: Sendable {
    private let instant: Mutex<Instant>

    /// - Parameter start: ten in the morning of the demo's business date unless given.
    init(
        start: Instant = ZoneOffset.china.midnight(startOf: DemoNetwork.businessDate)
            .adding(milliseconds: 10 * 3_600_000)
    ) {
        instant = Mutex(start)
    }

    var now: Instant { instant.withLock { $0 } }

    func advance(minutes: Int64) {
        instant.withLock { $0 = $0.adding(milliseconds: minutes * 60_000) }
    }
}

/// A partner that answers posts when the test says so.
final class HeldPartner: PartnerGateway {
    /// How long a test waits for the partner to be asked, and the partner for the test, in seconds.
    static let patienceSeconds = 20

    private let partner = SandboxPartner(timeoutMilliseconds: 20)
    private let asked = DispatchSemaphore(value: 0)
    private let released = DispatchSemaphore(value: 0)

    func post(_ post: PartnerPost) -> PartnerPostAnswer {
        asked.signal()
        guard released.wait(timeout: .now() + .seconds(Self.patienceSeconds)) == .success else {
            return .unknown(PartnerFailure(kind: .timeout, detail: "the test did not answer"))
        }
        return partner.post(post)
    }

    func inquire(_ inquiry: PartnerInquiry) -> PartnerInquiryAnswer { partner.inquire(inquiry) }
    func query(_ query: PartnerQuery) -> PartnerQueryAnswer { partner.query(query) }
    func reverse(_ reversal: PartnerReversal) -> PartnerReversalAnswer {
        partner.reverse(reversal)
    }

    /// Waits until one more post has come.
    func waitUntilAsked() throws {
        guard asked.wait(timeout: .now() + .seconds(Self.patienceSeconds)) == .success else {
            throw TestFailure("the partner was not asked")
        }
    }

    /// Lets one post be answered.
    func release() { released.signal() }
}
