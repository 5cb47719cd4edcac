import Foundation
import Testing

@testable import HTTPClient

/// TLS against Python's implementation, with a certificate made by `openssl` for the test.
@Suite struct SecureConnectionTests {
    @Test func `a certificate of the authority that is trusted is taken`() throws {
        let server = try SecureServer()
        defer { server.stop() }
        var configuration = HTTPClientTests.configuration()
        configuration.authorityPath = server.certificatePath
        let client = try HTTPClient(configuration: configuration)
        for text in ["one", "two"] {
            let request = HTTPClientRequest(
                url: "https://127.0.0.1:\(server.port)/", headers: [], body: Array(text.utf8))
            #expect(try client.post(request).body == Array(text.utf8))
        }
    }

    @Test(
        "a certificate that is not trusted gets no request", arguments: ["127.0.0.1", "localhost"])
    func untrusted(_ host: String) throws {
        let server = try SecureServer()
        defer { server.stop() }
        var configuration = HTTPClientTests.configuration()
        // The address is trusted by nobody; the name is not in the certificate.
        if host == "localhost" { configuration.authorityPath = server.certificatePath }
        let client = try HTTPClient(configuration: configuration)
        let request = HTTPClientRequest(
            url: "https://\(host):\(server.port)/", headers: [], body: [1])
        let error = #expect(throws: HTTPClientError.self) { try client.post(request) }
        guard case .notSent(.security, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `an authority file that is not there gets no request`() throws {
        var configuration = HTTPClientTests.configuration()
        configuration.authorityPath = "/nonexistent/authority.pem"
        let server = try SecureServer()
        defer { server.stop() }
        let client = try HTTPClient(configuration: configuration)
        let request = HTTPClientRequest(
            url: "https://127.0.0.1:\(server.port)/", headers: [], body: [1])
        let error = #expect(throws: HTTPClientError.self) { try client.post(request) }
        #expect(error?.isCertainlyNotSent == true)
    }
}

/// Answers each POST over TLS with its own body.
private final class SecureServer {
    let port: UInt16
    let certificatePath: String
    private let process = Process()
    private let folder: URL

    private static let program = """
        import http.server, ssl, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *arguments): pass
        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            def handle_error(self, *arguments): pass
        server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("agencypos-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificatePath = folder.path + "/certificate.pem"
        let keyPath = folder.path + "/key.pem"
        let making = Process()
        making.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        making.arguments = [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", keyPath, "-out",
            certificatePath, "-days", "2", "-subj", "/CN=test", "-addext",
            "subjectAltName=IP:127.0.0.1",
        ]
        making.standardError = FileHandle.nullDevice
        try making.run()
        making.waitUntilExit()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.program, certificatePath, keyPath]
        process.standardOutput = output
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            line += String(decoding: data, as: UTF8.self)
        }
        port = try #require(UInt16(line.dropLast()), "the server said \(line)")
    }

    func stop() {
        // Not SIGTERM: the child inherits the signals that the test's thread blocks.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            print("left behind: \(folder.path): \(error)")
        }
    }
}
