/// What the first 100 bytes of a database file say of its pages.
///
/// See "The Database Header" in SQLite's file format.
struct PageLayout: Equatable {
    /// Bytes of the header.
    static let headerBytes = 100
    /// Where the header says how many bytes at the end of each page SQLite leaves alone.
    static let reservedBytesOffset = 20

    private static let magic = Array("SQLite format 3\0".utf8)
    private static let pageSizes: Set<Int> = [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]
    /// The byte of the file that SQLite locks; the page that holds it is never used.
    private static let lockByteOffset = 1 << 30

    let pageBytes: Int
    let reservedBytes: Int

    /// Nothing when the bytes do not begin a database.
    init?(header: UnsafeRawBufferPointer) {
        guard header.count >= Self.headerBytes, header.starts(with: Self.magic) else { return nil }
        let size = Int(header[16]) << 8 | Int(header[17])
        // 65,536 does not fit two bytes and is written as 1.
        pageBytes = size == 1 ? 65_536 : size
        reservedBytes = Int(header[Self.reservedBytesOffset])
        guard Self.pageSizes.contains(pageBytes) else { return nil }
    }

    /// Whether each page holds a checksum of ours.
    var hasChecksums: Bool { reservedBytes == PageChecksum.byteCount }

    /// The number of the page that is never used, for the locks lie on it.
    var lockPage: Int { Self.lockByteOffset / pageBytes + 1 }
}
