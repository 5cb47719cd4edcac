import StrictJSON

extension LayoutFields {
    init(
        _ object: inout JSONObjectDecoder, _ columns: LayoutColumns
    ) throws(JSONError) {
        let hasLeadingZeros = columns.kind == .fixedWidth
        serial = try Self.text("serial", &object, columns)
        reference = try Self.text("reference", &object, columns)
        type = try Self.choice("type", of: SettlementType.self, &object, columns)
        (account, hasMaskedCards) = try Self.account(&object, columns)
        amount = try Self.amount(&object, columns, hasLeadingZeros)
        status = try Self.choice("status", of: SettlementStatus.self, &object, columns)
        time = try Self.time(&object, columns)
        commission = try Self.commission(&object, columns, hasLeadingZeros)
        businessDate = try Self.moment("business_date", &object, columns, [.date])
        try object.finish()
    }

    private static func text(
        _ name: String, _ object: inout JSONObjectDecoder, _ columns: LayoutColumns
    ) throws(JSONError) -> LayoutText? {
        guard var member = try object.optionalObject(name) else { return nil }
        let text = try text(&member, columns)
        try member.finish()
        return text
    }

    private static func account(
        _ object: inout JSONObjectDecoder, _ columns: LayoutColumns
    ) throws(JSONError) -> (LayoutText?, Bool) {
        guard var member = try object.optionalObject("account") else { return (nil, false) }
        let hasMaskedCards = try member.optionalBool("masked_card") ?? false
        let text = try text(&member, columns)
        try member.finish()
        return (text, hasMaskedCards)
    }

    private static func text(
        _ member: inout JSONObjectDecoder, _ columns: LayoutColumns
    ) throws(JSONError) -> LayoutText {
        let place = try columns.place(&member)
        var words: Set<[UInt8]> = []
        let limit = LayoutLimits.maximumWordCount
        for value in try member.optionalArray("empty", maximumCount: limit) ?? [] {
            guard case .string(let word) = value else {
                throw member.refusal(of: "empty", .wrongType, "each element must be a text")
            }
            words.insert(Array(word.utf8))
        }
        var otherPlace: LayoutPlace?
        if var other = try member.optionalObject("or") {
            otherPlace = try columns.place(&other)
            try other.finish()
        }
        return LayoutText(place: place, emptyWords: words, otherPlace: otherPlace)
    }

    private static func choice<Value>(
        _ name: String, of type: Value.Type, _ object: inout JSONObjectDecoder,
        _ columns: LayoutColumns
    ) throws(JSONError) -> LayoutChoice<LayoutMeaning<Value>>
    where Value: RawRepresentable<String> & CaseIterable & Hashable & Sendable {
        var member = try object.object(name)
        if let constant = try member.optionalEnumeration("constant", Value.self) {
            try member.finish()
            return .constant(.value(constant))
        }
        let place = try columns.place(&member)
        let words = try words(&member) { (entry) throws(JSONError) -> LayoutMeaning<Value> in
            let meaning = try entry.string(
                "means", lengthIn: 1...LayoutLimits.maximumWordCharacterCount)
            if meaning == skipWord { return .skip }
            guard let value = Value(rawValue: meaning) else {
                let allowed = Value.allCases.map(\.rawValue) + [skipWord]
                throw entry.refusal(
                    of: "means", .valueNotAllowed,
                    "the value is not one of these; send one: "
                        + allowed.joined(separator: ", "))
            }
            return .value(value)
        }
        try member.finish()
        return .column(place, words)
    }

    private static let skipWord = "SKIP"

    /// Takes the list `words`, whose entries say what a word of the file means.
    private static func words<Value>(
        _ member: inout JSONObjectDecoder,
        _ meaning: (inout JSONObjectDecoder) throws(JSONError) -> Value
    ) throws(JSONError) -> [[UInt8]: Value] {
        var words: [[UInt8]: Value] = [:]
        let limit = LayoutLimits.maximumWordCount
        for var entry in try member.objects("words", maximumCount: limit) {
            let word = Array(
                try entry.string(
                    "word", lengthIn: 0...LayoutLimits.maximumWordCharacterCount
                ).utf8)
            guard words[word] == nil else {
                throw entry.refusal(
                    of: "word", .duplicateName, "the word is given twice; give it once")
            }
            words[word] = try meaning(&entry)
            try entry.finish()
        }
        guard !words.isEmpty else {
            throw member.refusal(
                of: "words", .lengthOutOfRange, "the list is empty; give what each word means")
        }
        return words
    }

    private static func amount(
        _ object: inout JSONObjectDecoder, _ columns: LayoutColumns, _ hasLeadingZeros: Bool
    ) throws(JSONError) -> LayoutAmount {
        var member = try object.object("amount")
        let place = try columns.place(&member)
        let format = try AmountFormat(&member, hasLeadingZeros: hasLeadingZeros)
        let sign = try sign(&member, columns)
        try member.finish()
        return LayoutAmount(place: place, format: format, sign: sign)
    }

    private enum SignWord: String, CaseIterable {
        case plus, signed, inverted
    }

    private enum DirectionWord: String, CaseIterable {
        case plus, minus
    }

    private static func sign(
        _ member: inout JSONObjectDecoder, _ columns: LayoutColumns
    ) throws(JSONError) -> LayoutSign {
        let word = try member.optionalEnumeration("sign", SignWord.self)
        let direction = try member.optionalObject("direction")
        let minus = try member.optionalObject("minus")
        switch (word, direction, minus) {
        case (.plus?, nil, nil): return .plus
        case (.signed?, nil, nil): return .signed
        case (.inverted?, nil, nil): return .inverted
        case (nil, var direction?, nil):
            let place = try columns.place(&direction)
            let words = try words(&direction) { (entry) throws(JSONError) -> Bool in
                switch try entry.enumeration("means", DirectionWord.self) {
                case .plus: false
                case .minus: true
                }
            }
            try direction.finish()
            return .direction(place, words)
        case (nil, nil, var minus?):
            let place = try columns.place(&minus)
            try minus.finish()
            return .minus(place)
        case _:
            throw member.refusal(
                of: "sign", .missingName, "give one of sign, direction and minus, and only one")
        }
    }

    private static func commission(
        _ object: inout JSONObjectDecoder, _ columns: LayoutColumns, _ hasLeadingZeros: Bool
    ) throws(JSONError) -> LayoutCommission? {
        guard var member = try object.optionalObject("commission") else { return nil }
        let place = try columns.place(&member)
        let format = try AmountFormat(&member, hasLeadingZeros: hasLeadingZeros)
        let sign = try member.enumeration("sign", LayoutCommissionSign.self)
        try member.finish()
        return LayoutCommission(place: place, format: format, sign: sign)
    }
}

extension LayoutFields {
    /// What a pattern has to have, and it may have nothing else.
    enum MomentPart {
        case date
        case clock
    }

    private static func time(
        _ object: inout JSONObjectDecoder, _ columns: LayoutColumns
    ) throws(JSONError) -> LayoutTime {
        let time = try moment("time", &object, columns, [.date, .clock])
        let date = try moment("date", &object, columns, [.date])
        let clock = try moment("clock", &object, columns, [.clock])
        guard let time else { return .two(date: date, clock: clock) }
        guard date == nil, clock == nil else {
            throw object.refusal(
                of: "time", .unknownName, "give either time, or date and clock")
        }
        return .one(time)
    }

    static func moment(
        _ name: String, _ object: inout JSONObjectDecoder, _ columns: LayoutColumns,
        _ parts: Set<MomentPart>
    ) throws(JSONError) -> LayoutMoment? {
        guard var member = try object.optionalObject(name) else { return nil }
        let place = try columns.place(&member)
        let text = try member.string(
            "pattern", lengthIn: 1...LayoutLimits.maximumPatternCharacterCount)
        guard let pattern = TimePattern(text), pattern.hasDate == parts.contains(.date),
            pattern.hasClock == parts.contains(.clock)
        else {
            let date = parts.contains(.date) ? "yyyy MM dd" : ""
            let clock = parts.contains(.clock) ? "HH mm, with or without ss" : ""
            throw member.refusal(
                of: "pattern", .valueNotAllowed,
                "the pattern must have each of these once and no other letter of them: "
                    + [date, clock].filter { !$0.isEmpty }.joined(separator: " "))
        }
        try member.finish()
        return LayoutMoment(place: place, pattern: pattern)
    }
}

extension AmountFormat {
    init(_ member: inout JSONObjectDecoder, hasLeadingZeros: Bool) throws(JSONError) {
        unit = try member.enumeration("unit", AmountUnit.self)
        hasThousands = try member.optionalBool("thousands") ?? false
        self.hasLeadingZeros = hasLeadingZeros
    }
}
