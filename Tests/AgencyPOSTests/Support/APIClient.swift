import Foundation
import StrictJSON

/// A blocking HTTP/1.1 client on one connection, which sends what it is told and nothing else.
final class APIClient {
    /// How long an answer may take before the test fails, in seconds.
    static let timeoutSeconds = 20

    /// Sent with every request until it is emptied.
    var token: String?
    private let descriptor: Int32
    private var received: [UInt8] = []
    private var nextKey = 0

    init(port: UInt16) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw TestFailure("socket: \(errno)") }
        self.descriptor = descriptor
        var timeout = timeval(tv_sec: Self.timeoutSeconds, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout,
            socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            throw TestFailure("connect: \(errno)")
        }
    }

    deinit { close(descriptor) }

    // MARK: Requests

    func get(_ path: String) throws -> APIAnswer { try call("GET", path) }

    /// Sends a JSON body, with an idempotency key where one is given.
    func post(_ path: String, _ body: JSONValue, key: String? = nil) throws -> APIAnswer {
        try call("POST", path, body: body.encoded, headers: Self.headers(key: key))
    }

    /// Sends a request that has no body.
    func post(_ path: String, key: String? = nil) throws -> APIAnswer {
        try call("POST", path, headers: Self.headers(key: key))
    }

    /// Pays in at a blind biller with a fresh key.
    func payBlind(amountFen: Int64 = 1_000) throws -> APIAnswer {
        try post("/v1/bill-payments", .blindPayment(amountFen: amountFen), key: freshKey())
    }

    func call(
        _ method: String, _ path: String, body: [UInt8]? = nil,
        headers: [(name: String, value: String)] = []
    ) throws -> APIAnswer {
        try send(method, path, body: body, headers: headers)
        return try receive()
    }

    /// Sends a request without waiting for its answer.
    func send(
        _ method: String, _ path: String, body: [UInt8]? = nil,
        headers: [(name: String, value: String)] = []
    ) throws {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        try sendAll([UInt8]((head + "\r\n").utf8) + (body ?? []))
    }

    /// The next answer on the connection.
    func receive() throws -> APIAnswer {
        let end: [UInt8] = [13, 10, 13, 10]
        var headEnd = received.firstRange(of: end)
        while headEnd == nil {
            try receiveMore()
            headEnd = received.firstRange(of: end)
        }
        guard let headEnd else { throw TestFailure("no head") }
        let head = String(decoding: received[..<headEnd.lowerBound], as: UTF8.self)
        let lines = head.components(separatedBy: "\r\n")
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw TestFailure("no status line: \(lines[0])") }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...])
                .trimmingCharacters(in: .whitespaces)
        }
        received.removeFirst(headEnd.upperBound)
        let count = headers["content-length"].flatMap { Int($0) } ?? 0
        while received.count < count { try receiveMore() }
        let body = Array(received.prefix(count))
        received.removeFirst(count)
        return APIAnswer(status: status, headers: headers, body: body)
    }

    /// A key that this client has not used yet.
    func freshKey() -> String {
        nextKey += 1
        return "test-key-\(UUID().uuidString.prefix(8))-\(nextKey)"
    }

    // MARK: Signing in

    /// Signs in and keeps the token.
    func signIn(_ staff: String) throws {
        token = nil
        let answer = try post("/v1/sessions", .signIn(staff))
        guard answer.status == 201, let token = try answer.json()["token"]?.text else {
            throw TestFailure("sign-in of \(staff): \(answer)")
        }
        self.token = token
    }

    private static func headers(key: String?) -> [(name: String, value: String)] {
        let type = (name: "Content-Type", value: "application/json")
        guard let key else { return [type] }
        return [type, (name: "Idempotency-Key", value: key)]
    }

    private func sendAll(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw TestFailure("the server closed the connection") }
            sent += count
        }
    }

    private func receiveMore() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw TestFailure("no answer came: \(count) \(errno)") }
        received.append(contentsOf: buffer[..<count])
    }
}

/// What a server answered.
struct APIAnswer: Equatable, CustomStringConvertible {
    let status: Int
    /// By lower-case name.
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var description: String { "\(status) \(text.prefix(600))" }

    /// The body as JSON, of whatever size.
    func json() throws -> JSONValue {
        do {
            return try StrictJSONParser.parse(
                body,
                limits: JSONLimits(
                    maximumBytes: 16 << 20, maximumDepth: 64, maximumMembers: 4_096,
                    maximumElements: 100_000, maximumStringBytes: 1 << 20))
        } catch {
            throw TestFailure("no JSON: \(error) in \(description)")
        }
    }

    /// The code of a problem, without the prefix of its type.
    var problemCode: String? {
        guard headers["content-type"] == "application/problem+json" else { return nil }
        return member("type").map {
            $0.replacingOccurrences(of: "urn:agencypos:problem:", with: "")
        }
    }

    var problemField: String? { member("field") }

    // A body that is no JSON has no members; whoever expects one sees nothing.
    private func member(_ name: String) -> String? {
        do {
            return try json()[name]?.text
        } catch {
            return nil
        }
    }
}
