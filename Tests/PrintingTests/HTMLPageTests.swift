import Testing

@testable import Printing

@Suite struct HTMLPageTests {
    @Test(
        "a page names its language, holds its style and asks for nothing from elsewhere",
        arguments: PagePaper.allCases)
    func complete(_ paper: PagePaper) throws {
        let page = HTMLPage(paper: paper)
        let text = try page.text(.sample("电费"))
        #expect(text.hasPrefix("<!DOCTYPE html>\n<html lang=\"zh-CN\">"))
        #expect(text.contains("<style>\(page.styleSheet)</style>"))
        for word in ["<script", "src=", "href=", "url(", "@import", "style=", "onload"] {
            #expect(!text.contains(word), "\(word)")
        }
        // The words may come in a link; the page loads none.
        #expect(text.components("http").count == text.components("https://a.example").count + 1)
    }

    @Test("papers differ in size, and 58 mm leaves out what has no room")
    func papers() throws {
        let pages = try PagePaper.allCases.map { try HTMLPage(paper: $0).text(.sample("电费")) }
        #expect(pages.map { $0.contains("size:58mm auto") } == [true, false, false])
        #expect(pages.map { $0.contains("size:80mm auto") } == [false, true, false])
        #expect(pages.map { $0.contains("size:A4") } == [false, false, true])
        #expect(pages.map { $0.contains("<dt>大写</dt>") } == [false, true, true])
    }

    @Test("amounts have thousands separators")
    func amounts() throws {
        let text = try HTMLPage(paper: .a4).text(.sample("电费"))
        #expect(text.contains("<dd>123,456.05</dd>") && text.contains("<td>123,456.05</td>"))
    }

    @Test("no text becomes markup")
    func injection() throws {
        let seed = SeededNumbers.chooseSeed()
        print("HTMLPageTests: \(SeededNumbers.seedVariable)=\(seed)")
        var numbers = SeededNumbers(seed: seed)
        let page = HTMLPage(paper: .a4)
        let tags = Self.tags(try page.text(.sample("电费")))
        for round in 0..<1_000 {
            let name =
                round < SeededNumbers.attacks.count
                ? SeededNumbers.attacks[round] : numbers.hostileText(length: 80)
            #expect(Self.tags(try page.text(.sample(name))) == tags, "\(name), seed \(seed)")
        }
    }

    /// A page's tags with their attributes, in order.
    private static func tags(_ page: String) -> [String] {
        var tags: [String] = []
        var tag: String?
        for scalar in page.unicodeScalars {
            if scalar == "<" { tag = "" }
            tag?.unicodeScalars.append(scalar)
            if scalar == ">", let whole = tag {
                tags.append(whole)
                tag = nil
            }
        }
        return tags
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
