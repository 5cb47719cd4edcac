extension StrictJSONParser {
    /// Reads a whole number at the position, which stands on its minus or first digit.
    ///
    /// Where several rules are broken, the order is: fraction or exponent, leading zero, minus
    /// zero, range.
    mutating func integer() throws(JSONError) -> Int64 {
        let start = position
        let isNegative = take(Byte.minus)
        let firstDigit = position
        var magnitude: UInt64 = 0
        var overflows = false
        while position < bytes.count, case let byte = bytes[position],
            byte >= Byte.zero, byte <= Byte.nine
        {
            let (product, carried) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, exceeded) = product.addingReportingOverflow(UInt64(byte &- Byte.zero))
            overflows = overflows || carried || exceeded
            magnitude = sum
            position += 1
        }
        let digitCount = position - firstDigit
        guard digitCount > 0 else {
            throw position < bytes.count ? unexpected("a digit") : end("a digit")
        }
        try checkWhole(start: start)
        if digitCount > 1, bytes[firstDigit] == Byte.zero {
            throw refusal(
                .leadingZero, at: start, "the number has leading zeros; leave them out")
        }
        guard isNegative else {
            guard !overflows, let value = Int64(exactly: magnitude) else {
                throw outOfRange(start)
            }
            return value
        }
        guard magnitude != 0 || overflows else {
            throw refusal(.negativeZero, at: start, "minus zero is no amount; write 0")
        }
        guard !overflows, magnitude <= Int64.min.magnitude else { throw outOfRange(start) }
        return Int64(truncatingIfNeeded: 0 &- magnitude)
    }

    private func checkWhole(start: Int) throws(JSONError) {
        guard position < bytes.count else { return }
        switch bytes[position] {
        case Byte.point:
            throw refusal(
                .fraction, at: start, "the number has a decimal point; write a whole number")
        case Byte.e, Byte.upperE:
            throw refusal(
                .exponent, at: start, "the number has an exponent; write out its digits")
        case _: return
        }
    }

    private func outOfRange(_ start: Int) -> JSONError {
        refusal(
            .integerOutOfRange, at: start,
            "the number is outside \(Int64.min) to \(Int64.max); send a smaller one")
    }
}
