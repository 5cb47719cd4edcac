import Printing

/// How a receipt can be had.
public enum ReceiptFormat: String, CaseIterable, Sendable {
    /// Lines of text.
    case text
    /// The bytes of a receipt printer.
    case escpos
    /// A page for a browser.
    case html
}

/// A format on a paper that it can be on.
public enum ReceiptForm: Hashable, Sendable {
    case text(RollPaper)
    case escpos(RollPaper)
    case html(PagePaper)

    /// Nothing for text or printer bytes on a paper that is no roll.
    public init?(_ format: ReceiptFormat, on paper: PagePaper) {
        switch (format, paper) {
        case (.text, .roll(let roll)): self = .text(roll)
        case (.escpos, .roll(let roll)): self = .escpos(roll)
        case (.html, let paper): self = .html(paper)
        case (.text, .a4), (.escpos, .a4): return nil
        }
    }

    public var format: ReceiptFormat {
        switch self {
        case .text: .text
        case .escpos: .escpos
        case .html: .html
        }
    }

    public var paperName: String {
        switch self {
        case .text(let roll), .escpos(let roll): roll.rawValue
        case .html(let paper): paper.name
        }
    }

    /// The document's bytes: UTF-8, or those of a printer.
    ///
    /// - Throws: `PrintingError`.
    public func render(_ document: PaperDocument) throws -> [UInt8] {
        switch self {
        case .text(let roll): [UInt8](PlainText(paper: roll).text(document).utf8)
        case .escpos(let roll): try ESCPOS(paper: roll).bytes(document)
        case .html(let paper): [UInt8](try HTMLPage(paper: paper).text(document).utf8)
        }
    }
}
