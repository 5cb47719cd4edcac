import Foundation
import Testing

@testable import Settlement

@Suite struct LayoutMemoryTests {
    static let manyLines = 20_000
    static let allowedGrowthKilobytes = 2_048

    // In a process of its own, because the other tests allocate at the same time.
    @Test(
        "twenty thousand lines take no more memory than a thousand",
        .disabled(if: SettlementMemoryTests.isSanitized, "a sanitizer keeps what was freed"))
    func streaming() async {
        await #expect(processExitsWith: .success) {
            try Self.read(1_000)
            let before = try SettlementMemoryTests.peakKilobytes()
            try Self.read(Self.manyLines)
            let growth = try SettlementMemoryTests.peakKilobytes() - before
            // The file has 3.5 MB; to hold it, or a value for each line, would show.
            precondition(
                growth < Self.allowedGrowthKilobytes, "peak memory grew by \(growth) kB")
        }
    }

    static func read(_ count: Int) throws {
        let folder = try TemporaryFolder()
        let layout = try LayoutExample.changed(LayoutExample.layout, "\"utf-8\"", "\"gb18030\"")
        // The characters have two bytes each, so that every line is decoded.
        let reference = (0..<SettlementDetail.maximumPartnerReferenceCharacterCount)
            .flatMap { _ in [0xBC, 0xD7] as [UInt8] }
        let line =
            Array("1001,".utf8) + reference + Array(",bill,A,1.00,ok,".utf8)
            + Array("2026-11-21 09:05:07,0.01\n".utf8)
        let header = LayoutExample.file.prefix { $0 != "\n" } + "\n"
        try folder.put(header.utf8, as: LayoutExample.name)
        let handle = try FileHandle(
            forWritingTo: folder.url.appending(path: LayoutExample.name))
        try handle.seekToEnd()
        for _ in 0..<count { try handle.write(contentsOf: Data(line)) }
        let cents = count % 100
        let commission = "\(count / 100).\(cents / 10)\(cents % 10)"
        try handle.write(contentsOf: Data("T,\(count),\(count),\(commission)\n".utf8))
        try handle.close()
        let reader = LayoutReader(try PartnerLayout(Array(layout.utf8)))
        let file = try reader.check(LayoutExample.name, in: folder.path)
        precondition(file.totals.postedCount == count)
        var readCount = 0
        try file.forEachLine { _ in readCount += 1 }
        precondition(readCount == count)
    }
}
