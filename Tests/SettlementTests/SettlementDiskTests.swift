import Cryptography
import Foundation
import Testing

@testable import Settlement

@Suite struct SettlementDiskTests {
    @Test("few bytes at a time and interruptions give the same file", arguments: [1, 7, 4_096])
    func shortWrites(limitBytes: Int) throws {
        let folder = try TemporaryFolder()
        var disk = DiskCalls()
        var callCount = 0
        disk.write = { number, bytes, count in
            callCount += 1
            if callCount.isMultiple(of: 3) {
                errno = EINTR
                return -1
            }
            return write(number, bytes, min(count, limitBytes))
        }
        try Self.candidate(in: folder, disk).release()
        for name in [Example.firstName, Example.firstName + ".hmac"] {
            #expect(try folder.bytes(name) == Example.bytes(name))
        }
    }

    /// How many bytes there is room for: of the file, or of file and sidecar, less some.
    enum Room: CaseIterable {
        case none, oneByte, halfAFile, fileLessOne, file, fileAndSidecarLessOne

        func byteCount(file: Int, sidecar: Int) -> Int {
            switch self {
            case .none: 0
            case .oneByte: 1
            case .halfAFile: file / 2
            case .fileLessOne: file - 1
            case .file: file
            case .fileAndSidecarLessOne: file + sidecar - 1
            }
        }
    }

    @Test("a disk that is full at any byte leaves nothing", arguments: Room.allCases)
    func full(room: Room) throws {
        let folder = try TemporaryFolder()
        let freeBytes = room.byteCount(
            file: try Example.bytes(Example.firstName).count,
            sidecar: try Example.bytes(Example.firstName + ".hmac").count)
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
        Self.expectFailure(.write, ENOSPC) { _ = try Self.candidate(in: folder, disk) }
        #expect(try folder.names().isEmpty)
    }

    @Test("the kernel's own full device is told apart from success") func fullDevice() throws {
        let folder = try TemporaryFolder()
        let device = open("/dev/full", O_WRONLY | O_CLOEXEC)
        try #require(device >= 0)
        defer { close(device) }
        var disk = DiskCalls()
        disk.write = { _, bytes, count in write(device, bytes, count) }
        Self.expectFailure(.write, ENOSPC) { _ = try Self.candidate(in: folder, disk) }
        #expect(try folder.names().isEmpty)
    }

    @Test("a failure while writing details is final") func final() throws {
        let folder = try TemporaryFolder()
        var disk = DiskCalls()
        disk.write = { _, _, _ in
            errno = EIO
            return -1
        }
        let writer = try SettlementFileWriter(
            folder: folder.path, header: Example.header(), key: Example.key(), disk: disk)
        let detail = try Example.detail()
        Self.expectFailure(.write, EIO) {
            for _ in 0..<10_000 { try writer.append(detail) }
        }
        disk.write = { write($0, $1, $2) }
        Self.expectFailure(.write, EIO) { try writer.append(detail) }
        Self.expectFailure(.write, EIO) { _ = try writer.finish() }
        #expect(try folder.names().isEmpty)
    }

    @Test("a disk that does not confirm leaves nothing visible", arguments: 1...4)
    func unconfirmed(failingCall: Int) throws {
        let folder = try TemporaryFolder()
        var disk = DiskCalls()
        var callCount = 0
        disk.synchronize = { number in
            callCount += 1
            if callCount == failingCall {
                errno = EIO
                return -1
            }
            return fsync(number)
        }
        Self.expectFailure(.synchronize, EIO) {
            try Self.candidate(in: folder, disk).release()
        }
        // File, sidecar, folder before the file's name, folder after it.
        let names = try folder.names()
        switch failingCall {
        case 1, 2: #expect(names.isEmpty)
        case 3: #expect(names == [Example.firstName + ".hmac"])
        case _: #expect(names == [Example.firstName, Example.firstName + ".hmac"])
        }
        let again = try Self.candidate(in: folder, DiskCalls())
        #expect(try again.release() == (failingCall == 4 ? .releasedBefore : .released))
        #expect(try folder.bytes(Example.firstName) == Example.bytes(Example.firstName))
    }

    private static func candidate(
        in folder: TemporaryFolder, _ disk: DiskCalls
    ) throws -> SettlementCandidate {
        let writer = try SettlementFileWriter(
            folder: folder.path, header: Example.header(), key: Example.key(), disk: disk)
        for detail in try Example.details() { try writer.append(detail) }
        return try writer.finish()
    }

    private static func expectFailure(
        _ operation: SettlementOperation, _ code: Int32, _ body: () throws -> Void
    ) {
        do {
            try body()
            Issue.record("no failure")
        } catch SettlementError.systemFailure(let found, _, let foundCode) {
            #expect(found == operation && foundCode == code)
        } catch {
            Issue.record("failed for \(error)")
        }
    }
}
