/// What an amount is counted in.
public enum AmountUnit: String, CaseIterable, Hashable, Sendable {
    /// Whole fen.
    case fen
    /// Yuan with none, one or two decimals.
    case yuan
}

/// How amounts are written; yuan become fen by integer arithmetic, and nothing is rounded.
struct AmountFormat: Hashable, Sendable {
    let unit: AmountUnit
    /// Whether commas part groups of three digits, all of them or none.
    let hasThousands: Bool
    /// Whether zeros may fill the number up, as they do in records of fixed width.
    let hasLeadingZeros: Bool

    /// Reads an amount in fen.
    func read(
        _ bytes: ArraySlice<UInt8>, allowsSign: Bool, in range: ClosedRange<Int64>
    ) throws(LayoutFieldCause) -> Int64 {
        guard !bytes.isEmpty else { throw .text(.empty) }
        let isNegative = bytes.first == Ascii.hyphen
        let isSigned = isNegative || bytes.first == Ascii.plus
        guard !isSigned || allowsSign else { throw .signUndeclared }
        let number = isSigned ? bytes.dropFirst() : bytes
        let whole = try digits(number.prefix { $0 != Ascii.point })
        var decimals = number.dropFirst(number.prefix { $0 != Ascii.point }.count)
        switch unit {
        case .fen: guard decimals.isEmpty else { throw .amountMalformed(unit) }
        case .yuan:
            if decimals.popFirst() != nil {
                guard !decimals.isEmpty, decimals.allSatisfy(FieldGrammar.isDigit) else {
                    throw .amountMalformed(unit)
                }
                guard decimals.count <= 2 else { throw .decimalsTooMany }
            }
        }
        let significant = whole.drop { $0 == Ascii.zero }
        let fenDigitCount = unit == .yuan ? 2 : 0
        guard significant.count + fenDigitCount <= LayoutLimits.maximumDigitCount else {
            throw .text(.outOfRange(range))
        }
        var valueFen: Int64 = 0
        for digit in significant + decimals { valueFen = valueFen * 10 + Int64(digit - Ascii.zero) }
        for _ in decimals.count..<max(fenDigitCount, decimals.count) { valueFen *= 10 }
        if isNegative { valueFen = -valueFen }
        guard range.contains(valueFen) else { throw .text(.outOfRange(range)) }
        return valueFen
    }

    /// The digits before the decimals, without what parts their groups.
    private func digits(_ bytes: ArraySlice<UInt8>) throws(LayoutFieldCause) -> ArraySlice<UInt8> {
        var digits = bytes
        if bytes.contains(Ascii.comma) {
            guard hasThousands else { throw .thousandsUndeclared }
            let groups = bytes.split(separator: Ascii.comma, omittingEmptySubsequences: false)
            guard (1...3).contains(groups[0].count),
                groups.dropFirst().allSatisfy({ $0.count == 3 })
            else { throw .amountMalformed(unit) }
            digits = Array(groups.joined())[...]
        }
        guard !digits.isEmpty, digits.allSatisfy(FieldGrammar.isDigit),
            hasLeadingZeros || digits.count == 1 || digits.first != Ascii.zero
        else { throw .amountMalformed(unit) }
        return digits
    }
}

extension Ascii {
    static let tab: UInt8 = 0x09
    static let point: UInt8 = 0x2E
}
