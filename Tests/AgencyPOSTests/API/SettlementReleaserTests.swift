import Agency
import Foundation
import Synchronization
import Testing

@testable import AgencyPOS

@Suite struct SettlementReleaserTests {
    @Test func `what is held back is told once, and tried again until it is released`() throws {
        let server = try LiveServer()
        let logPath = server.folder.path + "/releases.log"
        let handle = try #require(try Self.log(at: logPath))
        let retries = Mutex<[@Sendable () -> Void]>([])
        let releaser = SettlementReleaser(
            exchange: SettlementExchange(book: server.book),
            log: Log(level: .info, descriptor: handle.fileDescriptor)
        ) { milliseconds, work in
            #expect(milliseconds == SettlementReleaser.retryMilliseconds)
            retries.withLock { $0.append(work) }
        }
        // A file stands where the folder of what is kept should be.
        let obstacle = server.book.folder.sentFolder(partnerCode: "WATER01")
        try FileManager.default.createDirectory(
            atPath: (obstacle as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: obstacle))
        _ = try server.book.writer.perform { try $0.closeDay(DemoNetwork.businessDate) }

        releaser.release()
        let name = try #require(try Self.waiting(server).first)
        #expect(try Self.waiting(server).count == 1 && name.contains("_WATER01_"))
        for _ in 1...2 {
            let due = retries.withLock { work in
                defer { work = [] }
                return work
            }
            // One retry at a time, however often it was asked for.
            releaser.release()
            #expect(due.count == 1)
            for retry in due { retry() }
        }
        #expect(try Self.waiting(server).count == 1)

        try FileManager.default.removeItem(atPath: obstacle)
        for retry in retries.withLock({ $0 }) { retry() }
        #expect(try Self.waiting(server) == [])
        let log = try String(contentsOfFile: logPath, encoding: .utf8)
        let told = log.split(separator: "\n").filter { $0.contains("held back") }
        #expect(told.count == 1, "\(log)")
        #expect(told.first?.contains(name) == true)
        releaser.stop()
    }

    private static func log(at path: String) throws -> FileHandle? {
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        return FileHandle(forWritingAtPath: path)
    }

    private static func waiting(_ server: LiveServer) throws -> [String] {
        try server.book.readers.read {
            try $0.prepare("SELECT name FROM settlement_file WHERE state = 'assigned'")
                .all { $0.text(0) }
        }
    }
}
