/// Thirty-two bytes stored inline, in order, so that digests and codes need no allocation.
struct Block256: Hashable, Sendable {
    static let byteCount = 32

    // Each word holds eight bytes as they lie in memory; their numeric values mean nothing.
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var third: UInt64 = 0
    private var fourth: UInt64 = 0

    init() {}

    init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        withUnsafeMutableBytes { $0.copyBytes(from: bytes) }
    }

    init?(hex: some StringProtocol) {
        guard hex.utf8.count == Self.byteCount * 2, let bytes = Hexadecimal.decode(hex)
        else { return nil }
        self.init(bytes: bytes)
    }

    var bytes: [UInt8] {
        withUnsafeBytes { [UInt8]($0) }
    }

    var hex: String {
        withUnsafeBytes { Hexadecimal.encode($0) }
    }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
        -> Result
    {
        try Swift.withUnsafeBytes(of: self, body)
    }

    mutating func withUnsafeMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try Swift.withUnsafeMutableBytes(of: &self, body)
    }
}
