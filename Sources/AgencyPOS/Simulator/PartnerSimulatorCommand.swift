import Cryptography
import Foundation
import HTTPServer
import PartnerAPI

/// Serves the partners' protocol as a partner would, or as it should not.
enum PartnerSimulatorCommand: Command {
    /// How long requests under way may take to finish at shut-down, in seconds.
    static let drainDeadlineSeconds = 1

    static let name = "partner-simulator"
    static let abstract = "be a partner, for tests and demonstrations, well-behaved or not"
    static let discussion = """
        Serves the protocol of docs/partner-api.md on 127.0.0.1. The first line on standard output
        is `listening on http://127.0.0.1:PORT`. POST /simulator/behaviour tells it how to behave,
        GET /simulator/bookings what it has booked; both are unsigned. SIGTERM or SIGINT ends it.
        """
    static let options: [Arguments.Option] = [
        Arguments.Option(name: "--port", value: "N", help: "0 takes a free one (default: 0)"),
        Arguments.Option(name: "--key-id", value: "ID", help: "the id of the key (default: TEST1)"),
        Arguments.Option(
            name: "--key-file", value: "FILE", help: "the key in hexadecimal digits; required"),
        Arguments.Option(
            name: "--accounts", value: "FILE",
            help: "customers and goods; without it every account exists"),
        Arguments.Option(
            name: "--state", value: "FILE", help: "keeps the bookings over a restart"),
        Arguments.Option(
            name: "--seed", value: "N", help: "for references and made-up bills (default: 1)"),
    ]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        var configuration = HTTPServerConfiguration()
        configuration.port = UInt16(try arguments.integer("--port", default: 0, in: 0...65_535))
        PartnerSimulator.configure(&configuration)
        let seed = UInt64(try arguments.integer("--seed", default: 1, in: 0...Int.max))
        let keyPath = try arguments.required("--key-file")
        let key = try key(id: arguments.text("--key-id", default: "TEST1"), path: keyPath)
        let accounts = try arguments.text("--accounts").map {
            try SimulatorAccounts(path: $0, seed: seed)
        }
        let simulator = PartnerSimulator(
            book: try SimulatorBook(
                accounts: accounts ?? SimulatorAccounts(seed: seed), seed: seed,
                statePath: arguments.text("--state")),
            keys: [key])
        let signals = ShutdownSignals()
        let server = try HTTPServer(
            configuration: configuration, router: simulator.router(),
            errorResponse: { fault, _ in HTTPResponse(status: fault.status) }, observer: { _ in })
        let port = try server.start()
        // A pipe buffers standard output; whoever waits for this line must get it now.
        print("listening on http://\(configuration.host):\(port)")
        fflush(nil)
        signals.wait()
        server.stop(drainDeadlineSeconds: drainDeadlineSeconds)
    }

    private static func key(id: String, path: String) throws -> SigningKey {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw CommandError(
                message: "\(path) cannot be read; name the file with the key", code: .unusable)
        }
        guard let key = SymmetricKey(hex: text.trimmingCharacters(in: .whitespacesAndNewlines)),
            let signing = SigningKey(id: id, key: key)
        else {
            throw CommandError(
                message: "\(path) with id \(id) is no key; give 32 or more hexadecimal digits, and "
                    + "an id of A-Z a-z 0-9 . _ -",
                code: .unusable)
        }
        return signing
    }
}
