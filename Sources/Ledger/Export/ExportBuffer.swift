import CivilTime

/// Gathers text and hands it on in pieces, so that an export takes the memory of one piece.
final class ExportBuffer {
    /// A piece is handed on when it has this many bytes.
    static let pieceBytes = 65_536

    private let sink: ([UInt8]) throws -> Void
    private var bytes: [UInt8] = []

    init(_ sink: @escaping ([UInt8]) throws -> Void) {
        self.sink = sink
        bytes.reserveCapacity(Self.pieceBytes + Self.pieceBytes / 4)
    }

    func add(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    func add(_ text: StaticString) {
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    func add(byte: UInt8) {
        bytes.append(byte)
    }

    func add(number: Int64) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        add(magnitude: number.magnitude)
    }

    /// Adds minor units as a decimal number with two places, such as `-12.05`.
    func add(amount: Int64) {
        if amount < 0 { bytes.append(UInt8(ascii: "-")) }
        let (whole, cents) = amount.magnitude.quotientAndRemainder(dividingBy: 100)
        add(magnitude: whole)
        bytes.append(UInt8(ascii: "."))
        bytes.append(UInt8(ascii: "0") + UInt8(cents / 10))
        bytes.append(UInt8(ascii: "0") + UInt8(cents % 10))
    }

    func add(_ date: BusinessDate) {
        date.append(to: &bytes)
    }

    func add(_ instant: Instant, in zone: ZoneOffset) {
        zone.append(instant, to: &bytes)
    }

    /// Hands on what is gathered once it is a piece.
    func passOn() throws {
        if bytes.count >= Self.pieceBytes { try finish() }
    }

    /// Hands on what is left.
    func finish() throws {
        guard !bytes.isEmpty else { return }
        try sink(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    private func add(magnitude: UInt64) {
        if magnitude >= 10 { add(magnitude: magnitude / 10) }
        bytes.append(UInt8(ascii: "0") + UInt8(magnitude % 10))
    }
}

extension String {
    /// The text on one line: each control character and line separator becomes a space.
    var onOneLine: String {
        // Nearly every text is plain; controls past ASCII start with C2, line separators with E2.
        guard utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 || $0 == 0xE2 }) else {
            return self
        }
        return replacingScalars { scalar in
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: " "
            case _: nil
            }
        }
    }

    /// The text with some Unicode scalars replaced.
    func replacingScalars(_ replacement: (Unicode.Scalar) -> String?) -> String {
        unicodeScalars.reduce(into: "") { text, scalar in
            if let other = replacement(scalar) {
                text += other
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }
}
