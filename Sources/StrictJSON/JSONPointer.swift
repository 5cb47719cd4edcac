/// Paths to fields as RFC 6901 writes them, bounded and printable, because names come from outside.
enum JSONPointer {
    /// Characters of a foreign name that a path repeats; the rest is cut.
    static let maximumNameCharacters = 64

    /// A slash and the name, escaped.
    ///
    /// - Parameter name: A member's name as the text has it, or an array index.
    static func component(_ name: String) -> String {
        var path = "/"
        var count = 0
        for scalar in name.unicodeScalars {
            guard count < maximumNameCharacters else { return path + "…" }
            count += 1
            switch scalar {
            case "~": path += "~0"
            case "/": path += "~1"
            case _ where scalar.breaksLine || scalar == "\"" || scalar == "\\":
                path += "\\u{" + String(scalar.value, radix: 16) + "}"
            case _: path.unicodeScalars.append(scalar)
            }
        }
        return path
    }
}

extension Unicode.Scalar {
    /// Whether the character could break, hide or reorder a line of a receipt or a log.
    public var breaksLine: Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0x9F: true  // C0, DEL, C1
        case 0x2028, 0x2029: true  // line and paragraph separator
        case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true  // direction marks
        case 0xFEFF, 0xFFFE...0xFFFF: true  // byte order mark and noncharacters
        case _: false
        }
    }
}
