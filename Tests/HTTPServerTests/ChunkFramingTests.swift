import Testing

@testable import HTTPServer

@Suite struct ChunkFramingTests {
    /// One filling of the library's buffer and where the pieces of data lie in it.
    private struct Filling {
        let text: String
        let pieces: [Range<Int>]
    }

    /// Whether all pieces of fillings, each over the one before, are accepted.
    private func accepts(_ fillings: [Filling]) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 100) { buffer in
            guard let start = buffer.baseAddress else { return false }
            var framing = ChunkFraming(bufferStart: start)
            for filling in fillings {
                for (position, byte) in filling.text.utf8.enumerated() { buffer[position] = byte }
                for piece in filling.pieces
                where !framing.accept(UnsafeBufferPointer(rebasing: buffer[piece])) {
                    return false
                }
            }
            return true
        }
    }

    @Test func `full line ends between pieces are accepted`() {
        #expect(accepts([Filling(text: "5\r\nhello\r\n3\r\nabc\r\n", pieces: [3..<8, 13..<16])]))
        #expect(accepts([Filling(text: "5;a=b\r\nhello", pieces: [7..<12])]))
        #expect(accepts([Filling(text: "hello", pieces: [0..<5])]))
    }

    @Test func `data may hold any line end`() {
        #expect(accepts([Filling(text: "5\r\n\n\r\n\r\r\r\n1\r\n\n", pieces: [3..<8, 13..<14])]))
    }

    @Test(arguments: [
        ("5\nhello", 2..<7), ("5;\n\r\nhello", 5..<10), ("5\r\r\nhello", 4..<9),
        ("\n5\r\nhello", 4..<9), ("5\rhello", 2..<7),
    ])
    func `other line ends are refused`(text: String, piece: Range<Int>) {
        #expect(!accepts([Filling(text: text, pieces: [piece])]))
    }

    @Test func `a new filling is judged by its own bytes`() {
        // The first piece ends where the second filling has the LF of a CRLF.
        let first = Filling(text: "2\r\nAB", pieces: [3..<5])
        #expect(accepts([first, Filling(text: "\r\n10\r\nX", pieces: [6..<7])]))
        #expect(!accepts([first, Filling(text: "\r\n10;\nX", pieces: [6..<7])]))
        #expect(accepts([first, Filling(text: "CD", pieces: [0..<2])]))
    }
}
