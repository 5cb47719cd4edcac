/// A count or sum that a head or trailer tells.
struct LayoutPromise {
    let line: Int
    let check: LayoutCheck
    let value: Int64
}

extension LayoutParser {
    /// The range of counts and sums of any valid file.
    private static let allowedSums: ClosedRange<Int64> =
        -999_999_999_999_999_999...999_999_999_999_999_999

    func promised(
        _ summary: LayoutSummary, _ record: LayoutRecord
    ) throws(LayoutError) -> [LayoutPromise] {
        var promises: [LayoutPromise] = []
        for check in summary.checks {
            let (format, isInverted) = format(check)
            let value = try record.value(check.place, check.field) {
                bytes throws(LayoutFieldCause) in
                try format.read(bytes, allowsSign: true, in: Self.allowedSums)
            }
            let sum = check.lines == .negative ? abs(value) : isInverted ? -value : value
            promises.append(LayoutPromise(line: record.number, check: check, value: sum))
        }
        return promises
    }

    /// How a count or sum is written, and whether it has the partner's sign.
    private func format(_ check: LayoutCheck) -> (AmountFormat, isInverted: Bool) {
        let fields = layout.fields
        switch check.measure {
        case .count:
            let amount = fields.amount.format
            let format = AmountFormat(
                unit: .fen, hasThousands: amount.hasThousands,
                hasLeadingZeros: amount.hasLeadingZeros)
            return (format, false)
        case .amount: return (fields.amount.format, fields.amount.sign == .inverted)
        case .commission:
            guard let commission = fields.commission else { preconditionFailure("no commission") }
            return (commission.format, commission.sign == .inverted)
        }
    }

    func compare(_ promise: LayoutPromise) throws(LayoutError) {
        let expected = tally.value(promise.check)
        guard promise.value == expected else {
            throw .totalWrong(
                line: promise.line, field: promise.check.field, value: promise.value,
                expected: expected)
        }
    }
}

extension LayoutCheck {
    fileprivate var field: LayoutField {
        switch measure {
        case .count: .count
        case .amount: .amount
        case .commission: .commission
        }
    }
}
