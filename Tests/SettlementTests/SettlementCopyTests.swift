import Foundation
import Testing

@testable import Settlement

/// A released file and its sidecar, put into another folder too.
@Suite struct SettlementCopyTests {
    private static func folders() throws -> (source: TemporaryFolder, target: TemporaryFolder) {
        let source = try TemporaryFolder()
        for name in names { try source.put(Example.bytes(name), as: name) }
        return (source, try TemporaryFolder())
    }

    private static let names = [Example.firstName, Example.firstName + ".hmac"]

    private static func copy(
        _ folders: (source: TemporaryFolder, target: TemporaryFolder),
        access: SettlementAccess = .group, disk: DiskCalls = DiskCalls()
    ) throws -> SettlementCandidate.Outcome {
        try SettlementFolder.copy(
            SettlementFileName(Example.firstName), from: folders.source.path,
            to: folders.target.path, access: access, disk: disk)
    }

    @Test("both arrive byte for byte, once", arguments: [SettlementAccess.owner, .group])
    func whole(access: SettlementAccess) throws {
        let folders = try Self.folders()
        #expect(try Self.copy(folders, access: access) == .released)
        #expect(try Self.copy(folders, access: access) == .releasedBefore)
        #expect(try folders.target.names() == Self.names)
        for name in Self.names {
            #expect(try folders.target.bytes(name) == Example.bytes(name))
            let attributes = try FileManager.default.attributesOfItem(
                atPath: folders.target.path + "/" + name)
            #expect(
                (attributes[.posixPermissions] as? NSNumber)?.uint16Value == UInt16(access.mode))
        }
    }

    @Test(
        "a disk that does not confirm leaves nothing hidden, and the next try completes it",
        arguments: 1...4)
    func unconfirmed(failingCall: Int) throws {
        let folders = try Self.folders()
        var disk = DiskCalls()
        var callCount = 0
        disk.synchronize = { number in
            callCount += 1
            guard callCount == failingCall else { return fsync(number) }
            errno = EIO
            return -1
        }
        #expect(throws: SettlementError.self) { try Self.copy(folders, disk: disk) }
        // File, sidecar, folder before the file's name, folder after it.
        let names = try folders.target.names()
        switch failingCall {
        case 1, 2: #expect(names == [])
        case 3: #expect(names == [Self.names[1]])
        case _: #expect(names == Self.names)
        }
        #expect(try Self.copy(folders) == (failingCall == 4 ? .releasedBefore : .released))
        for name in Self.names {
            #expect(try folders.target.bytes(name) == Example.bytes(name))
        }
    }

    @Test("a full disk leaves nothing", arguments: [0, 1, 700, 1_500])
    func full(freeBytes: Int) throws {
        let folders = try Self.folders()
        var disk = DiskCalls()
        var free = freeBytes
        disk.write = { number, bytes, count in
            guard free > 0 else {
                errno = ENOSPC
                return -1
            }
            let done = write(number, bytes, min(count, free))
            free -= done
            return done
        }
        #expect(throws: SettlementError.self) { try Self.copy(folders, disk: disk) }
        #expect(try folders.target.names() == [])
    }

    @Test("other bytes under the name stay as they are") func differs() throws {
        let folders = try Self.folders()
        try folders.target.put("other".utf8, as: Self.names[0])
        #expect(throws: SettlementError.releasedFileDiffers(name: Self.names[0])) {
            try Self.copy(folders)
        }
        #expect(try folders.target.names() == [Self.names[0]])
        #expect(try folders.target.bytes(Self.names[0]) == Array("other".utf8))
        try FileManager.default.removeItem(atPath: folders.target.path + "/" + Self.names[0])
        try folders.target.put("other".utf8, as: Self.names[1])
        #expect(throws: SettlementError.releasedSidecarDiffers(name: Self.names[1])) {
            try Self.copy(folders)
        }
        #expect(try folders.target.names() == [Self.names[1]])
    }

    @Test("what is missing, or another file's, is not copied", arguments: [0, 1])
    func missing(index: Int) throws {
        let folders = try Self.folders()
        try FileManager.default.removeItem(atPath: folders.source.path + "/" + Self.names[index])
        #expect(throws: SettlementError.self) { try Self.copy(folders) }
        try folders.source.put(Example.bytes(Example.secondName + ".hmac"), as: Self.names[1])
        #expect(throws: SettlementError.self) { try Self.copy(folders) }
        #expect(try folders.target.names() == [])
    }
}
