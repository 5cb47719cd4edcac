extension JSONObjectDecoder {
    /// Which characters a string may hold.
    public enum Text: Sendable {
        /// Nothing that breaks, hides or reorders a line of a receipt or a log.
        case line
        /// Line feeds too, for remarks.
        case lines
    }

    /// Takes a string.
    ///
    /// - Parameters:
    ///   - name: The field.
    ///   - lengthIn: The length allowed, in characters (Unicode scalars).
    ///   - text: The characters allowed.
    /// - Throws: `JSONError`: missing, not a string, length, a character that is not allowed.
    public mutating func string(
        _ name: String, lengthIn: ClosedRange<Int>, text: Text = .line
    ) throws(JSONError) -> String {
        try checkedString(require(name), lengthIn, text)
    }

    /// Takes a string that may be missing or null.
    ///
    /// - Throws: `JSONError`: not a string, length, a character that is not allowed.
    public mutating func optionalString(
        _ name: String, lengthIn: ClosedRange<Int>, text: Text = .line
    ) throws(JSONError) -> String? {
        guard let member = takeUnlessNull(name) else { return nil }
        return try checkedString(member, lengthIn, text)
    }

    /// Takes a whole number.
    ///
    /// - Throws: `JSONError`: missing, not a number, outside the range.
    public mutating func integer(
        _ name: String, in range: ClosedRange<Int64>
    ) throws(JSONError) -> Int64 {
        try checkedInteger(require(name), range)
    }

    /// Takes a whole number that may be missing or null.
    ///
    /// - Throws: `JSONError`: not a number, outside the range.
    public mutating func optionalInteger(
        _ name: String, in range: ClosedRange<Int64>
    ) throws(JSONError) -> Int64? {
        guard let member = takeUnlessNull(name) else { return nil }
        return try checkedInteger(member, range)
    }

    /// Takes true or false.
    ///
    /// - Throws: `JSONError`: missing, neither true nor false.
    public mutating func bool(_ name: String) throws(JSONError) -> Bool {
        try checkedBool(require(name))
    }

    /// Takes true or false that may be missing or null.
    ///
    /// - Throws: `JSONError`: neither true nor false.
    public mutating func optionalBool(_ name: String) throws(JSONError) -> Bool? {
        guard let member = takeUnlessNull(name) else { return nil }
        return try checkedBool(member)
    }

    /// Takes one of the words of an enumeration.
    ///
    /// - Throws: `JSONError`: missing, not a string, none of the words; it lists them.
    public mutating func enumeration<Words>(
        _ name: String, _ words: Words.Type = Words.self
    ) throws(JSONError) -> Words
    where Words: RawRepresentable & CaseIterable, Words.RawValue == String {
        try checkedWord(require(name))
    }

    /// Takes one of the words of an enumeration that may be missing or null.
    ///
    /// - Throws: `JSONError`: not a string, none of the words; it lists them.
    public mutating func optionalEnumeration<Words>(
        _ name: String, _ words: Words.Type = Words.self
    ) throws(JSONError) -> Words?
    where Words: RawRepresentable & CaseIterable, Words.RawValue == String {
        guard let member = takeUnlessNull(name) else { return nil }
        return try checkedWord(member)
    }

    private func checkedString(
        _ member: JSONMember, _ range: ClosedRange<Int>, _ text: Text
    ) throws(JSONError) -> String {
        guard case .string(let value) = member.value else { throw wrongType(member, "a string") }
        var length = 0
        for scalar in value.unicodeScalars {
            length += 1
            if scalar.breaksLine, !(text == .lines && scalar == "\n") {
                throw error(
                    member, .forbiddenCharacter,
                    "the text holds a control or direction character; leave it out")
            }
        }
        guard range.contains(length) else {
            let allowed =
                range.lowerBound == range.upperBound
                ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw error(
                member, .lengthOutOfRange,
                "the text has \(length) characters; send \(allowed)")
        }
        return value
    }

    private func checkedInteger(
        _ member: JSONMember, _ range: ClosedRange<Int64>
    ) throws(JSONError) -> Int64 {
        guard case .integer(let value) = member.value else {
            throw wrongType(member, "a whole number")
        }
        guard range.contains(value) else {
            let allowed =
                range.upperBound == .max
                ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
            throw error(
                member, .valueOutOfRange, "the number is out of range; send \(allowed)")
        }
        return value
    }

    private func checkedBool(_ member: JSONMember) throws(JSONError) -> Bool {
        guard case .bool(let value) = member.value else {
            throw wrongType(member, "true or false")
        }
        return value
    }

    private func checkedWord<Words>(_ member: JSONMember) throws(JSONError) -> Words
    where Words: RawRepresentable & CaseIterable, Words.RawValue == String {
        guard case .string(let text) = member.value else { throw wrongType(member, "a string") }
        guard let word = Words(rawValue: text) else {
            let allowed = Words.allCases.map(\.rawValue).joined(separator: ", ")
            throw error(
                member, .valueNotAllowed, "the value is not one of these; send one: \(allowed)")
        }
        return word
    }
}
