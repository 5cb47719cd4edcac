import Testing

@testable import Printing

@Suite struct QRCodeTests {
    static let links = [
        "http://127.0.0.1:8080/r/1-aaaaaaaaaaaaaaaa",
        "https://pos.qingchuan.example/r/123456789012-abcdefghijklmnop",
        "https://便民.example/r/1-aaaaaaaaaaaaaaaa",
        "https://pos.example/" + String(repeating: "x", count: 200),
        "A",
    ]

    @Test("a code is read back as its link", arguments: links)
    func readBack(_ link: String) throws {
        let code = try QRCode(link)
        let read = try CodeReader.read(side: code.size + 8) { row, column in
            let (row, column) = (row - 4, column - 4)
            guard (0..<code.size).contains(row), (0..<code.size).contains(column) else {
                return false
            }
            return code.isDark(row: row, column: column)
        }
        #expect(read == link)
    }

    @Test("the picture in a page is read back as its link", arguments: links)
    func page(_ link: String) throws {
        let page = try HTMLPage(paper: .a4).text(.sample("电费", link: link))
        #expect(try CodeReader.read(page: page) == link)
    }

    @Test("nothing, and more than a printer takes, is refused", arguments: [0, 257])
    func refused(_ count: Int) {
        #expect(throws: PrintingError.codeTooLong(byteCount: count)) {
            try QRCode(String(repeating: "x", count: count))
        }
    }
}
