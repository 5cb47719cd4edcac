/// Sets texts on lines of a fixed number of columns; no line that it gives is wider.
struct LineLayout {
    let columns: Int
    /// The columns that a scalar adds after another.
    let measure: (_ scalar: Unicode.Scalar, _ before: Unicode.Scalar?) -> Int

    /// Lines on a screen, or a printer that is sent text.
    static func screen(columns: Int) -> LineLayout {
        LineLayout(columns: columns) { DisplayWidth.columns($0, after: $1) }
    }

    /// Lines of a printer in Chinese mode, which prints all but ASCII in its double-width font.
    static func printer(columns: Int) -> LineLayout {
        LineLayout(columns: columns) { scalar, _ in scalar.isASCII ? 1 : 2 }
    }

    func width(_ text: some StringProtocol) -> Int {
        var width = 0
        var before: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            width += measure(scalar, before)
            before = scalar
        }
        return width
    }

    /// A text cut in lines, at a space where the line has one; never empty.
    func wrapped(_ text: String, columns: Int? = nil) -> [String] {
        let columns = columns ?? self.columns
        var lines: [String] = []
        var line = ""
        for part in Self.parts(of: text) {
            if width(line) + width(part) > columns {
                let word = Self.takeWord(off: &line, before: part)
                lines.append(line)
                line = word
                if line.isEmpty, part == " " { continue }
            }
            line.unicodeScalars.append(contentsOf: part.unicodeScalars)
        }
        return lines + (line.isEmpty && !lines.isEmpty ? [] : [line])
    }

    /// A label on the left and a value on the right, below it where both do not fit on one line.
    func pair(_ label: String, _ value: String) -> [String] {
        let gap = columns - width(label) - width(value)
        if gap >= 1 { return [label + spaces(gap) + value] }
        return wrapped(label) + wrapped(value).map(right)
    }

    /// A name that may take several lines, with an amount on the right of the first.
    func item(_ name: String, amount: String) -> [String] {
        let room = columns - width(amount) - 1
        // A very long amount leaves no room for words.
        guard room >= 8 else { return pair(name, amount) }
        var lines = wrapped(name, columns: room)
        lines[0] += spaces(columns - width(lines[0]) - width(amount)) + amount
        return lines
    }

    func centred(_ text: String) -> [String] {
        wrapped(text).map { spaces((columns - width($0)) / 2) + $0 }
    }

    func right(_ text: String) -> String { spaces(columns - width(text)) + text }

    private func spaces(_ count: Int) -> String {
        String(repeating: " ", count: max(0, count))
    }

    /// Scalars, each with the marks that stand on it: a line never begins with a mark.
    private static func parts(of text: String) -> [String] {
        var parts: [String] = []
        for scalar in text.unicodeScalars {
            if DisplayWidth.role(of: scalar) == .mark, let last = parts.indices.last {
                parts[last].unicodeScalars.append(scalar)
            } else {
                parts.append(String(scalar))
            }
        }
        return parts
    }

    /// The most characters of a word that is kept whole; a longer one is cut, so that no line is
    /// left short before a number.
    private static let maximumWordLength = 12

    /// Takes a word that does not fit off the end of a line, unless the line is that word.
    private static func takeWord(off line: inout String, before part: String) -> String {
        let scalars = line.unicodeScalars
        guard part != " ", part.utf8.count == 1, let space = scalars.lastIndex(of: " "),
            space > scalars.startIndex
        else { return "" }
        let word = scalars[scalars.index(after: space)...]
        guard word.count <= maximumWordLength, word.allSatisfy(\.isASCII) else { return "" }
        let taken = String(String.UnicodeScalarView(word))
        line = String(String.UnicodeScalarView(scalars[..<space]))
        return taken
    }
}
