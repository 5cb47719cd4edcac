/// Card numbers in what people write, where no more than the last four digits may stand.
public enum WholeCardNumber {
    /// How many digits a card number has (ISO/IEC 7812-1).
    static let digitCounts = 13...19

    /// Whether a text holds a run of so many digits that its last one checks, in any script.
    public static func stands(in text: String) -> Bool {
        var run: [Int] = []
        for scalar in text.unicodeScalars {
            if let digit = digit(scalar) {
                run.append(digit)
            } else {
                if isCard(run) { return true }
                run.removeAll(keepingCapacity: true)
            }
        }
        return isCard(run)
    }

    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        guard scalar.properties.numericType == .decimal else { return nil }
        return Character(scalar).wholeNumberValue
    }

    private static func isCard(_ digits: [Int]) -> Bool {
        guard digitCounts.contains(digits.count), let last = digits.last else { return false }
        return last == Luhn.checkDigit(of: digits.dropLast())
    }
}

/// The check digit of ISO/IEC 7812-1, annex B.
enum Luhn {
    /// The digit that makes a number whole; the last one before it counts double.
    static func checkDigit(of digits: some BidirectionalCollection<Int>) -> Int {
        let sum = digits.reversed().enumerated().reduce(0) { sum, place in
            guard place.offset % 2 == 0 else { return sum + place.element }
            return sum + (place.element > 4 ? place.element * 2 - 9 : place.element * 2)
        }
        return (10 - sum % 10) % 10
    }
}
