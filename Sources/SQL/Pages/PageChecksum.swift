/// The checksum that the last eight bytes of each page of a database file hold.
///
/// It runs over the page's number and the rest of its bytes, so that a page in the wrong place is
/// found too. Every step is a bijection of its lane: a change within one eight-byte word is found
/// for certain, any other but for one chance in 2⁶⁴. It finds rot, not forgers: whoever can write
/// the file can make it anew, and meets the ledger's tree.
enum PageChecksum {
    /// Bytes at the end of each page that hold it.
    static let byteCount = 8

    private static let wordBytes = 8
    // Odd numbers without pattern, so that multiplying loses nothing and spreads every bit.
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let finisher: UInt64 = 0xD6E8_FEB8_6659_FD93

    /// The checksum that a page should hold.
    ///
    /// - Parameters:
    ///   - page: the whole page, at least 512 bytes and a multiple of 8.
    ///   - number: its place in the file, from 1.
    static func make(_ page: UnsafeRawBufferPointer, number: UInt32) -> UInt64 {
        let end = page.count - byteCount
        var first = UInt64(number) &+ 1
        var second = multiplier
        var third = finisher
        var fourth = ~UInt64(number)
        var offset = 0
        // Four lanes, for a multiplication takes four times as long as it keeps the processor busy.
        while offset + 4 * wordBytes <= end {
            first = step(first, word(page, offset))
            second = step(second, word(page, offset + wordBytes))
            third = step(third, word(page, offset + 2 * wordBytes))
            fourth = step(fourth, word(page, offset + 3 * wordBytes))
            offset += 4 * wordBytes
        }
        while offset < end {
            first = step(first, word(page, offset))
            offset += wordBytes
        }
        return finish(finish(finish(first, second), third), fourth)
    }

    /// The checksum that a page holds.
    static func stored(in page: UnsafeRawBufferPointer) -> UInt64 {
        word(page, page.count - byteCount)
    }

    /// Whether a page holds its checksum.
    static func isRight(_ page: UnsafeRawBufferPointer, number: UInt32) -> Bool {
        stored(in: page) == make(page, number: number)
    }

    /// Puts a page's checksum into its last bytes.
    static func stamp(_ page: UnsafeMutableRawBufferPointer, number: UInt32) {
        let checksum = make(UnsafeRawBufferPointer(page), number: number)
        page.storeBytes(
            of: checksum.littleEndian, toByteOffset: page.count - byteCount, as: UInt64.self)
    }

    @inline(__always)
    private static func word(_ page: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: page.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inline(__always)
    private static func step(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        let product = (lane ^ word) &* multiplier
        return product << 29 | product >> 35
    }

    @inline(__always)
    private static func finish(_ sum: UInt64, _ lane: UInt64) -> UInt64 {
        let product = (sum ^ (sum >> 32) ^ lane) &* finisher
        return product ^ (product >> 32)
    }
}
