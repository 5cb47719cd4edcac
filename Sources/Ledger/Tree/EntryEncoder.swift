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

    private var bytes: [UInt8] = []
    private var lineCount: Int64 = 0
    private var lineCountOffset = 0

    /// Starts an entry; its lines follow.
    mutating func begin(
        entry: Int64, date: Int64, recordedAt: Int64, kind: UnsafeRawBufferPointer,
        narrative: UnsafeRawBufferPointer, source: Int64?, phase: Int64, original: Int64?,
        originalDate: Int64?, expiresAt: Int64?
    ) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(MerkleHasher.leafPrefix)
        bytes.append(Self.version)
        add(entry)
        add(date)
        add(recordedAt)
        add(kind)
        add(narrative)
        add(source)
        add(phase)
        add(original)
        add(originalDate)
        add(expiresAt)
        // The count is set when the lines are there.
        lineCount = 0
        lineCountOffset = bytes.count
        add(lineCount)
    }

    /// Adds a line: an account's code, a currency's number and a signed amount.
    mutating func line(code: UnsafeRawBufferPointer, currency: Int64, amount: Int64) {
        lineCount += 1
        add(code)
        add(currency)
        add(amount)
    }

    /// The hash of the leaf.
    mutating func leaf(_ hasher: MerkleHasher) -> SHA256Digest {
        setLineCount()
        return bytes.withUnsafeBytes { hasher.leaf(prefixed: $0) }
    }

    /// Lends the canonical bytes after the tree's prefix of a leaf.
    mutating func withPrefixedBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        setLineCount()
        bytes.withUnsafeBytes { body($0) }
    }

    /// The canonical bytes, without the tree's prefix of a leaf.
    mutating func canonicalBytes() -> ArraySlice<UInt8> {
        setLineCount()
        return bytes.dropFirst()
    }

    private mutating func setLineCount() {
        withUnsafeBytes(of: lineCount.bigEndian) { count in
            bytes.withUnsafeMutableBytes { $0[lineCountOffset...].copyBytes(from: count) }
        }
    }

    private mutating func add(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func add(_ number: Int64?) {
        guard let number else { return bytes.append(0) }
        bytes.append(1)
        add(number)
    }

    private mutating func add(_ text: UnsafeRawBufferPointer) {
        withUnsafeBytes(of: UInt32(text.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: text)
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
