import Foundation
import Ledger
import Printing
import SQL

/// Has programs of others check the book: each reads an export, checks it by its own rules, and
/// its trial balance is compared with the book's own, account by account.
///
/// ```swift
/// let audit = try readers.read { try ExternalAudit($0) }
/// for report in try audit.run() { print(report.witness, report.faults) }
/// ```
public struct ExternalAudit {
    /// How many faults of one witness are listed.
    public static let maximumFaults = 20
    /// How long one program may take when its owner names no time, in seconds.
    public static let defaultTimeoutSeconds = 600
    private static let maximumErrorLines = 12

    /// What one witness said.
    public struct Report: Sendable {
        public let witness: Witness
        /// Accounts whose balances were compared; nothing when its balances could not be had.
        public let accountCount: Int?
        public let faults: [String]
    }

    /// The witnesses that are installed, and those that are not.
    public static func installed() -> (present: [Witness], missing: [Witness]) {
        let present = Witness.allCases.filter { ExternalProgram($0.program) != nil }
        return (present, Witness.allCases.filter { !present.contains($0) })
    }

    private let folder: WitnessFolder
    private let witnesses: [Witness]
    private let balances: [String: (amount: Int64, currency: String)]
    private let timeoutSeconds: Int
    private let isCancelled: () -> Bool

    /// Writes the exports for the installed witnesses; the snapshot is not needed after that.
    ///
    /// - Parameters:
    ///   - timeoutSeconds: how long each program may run.
    ///   - isCancelled: asked again and again while programs run.
    /// - Throws: `WitnessError`, `ExportError`, `SQLError`.
    public init(
        _ connection: Connection, timeoutSeconds: Int = ExternalAudit.defaultTimeoutSeconds,
        isCancelled: @escaping () -> Bool = { false }
    ) throws {
        witnesses = Self.installed().present
        guard !witnesses.isEmpty else { throw WitnessError.noneInstalled }
        folder = try WitnessFolder()
        self.timeoutSeconds = timeoutSeconds
        self.isCancelled = isCancelled
        let zone = try AgencyProfile.read(connection).zone
        for witness in witnesses {
            let path = Self.file(of: witness, in: folder)
            guard FileManager.default.createFile(atPath: path, contents: nil),
                let handle = FileHandle(forWritingAtPath: path)
            else { throw WitnessError.unusable(path: path, reason: "the file cannot be written") }
            _ = try JournalExport(connection, format: witness.format, zone: zone).run { piece in
                if isCancelled() { throw WitnessError.interrupted }
                do {
                    try handle.write(contentsOf: Data(piece))
                } catch {
                    throw WitnessError.unusable(
                        path: path, reason: "the export cannot be written: the disk may be full")
                }
            }
            try handle.close()
        }
        let lines = try LedgerReader(connection).trialBalance().lines
        balances = Dictionary(
            uniqueKeysWithValues: lines.map { line in
                let amount = line.totals.balance(on: .debit)
                return (
                    ExportName(line.code, line.type).text, (amount, line.currency.code)
                )
            })
    }

    /// Asks each installed witness.
    ///
    /// - Throws: `WitnessError`; what a witness objects to is in its report.
    public func run() throws -> [Report] {
        try witnesses.map { try ask($0, file: Self.file(of: $0, in: folder)) }
    }

    /// Asks one witness about a file.
    func ask(_ witness: Witness, file: String) throws -> Report {
        guard let checker = ExternalProgram(witness.program) else {
            throw WitnessError.noneInstalled
        }
        let check = try run(checker, witness.checkArguments(file))
        // The status of ledger is the number of its errors, of which 256 would be none.
        let isRefused = check.code != 0 || (witness == .ledger && !check.errors.isEmpty)
        guard !isRefused else {
            return Report(
                witness: witness, accountCount: nil, faults: [Self.objection(of: checker, check)])
        }
        guard let teller = ExternalProgram(witness.balanceProgram) else {
            return Report(witness: witness, accountCount: nil, faults: [])
        }
        let told = try run(teller, witness.balanceArguments(file))
        guard told.code == 0 else {
            return Report(
                witness: witness, accountCount: nil, faults: [Self.objection(of: teller, told)])
        }
        let faults = try compare(witness, told.outputPath)
        return Report(
            witness: witness, accountCount: balances.count,
            faults: Array(faults.prefix(Self.maximumFaults)))
    }

    /// The file that a witness is given.
    static func file(of witness: Witness, in folder: WitnessFolder) -> String {
        folder.path + "/book." + witness.format.rawValue
    }

    /// Where the exports lie while this value lives.
    var folderPath: String { folder.path }

    private func run(
        _ program: ExternalProgram, _ arguments: [String]
    ) throws -> ExternalProgram.Outcome {
        try program.run(
            arguments, in: folder.path, timeoutSeconds: timeoutSeconds, isCancelled: isCancelled)
    }

    private static func objection(
        of program: ExternalProgram, _ outcome: ExternalProgram.Outcome
    ) -> String {
        let lines = outcome.errors.split(separator: "\n").prefix(maximumErrorLines)
        return "\(program.name) ended with \(outcome.code): " + lines.joined(separator: "\n  ")
    }

    private func compare(_ witness: Witness, _ path: String) throws -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw WitnessError.unusable(path: path, reason: "the balances cannot be read")
        }
        var lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)[...]
        // The CSV of hledger and beancount starts with the names of its columns.
        if witness != .ledger { lines = lines.dropFirst() }
        var faults: [String] = []
        var rest = balances
        for line in lines {
            guard let foreign = ForeignBalance(line, of: witness) else {
                faults.append("its balances hold a line that is not understood: \(line)")
                continue
            }
            let own = rest.removeValue(forKey: foreign.account) ?? (0, foreign.currency ?? "")
            let isSame =
                foreign.amount == own.amount
                && (own.amount == 0 || foreign.currency == own.currency)
            if !isSame {
                faults.append(
                    "account \(foreign.account): it has \(YuanText.plain(foreign.amount)) "
                        + "\(foreign.currency ?? ""), the book \(YuanText.plain(own.amount)) "
                        + own.currency)
            }
        }
        for (account, own) in rest.sorted(by: { $0.key < $1.key }) where own.amount != 0 {
            faults.append(
                "account \(account): it has nothing, the book \(YuanText.plain(own.amount)) "
                    + own.currency)
        }
        return faults
    }
}
