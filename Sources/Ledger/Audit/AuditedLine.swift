/// One line of an entry, as the audit read it.
struct AuditedLine: Equatable {
    let line: Int64
    let account: Int64
    let amount: Int64
    let currency: Int64

    var inverse: AuditedLine {
        AuditedLine(line: line, account: account, amount: 0 &- amount, currency: currency)
    }

    /// Whether no line passes, for its account and side, what the pending lines have there.
    static func areWithin(_ lines: [AuditedLine], _ pending: [AuditedLine]) -> Bool {
        lines.allSatisfy { line in
            sum(of: lines, like: line) <= sum(of: pending, like: line)
        }
    }

    // Amounts of a damaged file may be anything; what does not fit counts as the most.
    private static func sum(of lines: [AuditedLine], like line: AuditedLine) -> UInt64 {
        lines.reduce(0) { sum, other in
            guard other.account == line.account, (other.amount > 0) == (line.amount > 0) else {
                return sum
            }
            let (next, hasOverflow) = sum.addingReportingOverflow(other.amount.magnitude)
            return hasOverflow ? .max : next
        }
    }
}
