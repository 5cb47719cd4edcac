import Cryptography

/// The tree of RFC 6962, section 2.1, as it is written there.
enum NaiveTree {
    static func root(_ leaves: [[UInt8]]) -> SHA256Digest { root(leaves[...]) }

    private static func root(_ leaves: ArraySlice<[UInt8]>) -> SHA256Digest {
        guard let first = leaves.first else { return hash([]) }
        guard leaves.count > 1 else { return hash([0] + first) }
        // The largest power of two that is smaller than the count.
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let (left, right) = (leaves.prefix(split), leaves.dropFirst(split))
        return hash([1] + root(left).bytes + root(right).bytes)
    }

    static func hash(_ bytes: [UInt8]) -> SHA256Digest { SHA256.hash(bytes) }
}

/// The encoding of version 1, written down a second time.
struct CanonicalBytes {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ raw: [UInt8]) { bytes += raw }

    mutating func add(_ number: Int64) {
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> Int64(shift)))
        }
    }

    mutating func add(optional number: Int64?) {
        bytes.append(number == nil ? 0 : 1)
        if let number { add(number) }
    }

    mutating func add(_ text: String) {
        let count = text.utf8.count
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
        bytes += Array(text.utf8)
    }
}
