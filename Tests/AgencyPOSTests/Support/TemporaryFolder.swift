import Foundation
import Synchronization

/// A folder of a test, removed with its last user, or when the process ends.
final class TemporaryFolder: Sendable {
    let path: String

    private static let living = Mutex<Set<String>>([])
    private static let removalAtExit: Void = {
        atexit { TemporaryFolder.removeLeftovers() }
    }()

    /// - Parameter makesFolder: false when the folder is made by someone else, such as a copy.
    init(makesFolder: Bool = true) throws {
        _ = Self.removalAtExit
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("agencypos-test-\(UUID().uuidString)").path
        self.path = path
        if makesFolder {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }
        Self.living.withLock { _ = $0.insert(path) }
    }

    deinit {
        Self.living.withLock { _ = $0.remove(path) }
        Self.remove(path)
    }

    private static func removeLeftovers() {
        for path in living.withLock({ $0 }) { remove(path) }
    }

    private static func remove(_ path: String) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("left behind: \(path): \(error)")
        }
    }
}
