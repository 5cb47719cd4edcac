import Foundation
import Testing

@testable import Settlement

@Suite struct SettlementMemoryTests {
    static let isSanitized = ProcessInfo.processInfo.environment["AGENCYPOS_SANITIZED"] != nil
    static let manyLines = 200_000
    static let allowedGrowthKilobytes = 8_192

    // In a process of its own, because the other tests allocate at the same time.
    @Test(
        "two hundred thousand lines take no more memory than a thousand",
        .disabled(if: isSanitized, "a sanitizer keeps what was freed"))
    func streaming() async {
        await #expect(processExitsWith: .success) {
            try Self.writeAndRead(1_000)
            let before = try Self.peakKilobytes()
            try Self.writeAndRead(Self.manyLines)
            let growth = try Self.peakKilobytes() - before
            // The file has 20 MB; to hold it, or a value for each line, would show.
            precondition(
                growth < Self.allowedGrowthKilobytes, "peak memory grew by \(growth) kB")
        }
    }

    static func writeAndRead(_ count: Int) throws {
        let folder = try TemporaryFolder()
        let writer = try SettlementFileWriter(
            folder: folder.path, header: Example.header(), key: Example.key())
        for number in 1...count {
            try writer.append(Example.detail("S\(number)", reference: "R\(number)"))
        }
        try writer.finish().release()
        let verified = try Example.verifier().verify(Example.firstName, in: folder.path)
        precondition(verified.totals.detailCount == count)
        var readCount = 0
        try verified.forEachDetail { _ in readCount += 1 }
        precondition(readCount == count)
    }

    static func peakKilobytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(whereSeparator: { !$0.isNumber })[0]))
    }
}
