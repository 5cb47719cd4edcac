import CivilTime

/// How a date, a time of day, or both are written: `yyyy MM dd HH mm ss` and what stands between.
struct TimePattern: Hashable, Sendable {
    private enum Part: String, CaseIterable {
        case year = "yyyy"
        case month = "MM"
        case day = "dd"
        case hour = "HH"
        case minute = "mm"
        case second = "ss"
    }

    private enum Piece: Hashable {
        case part(Part)
        case byte(UInt8)
    }

    /// What a text says, as far as the pattern has it.
    struct Reading {
        let date: BusinessDate?
        let secondOfDay: Int
    }

    let text: String
    /// Whether it has year, month and day.
    let hasDate: Bool
    /// Whether it has hours and minutes.
    let hasClock: Bool
    private let pieces: [Piece]
    /// The bytes of every text of the pattern.
    let byteCount: Int

    /// Reads a pattern, or gives nothing when a part comes twice, is incomplete or is unknown.
    init?(_ text: String) {
        var pieces: [Piece] = []
        var parts: Set<Part> = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.first {
            if let part = Part.allCases.first(where: { rest.starts(with: $0.rawValue.utf8) }) {
                guard parts.insert(part).inserted else { return nil }
                pieces.append(.part(part))
                rest = rest.dropFirst(part.rawValue.utf8.count)
            } else {
                guard !"yMdHms".utf8.contains(byte) else { return nil }
                pieces.append(.byte(byte))
                rest = rest.dropFirst()
            }
        }
        let dateParts: Set<Part> = [.year, .month, .day]
        hasDate = parts.isSuperset(of: dateParts)
        hasClock = parts.isSuperset(of: [.hour, .minute])
        guard hasDate || parts.isDisjoint(with: dateParts),
            hasClock || parts.isDisjoint(with: [.hour, .minute, .second]), hasDate || hasClock
        else { return nil }
        self.text = text
        self.pieces = pieces
        byteCount = text.utf8.count
    }

    /// Reads a text, or gives nothing for one that is no time of the pattern.
    func read(_ bytes: ArraySlice<UInt8>) -> Reading? {
        guard bytes.count == byteCount else { return nil }
        var rest = bytes
        var numbers: [Part: Int] = [:]
        for piece in pieces {
            switch piece {
            case .byte(let byte): guard rest.popFirst() == byte else { return nil }
            case .part(let part):
                let digits = rest.prefix(part.rawValue.utf8.count)
                guard digits.allSatisfy(FieldGrammar.isDigit) else { return nil }
                numbers[part] = digits.reduce(0) { $0 * 10 + Int($1 - Ascii.zero) }
                rest = rest.dropFirst(digits.count)
            }
        }
        let hour = numbers[.hour, default: 0]
        let minute = numbers[.minute, default: 0]
        let second = numbers[.second, default: 0]
        guard hour < 24, minute < 60, second < 60 else { return nil }
        let secondOfDay = (hour * 60 + minute) * 60 + second
        guard let year = numbers[.year], let month = numbers[.month], let day = numbers[.day]
        else { return Reading(date: nil, secondOfDay: secondOfDay) }
        guard let date = BusinessDate(year: year, month: month, day: day),
            FieldGrammar.isWritable(date)
        else { return nil }
        return Reading(date: date, secondOfDay: secondOfDay)
    }
}
