import CivilTime
import StrictJSON

extension TableReader {
    /// A whole number without sign, spaces or leading zeros.
    ///
    /// - Throws: `DataFileError` of kind `value`, with the value and the range.
    func integer(_ column: Int, in range: ClosedRange<Int64>) throws(DataFileError) -> Int64 {
        let digits = bytes(column)
        guard let number = digitsValue(digits, maximumDigits: 18),
            range.contains(number), digits.count == 1 || digits[0] != UInt8(ascii: "0")
        else {
            throw refusal(
                column, .value, value: shown(digits),
                "this is no whole number from \(range.lowerBound) to \(range.upperBound); "
                    + "correct it")
        }
        return number
    }

    /// A date, `YYYY-MM-DD`.
    ///
    /// - Throws: `DataFileError` of kind `value`.
    func date(_ column: Int) throws(DataFileError) -> BusinessDate {
        let text = bytes(column)
        let hyphen = UInt8(ascii: "-")
        guard text.count == 10, text[4] == hyphen, text[7] == hyphen,
            let year = digitsValue(UnsafeBufferPointer(rebasing: text[0..<4]), maximumDigits: 4),
            let month = digitsValue(UnsafeBufferPointer(rebasing: text[5..<7]), maximumDigits: 2),
            let day = digitsValue(UnsafeBufferPointer(rebasing: text[8..<10]), maximumDigits: 2),
            let date = BusinessDate(year: Int(year), month: Int(month), day: Int(day))
        else {
            throw refusal(
                column, .value, value: shown(text),
                "the calendar has no such day; write YYYY-MM-DD")
        }
        return date
    }

    /// Two numbers of fixed width with one byte between them, as in `2026-11` and `08:30`.
    ///
    /// - Returns: Nothing where the shape is another.
    func pair(
        _ column: Int, widths: (Int, Int), separator: Character
    ) -> (first: Int, second: Int)? {
        let text = bytes(column)
        guard text.count == widths.0 + 1 + widths.1, text[widths.0] == separator.asciiValue,
            let first = digitsValue(
                UnsafeBufferPointer(rebasing: text[..<widths.0]), maximumDigits: widths.0),
            let second = digitsValue(
                UnsafeBufferPointer(rebasing: text[(widths.0 + 1)...]), maximumDigits: widths.1)
        else { return nil }
        return (Int(first), Int(second))
    }

    /// A text of a bounded length in characters that hides and reorders nothing.
    ///
    /// - Throws: `DataFileError` of kind `value`, `encoding` or `controlCharacter`, without the text.
    func text(_ column: Int, lengthIn range: ClosedRange<Int>) throws(DataFileError) -> String {
        let text = try text(column)
        var length = 0
        for scalar in text.unicodeScalars {
            length += 1
            if scalar.breaksLine {
                throw refusal(
                    column, .controlCharacter,
                    "the text holds a control or direction character; remove it")
            }
        }
        guard range.contains(length) else {
            throw refusal(
                column, .value,
                "the text does not have \(range.lowerBound) to \(range.upperBound) characters; "
                    + "correct it")
        }
        return text
    }

    /// An identifier; capital letters, digits and hyphens, no hyphen first.
    ///
    /// - Throws: `DataFileError` of kind `value`; the text is not repeated.
    func identifier(
        _ column: Int, lengthIn range: ClosedRange<Int>
    ) throws(DataFileError) -> String {
        let text = bytes(column)
        guard range.contains(text.count), text.allSatisfy(Identifier.allows),
            text.first != UInt8(ascii: "-")
        else {
            throw refusal(
                column, .value,
                "the text is not \(range.lowerBound) to \(range.upperBound) of A to Z, 0 to 9, "
                    + "and hyphens, no hyphen first; correct it")
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The value of a field as an error may show it.
    func shown(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        String(decoding: bytes.prefix(DataFileError.maximumValueCharacters), as: UTF8.self)
    }

    private func digitsValue(
        _ digits: UnsafeBufferPointer<UInt8>, maximumDigits: Int
    ) -> Int64? {
        guard !digits.isEmpty, digits.count <= maximumDigits else { return nil }
        var number: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return number
    }
}
