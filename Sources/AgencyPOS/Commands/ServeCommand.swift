import Agency
import CivilTime
import Foundation
import HTTPServer
import PartnerAPI
import SQL

/// Serves a book over HTTP until a signal ends it.
enum ServeCommand: Command {
    /// How long requests under way may take to finish at shut-down, in seconds.
    static let drainDeadlineSeconds = 10
    /// Threads for reads and day close.
    static let workerCount = 4
    /// Reads that may wait for a thread.
    static let maximumQueuedWork = 1_024
    /// Sign-ins that may wait for their thread.
    static let maximumQueuedSignIns = 64
    /// Each may have 12 MiB of body.
    static let maximumQueuedUploads = 8

    static let name = "serve"
    static let abstract = "serve the REST API on a loopback or private address"
    static let discussion = """
        Serves the book of the data folder. SIGTERM or SIGINT stops accepting, answers what is
        under way, commits and closes; a second signal ends at once. Log lines are JSON objects on
        standard error. The first line on standard output is `listening on http://HOST:PORT`.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(name: "--host", value: "ADDRESS", help: "default: 127.0.0.1"),
        Arguments.Option(
            name: "--port", value: "N", help: "0 takes a free one (default: 8080)"),
        Arguments.Option(
            name: "--public-url", value: "URL",
            help: "what the links on receipts begin with (default: http://ADDRESS:PORT)"),
        Arguments.Option(
            name: "--log-level", value: "LEVEL",
            help: "debug, info, warning or error (default: info)"),
        Arguments.Option(
            name: "--sandbox",
            help: "play the partners that have no gateway; for demonstrations only"),
    ]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        var configuration = HTTPServerConfiguration()
        configuration.host = arguments.text("--host", default: "127.0.0.1")
        configuration.port = UInt16(
            try arguments.integer("--port", default: 8080, in: 0...65_535))
        guard let level = Log.Level(name: arguments.text("--log-level", default: "info")) else {
            throw CommandError.usage("--log-level must be debug, info, warning or error")
        }
        let publicURL = try arguments.publicURL()
        let signals = ShutdownSignals()
        let log = Log(level: level)
        defer { log.end() }
        let book = try Book(
            path: arguments.text("--data", default: Arguments.Option.defaultData),
            report: { log.warning($0) })
        let service = try Service(
            book: book, configuration: configuration, log: log,
            sandbox: arguments.has("--sandbox") ? SandboxPartner() : nil, publicURL: publicURL)
        let port = try service.start()
        // A pipe buffers standard output; whoever waits for this line must get it now.
        print("listening on http://\(configuration.host):\(port)")
        fflush(nil)
        signals.wait()
        service.stop()
    }
}

/// A running server: the book and everything that serves it, started and stopped in order.
struct Service: Sendable {
    private let book: Book
    private let server: HTTPServer
    private let desk: WithdrawalDesk
    private let partners: PartnerDesk
    private let inquiries: BalanceInquiryDesk
    private let stockDesk: StockDesk
    private let releaser: SettlementReleaser
    private let watcher: InboxWatcher
    private let workers: WorkerPool
    private let signInWorkers: WorkerPool
    private let uploadWorkers: WorkerPool
    private let log: Log
    private let isSandbox: Bool
    /// The partners that have no line.
    private let unreachable: [String]
    private let host: String
    private let publicAddress: PublicAddress

    init(
        book: Book, configuration: HTTPServerConfiguration, log: Log,
        activator: (any StockActivator)? = nil, sandbox: (any PartnerGateway)? = nil,
        publicURL: String? = nil
    ) throws {
        host = configuration.host
        publicAddress = PublicAddress(publicURL)
        var configuration = configuration
        configuration.readableHeaders.append(Call.terminalNumberHeader)
        self.book = book
        self.log = log
        let lines = try book.partnerLines(sandbox: sandbox)
        isSandbox = sandbox != nil
        unreachable = book.partnerCodes.filter { lines[$0] == nil }
        desk = WithdrawalDesk(writer: book.writer, lines: lines) { log.warning($0) }
        partners = PartnerDesk(writer: book.writer, lines: lines) { log.warning($0) }
        inquiries = BalanceInquiryDesk(writer: book.writer, lines: lines)
        stockDesk = StockDesk(
            writer: book.writer, activator: activator ?? GatewayActivator(lines: lines)
        ) { log.warning($0) }
        releaser = SettlementReleaser(exchange: SettlementExchange(book: book), log: log)
        let inbox = PartnerInbox(book: book)
        watcher = InboxWatcher(book: book, inbox: inbox, log: log)
        workers = try WorkerPool(
            threadCount: ServeCommand.workerCount,
            maximumQueueLength: ServeCommand.maximumQueuedWork, name: "worker")
        signInWorkers = try WorkerPool(
            threadCount: 1, maximumQueueLength: ServeCommand.maximumQueuedSignIns,
            name: "sign-in")
        uploadWorkers = try WorkerPool(
            threadCount: 1, maximumQueueLength: ServeCommand.maximumQueuedUploads, name: "upload")
        // A connection of its own: the server's loop must not wait for reports to end.
        let sessionReaders = ReaderPool(path: book.folder.databasePath, maximumConnections: 1)
        let api = API(
            book: book, desk: desk, partners: partners, inquiries: inquiries,
            stockDesk: stockDesk,
            releaser: releaser, inbox: inbox,
            batches: TerminalBatchDesk(readers: book.readers, writer: book.writer),
            sessions: SessionCache(readers: sessionReaders), workers: workers,
            signInWorkers: signInWorkers, uploadWorkers: uploadWorkers, log: log,
            publicAddress: publicAddress)
        server = try HTTPServer(
            configuration: configuration, router: api.router(),
            errorResponse: { fault, requestID in
                Problem(fault).response(requestID: requestID)
            },
            observer: { log.add(request: $0) })
    }

    /// Resolves what a crash left, then listens.
    ///
    /// - Returns: the port.
    func start() throws -> UInt16 {
        try desk.resolveInterrupted()
        try partners.resolveInterrupted()
        try inquiries.resolveInterrupted()
        try stockDesk.resolveInterrupted()
        // What a crash left; a file that is held back does not keep the counters shut.
        releaser.release()
        watcher.start()
        let server = server
        book.writer.aroundCompletions(
            begin: { server.holdAnswers() }, end: { server.releaseAnswers() })
        let port = try server.start()
        publicAddress.setDefault(host: host, port: port)
        if isSandbox { log.warning("the sandbox plays the partners that have no gateway") }
        if !unreachable.isEmpty {
            log.warning(
                "partners have no gateway: nothing is asked of them",
                ["partners": unreachable.joined(separator: " ")])
        }
        log.info("serving", ["port": String(port), "version": VersionCommand.version])
        return port
    }

    /// Answers what is under way, commits, checkpoints and closes.
    func stop() {
        log.info("stopping")
        server.stop(drainDeadlineSeconds: ServeCommand.drainDeadlineSeconds)
        stockDesk.stop()
        partners.stop()
        workers.drain()
        signInWorkers.drain()
        uploadWorkers.drain()
        releaser.stop()
        watcher.stop()
        book.close()
        // The writer must not keep the server, which keeps the book, which keeps the writer.
        book.writer.aroundCompletions(begin: {}, end: {})
        log.info("stopped")
    }
}

extension Log {
    /// Adds a line for an answered request; the route's pattern stands for its path.
    func add(request record: RequestRecord) {
        add(.info, "request") { writer in
            writer.field("request_id", record.id)
            writer.field("method", record.method)
            writer.field("route", record.pattern)
            writer.field("status", record.status)
            writer.field("duration_us", record.durationMicroseconds)
            writer.field("bytes_in", record.receivedBytes)
            writer.field("bytes_out", record.sentBytes)
            writer.field("remote", record.remoteAddress)
        }
    }
}

/// Waits for the signals that end a server; the second one ends the process at once.
final class ShutdownSignals: Sendable {
    private let arrived = DispatchSemaphore(value: 0)

    /// Blocks the signals in this thread and every thread made after it.
    init() {
        var signals = Self.signals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let thread = Thread { [arrived] in
            var signals = Self.signals
            var signal: Int32 = 0
            sigwait(&signals, &signal)
            arrived.signal()
            sigwait(&signals, &signal)
            _exit(128 + signal)
        }
        thread.name = "signals"
        thread.start()
    }

    /// Waits for the first signal.
    func wait() {
        arrived.wait()
    }

    /// Waits for the first signal, but not longer than some seconds.
    ///
    /// - Returns: whether it has come; it then has for every later call.
    func wait(seconds: Int) -> Bool {
        guard arrived.wait(timeout: .now() + .seconds(seconds)) == .success else { return false }
        arrived.signal()
        return true
    }

    private static var signals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        return signals
    }
}
