import Cryptography

/// The canonical bytes of an entry, of which its leaf in the tree is the hash; version 1.
///
/// A byte of the version comes first. Integers are eight bytes big-endian; an optional one is a
/// byte 0, or a byte 1 and the integer; a text is the count of its UTF-8 bytes in four bytes
/// big-endian, and they. `docs/ledger-proofs.md` lists the fields. The buffer is used again for
/// each entry; an encoder belongs to one thread.
struct EntryEncoder {
    /// The version that the first byte names.
    static let version: UInt8 = 1

    /// What the fields of fixed length of an entry, or of a line, need at most.
    private static let maximumFixedBytes = 128

    private var bytes = [UInt8](repeating: 0, count: 1_024)
    private var count = 0
    private var lineCount: Int64 = 0
    private var lineCountOffset = 0

    /// Starts an entry; its lines follow.
    mutating func begin(
        entry: Int64, date: Int64, recordedAt: Int64, kind: UnsafeRawBufferPointer,
        narrative: UnsafeRawBufferPointer, source: Int64?, phase: Int64, original: Int64?,
        originalDate: Int64?, expiresAt: Int64?
    ) {
        count = 0
        lineCount = 0
        append(room: Self.maximumFixedBytes + kind.count + narrative.count) { end in
            end.add(MerkleHasher.leafPrefix)
            end.add(Self.version)
            end.add(entry)
            end.add(date)
            end.add(recordedAt)
            end.add(kind)
            end.add(narrative)
            end.add(source)
            end.add(phase)
            end.add(original)
            end.add(originalDate)
            end.add(expiresAt)
            // The count is set when the lines are there.
            end.add(0 as Int64)
        }
        lineCountOffset = count - MemoryLayout<Int64>.size
    }

    /// Adds a line: an account's code, a currency's number and a signed amount.
    mutating func line(code: UnsafeRawBufferPointer, currency: Int64, amount: Int64) {
        lineCount += 1
        append(room: Self.maximumFixedBytes + code.count) { end in
            end.add(code)
            end.add(currency)
            end.add(amount)
        }
    }

    /// The hash of the leaf.
    mutating func leaf(_ hasher: MerkleHasher) -> SHA256Digest {
        withPrefixedBytes { hasher.leaf(prefixed: $0) }
    }

    /// Lends the canonical bytes with the tree's prefix of a leaf before them.
    mutating func withPrefixedBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        setLineCount()
        return try bytes.withUnsafeBytes {
            try body(UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
    }

    /// The canonical bytes, without the tree's prefix of a leaf.
    mutating func canonicalBytes() -> ArraySlice<UInt8> {
        setLineCount()
        return bytes[1..<count]
    }

    private mutating func setLineCount() {
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: lineCount.bigEndian, toByteOffset: lineCountOffset, as: Int64.self)
        }
    }

    /// Makes room once for several fields, which `write` adds at the end.
    private mutating func append(room: Int, _ write: (inout EntryEnd) -> Void) {
        if bytes.count < count + room {
            bytes.append(contentsOf: repeatElement(0, count: bytes.count + room))
        }
        bytes.withUnsafeMutableBytes { buffer in
            var end = EntryEnd(buffer: buffer, count: count)
            write(&end)
            count = end.count
        }
    }
}

/// Where the next field of an entry goes; the buffer has room for it.
private struct EntryEnd {
    let buffer: UnsafeMutableRawBufferPointer
    private(set) var count: Int

    mutating func add(_ byte: UInt8) {
        buffer[count] = byte
        count += 1
    }

    mutating func add(_ number: Int64) {
        buffer.storeBytes(of: number.bigEndian, toByteOffset: count, as: Int64.self)
        count += MemoryLayout<Int64>.size
    }

    mutating func add(_ number: Int64?) {
        guard let number else { return add(0 as UInt8) }
        add(1 as UInt8)
        add(number)
    }

    mutating func add(_ text: UnsafeRawBufferPointer) {
        buffer.storeBytes(
            of: UInt32(text.count).bigEndian, toByteOffset: count, as: UInt32.self)
        count += MemoryLayout<UInt32>.size
        buffer[count...].copyBytes(from: text)
        count += text.count
    }
}

extension String {
    /// Lends the UTF-8 bytes, without a copy where they lie together.
    func withUTF8Bytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
        -> Result
    {
        var text = self
        return try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
    }
}
