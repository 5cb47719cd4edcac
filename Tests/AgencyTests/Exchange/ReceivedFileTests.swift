import Cryptography
import Foundation
import Glibc
import Settlement
import Testing

@testable import Agency

@Suite struct ReceivedFileTests {
    /// A folder that goes when its test ends.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("received-\(UUID().uuidString)").path

        init() throws {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }

        deinit {
            do {
                try FileManager.default.removeItem(atPath: path)
            } catch {
                print("left: \(error)")
            }
        }

        func put(_ text: String, as name: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        }
    }

    @Test("a copy has the bytes, their digest and their number") func copied() throws {
        let folder = try Folder()
        let bytes = [UInt8](repeating: 7, count: 200_000)
        let made = try ReceivedFile.create(bytes, at: folder.path + "/a")
        #expect(made.digest == SHA256.hash(bytes) && made.byteCount == 200_000)
        let copy = try ReceivedFile.copy(
            folder.path + "/a", to: folder.path + "/b", limit: 200_000)
        #expect(copy.digest == made.digest && copy.byteCount == 200_000)
        #expect(try ReceivedFile.digest(of: folder.path + "/b") == made.digest)
        #expect(
            throws: SettlementError.fileTooLarge(name: "a", byteCount: 200_000, limit: 199_999)
        ) {
            try ReceivedFile.copy(folder.path + "/a", to: folder.path + "/c", limit: 199_999)
        }
        #expect(
            throws: SettlementError.systemFailure(operation: .create, name: "b", code: EEXIST)
        ) {
            try ReceivedFile.create(bytes, at: folder.path + "/b")
        }
    }

    @Test("neither a pipe nor a folder nor a link is taken for a file", arguments: [0, 1, 2])
    func places(kind: Int) throws {
        let folder = try Folder()
        try folder.put("text", as: "file")
        let path = folder.path + "/x"
        let outcome =
            switch kind {
            case 0: mkfifo(path, 0o600)
            case 1: mkdir(path, 0o700)
            case _: symlink(folder.path + "/file", path)
            }
        #expect(outcome == 0)
        #expect(throws: SettlementError.fileNotRegular(name: "x")) {
            try ReceivedFile.copy(path, to: folder.path + "/y", limit: 100)
        }
        #expect(throws: SettlementError.fileNotRegular(name: "x")) {
            try ReceivedFile.digest(of: path)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/y"))
    }

    @Test("what was copied is known again, and another file under its name is not") func identity()
        throws
    {
        let folder = try Folder()
        try folder.put("first", as: "a")
        let path = folder.path + "/a"
        func copied(_ name: String) throws -> ReceivedFile.Identity {
            try ReceivedFile.copy(path, to: folder.path + "/" + name, limit: 100).original
        }
        let first = try copied("1")
        #expect(ReceivedFile.Identity(path) == first)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data("more".utf8))
        try file.close()
        #expect(ReceivedFile.Identity(path) != first)
        let second = try copied("2")
        try folder.put("firstmore", as: "b")
        #expect(rename(folder.path + "/b", path) == 0)
        #expect(ReceivedFile.Identity(path) != nil && ReceivedFile.Identity(path) != second)
        #expect(unlink(path) == 0)
        #expect(ReceivedFile.Identity(path) == nil)
    }
}
