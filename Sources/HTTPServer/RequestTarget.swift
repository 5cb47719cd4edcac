/// The target of a request line, checked and decoded.
struct RequestTarget {
    /// Decoded path, followed by the raw query.
    private(set) var storage: [UInt8]
    /// How many bytes of the storage are the path.
    private(set) var pathCount: Int
    /// Why the target is refused; the other fields are then empty.
    private(set) var fault: HTTPFault?

    private init(fault: HTTPFault) {
        storage = []
        pathCount = 0
        self.fault = fault
    }

    /// Checks a raw target: visible ASCII, no fragment, valid escapes, decoded text valid UTF-8.
    ///
    /// - Parameter raw: the bytes between the two blanks of the request line.
    init(raw: UnsafeBufferPointer<UInt8>, limitBytes: Int) {
        guard raw.count <= limitBytes else {
            self = RequestTarget(fault: .uriTooLong(limitBytes: limitBytes))
            return
        }
        var queryStart: Int?
        var isEscaped = false
        for (position, byte) in raw.enumerated() {
            switch byte {
            case UInt8(ascii: "?") where queryStart == nil: queryStart = position
            case UInt8(ascii: "%"): isEscaped = true
            case UInt8(ascii: "#"), 0...0x20, 0x7F...:
                self = RequestTarget(fault: .badRequest(reason: "a forbidden byte in the target"))
                return
            default: break
            }
        }
        let query = raw[(queryStart ?? raw.count)...].dropFirst()
        guard let path = RequestTarget.originForm(raw[..<(queryStart ?? raw.count)]) else {
            self = RequestTarget(fault: .badRequest(reason: "the target is not a path"))
            return
        }
        storage = []
        fault = nil
        storage.reserveCapacity(path.count + query.count + RequestTarget.headerReserveBytes)
        guard isEscaped else {
            storage.append(contentsOf: path)
            pathCount = storage.count
            storage.append(contentsOf: query)
            return
        }
        guard RequestTarget.decode(path, plusIsBlank: false, into: &storage) else {
            self = RequestTarget(fault: .badRequest(reason: "a forbidden escape in the path"))
            return
        }
        pathCount = storage.count
        var decodedQuery: [UInt8] = []
        guard RequestTarget.decode(query, plusIsBlank: true, into: &decodedQuery) else {
            self = RequestTarget(fault: .badRequest(reason: "a forbidden escape in the query"))
            return
        }
        storage.append(contentsOf: query)
        // Once decoded, an escaped slash would be taken for a separator: no route can mean it.
        if path.count != pathCount, RequestTarget.hasEscapedSlash(path) {
            let text = String(decoding: path, as: UTF8.self)
            self = RequestTarget(fault: .notFound(path: text))
        }
    }

    /// Room for the values of the header fields that follow in the same storage.
    private static let headerReserveBytes = 128

    /// The path of a target in origin form or, for `http`, in absolute form (RFC 9112, 3.2).
    private static func originForm(
        _ target: Slice<UnsafeBufferPointer<UInt8>>
    ) -> Slice<UnsafeBufferPointer<UInt8>>? {
        if target.first == UInt8(ascii: "/") { return target }
        let scheme = "http://".utf8
        guard target.count > scheme.count,
            zip(target, scheme).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
        else { return nil }
        let rest = target.dropFirst(scheme.count)
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")), slash > rest.startIndex
        else { return nil }
        return rest[slash...]
    }

    private static func decode(
        _ escaped: Slice<UnsafeBufferPointer<UInt8>>, plusIsBlank: Bool, into decoded: inout [UInt8]
    ) -> Bool {
        guard PercentEncoding.decode(escaped, plusIsBlank: plusIsBlank, into: &decoded),
            decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return false }
        return String(validating: decoded, as: UTF8.self) != nil
    }

    private static func hasEscapedSlash(_ path: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        path.indices.contains { position in
            path[position] == UInt8(ascii: "%") && path[position + 1] == UInt8(ascii: "2")
                && path[position + 2] | 0x20 == UInt8(ascii: "f")
        }
    }

    /// Gives the storage away, so that header values can be appended without a copy.
    mutating func takeStorage() -> [UInt8] {
        let taken = storage
        storage = []
        return taken
    }
}
