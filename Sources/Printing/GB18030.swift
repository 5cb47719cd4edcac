import Glibc

/// Encodes texts as GB18030, the character set of Chinese receipt printers.
struct GB18030Encoder: ~Copyable {
    private let descriptor: iconv_t

    /// - Throws: `PrintingError.encodingUnavailable`.
    init() throws {
        let descriptor = iconv_open("GB18030", "UTF-8")
        // iconv_open answers failure with (iconv_t)-1.
        guard let descriptor, descriptor != iconv_t(bitPattern: -1) else {
            throw PrintingError.encodingUnavailable
        }
        self.descriptor = descriptor
    }

    deinit {
        iconv_close(descriptor)
    }

    /// The text's bytes; a scalar that iconv refuses, which only code points without a character
    /// are, becomes `?`.
    func encode(_ text: String) -> [UInt8] {
        if let bytes = convert(text) { return bytes }
        return text.unicodeScalars.flatMap { convert(String($0)) ?? [UInt8(ascii: "?")] }
    }

    private func convert(_ text: String) -> [UInt8]? {
        var input = text.utf8.map { CChar(bitPattern: $0) }
        // A scalar takes four bytes at most, as it does in UTF-8; two of UTF-8 may become four.
        var output = [CChar](repeating: 0, count: input.count * 2 + 4)
        let written: Int? = input.withUnsafeMutableBufferPointer { source in
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
        guard let written else { return nil }
        return output[..<written].map { UInt8(bitPattern: $0) }
    }
}
