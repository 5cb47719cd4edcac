import Foundation
import StrictJSON
import Testing

@testable import Settlement

/// Writes lines by chance in a layout by chance, and reads them again.
@Suite struct LayoutPropertyTests {
    /// How many rounds are run; `AGENCYPOS_LAYOUT_ROUNDS` sets another number.
    static let rounds =
        ProcessInfo.processInfo.environment["AGENCYPOS_LAYOUT_ROUNDS"].flatMap { Int($0) } ?? 60
    static let mutationCount = 2_400

    @Test("what is written in a layout is read back equal, whatever the layout")
    func roundTrip() throws {
        var random = seeded()
        let folder = try TemporaryFolder(inMemory: true)
        for round in 0..<Self.rounds {
            let layout = RandomLayout(&random)
            let lines = (0..<Int.random(in: 0...40, using: &random)).map {
                layout.line($0, &random)
            }
            let file = try LayoutExample.check(
                layout.bytes(lines), as: layout.name, layout.json, in: folder)
            let read = try LayoutExample.lines(file)
            #expect(read.map { Lines.stripped($0.line) } == lines.map(\.line), "round \(round)")
            #expect(read.map(\.commissionFen) == lines.map(\.commissionFen), "round \(round)")
            var table: [UInt8] = []
            try file.writeTable { table += $0 }
            let outcome = try Outcome(
                MatchSource(MatchInput(bytes: table, format: .table)),
                MatchSource(MatchInput(lines: lines.map(\.line))))
            #expect(outcome.summary.isAllMatched, "round \(round)")
        }
    }

    /// A change either gives the lines that a second reading gives too, or a refusal.
    @Test("thousands of changed files are read or refused, and never end the program")
    func mutations() throws {
        var random = seeded()
        let folder = try TemporaryFolder(inMemory: true)
        var counts = [0, 0]
        for fixture in LayoutFixtureTests.fixtures {
            let url = LayoutFixtureTests.folder.appending(path: fixture.folder)
            let bytes = try [UInt8](Data(contentsOf: url.appending(path: fixture.file)))
            let json = try [UInt8](Data(contentsOf: url.appending(path: "layout.json")))
            let reader = LayoutReader(try PartnerLayout(json))
            let mutation = Mutation(bytes)
            for _ in 0..<Self.mutationCount / LayoutFixtureTests.fixtures.count {
                let changed =
                    Bool.random(using: &random)
                    ? mutation.ofOneByte(&random) : mutation.ofLines(&random)
                try folder.put(changed, as: fixture.file)
                do {
                    let file = try reader.check(fixture.file, in: folder.path)
                    #expect(try LayoutExample.lines(file).count == file.totals.lineCount)
                    counts[0] += 1
                } catch is LayoutError {
                    counts[1] += 1
                }
                do {
                    _ = try PartnerLayout(Mutation(json).ofOneByte(&random))
                } catch {
                    #expect(!error.problem.isEmpty)
                }
            }
        }
        // Texts may change, and totals hold the rest fast: both must come.
        #expect(counts.allSatisfy { $0 > 100 }, "\(counts)")
    }

    private func seeded() -> SplitMix {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        return SplitMix(state: seed)
    }
}
