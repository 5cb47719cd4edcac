import CSQLite

/// Which pages a write-ahead log holds newer contents of.
///
/// See "The Write-Ahead Log" in SQLite's file format.
struct LogPages {
    private static let headerBytes = 32
    private static let frameHeaderBytes = 24
    private static let magicNumbers: Set<UInt32> = [0x377F_0682, 0x377F_0683]
    /// Where the header holds two random numbers, which the frames of its time repeat.
    private static let headerSalts = 16..<24
    private static let frameSalts = 8..<16

    private(set) var numbers: Set<Int> = []

    /// Reads the headers of a log's frames up to the first of an earlier time.
    ///
    /// - Throws: `SQLError` when the log cannot be read.
    init(_ log: OpenFile, pageBytes: Int) throws {
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.headerBytes, alignment: 8)
        defer { bytes.deallocate() }
        guard try log.read(bytes, at: 0), Self.magicNumbers.contains(Self.number(bytes, 0)) else {
            return
        }
        let salts = Array(bytes[Self.headerSalts])
        let frame = UnsafeMutableRawBufferPointer(rebasing: bytes[..<Self.frameHeaderBytes])
        var offset = Int64(Self.headerBytes)
        while try log.read(frame, at: offset), frame[Self.frameSalts].elementsEqual(salts) {
            numbers.insert(Int(Self.number(frame, 0)))
            offset += Int64(Self.frameHeaderBytes + pageBytes)
        }
    }

    private static func number(_ bytes: UnsafeMutableRawBufferPointer, _ offset: Int) -> UInt32 {
        UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
