import Foundation
import Testing

@testable import Settlement

/// Matches with files: settlement files, temporary files, little memory.
@Suite struct MatchFileTests {
    private static func example() throws -> MatchSource {
        MatchSource(
            MatchInput(
                file: Example.firstName, in: Example.folder.path(percentEncoded: false),
                format: .settlementFile))
    }

    @Test("a settlement file matches itself and the lines it was made of") func example() throws {
        let itself = try Outcome(Self.example(), Self.example())
        #expect(itself.summary.isAllMatched)
        let details = try Example.details()
        #expect(itself.summary.total.ours.count == details.count)
        let lines = details.map { MatchLine($0, lineNumber: 0, isCarried: false) }
        let outcome = try Outcome(Self.example(), MatchSource(MatchInput(lines: lines)))
        #expect(outcome.summary.isAllMatched)
        let sum = lines.reduce(0) { $0 + $1.movedFen }
        #expect(outcome.summary.total.ours.amountFen == sum)
    }

    @Test("a settlement file's line is found again with its number") func lineNumber() throws {
        let outcome = try Outcome(Self.example(), MatchSource(MatchInput(lines: [])))
        let line = outcome.differences.first?.ours
        #expect(line?.serial == "1001" && line?.lineNumber == 2)
        #expect(line?.partnerReference == "W20261121-0001")
    }

    @Test("a settlement file that is cut is refused") func cut() throws {
        let bytes = try Example.bytes(Example.firstName)
        for count in [0, 1, 200, 400, bytes.count - 1] {
            #expect(throws: MatchError.self) {
                try Outcome(
                    MatchSource(MatchInput(bytes: Array(bytes[..<count]), format: .settlementFile)),
                    MatchSource(MatchInput(lines: [])))
            }
        }
        let more = bytes + Array("D|1\n".utf8)
        #expect(throws: MatchError.file(side: .ours, .contentAfterTrailer(line: 21))) {
            try Outcome(
                MatchSource(MatchInput(bytes: more, format: .settlementFile)),
                MatchSource(MatchInput(lines: [])))
        }
    }

    @Test("a file that is not there is told with its side") func missing() throws {
        let folder = try TemporaryFolder()
        let missing = MatchInput(file: "none.csv", in: folder.path, format: .table)
        #expect(
            throws: MatchError.file(
                side: .theirs, .systemFailure(operation: .open, name: "none.csv", code: ENOENT))
        ) {
            try Outcome(try Self.example(), MatchSource(missing))
        }
    }

    /// Lines of which many differ, so that results need memory too.
    private static func lines(_ count: Int) throws -> (ours: [MatchLine], theirs: [MatchLine]) {
        var random = SplitMix(state: 5)
        var ours: [MatchLine] = [], theirs: [MatchLine] = []
        for number in 0..<count {
            let line = try Lines.line(
                "\(number)", reference: "W\(number % 500)", account: "\(number % 900)",
                Int64(number % 700 + 1))
            if number % 7 != 0 { ours.append(line) }
            if number % 11 != 0 { theirs.append(line) }
            if number % 13 == 0 { theirs.append(line) }
        }
        return (ours.shuffled(using: &random), theirs.shuffled(using: &random))
    }

    private static func outcome(
        _ folder: TemporaryFolder, _ byteCount: Int, temporaryFolder: String
    ) throws -> Outcome {
        var configuration = MatchConfiguration()
        configuration.memoryByteCount = byteCount
        configuration.temporaryFolder = temporaryFolder
        configuration.rule = MatchRule("account+amount+1d")
        return try Outcome(
            MatchSource(MatchInput(file: "ours.csv", in: folder.path, format: .table)),
            MatchSource(MatchInput(file: "theirs.csv", in: folder.path, format: .table)),
            configuration)
    }

    private static func prepared(_ count: Int) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let lines = try lines(count)
        for (name, lines) in [("ours.csv", lines.ours), ("theirs.csv", lines.theirs)] {
            var bytes = CanonicalTable.headerLine
            for line in lines { CanonicalTable.append(line, to: &bytes) }
            try folder.put(bytes, as: name)
        }
        return folder
    }

    @Test("with little memory the result is the same, and no temporary file has a name")
    func littleMemory() throws {
        let folder = try Self.prepared(6_000)
        let scratch = try TemporaryFolder()
        let least = MatchLimits.minimumMemoryByteCount
        let large = try Self.outcome(folder, 1 << 26, temporaryFolder: scratch.path + "/none")
        let small = try Self.outcome(folder, least, temporaryFolder: scratch.path)
        #expect(small.summary == large.summary)
        #expect(small.differences == large.differences)
        #expect(large.differences.count > 1_000)
        #expect(try scratch.names().isEmpty)
        // It did need the folder: without it there is an error and no result.
        #expect(throws: MatchError.self) {
            try Self.outcome(folder, least, temporaryFolder: scratch.path + "/none")
        }
    }

    @Test("after an error no temporary file is left") func errorWithLittleMemory() throws {
        let folder = try Self.prepared(6_000)
        let scratch = try TemporaryFolder()
        try folder.put(folder.bytes("theirs.csv") + Array("x".utf8), as: "theirs.csv")
        #expect(throws: MatchError.self) {
            try Self.outcome(
                folder, MatchLimits.minimumMemoryByteCount, temporaryFolder: scratch.path)
        }
        #expect(try scratch.names().isEmpty)
    }

    @Test("more lines of one number than the memory holds are refused") func oneNumber() throws {
        let lines = Array(repeating: try Lines.line("1"), count: 3_000)
        var configuration = MatchConfiguration()
        configuration.memoryByteCount = MatchLimits.minimumMemoryByteCount
        do {
            _ = try Outcome(
                MatchSource(MatchInput(lines: lines)), MatchSource(MatchInput(lines: [])),
                configuration)
            Issue.record("it was accepted")
        } catch MatchError.memoryTooSmall(let needed, let limit) {
            #expect(needed > limit)
        }
        let outcome = try Outcome(ours: lines, theirs: [])
        #expect(outcome.summary[.duplicate].ours.count == 2_999)
    }

    @Test("the progress comes to all bytes and lines") func progress() throws {
        let folder = try Self.prepared(2_000)
        let seen = Recorded()
        let input = MatchInput(file: "ours.csv", in: folder.path, format: .table)
        _ = try SettlementMatcher().run(
            ours: MatchSource(input), theirs: MatchSource(input),
            progress: { progress in seen.add(progress) }, onDifference: { _ in })
        let all = seen.all
        #expect(all.map(\.phase).contains(.reading) && all.last?.phase == .explaining)
        #expect(all.last?.byteCount == all.last?.totalByteCount)
        let count = try Self.lines(2_000).ours.count
        #expect(all.last?.lineCount == 2 * count)
    }
}

/// What was told, by whichever thread.
private final class Recorded: @unchecked Sendable {
    // Sendable, for the matcher tells its progress by one thread at a time.
    private(set) var all: [MatchProgress] = []
    func add(_ progress: MatchProgress) { all.append(progress) }
}
