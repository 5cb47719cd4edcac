import CivilTime
import Foundation
import Testing

@testable import Settlement

/// Makes lines, runs matches, and strips what may differ between two orders of the same lines.
enum Lines {
    static let date = "2026-11-21"

    static func line(
        _ serial: String, reference: String = "", type: SettlementType? = .billPayment,
        account: String = "0310220045", _ amountFen: Int64 = 8_650,
        _ status: SettlementStatus = .posted, at clock: String = "09:05:07",
        on date: String = date
    ) throws -> MatchLine {
        MatchLine(
            serial: serial, partnerReference: reference, type: type, accountReference: account,
            amountFen: amountFen, status: status,
            time: try Example.time("\(date)T\(clock)+08:00"))
    }

    /// The end of the example's date with a margin of ten minutes.
    static func cut() throws -> MatchCut {
        try #require(
            MatchCut(
                end: Example.time("2026-11-22T00:00:00+08:00"), marginBeforeMinutes: 10,
                marginAfterMinutes: 10))
    }

    static func table(_ rows: String...) -> [UInt8] {
        Array(([CanonicalTable.header] + rows).map { $0 + "\n" }.joined().utf8)
    }

    /// The line without its place in the file.
    static func stripped(_ line: MatchLine) -> MatchLine {
        var line = line
        line.lineNumber = 0
        return line
    }

    static func stripped(_ difference: MatchDifference) -> MatchDifference {
        MatchDifference(
            matchClass: difference.matchClass, basis: difference.basis,
            ours: difference.ours.map(stripped), theirs: difference.theirs.map(stripped),
            explanations: difference.explanations.map(stripped))
    }

    private static func stripped(_ explanation: MatchExplanation) -> MatchExplanation {
        switch explanation {
        case .duplicate(let line): .duplicate(of: stripped(line))
        case .doubledLine(let line): .doubledLine(stripped(line))
        case .amountTransposed(let line): .amountTransposed(stripped(line))
        case .accountTransposed(let line): .accountTransposed(stripped(line))
        case .serialTransposed(let line): .serialTransposed(stripped(line))
        case .otherDate(let line): .otherDate(stripped(line))
        case .candidate(let line): .candidate(stripped(line))
        }
    }
}

/// What a match gave.
struct Outcome {
    let summary: MatchSummary
    let differences: [MatchDifference]

    init(
        _ ours: MatchSource, _ theirs: MatchSource,
        _ configuration: MatchConfiguration = MatchConfiguration()
    ) throws {
        var differences: [MatchDifference] = []
        summary = try SettlementMatcher(configuration)
            .run(ours: ours, theirs: theirs) { differences.append($0) }
        self.differences = differences
    }

    init(
        ours: [MatchLine], theirs: [MatchLine], carriedOurs: [MatchLine] = [],
        carriedTheirs: [MatchLine] = [], rule: String? = nil, cut: MatchCut? = nil
    ) throws {
        var configuration = MatchConfiguration()
        configuration.rule = try rule.map { try #require(MatchRule($0)) }
        configuration.cut = cut
        try self.init(
            MatchSource(MatchInput(lines: ours), carried: MatchInput(lines: carriedOurs)),
            MatchSource(MatchInput(lines: theirs), carried: MatchInput(lines: carriedTheirs)),
            configuration)
    }

    /// For each difference its class and the serials of both sides, such as `AMOUNT_DIFF 1 1`.
    var words: [String] {
        differences.map { difference in
            let serials = [difference.ours, difference.theirs].map { line in
                line.map { $0.serial.isEmpty ? $0.partnerReference : $0.serial } ?? "-"
            }
            return ([difference.matchClass.rawValue] + serials).joined(separator: " ")
        }
    }
}
