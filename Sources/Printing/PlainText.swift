/// Documents as lines of text, each ended by a line feed and none wider than the paper.
public struct PlainText: Sendable {
    private let paper: RollPaper

    public init(paper: RollPaper) {
        self.paper = paper
    }

    /// The document's lines. A code is shown as its link; feeds and cuts are a printer's affair.
    public func text(_ document: PaperDocument) -> String {
        let layout = LineLayout.screen(columns: paper.columns)
        return document.elements.flatMap { lines($0, layout) }.map { $0 + "\n" }.joined()
    }

    private func lines(_ element: PaperElement, _ layout: LineLayout) -> [String] {
        switch element {
        case .banner(let text):
            let frame = String(repeating: "*", count: layout.columns)
            return [frame] + layout.centred(text.text) + [frame]
        case .heading(let text), .centred(let text): return layout.centred(text.text)
        case .text(let text): return layout.wrapped(text.text)
        case .pair(let label, let value), .total(let label, let value):
            return layout.pair(label.text, value.plainText)
        case .widePair(let label, let value):
            switch paper {
            case .narrow: return []
            case .wide: return layout.pair(label.text, value.plainText)
            }
        case .items(let items): return items.flatMap { RollItem.lines($0, layout) }
        case .rule: return [String(repeating: "-", count: layout.columns)]
        case .code(let link, let caption):
            return layout.centred(caption.text) + layout.wrapped(PrintableText(link).text)
        case .feed, .cut: return []
        }
    }
}

/// How a roll shows a line of goods.
enum RollItem {
    static func lines(_ item: PaperItem, _ layout: LineLayout) -> [String] {
        let details = item.details.flatMap { detail in
            layout.wrapped(detail.text, columns: layout.columns - 2).map { "  " + $0 }
        }
        return layout.item(item.name.text, amount: YuanText.plain(item.amountFen)) + details
    }
}
