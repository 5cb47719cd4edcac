import CivilTime
import Ledger
import SQL
import Settlement

/// One comparison of a partner's file with our dates.
struct Comparison {
    let due: DuePartnerFile
    let connection: Connection
    let book: Book
    let workshop: String
    let limits: ReconciliationLimits

    func run() throws -> ReconciliationOutcome {
        let carried = try ReconciliationReader(connection)
            .carried(of: due.partner, limit: limits.maximumCarried)
        var outcome = ReconciliationOutcome(
            file: due, maximumCarried: limits.maximumCarried)
        let oursCarried = carried.filter { $0.side == .ours }
        let theirsCarried = carried.filter { $0.side == .theirs }
        let ours = try writeOurs(carried: oursCarried, &outcome)
        let folder =
            book.folder.receivedFolder(partnerCode: due.partnerCode) + "/"
            + BookFolder.receivedName(due.digest, due.sidecarDigest)
        try checkKept(in: folder)
        let layoutFile = try due.layout.map {
            try LayoutReader($0.layout).check(due.name, in: folder)
        }
        let theirs = MatchSource(
            try theirInput(layoutFile, in: folder),
            carried: MatchInput(lines: theirsCarried.map(\.line.line)))
        var differences: [MatchDifference] = []
        var newCount = 0
        let summary: MatchSummary
        do {
            summary = try SettlementMatcher(configuration()).run(ours: ours, theirs: theirs) {
                if standing($0, ours: oursCarried, theirs: theirsCarried) == nil { newCount += 1 }
                guard newCount <= limits.maximumExceptionsPerFile else { return }
                differences.append($0)
            }
        } catch MatchError.memoryTooSmall {
            // The same file would need as much at every try.
            return tooDifferent(outcome, carried, "too many lines have one and the same number")
        }
        guard newCount <= limits.maximumExceptionsPerFile else {
            return tooDifferent(
                outcome, carried, "more than \(limits.maximumExceptionsPerFile) lines differ")
        }
        outcome.matchedCount = Int64(summary[.matched].ours.count)
        let reader = UncomparedFieldReader(
            connection: connection, due: due, folder: folder, layoutFile: layoutFile)
        try sort(differences, ours: oursCarried, theirs: theirsCarried, reader, &outcome)
        return outcome
    }

    /// What the partner sent must be what was accepted.
    private func checkKept(in folder: String) throws {
        let digest = try ReceivedFile.digest(of: folder + "/" + due.name)
        guard digest.hex == due.digest else {
            throw SettlementError.fileChanged(name: due.name)
        }
    }

    /// The partner's lines; what is in a layout of its own becomes a table first.
    private func theirInput(
        _ layoutFile: CheckedLayoutFile?, in folder: String
    ) throws -> MatchInput {
        guard let layoutFile else {
            return MatchInput(file: due.name, in: folder, format: .settlementFile)
        }
        var table = try LineFile(path: workshop + "/theirs.csv")
        try layoutFile.forEachLine { try table.add($0.line) }
        try table.finish()
        return MatchInput(file: "theirs.csv", in: workshop, format: .table)
    }

    private func configuration() -> MatchConfiguration {
        var configuration = MatchConfiguration()
        // The reader of the terms has made sure that it is a rule.
        configuration.rule = due.terms.matchRule.flatMap { MatchRule($0) }
        let margin = Int(due.terms.timingMarginMinutes)
        configuration.cut = MatchCut(
            end: book.profile.zone.midnight(startOf: due.lastDate.adding(days: 1)),
            marginBeforeMinutes: margin, marginAfterMinutes: margin)
        configuration.memoryByteCount = limits.matchMemoryByteCount
        configuration.temporaryFolder = workshop
        return configuration
    }

    /// Writes our lines: those of the file's own date, and apart the exceptions and earlier dates.
    private func writeOurs(
        carried: [CarriedException], _ outcome: inout ReconciliationOutcome
    ) throws -> MatchSource {
        var day = try LineFile(path: workshop + "/ours.csv")
        var earlier = try LineFile(path: workshop + "/earlier.csv")
        for exception in carried { try earlier.add(exception.line.line) }
        let lines = SettlementLines(connection)
        for file in try ReconciliationReader(connection).ourFiles(of: due) {
            try lines.forEach(of: file) { detail in
                let line = MatchLine(detail, lineNumber: 0)
                outcome.ourCount += 1
                outcome.ourNetFen +=
                    ExceptionLine(
                        line: line, commissionFen: due.hasCommission ? detail.commissionFen : nil
                    ).netFen
                if file.date == due.lastDate {
                    try day.add(line)
                } else {
                    try earlier.add(line)
                }
            }
        }
        try day.finish()
        try earlier.finish()
        return MatchSource(
            MatchInput(file: "ours.csv", in: workshop, format: .table),
            carried: MatchInput(file: "earlier.csv", in: workshop, format: .table))
    }

    /// The exception that a difference is of whose line is still alone; no new one opens then.
    private func standing(
        _ difference: MatchDifference, ours: [CarriedException], theirs: [CarriedException]
    ) -> CarriedException? {
        guard difference.ours == nil || difference.theirs == nil,
            difference.matchClass != .duplicate
        else { return nil }
        return difference.ours.flatMap { carried($0, among: ours) }
            ?? difference.theirs.flatMap { carried($0, among: theirs) }
    }

    private func tooDifferent(
        _ outcome: ReconciliationOutcome, _ carried: [CarriedException], _ why: String
    ) -> ReconciliationOutcome {
        var outcome = outcome
        outcome.isCompared = false
        outcome.matchedCount = 0
        outcome.carried = carried.map { ($0, .open) }
        outcome.exceptions = [
            NewException(
                exceptionClass: .fileDifference, basis: nil, ours: nil, theirs: nil,
                differenceFen: outcome.ourNetFen - due.theirNetFen,
                explanation: why + "; compare the files with settlement match")
        ]
        return outcome
    }

    /// Tells what each difference is: an exception that stays, one that goes on, or a new one.
    private func sort(
        _ differences: [MatchDifference], ours: [CarriedException], theirs: [CarriedException],
        _ reader: UncomparedFieldReader, _ outcome: inout ReconciliationOutcome
    ) throws {
        let fields = try reader.theirFields(of: differences)
        var fates: [Int64: ReconciliationOutcome.Fate] = [:]
        var alone = LonelyLines()
        for difference in differences {
            guard let known = standing(difference, ours: ours, theirs: theirs) else { continue }
            fates[known.id.number] = .open
            alone.add(known)
        }
        var knownFen: Int64 = 0
        for difference in differences
        where standing(difference, ours: ours, theirs: theirs) == nil {
            let mine = difference.ours.flatMap { carried($0, among: ours) }
            let other = difference.theirs.flatMap { carried($0, among: theirs) }
            let exception = try newException(difference, mine, other, reader, fields)
            if let line = difference.theirs, difference.ours == nil, other == nil,
                difference.matchClass != .duplicate,
                let original = alone.takeBack(
                    exception, of: fields[line.lineNumber]?.originalSerial)
            {
                fates[original.number] = .takenBack(lineNumber: line.lineNumber)
                continue
            }
            for known in [mine, other].compactMap({ $0 }) { fates[known.id.number] = .continued }
            knownFen += exception.differenceFen
            outcome.exceptions.append(exception)
        }
        outcome.carried = (ours + theirs).map { ($0, fates[$0.id.number] ?? .cleared) }
        // What the sums differ by, and no line: the commissions of lines that agree otherwise.
        let goneFen = outcome.carried.reduce(Int64(0)) { sum, item in
            switch item.fate {
            // What takes a line back is in their net, and adds up to nothing with it.
            case .cleared, .takenBack, .continued: sum + item.exception.differenceFen
            case .open: sum
            }
        }
        let restFen = goneFen + outcome.ourNetFen - due.theirNetFen - knownFen
        guard restFen != 0 else { return }
        outcome.exceptions.append(
            NewException(
                exceptionClass: .commissionDifference, basis: nil, ours: nil, theirs: nil,
                differenceFen: restFen,
                explanation: try reader.commissionDifferences().joined(separator: "; ")))
    }

    private func carried(
        _ line: MatchLine, among exceptions: [CarriedException]
    ) -> CarriedException? {
        // Behind the exceptions there may be lines of earlier dates; the header is line 1.
        guard line.isCarried, (2..<exceptions.count + 2).contains(line.lineNumber) else {
            return nil
        }
        return exceptions[line.lineNumber - 2]
    }

    private func newException(
        _ difference: MatchDifference, _ mine: CarriedException?, _ other: CarriedException?,
        _ reader: UncomparedFieldReader, _ fields: [Int: UncomparedFields]
    ) throws -> NewException {
        let ours = try difference.ours.map { line in
            try mine?.line.ofEarlierFile
                ?? ExceptionLine(line: line, commissionFen: reader.ourCommission(of: line))
        }
        let theirs = difference.theirs.map { line in
            other?.line.ofEarlierFile
                ?? ExceptionLine(
                    line: line, commissionFen: fields[line.lineNumber]?.commissionFen)
        }
        guard let exceptionClass = ExceptionClass(difference.matchClass) else {
            preconditionFailure("what is matched is no difference")
        }
        return NewException(
            exceptionClass: exceptionClass, basis: difference.basis, ours: ours, theirs: theirs,
            differenceFen: (ours?.netFen ?? 0) - (theirs?.netFen ?? 0),
            explanation: difference.explanations.map { $0.text(of: difference) }
                .joined(separator: "; "))
    }
}
