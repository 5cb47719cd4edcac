import Glibc

/// In which bytes a partner writes its texts.
public enum LayoutEncoding: String, CaseIterable, Hashable, Sendable {
    case utf8 = "utf-8"
    case gb18030
    /// What GB18030 grew from; its texts have the same bytes there.
    case gbk
    case gb2312

    /// The mark that files may begin with.
    var byteOrderMark: [UInt8] {
        switch self {
        case .utf8: CanonicalTable.byteOrderMark
        case .gb18030, .gbk, .gb2312: [0x84, 0x31, 0x95, 0x33]
        }
    }
}

/// Turns lines of a file into UTF-8; no byte of a character of either encoding is a line feed.
public final class TextDecoder {
    /// Nothing for UTF-8, which is only checked.
    private let descriptor: iconv_t?

    /// - Throws: ``LayoutError/encodingUnavailable``.
    public init(_ encoding: LayoutEncoding) throws(LayoutError) {
        switch encoding {
        case .utf8: descriptor = nil
        case .gb18030, .gbk, .gb2312:
            let descriptor = iconv_open("UTF-8", "GB18030")
            // iconv_open answers failure with (iconv_t)-1.
            guard let descriptor, descriptor != iconv_t(bitPattern: -1) else {
                throw .encodingUnavailable
            }
            self.descriptor = descriptor
        }
    }

    deinit {
        if let descriptor { iconv_close(descriptor) }
    }

    /// The text in UTF-8, or nothing when some bytes are no characters.
    public func decode(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return bytes }
        guard let descriptor else {
            return String(validating: bytes, as: UTF8.self) == nil ? nil : bytes
        }
        var input = bytes.map { CChar(bitPattern: $0) }
        // Two bytes become three at most, and four stay four.
        var output = [CChar](repeating: 0, count: input.count * 2)
        let count: Int? = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                var from = source.baseAddress
                var fromCount = source.count
                var to = target.baseAddress
                var toCount = target.count
                _ = iconv(descriptor, nil, nil, nil, nil)
                guard iconv(descriptor, &from, &fromCount, &to, &toCount) == 0 else { return nil }
                return target.count - toCount
            }
        }
        return count.map { output[..<$0].map { UInt8(bitPattern: $0) }[...] }
    }
}
