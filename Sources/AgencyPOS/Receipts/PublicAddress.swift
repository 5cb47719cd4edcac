import Synchronization

/// Where customers reach the server: what is configured, or where it listens.
final class PublicAddress: Sendable {
    private let url: Mutex<String?>

    /// - Parameter url: without a slash at the end; nothing means where the server listens.
    init(_ url: String? = nil) {
        self.url = Mutex(url)
    }

    /// What links begin with.
    var base: String { url.withLock { $0 } ?? "http://127.0.0.1" }

    /// Takes the server's own address, unless another is configured.
    func setDefault(host: String, port: UInt16) {
        let host = host.contains(":") ? "[\(host)]" : host
        url.withLock { $0 = $0 ?? "http://\(host):\(port)" }
    }
}

extension Arguments {
    /// The longest address that fits on a receipt with the rest of its link, in bytes.
    static let maximumPublicURLBytes = 128

    /// The value of `--public-url` without a slash at its end, or nothing.
    func publicURL() throws -> String? {
        var url = text("--public-url", default: "")
        guard !url.isEmpty else { return nil }
        if url.hasSuffix("/") { url.removeLast() }
        let rest = url.hasPrefix("https://") ? url.dropFirst(8) : url.dropFirst(7)
        guard url.hasPrefix("https://") || url.hasPrefix("http://"),
            url.utf8.count <= Self.maximumPublicURLBytes, !rest.isEmpty,
            rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !rest.contains(where: { "?#\"<>\\ ".contains($0) })
        else {
            throw CommandError.usage(
                "--public-url must be http:// or https://, a host, and perhaps a port and a path: "
                    + "at most \(Self.maximumPublicURLBytes) ASCII characters")
        }
        return url
    }
}
