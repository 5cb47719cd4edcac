import CivilTime

extension LayoutRecord {
    /// A serial, reference or account, with the grammar that the table of lines has.
    func text(
        _ source: LayoutText?, _ field: LayoutField,
        _ adapt: (String) -> String = { $0 },
        fault: (String) -> SettlementFieldCause?
    ) throws(LayoutError) -> String {
        guard let source else { return "" }
        let first = try bytes(source.place, field)
        let isEmpty =
            first.isEmpty || source.emptyWords.contains(Array(first))
        guard !isEmpty || source.otherPlace != nil else { return "" }
        let place = isEmpty ? source.otherPlace ?? source.place : source.place
        return try value(place, field) { bytes throws(LayoutFieldCause) in
            do throws(SettlementFieldCause) {
                guard !source.emptyWords.contains(Array(bytes)) else { return "" }
                let text = try adapt(FieldGrammar.text(bytes))
                if let cause = fault(text) { throw cause }
                return text
            } catch {
                throw .text(error)
            }
        }
    }

    /// What the word of a column means.
    func choice<Value>(
        _ choice: LayoutChoice<Value>, _ field: LayoutField
    ) throws(LayoutError) -> Value {
        switch choice {
        case .constant(let value): value
        case .column(let place, let words): try word(place, field, words)
        }
    }

    private func word<Value>(
        _ place: LayoutPlace, _ field: LayoutField, _ words: [[UInt8]: Value]
    ) throws(LayoutError) -> Value {
        try value(place, field) { bytes throws(LayoutFieldCause) in
            guard let value = words[Array(bytes)] else {
                throw .wordUnknown
            }
            return value
        }
    }

    /// The amount of a line with the sign that it has for us; never zero.
    func amountFen(_ amount: LayoutAmount) throws(LayoutError) -> Int64 {
        func read(_ allowsSign: Bool) throws(LayoutError) -> Int64 {
            try value(amount.place, .amount) { bytes throws(LayoutFieldCause) in
                let amountFen = try amount.format.read(
                    bytes, allowsSign: allowsSign, in: SettlementDetail.allowedAmountsFen)
                guard amountFen != 0 else { throw .text(.zero) }
                return amountFen
            }
        }
        switch amount.sign {
        case .plus: return try read(false)
        case .signed: return try read(true)
        case .inverted: return -(try read(true))
        case .direction(let place, let words):
            return try word(place, .direction, words) ? -read(false) : read(false)
        case .minus(let place): return try twoSides(amount, minus: place)
        }
    }

    /// The amount of a line that has it in one of two columns.
    private func twoSides(
        _ amount: LayoutAmount, minus: LayoutPlace
    ) throws(LayoutError) -> Int64 {
        func read(_ place: LayoutPlace, _ field: LayoutField) throws(LayoutError) -> Int64 {
            try value(place, field) { bytes throws(LayoutFieldCause) in
                guard !bytes.isEmpty else { return 0 }
                return try amount.format.read(
                    bytes, allowsSign: false, in: SettlementDetail.allowedAmountsFen)
            }
        }
        let plusFen = try read(amount.place, .amount)
        let minusFen = try read(minus, .minus)
        guard (plusFen == 0) != (minusFen == 0) else {
            throw .fieldInvalid(
                line: number, field: .minus, value: "\(plusFen) and \(minusFen) fen",
                cause: .sidesWrong)
        }
        return plusFen - minusFen
    }

    /// A commission with the sign that it has for us: the amount's, or zero.
    func commissionFen(
        _ commission: LayoutCommission, amountFen: Int64
    ) throws(LayoutError) -> Int64 {
        try value(commission.place, .commission) { bytes throws(LayoutFieldCause) in
            let allowsSign: Bool =
                switch commission.sign {
                case .signed, .inverted: true
                case .plus, .amount: false
                }
            let writtenFen = try commission.format.read(
                bytes, allowsSign: allowsSign, in: SettlementDetail.allowedAmountsFen)
            let commissionFen: Int64 =
                switch commission.sign {
                case .plus, .signed: writtenFen
                case .inverted: -writtenFen
                case .amount: amountFen < 0 ? -writtenFen : writtenFen
                }
            guard commissionFen == 0 || (commissionFen < 0) == (amountFen < 0) else {
                throw .text(.contradictsSign)
            }
            return commissionFen
        }
    }

    func moment(
        _ moment: LayoutMoment, _ field: LayoutField
    ) throws(LayoutError) -> TimePattern.Reading {
        try value(moment.place, field) { bytes throws(LayoutFieldCause) in
            guard let reading = moment.pattern.read(bytes) else {
                throw .timeInvalid(pattern: moment.pattern.text)
            }
            return reading
        }
    }
}

/// Cards that a partner masks in its own way.
enum MaskedCard {
    /// The fewest asterisks of a mask, and the most digits that may stand before it.
    private static let minimumAsteriskCount = 4
    private static let maximumLeadingDigitCount = 10

    /// The account as the table of lines has it: of a masked card only the last four digits.
    static func canonical(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let leading = bytes.prefix(while: FieldGrammar.isDigit)
        let rest = bytes.dropFirst(leading.count)
        let asterisks = rest.prefix { $0 == Ascii.asterisk }
        let digits = rest.dropFirst(asterisks.count)
        guard leading.count <= maximumLeadingDigitCount,
            asterisks.count >= minimumAsteriskCount, digits.count == 4,
            digits.allSatisfy(FieldGrammar.isDigit)
        else { return text }
        return FieldGrammar.cardMask + String(decoding: digits, as: UTF8.self)
    }
}
