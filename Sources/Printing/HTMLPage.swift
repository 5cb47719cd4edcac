/// Documents as pages for a browser, complete in themselves: style and code are within.
public struct HTMLPage: Sendable {
    let paper: PagePaper

    public init(paper: PagePaper) {
        self.paper = paper
    }

    /// The page's style sheet, as it stands in the page; a content security policy names its hash.
    public var styleSheet: String { Self.commonStyle + paperStyle }

    /// The page.
    ///
    /// - Throws: `PrintingError.codeTooLong`.
    public func text(_ document: PaperDocument) throws -> String {
        var body = ""
        var pairs: [String] = []
        func endPairs() {
            guard !pairs.isEmpty else { return }
            body += "<dl>\n" + pairs.joined() + "</dl>\n"
            pairs = []
        }
        for element in document.elements {
            if let pair = Self.pair(element, paper) {
                pairs.append(pair)
            } else {
                endPairs()
                body += try Self.block(element)
            }
        }
        endPairs()
        return """
            <!DOCTYPE html>
            <html lang="\(Self.escaped(document.language))">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>\(Self.escaped(document.title.text))</title>
            <style>\(styleSheet)</style>
            </head>
            <body>
            <main>
            \(body)</main>
            </body>
            </html>

            """
    }

    /// A text with HTML's five special characters replaced.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case _: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func pair(_ element: PaperElement, _ paper: PagePaper) -> String? {
        switch element {
        case .pair(let label, let value): return row(label, value, "")
        case .widePair(let label, let value):
            return paper == .roll(.narrow) ? "" : row(label, value, "")
        case .total(let label, let value): return row(label, value, " class=\"total\"")
        case .banner, .heading, .centred, .text, .items, .rule, .code, .feed, .cut: return nil
        }
    }

    private static func row(
        _ label: PrintableText, _ value: PaperValue, _ kind: String
    ) -> String {
        "<div\(kind)><dt>\(escaped(label.text))</dt><dd>\(escaped(value.groupedText))</dd></div>\n"
    }

    private static func block(_ element: PaperElement) throws -> String {
        switch element {
        case .banner(let text): "<p class=\"banner\">\(escaped(text.text))</p>\n"
        case .heading(let text): "<h1>\(escaped(text.text))</h1>\n"
        case .centred(let text): "<p class=\"centred\">\(escaped(text.text))</p>\n"
        case .text(let text): "<p>\(escaped(text.text))</p>\n"
        case .items(let items): "<table>\n" + items.map(row).joined() + "</table>\n"
        case .rule: "<hr>\n"
        case .code(let link, let caption): try figure(link, caption)
        case .feed: "<p>&nbsp;</p>\n"
        case .pair, .widePair, .total, .cut: ""
        }
    }

    private static func row(_ item: PaperItem) -> String {
        let details = item.details.map { "<br><small>\(escaped($0.text))</small>" }.joined()
        return "<tr><td>\(escaped(item.name.text))\(details)</td>"
            + "<td>\(YuanText.grouped(item.amountFen))</td></tr>\n"
    }

    /// A code is read with four light modules around it (ISO/IEC 18004).
    private static let quietZone = 4

    private static func figure(_ link: String, _ caption: PrintableText) throws -> String {
        let code = try QRCode(link)
        let link = PrintableText(link).text
        let side = code.size + 2 * quietZone
        return """
            <figure>
            <svg role="img" aria-label="\(escaped(link))" viewBox="0 0 \(side) \(side)" \
            shape-rendering="crispEdges" xmlns="http://www.w3.org/2000/svg">\
            <path fill="#fff" d="M0 0h\(side)v\(side)H0z"/>\
            <path fill="#000" d="\(code.pathData(margin: quietZone))"/></svg>
            <figcaption>\(escaped(caption.text))<br><small>\(escaped(link))</small></figcaption>
            </figure>

            """
    }
}
