import CSQLite
import SQL
import Synchronization

/// A disk for tests that fails when it is told to, and that loses power.
///
/// It stands between SQLite and the machine's files, below the page checksums. Each write, sync,
/// truncation, opening, deletion and mapping is an operation with a number, counted from 1.
public final class FaultyDisk: Sendable {
    /// How an operation fails.
    public enum Failure: String, CaseIterable, Sendable {
        /// Once for want of space, nothing written.
        case full
        /// Once with an I/O error, nothing written.
        case broken
        /// Once for want of space, with the first half written.
        case short
        /// For want of space, this one and every later one.
        case fullForGood
        /// With an I/O error, this one and every later one.
        case brokenForGood
        /// The power fails: from here on nothing is written, and what was not synced is at risk.
        case powerCut

        /// Whether the disk stays as it is then, until it is healed.
        public var isForGood: Bool {
            switch self {
            case .full, .broken, .short: false
            case .fullForGood, .brokenForGood, .powerCut: true
            }
        }

        var isFull: Bool {
            switch self {
            case .full, .short, .fullForGood: true
            case .broken, .brokenForGood, .powerCut: false
            }
        }
    }

    /// What is asked of the disk.
    enum Operation {
        case write, sync, truncate, open, delete, map
    }

    private struct State {
        var operationCount = 0
        var failure: (number: Int, failure: Failure)?
        var images: [String: FileImage] = [:]
    }

    private static let registered = Atomic(0)

    /// Its name among SQLite's file systems.
    let name: String
    private let state = Mutex(State())

    /// Registers the disk with SQLite, for the life of the process: use one for many runs.
    public init() {
        name = "faulty-\(Self.registered.add(1, ordering: .relaxed).newValue)"
        registerWithSQLite()
    }

    /// What connections to this disk are opened with.
    public var fileSystem: FileSystem { .checksummed(over: name) }

    /// Operations since the disk was armed or healed last.
    public var operationCount: Int { state.withLock { $0.operationCount } }

    /// Whether the operation that was to fail was reached.
    public var hasFailed: Bool {
        state.withLock { state in state.failure.map { $0.number <= state.operationCount } ?? false }
    }

    /// Makes an operation fail; counting starts at 1 again.
    public func arm(_ failure: Failure, at number: Int) {
        state.withLock {
            $0.operationCount = 0
            $0.failure = (number, failure)
        }
    }

    /// Nothing fails any more; counting starts at 1 again.
    public func heal() {
        state.withLock {
            $0.operationCount = 0
            $0.failure = nil
        }
    }

    /// Forgets the files of an earlier run.
    public func forgetFiles() {
        state.withLock { $0.images = [:] }
    }

    /// The paths of the files that were opened; what never was is as it lies on the machine's disk.
    public var openedPaths: Set<String> { state.withLock { Set($0.images.keys) } }

    /// What a power cut at this moment leaves of each file, by its path.
    ///
    /// Of what was not synced, some is there, some is not, and some is torn between sectors.
    public func filesAfterPowerCut(
        _ numbers: inout some RandomNumberGenerator
    ) -> [String: [UInt8]] {
        let images = state.withLock { $0.images }
        var files: [String: [UInt8]] = [:]
        for path in images.keys.sorted() {
            files[path] = images[path]?.afterPowerCut(&numbers)
        }
        return files
    }

    // MARK: - For the files

    /// Counts an operation.
    ///
    /// - Returns: how it fails, if it does.
    func begin(_ operation: Operation) -> (code: Int32, isHalfDone: Bool)? {
        let failure = state.withLock { state -> Failure? in
            state.operationCount += 1
            guard let (number, failure) = state.failure else { return nil }
            let isHit =
                state.operationCount == number
                || (failure.isForGood && state.operationCount > number)
            return isHit ? failure : nil
        }
        guard let failure else { return nil }
        return (Self.code(operation, failure), failure == .short)
    }

    /// Remembers a file, of which `read` gives what it holds now, unless it is known.
    func open(_ path: String, read: () -> [UInt8]?) {
        state.withLock { state in
            if state.images[path] == nil { state.images[path] = FileImage(durable: read()) }
        }
    }

    func note(_ change: FileImage.Change, _ path: String) {
        state.withLock { $0.images[path]?.add(change) }
    }

    /// A file that is deleted for certain leaves nothing; one that is not may come back.
    func noteDeletion(_ path: String, isSynced: Bool) {
        state.withLock { state in
            if isSynced {
                state.images[path] = FileImage(durable: nil)
            } else {
                state.images[path]?.add(.delete)
            }
        }
    }

    /// - Parameter isWithFolder: for a new journal or log SQLite syncs the folder as well.
    func noteSync(_ path: String, isWithFolder: Bool) {
        state.withLock { state in
            if isWithFolder, let image = state.images[path], image.durable == nil {
                for other in state.images.keys { state.images[other]?.settleDeletion() }
            }
            state.images[path]?.sync()
        }
    }

    // The codes that SQLite's own file system gives; the extended ones are expressions in C.
    private static func code(_ operation: Operation, _ failure: Failure) -> Int32 {
        switch operation {
        case .write: failure.isFull ? SQLITE_FULL : SQLITE_IOERR | (3 << 8)
        case .sync: SQLITE_IOERR | (4 << 8)
        case .truncate: SQLITE_IOERR | (6 << 8)
        case .open: SQLITE_CANTOPEN
        case .delete: SQLITE_IOERR | (10 << 8)
        case .map: failure.isFull ? SQLITE_IOERR | (19 << 8) : SQLITE_IOERR | (21 << 8)
        }
    }
}
