/// What is to be printed, whatever it is printed on: a list of elements from top to bottom.
public struct PaperDocument: Equatable, Sendable {
    /// The title of the page, where there is one.
    public var title: PrintableText
    /// The language as a BCP 47 tag, `zh-CN` or `en`.
    public var language: String
    public var elements: [PaperElement]

    public init(title: PrintableText, language: String, elements: [PaperElement]) {
        self.title = title
        self.language = language
        self.elements = elements
    }
}

/// One part of a document.
public enum PaperElement: Equatable, Sendable {
    /// A warning that nobody may miss: centred and as large as the paper allows.
    case banner(PrintableText)
    /// A centred line of large letters.
    case heading(PrintableText)
    /// A centred line.
    case centred(PrintableText)
    /// Running text.
    case text(PrintableText)
    /// A label on the left and its value on the right.
    case pair(PrintableText, PaperValue)
    /// A pair for papers with room to spare: left out on 58 mm.
    case widePair(PrintableText, PaperValue)
    /// Lines of goods or services with their amounts.
    case items([PaperItem])
    /// The sum, larger than the rest.
    case total(PrintableText, PaperValue)
    /// A line across the paper.
    case rule
    /// A QR code of a link, with a line below it.
    case code(link: String, caption: PrintableText)
    /// Empty lines.
    case feed(lines: Int)
    /// Cuts the paper, where there is a knife.
    case cut
}

/// What stands on the right of a label.
public enum PaperValue: Equatable, Sendable, ExpressibleByStringLiteral {
    case text(PrintableText)
    /// An amount of money in fen; a page shows it with thousands separators.
    case amountFen(Int64)

    public init(stringLiteral text: String) {
        self = .text(PrintableText(text))
    }

    /// The value on a roll, where a column more is a column less for the label.
    var plainText: String {
        switch self {
        case .text(let text): text.text
        case .amountFen(let fen): YuanText.plain(fen)
        }
    }

    /// The value on a page.
    var groupedText: String {
        switch self {
        case .text(let text): text.text
        case .amountFen(let fen): YuanText.grouped(fen)
        }
    }
}

/// A line of goods or services.
public struct PaperItem: Equatable, Sendable {
    public var name: PrintableText
    /// Further lines below the name.
    public var details: [PrintableText]
    public var amountFen: Int64

    public init(name: PrintableText, details: [PrintableText] = [], amountFen: Int64) {
        self.name = name
        self.details = details
        self.amountFen = amountFen
    }
}
