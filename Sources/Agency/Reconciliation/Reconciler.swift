import CivilTime
import Cryptography
import Foundation
import Ledger
import SQL
import Settlement
import Synchronization

/// Compares what partners sent with our own days, as soon as both are there.
///
/// The lines are compared outside the writer, from one snapshot; what came of it is recorded in one
/// step, with every exception that it opens, clears or continues. A crash in between repeats it.
public final class Reconciler: Sendable {
    /// The most differences of a file that become exceptions of their own.
    public static let maximumExceptionsPerFile = 10_000
    /// The most exceptions of a partner that are looked for in its next file.
    public static let maximumCarried = 100_000

    /// What a round did.
    public struct Round: Sendable {
        public fileprivate(set) var reconciled: [Reconciliation] = []
        /// What could not be done now and is tried again, in words.
        public fileprivate(set) var faults: [String] = []
    }

    private let book: Book
    // Two rounds at once would compare the same files.
    private let turn = Mutex(())

    public init(book: Book) {
        self.book = book
    }

    /// Reconciles every file that is due; one partner's fault stops no other.
    ///
    /// - Throws: `SQLError` when it cannot be read which partners there are.
    public func reconcileAll() throws -> Round {
        try turn.withLock { _ in
            var round = Round()
            let partners = try book.readers.read { try PartnerReader($0).all() }
            for partner in partners {
                do {
                    while let done = try reconcileNext(partner.id, partner.code) {
                        round.reconciled.append(done)
                    }
                } catch {
                    round.faults.append("reconciliation of \(partner.code): \(error)")
                }
            }
            return round
        }
    }

    private func reconcileNext(
        _ partner: ID<Partner>, _ code: String
    ) throws -> Reconciliation? {
        let outcome = try book.readers.read { connection -> ReconciliationOutcome? in
            let reader = ReconciliationReader(connection)
            guard let due = try reader.dueFile(of: partner, code: code) else { return nil }
            let workshop = FileManager.default.temporaryDirectory.path + "/agencypos-\(UUID())"
            try BookFolder.make(workshop)
            defer { Self.remove(workshop) }
            let comparison = Comparison(
                due: due, connection: connection, book: book, workshop: workshop)
            return try comparison.run()
        }
        guard let outcome else { return nil }
        return try book.writer.perform { try $0.record(outcome) }
    }

    private static func remove(_ workshop: String) {
        do {
            try FileManager.default.removeItem(atPath: workshop)
        } catch {
            // It lies in the system's temporary folder, which is cleared in time.
        }
    }
}

/// Why a file could not be reconciled now.
public enum ReconciliationFault: Error, Equatable, Sendable {
    /// The exceptions changed while the lines were compared.
    case changedMeanwhile(file: String)
    /// More exceptions wait for a counterpart than can be looked for.
    case tooManyOpen(partner: String, count: Int, limit: Int)
}

extension ReconciliationFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .changedMeanwhile(let file):
            "exceptions changed while \(file) was compared; it is compared again"
        case .tooManyOpen(let partner, let count, let limit):
            "\(partner) has \(count) exceptions without counterpart, more than \(limit); settle "
                + "some of them"
        }
    }
}

/// One comparison of a partner's file with our dates.
private struct Comparison {
    let due: DuePartnerFile
    let connection: Connection
    let book: Book
    let workshop: String

    func run() throws -> ReconciliationOutcome {
        let carried = try ReconciliationReader(connection).carried(of: due.partner)
        guard carried.count <= Reconciler.maximumCarried else {
            throw ReconciliationFault.tooManyOpen(
                partner: due.partnerCode, count: carried.count, limit: Reconciler.maximumCarried)
        }
        var outcome = ReconciliationOutcome(file: due)
        let oursCarried = carried.filter { $0.side == .ours }
        let theirsCarried = carried.filter { $0.side == .theirs }
        let ours = try writeOurs(carried: oursCarried, &outcome)
        let folder =
            book.folder.receivedFolder(partnerCode: due.partnerCode) + "/"
            + BookFolder.receivedName(due.digest, due.sidecarDigest)
        try checkKept(in: folder)
        let theirs = MatchSource(
            try theirInput(in: folder),
            carried: MatchInput(lines: theirsCarried.map(\.line.line)))
        var differences: [MatchDifference] = []
        var isTooMany = false
        let summary = try SettlementMatcher(configuration()).run(ours: ours, theirs: theirs) {
            let isKnown = $0.ours?.isCarried ?? $0.theirs?.isCarried ?? false
            guard isKnown || differences.count < Reconciler.maximumExceptionsPerFile + carried.count
            else { return isTooMany = true }
            differences.append($0)
        }
        let newCount = differences.count { !isStill($0) }
        guard !isTooMany, newCount <= Reconciler.maximumExceptionsPerFile else {
            return tooDifferent(outcome, carried, differenceCount: newCount)
        }
        outcome.matchedCount = Int64(summary[.matched].ours.count)
        let reader = CommissionReader(connection: connection, due: due, folder: folder)
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
    private func theirInput(in folder: String) throws -> MatchInput {
        guard let layout = due.layout else {
            return MatchInput(file: due.name, in: folder, format: .settlementFile)
        }
        let checked = try LayoutReader(layout.layout).check(due.name, in: folder)
        var table = try LineFile(path: workshop + "/theirs.csv")
        try checked.forEachLine { try table.add($0.line) }
        try table.finish()
        return MatchInput(file: "theirs.csv", in: workshop, format: .table)
    }

    private func configuration() -> MatchConfiguration {
        var configuration = MatchConfiguration()
        configuration.rule = due.terms.matchRule.flatMap { MatchRule($0) }
        let margin = Int(due.terms.timingMarginMinutes)
        configuration.cut = MatchCut(
            end: book.profile.zone.midnight(startOf: due.lastDate.adding(days: 1)),
            marginBeforeMinutes: margin, marginAfterMinutes: margin)
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
                outcome.ourCount += 1
                outcome.ourNetFen +=
                    ExceptionLine(
                        line: MatchLine(detail, lineNumber: 0),
                        commissionFen: due.hasCommission ? detail.commissionFen : nil
                    ).netFen
                let line = MatchLine(detail, lineNumber: 0)
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

    /// Whether a difference is a carried line that is still alone.
    private func isStill(_ difference: MatchDifference) -> Bool {
        guard difference.ours == nil || difference.theirs == nil else { return false }
        return difference.ours?.isCarried ?? difference.theirs?.isCarried ?? false
    }

    private func tooDifferent(
        _ outcome: ReconciliationOutcome, _ carried: [CarriedException], differenceCount: Int
    ) -> ReconciliationOutcome {
        var outcome = outcome
        outcome.isCompared = false
        outcome.matchedCount = 0
        outcome.carried = carried.map { ($0, .open) }
        outcome.exceptions = [
            NewException(
                exceptionClass: .fileDifference, basis: nil, ours: nil, theirs: nil,
                differenceFen: outcome.ourNetFen - due.theirNetFen,
                explanation: "more than \(Reconciler.maximumExceptionsPerFile) lines differ; "
                    + "compare the files with settlement match")
        ]
        return outcome
    }

    /// Tells what each difference is: an exception that stays, one that goes on, or a new one.
    private func sort(
        _ differences: [MatchDifference], ours: [CarriedException], theirs: [CarriedException],
        _ reader: CommissionReader, _ outcome: inout ReconciliationOutcome
    ) throws {
        let commissions = try reader.theirCommissions(of: differences)
        var fates: [Int64: ReconciliationOutcome.Fate] = [:]
        var knownFen: Int64 = 0
        for difference in differences {
            let mine = difference.ours.flatMap { carried($0, among: ours) }
            let other = difference.theirs.flatMap { carried($0, among: theirs) }
            if let alone = mine ?? other, difference.ours == nil || difference.theirs == nil,
                difference.matchClass != .duplicate
            {
                fates[alone.id.number] = .open
                continue
            }
            for known in [mine, other].compactMap({ $0 }) { fates[known.id.number] = .continued }
            let exception = try newException(difference, mine, other, reader, commissions)
            knownFen += exception.differenceFen
            outcome.exceptions.append(exception)
        }
        outcome.carried = (ours + theirs).map { ($0, fates[$0.id.number] ?? .cleared) }
        // What the sums differ by, and no line: the commissions of lines that agree otherwise.
        let goneFen = outcome.carried.reduce(Int64(0)) { sum, item in
            switch item.fate {
            case .cleared, .continued: sum + item.exception.differenceFen
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
        _ reader: CommissionReader, _ commissions: [Int: Int64]
    ) throws -> NewException {
        let ours = try difference.ours.map { line in
            try mine?.line
                ?? ExceptionLine(line: line, commissionFen: reader.ourCommission(of: line))
        }
        let theirs = difference.theirs.map { line in
            other?.line
                ?? ExceptionLine(line: line, commissionFen: commissions[line.lineNumber])
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

/// Reads the commissions that the match did not look at.
private struct CommissionReader {
    /// How many lines an explanation of commissions names.
    private static let maximumNamed = 10

    let connection: Connection
    let due: DuePartnerFile
    let folder: String

    func ourCommission(of line: MatchLine) throws -> Int64? {
        guard due.hasCommission, let serial = Int64(line.serial) else { return nil }
        return try SettlementLines(connection).detail(serial: serial)?.commissionFen
    }

    /// The commissions of the partner's lines among differences, by their line numbers.
    func theirCommissions(of differences: [MatchDifference]) throws -> [Int: Int64] {
        let wanted = Set(
            differences.compactMap { difference in
                difference.theirs.flatMap { $0.isCarried ? nil : $0.lineNumber }
            })
        guard due.hasCommission, !wanted.isEmpty else { return [:] }
        var commissions: [Int: Int64] = [:]
        try forEachCommission { number, _, commissionFen in
            if wanted.contains(number) { commissions[number] = commissionFen }
        }
        return commissions
    }

    /// Names the first lines of one serial whose commissions differ.
    func commissionDifferences() throws -> [String] {
        var texts: [String] = []
        let lines = SettlementLines(connection)
        try forEachCommission { _, text, commissionFen in
            guard texts.count < Self.maximumNamed, let serial = Int64(text),
                let ours = try lines.detail(serial: serial),
                ours.commissionFen != commissionFen
            else { return }
            texts.append("\(text): ours \(ours.commissionFen), theirs \(commissionFen) fen")
        }
        return texts
    }

    /// Hands over each line's number in what was matched, its serial, and its commission.
    private func forEachCommission(_ body: (Int, String, Int64) throws -> Void) throws {
        // The header is line 1.
        if let layout = due.layout {
            var number = 1
            try LayoutReader(layout.layout).check(due.name, in: folder).forEachLine { line in
                number += 1
                try body(number, line.line.serial, line.commissionFen ?? 0)
            }
            return
        }
        guard let digest = SHA256Digest(hex: due.digest) else {
            throw SettlementError.fileChanged(name: due.name)
        }
        var reader = try SettlementDetailReader(kept: due.name, in: folder, digest: digest)
        while let detail = try reader.next() {
            try body(reader.number + 1, detail.serial.text, detail.commissionFen)
        }
    }
}

/// Lines on their way into a match, as a table on the disk.
private struct LineFile {
    private static let pieceByteCount = 262_144

    private let handle: FileHandle
    private var bytes = CanonicalTable.headerLine

    init(path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw ReceivedFile.failure(.create, path) }
        self.handle = handle
    }

    mutating func add(_ line: MatchLine) throws {
        CanonicalTable.append(line, to: &bytes)
        guard bytes.count >= Self.pieceByteCount else { return }
        try handle.write(contentsOf: bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func finish() throws {
        try handle.write(contentsOf: bytes)
        try handle.close()
    }
}
