import Synchronization

/// Collects hashes that several threads make.
final class PINHashes: Sendable {
    private let results = Mutex<[String: Result<String, any Error>]>([:])

    func add(_ staffCode: String, _ hash: Result<String, any Error>) {
        results.withLock { $0[staffCode] = hash }
    }

    /// - Throws: the first failure.
    func all() throws -> [String: String] {
        try results.withLock { $0 }.mapValues { try $0.get() }
    }
}
