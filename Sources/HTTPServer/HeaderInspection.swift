import CMicroHTTPD

/// One pass over the header fields of a request that refuses what libmicrohttpd lets through.
///
/// The library keeps names and values as pointers into one buffer in which it overwrites each
/// colon and each line end by NULs: 2 for CRLF, 1 for a bare LF. So every field has to begin
/// exactly two bytes after the end of the one before it, and the empty line has to end exactly
/// where the header ends. A folded line, a bare LF, a NUL in a name or value, and a header that
/// was moved break that chain. Addresses are compared only, never followed.
struct HeaderInspection {
    private let names: HeaderNames
    private let repliesToVersion11: Bool
    /// Where the next name has to begin.
    private var expectedAddress: UInt

    /// Takes over the storage that values are appended to.
    var storage: [UInt8]
    private(set) var fields: [RequestHead.Field] = []
    private(set) var fault: HTTPFault?
    private(set) var contentLengthBytes: Int?
    private(set) var isChunked = false
    private var hasTransferCoding = false
    private var hasHost = false

    init(
        firstNameAddress: UInt, isVersion11: Bool, names: HeaderNames, storage: consuming [UInt8]
    ) {
        expectedAddress = firstNameAddress
        repliesToVersion11 = isVersion11
        self.names = names
        self.storage = storage
    }

    /// Whether a body follows the header.
    var hasBody: Bool { isChunked || contentLengthBytes.map { $0 > 0 } ?? false }

    /// Whether the request says how long its body is.
    var hasFraming: Bool { isChunked || contentLengthBytes != nil }

    /// Goes through all fields of a connection's current request.
    ///
    /// - Parameter endAddress: where the header, its empty line included, has to end.
    mutating func run(_ connection: OpaquePointer, endAddress: UInt) {
        _ = withUnsafeMutablePointer(to: &self) { inspection in
            MHD_get_connection_values_n(
                connection, .HEADER_KIND, HeaderInspection.onField, inspection)
        }
        guard fault == nil else { return }
        if expectedAddress + HeaderInspection.lineEndBytes != endAddress {
            refuse("a line of the header does not end in CRLF, is folded or holds a NUL")
        } else if repliesToVersion11, !hasHost {
            refuse("no Host")
        } else if hasTransferCoding, contentLengthBytes != nil {
            refuse("both Content-Length and Transfer-Encoding")
        } else if hasTransferCoding, !repliesToVersion11 {
            refuse("Transfer-Encoding in HTTP/1.0")
        }
    }

    /// CR and LF.
    static let lineEndBytes: UInt = 2

    private typealias FieldCallback =
        @convention(c) (
            UnsafeMutableRawPointer?, MHD_ValueKind, UnsafePointer<CChar>?, Int,
            UnsafePointer<CChar>?, Int
        ) -> MHD_Result

    private static let onField: FieldCallback = { context, _, name, nameCount, value, valueCount in
        guard let context, let name, let value else { return .NO }
        let inspection = context.assumingMemoryBound(to: HeaderInspection.self)
        inspection.pointee.visit(
            name: UnsafeBufferPointer(
                start: UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self),
                count: nameCount),
            value: UnsafeBufferPointer(
                start: UnsafeRawPointer(value).assumingMemoryBound(to: UInt8.self),
                count: valueCount))
        return inspection.pointee.fault == nil ? .YES : .NO
    }

    private mutating func refuse(_ reason: String) {
        fault = .badRequest(reason: reason)
    }

    private mutating func visit(
        name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>
    ) {
        guard UInt(bitPattern: name.baseAddress) == expectedAddress else {
            return refuse("a line of the header does not end in CRLF, is folded or holds a NUL")
        }
        guard !name.isEmpty, name.allSatisfy(ByteClass.isToken) else {
            return refuse("a header name is not a token")
        }
        guard value.allSatisfy(ByteClass.isFieldValue) else {
            return refuse("a control character in a header value")
        }
        expectedAddress =
            UInt(bitPattern: value.baseAddress) + UInt(value.count)
            + HeaderInspection.lineEndBytes
        let trimmed = HeaderInspection.trim(value)
        // Framing names have lengths that few others have, so most fields skip the comparisons.
        switch name.count {
        case 4 where HeaderNames.isEqual(name, FramingName.host):
            guard !hasHost else { return refuse("two Hosts") }
            hasHost = true
            if !trimmed.allSatisfy(ByteClass.isHost) || trimmed.isEmpty { refuse("a bad Host") }
        case 6 where HeaderNames.isEqual(name, FramingName.expect):
            if !HeaderNames.isEqual(UnsafeBufferPointer(rebasing: trimmed), FramingName.proceed) {
                fault = .expectationFailed
            }
        case 14 where HeaderNames.isEqual(name, FramingName.contentLength):
            visitContentLength(trimmed)
        case 17 where HeaderNames.isEqual(name, FramingName.transferEncoding):
            visitTransferEncoding(value)
        default: keep(name, trimmed)
        }
    }

    private mutating func visitContentLength(_ value: Slice<UnsafeBufferPointer<UInt8>>) {
        guard contentLengthBytes == nil else { return refuse("two Content-Lengths") }
        guard !value.isEmpty, value.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return refuse("a Content-Length that is not a number")
        }
        // A length beyond 63 bits is beyond every limit, whatever it is exactly.
        contentLengthBytes = Int(String(decoding: value, as: UTF8.self)) ?? Int.max
    }

    private mutating func visitTransferEncoding(_ value: UnsafeBufferPointer<UInt8>) {
        guard !hasTransferCoding else { return refuse("two Transfer-Encodings") }
        hasTransferCoding = true
        // Compared untrimmed: the library does not take "chunked " for chunked either.
        isChunked = HeaderNames.isEqual(value, FramingName.chunked)
        if !isChunked, contentLengthBytes == nil { fault = .unsupportedTransferCoding }
    }

    private mutating func keep(
        _ name: UnsafeBufferPointer<UInt8>, _ value: Slice<UnsafeBufferPointer<UInt8>>
    ) {
        guard let nameIndex = names.index(of: name) else { return }
        if !names.mayRepeat(nameIndex), fields.contains(where: { $0.nameIndex == nameIndex }) {
            return refuse("a header that may come once came twice")
        }
        let start = storage.count
        storage.append(contentsOf: value)
        fields.append(.init(nameIndex: nameIndex, range: start..<storage.count))
    }

    /// The value without the blanks around it (RFC 9110, 5.5).
    private static func trim(
        _ value: UnsafeBufferPointer<UInt8>
    ) -> Slice<UnsafeBufferPointer<UInt8>> {
        var end = value.count
        while end > 0, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
        var start = 0
        while start < end, value[start] == 0x20 || value[start] == 0x09 { start += 1 }
        return value[start..<end]
    }
}

/// Names and values that decide where a request ends, in lower case.
private enum FramingName {
    static let host = Array("host".utf8)
    static let expect = Array("expect".utf8)
    static let proceed = Array("100-continue".utf8)
    static let contentLength = Array("content-length".utf8)
    static let transferEncoding = Array("transfer-encoding".utf8)
    static let chunked = Array("chunked".utf8)
}

/// Which bytes may stand where, by one table.
enum ByteClass {
    private static let tokenBit: UInt8 = 1
    private static let valueBit: UInt8 = 2
    private static let hostBit: UInt8 = 4

    private static let classes: [UInt8] = (0...255).map { code in
        let byte = UInt8(code)
        var bits: UInt8 = 0
        let isAlphanumeric =
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
        if isAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains(byte) { bits |= tokenBit }
        if byte == 0x09 || (byte >= 0x20 && byte != 0x7F) { bits |= valueBit }
        if isAlphanumeric || "-._~%!$&'()*+,;=:[]".utf8.contains(byte) { bits |= hostBit }
        return bits
    }

    /// A byte of a token (RFC 9110, 5.6.2).
    static func isToken(_ byte: UInt8) -> Bool { classes[Int(byte)] & tokenBit != 0 }

    /// A byte of a field value: no control character but the tab (RFC 9110, 5.5).
    static func isFieldValue(_ byte: UInt8) -> Bool { classes[Int(byte)] & valueBit != 0 }

    /// A byte of a host and its port (RFC 3986, 3.2.2).
    static func isHost(_ byte: UInt8) -> Bool { classes[Int(byte)] & hostBit != 0 }
}
