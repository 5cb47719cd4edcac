extension StrictJSONParser {
    /// Reads a string at the position, which stands on its opening quote.
    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case Byte.quote:
                try checkLength(from: start)
                let content = UnsafeBufferPointer(rebasing: bytes[start..<position])
                position += 1
                return String(decoding: content, as: UTF8.self)
            case Byte.backslash: return try escapedString(from: start)
            case 0x00...0x1F: throw controlCharacter()
            case 0x20...0x7F: position += 1
            case _: position += try sequenceLength()
            }
        }
        throw unclosed()
    }

    /// Reads on from the first backslash of a string.
    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var content = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case Byte.quote:
                try checkLength(from: start)
                position += 1
                return String(decoding: content, as: UTF8.self)
            case Byte.backslash: try appendEscape(to: &content)
            case 0x00...0x1F: throw controlCharacter()
            case 0x20...0x7F:
                content.append(byte)
                position += 1
            case _:
                let length = try sequenceLength()
                content.append(contentsOf: bytes[position..<position + length])
                position += length
            }
        }
        throw unclosed()
    }

    private mutating func appendEscape(to content: inout [UInt8]) throws(JSONError) {
        guard position + 1 < bytes.count else { throw unclosed() }
        let escaped: UInt8
        switch bytes[position + 1] {
        case Byte.quote: escaped = Byte.quote
        case Byte.backslash: escaped = Byte.backslash
        case Byte.slash: escaped = Byte.slash
        case Byte.b: escaped = 0x08
        case Byte.f: escaped = 0x0C
        case Byte.n: escaped = Byte.newline
        case Byte.r: escaped = Byte.carriageReturn
        case Byte.t: escaped = Byte.tab
        case Byte.u:
            let scalar = try escapedScalar()
            content.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            return
        case _: throw invalidEscape()
        }
        content.append(escaped)
        position += 2
    }

    /// Reads `\uXXXX`, or two of them that make a pair.
    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        let start = position
        let first = try codeUnit(at: start)
        position = start + 6
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == Byte.backslash,
            bytes[position + 1] == Byte.u
        else { throw loneSurrogate(at: start) }
        let second = try codeUnit(at: position)
        guard case 0xDC00...0xDFFF = second else { throw loneSurrogate(at: start) }
        position += 6
        let value = 0x1_0000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        guard let scalar = Unicode.Scalar(value) else { throw loneSurrogate(at: start) }
        return scalar
    }

    private func codeUnit(at start: Int) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for index in start + 2..<start + 6 {
            guard index < bytes.count else { throw unclosed() }
            let digit: UInt8
            switch bytes[index] {
            case 0x30...0x39: digit = bytes[index] - 0x30
            case 0x41...0x46: digit = bytes[index] - 0x41 + 10
            case 0x61...0x66: digit = bytes[index] - 0x61 + 10
            case _: throw invalidEscape()
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    /// The length of the well-formed sequence at the position (Unicode table 3-7), in bytes.
    ///
    /// Over-long forms, surrogates and values past U+10FFFF have no well-formed sequence.
    private func sequenceLength() throws(JSONError) -> Int {
        let second: ClosedRange<UInt8>
        let length: Int
        switch bytes[position] {
        case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
        case 0xE0: (second, length) = (0xA0...0xBF, 3)
        case 0xE1...0xEC, 0xEE...0xEF: (second, length) = (0x80...0xBF, 3)
        case 0xED: (second, length) = (0x80...0x9F, 3)
        case 0xF0: (second, length) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
        case 0xF4: (second, length) = (0x80...0x8F, 4)
        case _: throw invalidUTF8()
        }
        guard position + length <= bytes.count, second.contains(bytes[position + 1]) else {
            throw invalidUTF8()
        }
        for index in position + 2..<position + length where bytes[index] & 0xC0 != 0x80 {
            throw invalidUTF8()
        }
        return length
    }

    private func checkLength(from start: Int) throws(JSONError) {
        guard position - start <= limits.maximumStringBytes else {
            throw refusal(
                .stringTooLong, at: start,
                "a string is longer than \(limits.maximumStringBytes) bytes; shorten it")
        }
    }

    private func unclosed() -> JSONError {
        refusal(.unexpectedEnd, at: bytes.count, "the text ends inside a string; close its quote")
    }

    private func controlCharacter() -> JSONError {
        refusal(
            .controlCharacter, at: position,
            "a string holds a raw control character; escape it or leave it out")
    }

    private func invalidEscape() -> JSONError {
        refusal(
            .invalidEscape, at: position,
            "a backslash starts no escape of JSON; write two for a backslash itself")
    }

    private func loneSurrogate(at offset: Int) -> JSONError {
        refusal(
            .loneSurrogate, at: offset,
            "half of a surrogate pair stands alone; send both halves or the character itself")
    }

    private func invalidUTF8() -> JSONError {
        refusal(.invalidUTF8, at: position, "the bytes are not UTF-8; encode the text as UTF-8")
    }
}
