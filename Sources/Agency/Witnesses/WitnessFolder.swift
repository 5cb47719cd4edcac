import Foundation

/// A folder for exports that is removed with its last user.
final class WitnessFolder: Sendable {
    let path: String

    /// - Throws: `WitnessError.unusable`.
    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("agencypos-witness-\(UUID().uuidString)").path
        do {
            // The export tells what people paid: it is for this user only.
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw WitnessError.unusable(path: path, reason: "the folder cannot be made")
        }
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            FileHandle.standardError.write(
                Data("agencypos: \(path) cannot be removed; remove it\n".utf8))
        }
    }
}
