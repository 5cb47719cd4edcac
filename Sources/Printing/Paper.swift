/// A roll of paper in a receipt printer.
public enum RollPaper: String, CaseIterable, Sendable {
    case narrow = "58"
    case wide = "80"

    /// The roll's width in millimetres.
    public var millimetres: Int {
        switch self {
        case .narrow: 58
        case .wide: 80
        }
    }

    /// How many ASCII characters fit on a line: 384 or 576 dots of 12 for each.
    public var columns: Int {
        switch self {
        case .narrow: 32
        case .wide: 48
        }
    }
}

/// What a page is printed on.
public enum PagePaper: Hashable, CaseIterable, Sendable {
    case roll(RollPaper)
    case a4

    public static let allCases: [PagePaper] = RollPaper.allCases.map(PagePaper.roll) + [.a4]

    /// The paper's name, `58`, `80` or `a4`.
    public var name: String {
        switch self {
        case .roll(let roll): roll.rawValue
        case .a4: "a4"
        }
    }

    /// The paper of a name, or nothing.
    public init?(name: String) {
        guard let paper = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = paper
    }
}
