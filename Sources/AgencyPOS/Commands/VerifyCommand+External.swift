import Agency

/// Asking the witnesses: other people's programs that read the book's export.
extension VerifyCommand {
    /// Says which witnesses are not installed.
    ///
    /// - Throws: `WitnessError.noneInstalled`.
    static func tellMissing() throws {
        let missing = ExternalAudit.installed().missing
        guard missing.count < Witness.allCases.count else { throw WitnessError.noneInstalled }
        for witness in missing { print("\(witness.program) is not installed: not asked") }
    }

    /// Runs the witnesses and tells what each found.
    ///
    /// - Throws: `CommandError` when one objects.
    static func ask(_ external: ExternalAudit) throws {
        var objections: [String] = []
        for report in try external.run() {
            let name = report.witness.rawValue
            for fault in report.faults { print("FAULT \(name): \(fault)") }
            guard report.faults.isEmpty else {
                objections.append(name)
                continue
            }
            let compared =
                report.accountCount.map { "\($0) accounts agree to the fen" }
                ?? "its balances cannot be printed here, for "
                + "\(report.witness.balanceProgram) is missing; it has compared those in the file"
            print("external: \(name) finds nothing wrong; \(compared)")
        }
        guard objections.isEmpty else {
            throw CommandError(
                message: "the book is not what others read of it: "
                    + objections.joined(separator: ", "),
                code: .failure)
        }
    }
}
