/// A text that cannot act: no control character, nothing that reorders or hides what is beside it.
///
/// Account names and partners' words come from outside; here they lose what a printer would take
/// for a command and what would show the reader another order than the one that is written.
public struct PrintableText: Hashable, Sendable, ExpressibleByStringLiteral,
    ExpressibleByStringInterpolation, CustomStringConvertible
{
    /// The most scalars that are kept; what is longer ends in `…`.
    public static let maximumScalars = 256
    /// The most marks that one character may carry.
    static let maximumMarks = 4

    public let text: String

    public init(_ text: String) {
        self.text = Self.cleaned(text)
    }

    public init(stringLiteral text: String) {
        self.init(text)
    }

    public var description: String { text }
    public var isEmpty: Bool { text.isEmpty }

    private static func cleaned(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        var count = 0
        var marks = 0
        for scalar in text.unicodeScalars {
            let role = DisplayWidth.role(of: scalar)
            switch role {
            case .forbidden: continue
            case .mark:
                // A mark needs something to stand on, and a heap of them covers other lines.
                guard count > 0, marks < maximumMarks else { continue }
                marks += 1
                kept.append(scalar)
                continue
            case .space, .narrow, .wide: marks = 0
            }
            guard count < maximumScalars else {
                kept.append("…")
                break
            }
            kept.append(role == .space ? " " : scalar)
            count += 1
        }
        return String(kept)
    }
}
