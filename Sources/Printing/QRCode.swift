import CQREncode

/// A QR code: a square of dark and light modules.
public struct QRCode: Equatable, Sendable {
    /// The most bytes that are encoded; a larger code would not be read from thermal paper.
    public static let maximumBytes = 256

    /// Modules on each side, without the quiet zone.
    public let size: Int
    private let modules: [Bool]

    /// The code of a text in UTF-8, with error correction of level M (15 %).
    ///
    /// - Throws: `PrintingError.codeTooLong` beyond `maximumBytes`.
    public init(_ text: String) throws {
        let bytes = [UInt8](text.utf8)
        guard (1...Self.maximumBytes).contains(bytes.count),
            let code = QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_M)
        else { throw PrintingError.codeTooLong(byteCount: bytes.count) }
        defer { QRcode_free(code) }
        size = Int(code.pointee.width)
        // The lowest bit of each byte tells the colour; the others are of no use here.
        modules = UnsafeBufferPointer(start: code.pointee.data, count: size * size)
            .map { $0 & 1 == 1 }
    }

    /// Whether a module is dark.
    public func isDark(row: Int, column: Int) -> Bool { modules[row * size + column] }

    /// The dark modules as the data of an SVG path, one rectangle for each run in a row.
    ///
    /// - Parameter margin: what is added to each coordinate.
    func pathData(margin: Int) -> String {
        var data = ""
        for row in 0..<size {
            var column = 0
            while column < size {
                guard isDark(row: row, column: column) else {
                    column += 1
                    continue
                }
                let start = column
                while column < size, isDark(row: row, column: column) { column += 1 }
                let length = column - start
                data += "M\(start + margin) \(row + margin)h\(length)v1h-\(length)z"
            }
        }
        return data
    }
}
