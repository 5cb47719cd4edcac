/// A complete request, within every limit, as a handler gets it.
public struct HTTPRequest: Sendable {
    let identifier: RequestIdentifier
    /// The method; HEAD requests reach the GET route with `.head`.
    public let method: HTTPMethod
    let head: RequestHead
    /// The client's address without its port.
    public let remoteAddress: String
    /// The content, decoded from its transfer coding.
    public let body: [UInt8]

    /// The request's identifier: 16 hex digits, unique within the process.
    public var id: String { identifier.text }

    /// The percent-decoded path without the query.
    public var path: String { head.path }

    /// The value of a header field, or nil when the request has none.
    ///
    /// - Parameter name: in any case.
    /// - Precondition: the configuration lists the name among its readable headers.
    public func header(_ name: String) -> String? {
        head.header(name)
    }

    /// The value of a query parameter, or nil when it is absent.
    ///
    /// - Throws: `QueryError.duplicate` when the name occurs more than once.
    public func query(_ name: String) throws(QueryError) -> String? {
        try QueryString(head.query).value(name)
    }

    /// The names of the query parameters in their order, duplicates included.
    public var queryNames: [String] {
        QueryString(head.query).names
    }
}

/// Path, query and readable header values of a request, side by side in one storage.
final class RequestHead: Sendable {
    /// Where the value of a readable header field lies.
    struct Field: Sendable {
        let nameIndex: Int
        let range: Range<Int>
    }

    let storage: [UInt8]
    private let pathCount: Int
    private let queryEnd: Int
    private let fields: [Field]
    private let names: HeaderNames

    init(
        storage: [UInt8], pathCount: Int, queryEnd: Int, fields: [Field], names: HeaderNames
    ) {
        self.storage = storage
        self.pathCount = pathCount
        self.queryEnd = queryEnd
        self.fields = fields
        self.names = names
    }

    var path: String { String(decoding: storage[..<pathCount], as: UTF8.self) }

    var query: ArraySlice<UInt8> { storage[pathCount..<queryEnd] }

    func header(_ name: String) -> String? {
        guard let index = names.index(of: name) else {
            preconditionFailure("\(name) is not among the readable headers")
        }
        var value: String?
        for field in fields where field.nameIndex == index {
            let text = String(decoding: storage[field.range], as: UTF8.self)
            value = value.map { $0 + ", " + text } ?? text
        }
        return value
    }
}

/// The header fields that handlers may read, prepared for comparing bytes.
final class HeaderNames: Sendable {
    private let names: [[UInt8]]
    private let repeatable: [Bool]

    init(readable: [String], repeatable: Set<String>) {
        names = readable.map { Array($0.lowercased().utf8) }
        let repeatableNames = Set(repeatable.map { $0.lowercased() })
        self.repeatable = readable.map { repeatableNames.contains($0.lowercased()) }
    }

    func index(of name: String) -> Int? {
        var name = name
        return name.withUTF8 { index(of: $0) }
    }

    func index(of name: UnsafeBufferPointer<UInt8>) -> Int? {
        for (index, candidate) in names.enumerated() where candidate.count == name.count {
            if HeaderNames.isEqual(name, candidate) { return index }
        }
        return nil
    }

    func mayRepeat(_ index: Int) -> Bool { repeatable[index] }

    /// Compares a header name with a lower-case one; names are tokens, so setting a bit lowers.
    static func isEqual(_ name: UnsafeBufferPointer<UInt8>, _ lowercase: [UInt8]) -> Bool {
        guard name.count == lowercase.count else { return false }
        for position in 0..<name.count {
            let byte = name[position]
            let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            if lower != lowercase[position] { return false }
        }
        return true
    }
}
