import Foundation
import Testing

/// The program itself, on a file system of which calls fail at random.
@Suite("A server on a disk that fails now and then", .serialized)
struct FailingDiskTests {
    static let stations = 6
    static let failingSeconds = 2.0
    static let healthySeconds = 1.0
    static let patienceSeconds = 30.0
    static let repeatedCount = 25

    /// A call that fails, and how.
    struct Failure: Sendable, CustomTestStringConvertible {
        let points: [String]
        let errorNumber: Int32
        let probability: Double
        var testDescription: String { "\(points), errno \(errorNumber)" }
    }

    static let failures = [
        Failure(points: ["posix/io/rw/pwrite"], errorNumber: ENOSPC, probability: 0.01),
        Failure(points: ["posix/io/rw/pwrite"], errorNumber: EIO, probability: 0.01),
        Failure(
            points: ["posix/io/sync/fdatasync", "posix/io/sync/fsync"], errorNumber: EIO,
            probability: 0.1),
    ]

    @Test(
        "goes on, loses no acknowledged payment and doubles none",
        .enabled(if: FailureInjection.isInstalled, "apt-get install fiu-utils"),
        .disabled(
            if: ProcessInfo.processInfo.environment["AGENCYPOS_SANITIZED"] != nil,
            "a sanitizer must be the first library of a process"),
        arguments: failures)
    func failing(_ failure: Failure) throws {
        let pipes = try TemporaryFolder()
        let injection = FailureInjection(folder: pipes.path)
        let book = PaidBook(
            data: FileManager.default.temporaryDirectory.path + "/failing-\(UUID().uuidString)")
        defer { book.remove() }
        try #require(
            try Program.run(["load", PaidBook.demoFolder, "--data", book.data]).code == 0)
        var server = try ServedBook(data: book.data, environment: injection.environment)
        let load = try PaymentLoad(
            stations: Self.stations, port: server.port, credentials: try PaidBook.credentials(),
            mayFail: true)
        for point in failure.points {
            try injection.fail(
                point, probability: failure.probability, errorNumber: failure.errorNumber,
                in: server.processNumber)
        }
        let group = load.run(port: server.port)
        // Not synchronisations: how long the disk fails is what the test is about.
        Thread.sleep(forTimeInterval: Self.failingSeconds)
        for point in failure.points { try injection.heal(point, in: server.processNumber) }
        let answeredWhileFailing = load.answeredCount
        Thread.sleep(forTimeInterval: Self.healthySeconds)
        #expect(load.failedCount > 0, "no call failed: the test has shown nothing")
        #expect(load.answeredCount > answeredWhileFailing, "the server did not go on")
        server.kill()
        try #require(group.wait(timeout: .now() + Self.patienceSeconds) == .success)
        #expect(try book.faults() == [])
        try book.expectAcknowledged(load.sent, "after the kill")
        server = try ServedBook(data: book.data)
        _ = try load.repeatUnanswered(port: server.port, answeredToo: Self.repeatedCount)
        server.kill()
        #expect(load.unexpected == [])
        try book.expectAcknowledged(load.sent, "at the end")
        let count = try book.rows("SELECT count(*) FROM service_transaction")
        #expect(count == ["\(load.sent.count)"])
        #expect(try Program.run(["verify", "--data", book.data]).code == 0)
    }
}
