import Ledger

/// A program of others that reads an export, checks it by its own rules and sums it by itself.
public enum Witness: String, CaseIterable, Sendable {
    case hledger, ledger, beancount

    /// The program that checks; the witness is installed when this is.
    public var program: String {
        switch self {
        case .hledger, .ledger: rawValue
        case .beancount: "bean-check"
        }
    }

    /// The program that tells the balances.
    public var balanceProgram: String {
        switch self {
        case .hledger, .ledger: rawValue
        case .beancount: "bean-query"
        }
    }

    var format: ExportFormat {
        switch self {
        case .hledger: .hledger
        case .ledger: .ledger
        case .beancount: .beancount
        }
    }

    /// What has the file checked, ending with a status other than 0 when it objects.
    func checkArguments(_ file: String) -> [String] {
        switch self {
        case .hledger: ["-f", file, "check", "--strict", "ordereddates"]
        case .ledger: ["--init-file", "/dev/null", "-f", file, "--pedantic", "source"]
        case .beancount: [file]
        }
    }

    /// What prints each account's own balance on a line.
    func balanceArguments(_ file: String) -> [String] {
        switch self {
        case .hledger:
            ["-f", file, "balance", "--flat", "--empty", "--no-total", "--output-format=csv"]
        case .ledger:
            [
                "--init-file", "/dev/null", "-f", file, "--pedantic", "balance", "--flat",
                "--empty", "--no-total", "--format", "%(account)\\t%(amount)\\n",
            ]
        case .beancount:
            [
                "--format=csv", file,
                "SELECT account, sum(number), currency GROUP BY account, currency",
            ]
        }
    }
}

/// Why other programs could not be asked.
public enum WitnessError: Error, Equatable, Sendable {
    /// None of them is installed.
    case noneInstalled
    case cannotStart(program: String, reason: String)
    case timedOut(program: String, seconds: Int)
    /// The user ended it.
    case interrupted
    /// The folder for the export cannot be made or written.
    case unusable(path: String, reason: String)
}

extension WitnessError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noneInstalled:
            "none of " + Witness.allCases.map(\.program).joined(separator: ", ")
                + " is installed; apt-get install hledger ledger beancount"
        case .cannotStart(let program, let reason): "\(program) cannot be started: \(reason)"
        case .timedOut(let program, let seconds):
            "\(program) did not end within \(seconds) seconds; allow more with --timeout"
        case .interrupted: "interrupted"
        case .unusable(let path, let reason): "\(path): \(reason)"
        }
    }
}
