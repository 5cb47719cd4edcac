import Agency
import CivilTime
import Foundation
import StrictJSON

/// The demo network of `fixtures/demo`, loaded once for all tests and copied for each.
enum DemoNetwork {
    /// The first business date of the copies.
    static let businessDate = date("2026-11-21")
    static let travelDate = date("2026-11-22")
    /// Its partners, each of which gets a settlement file a day.
    static let partnerCount = 14

    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The first bill of the demo, and what its account owes.
    static let billAccount = "52000100000018"
    static let billAmountFen: Int64 = 10_089

    /// A new data folder with the demo network.
    static func copy() throws -> TemporaryFolder {
        let source = try template.get()
        let folder = try TemporaryFolder(makesFolder: false)
        try FileManager.default.copyItem(atPath: source.path, toPath: folder.path)
        return folder
    }

    static func pin(of staff: String) throws -> String {
        guard let pin = try credentials().userPINs.first(where: { $0.userID == staff }) else {
            throw TestFailure("nobody is \(staff)")
        }
        return pin.pin
    }

    static func secret(of terminal: String) throws -> String {
        let secrets = try credentials().terminalSecrets
        guard let secret = secrets.first(where: { $0.terminalID == terminal }) else {
            throw TestFailure("there is no terminal \(terminal)")
        }
        return secret.secretHex
    }

    static func credentials() throws -> DemoCredentialsFile {
        guard let credentials = try data.get().demoCredentials else {
            throw TestFailure("the demo has no credentials")
        }
        return credentials
    }

    static func fixture(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: repository + "/fixtures/" + name)))
    }

    private static let data = Result { try DataFolder.load(repository + "/fixtures/demo") }

    private static let template = Result {
        let folder = try TemporaryFolder()
        let loader = try NetworkLoader(path: folder.path) { _ in }
        _ = try loader.load(data.get(), openingOn: businessDate)
        return folder
    }

    private static func date(_ text: String) -> BusinessDate {
        guard let date = BusinessDate(text) else { preconditionFailure("\(text) is a date") }
        return date
    }
}

/// What a test expected and did not find.
struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
