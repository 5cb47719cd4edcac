import FaultyDisk
import Foundation
import Ledger
import Synchronization
import Testing

@testable import SQL

/// A book lives its life on a disk that fails at one operation after the other.
///
/// `AGENCYPOS_FAULT_STRIDE=1` tries every operation; otherwise every so manieth is tried, from a
/// random one on. The seed is printed; `AGENCYPOS_TEST_SEED` repeats a run.
@Suite("A book on a disk that fails")
struct FaultTests {
    static let stride =
        environment["AGENCYPOS_FAULT_STRIDE"].flatMap { Int($0) }
        ?? (environment["AGENCYPOS_SANITIZED"] == nil ? 7 : 41)

    private static let environment = ProcessInfo.processInfo.environment

    @Test(
        "loses no acknowledged command, leaves none half done and goes on, wherever it fails",
        arguments: FaultyDisk.Failure.allCases)
    func sweep(failure: FaultyDisk.Failure) throws {
        let disk = FaultyDisk()
        let seed = SeededNumbers.chooseSeed()
        print("\(failure): \(SeededNumbers.seedVariable)=\(seed)")
        var numbers = SeededNumbers(seed: seed)
        let calm = try FaultRun(disk: disk)
        disk.heal()
        try calm.live(retrying: false)
        #expect(calm.unfinishedCount == 0)
        let operationCount = disk.operationCount
        #expect(operationCount > 200)
        var reached = 0
        for number in Swift.stride(
            from: 1 + numbers.below(Self.stride), through: operationCount, by: Self.stride)
        {
            let run = try FaultRun(disk: disk)
            disk.arm(failure, at: number)
            try run.live(retrying: !failure.isForGood)
            if disk.hasFailed { reached += 1 }
            let place = "\(failure) at operation \(number) of \(operationCount), seed \(seed)"
            // Who gets an error tries again, and a disk that failed once must not matter then.
            if !failure.isForGood { #expect(run.unfinishedCount == 0, "\(place)") }
            let restarted = try run.restart(
                afterPowerCut: failure == .powerCut ? numbers.next() : nil)
            try restarted.check("\(place), after the restart")
            try restarted.live(retrying: false)
            #expect(restarted.unfinishedCount == 0, "\(place), after the restart")
            try restarted.check("\(place), at the end")
        }
        #expect(reached > operationCount / Self.stride / 2)
    }
}

/// One life of a book, in a folder of its own.
private final class FaultRun {
    private static let maximumAttempts = 3

    private let folder: URL
    private let disk: FaultyDisk?
    private let acknowledged: Acknowledged
    private var path: String { folder.path + "/book.sqlite" }

    /// The commands that were told to be done, by their places in the script.
    private final class Acknowledged: Sendable {
        private let places = Mutex(Set<Int>())

        var all: Set<Int> { places.withLock { $0 } }

        func add(_ place: Int) { places.withLock { _ = $0.insert(place) } }
    }

    convenience init(disk: FaultyDisk) throws {
        try self.init(disk: disk, acknowledged: Acknowledged(), files: [:])
        disk.forgetFiles()
    }

    private init(disk: FaultyDisk?, acknowledged: Acknowledged, files: [String: [UInt8]]) throws {
        self.disk = disk
        self.acknowledged = acknowledged
        folder = FileManager.default.temporaryDirectory.appending(
            path: "agencypos-faults-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, bytes) in files {
            try Data(bytes).write(to: folder.appending(path: name))
        }
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            print("a test's folder is left behind: \(error)")
        }
    }

    /// Commands of the script that are to be done and were not acknowledged.
    var unfinishedCount: Int {
        let acknowledged = acknowledged.all
        return FaultCommand.script.joined().enumerated().count { place, command in
            command.isDone && !acknowledged.contains(place)
        }
    }

    /// Opens the book and runs the script, but for what is done already.
    ///
    /// - Parameter retrying: who gets an error tries again.
    func live(retrying: Bool) throws {
        let attempts = retrying ? Self.maximumAttempts : 1
        for _ in 0..<attempts {
            let session: FaultSession
            do {
                session = try FaultSession(
                    path: path, fileSystem: disk?.fileSystem ?? .checksummed)
            } catch is SQLError where disk != nil {
                continue
            }
            var limits = WriterLimits()
            limits.checkpointPages = 24
            var batch = WriterBatch(session: session, limits: limits)
            var first = 0
            for commands in FaultCommand.script {
                for _ in 0..<attempts {
                    let open = try commands.enumerated().filter { place, command in
                        if acknowledged.all.contains(first + place) { return false }
                        // What was done and not acknowledged is found after a restart.
                        let isFound =
                            try disk == nil && session.connection.count(command.evidence) > 0
                        if isFound { acknowledged.add(first + place) }
                        return !isFound
                    }
                    let runs = open.map { place, command in runOf(command, first + place) }
                    batch.execute(runs[...], hooks: CompletionHooks())
                }
                first += commands.count
            }
            batch.finish()
            return
        }
    }

    private func runOf(_ command: FaultCommand, _ place: Int) -> Command<FaultSession> {
        let acknowledged = acknowledged
        return Command(
            run: { session in
                try command.run(session)
                return { acknowledged.add(place) }
            },
            fail: { _ in })
    }

    /// Starts anew with a disk that works.
    func restart(afterPowerCut seed: UInt64?) throws -> FaultRun {
        var files: [String: [UInt8]] = [:]
        if let seed, let disk {
            var numbers = SeededNumbers(seed: seed)
            for (path, bytes) in disk.filesAfterPowerCut(&numbers) {
                files[URL(filePath: path).lastPathComponent] = bytes
            }
        } else {
            // The shared memory does not outlive the process that failed.
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
            where !name.hasSuffix("-shm") {
                files[name] = [UInt8](try Data(contentsOf: folder.appending(path: name)))
            }
        }
        return try FaultRun(disk: nil, acknowledged: acknowledged, files: files)
    }

    /// Checks the book as the next start finds it.
    func check(_ place: String) throws {
        let connection = try Connection(path: path, access: .write)
        try Migrator(LedgerSchema.migrations).migrate(connection)
        let acknowledged = acknowledged.all
        for (number, command) in FaultCommand.script.joined().enumerated() {
            let count = try connection.count(command.evidence)
            #expect(count <= (command.isDone ? 1 : 0), "\(place): \(command.evidence)")
            if acknowledged.contains(number) {
                #expect(count == 1, "\(place): acknowledged and lost: \(command.evidence)")
            }
        }
        try connection.snapshot {
            #expect(try LedgerAudit(connection).run().faults == [], "\(place)")
            let pages = try PageAudit(connection, maximumFaults: 10).run()
            #expect(pages.hasChecksums && pages.faults == [], "\(place): \(pages.faults)")
            let integrity = try connection.prepare("PRAGMA integrity_check").all { $0.text(0) }
            #expect(integrity == ["ok"], "\(place)")
        }
    }
}

extension Connection {
    fileprivate func count(_ sql: String) throws -> Int64 {
        try prepare(computed: sql).first { $0.integer(0) } ?? 0
    }
}
