extension HTTPRequest {
    /// Makes a request without a connection, for tests of handlers.
    ///
    /// - Parameters:
    ///   - path: decoded, without the query.
    ///   - query: as it would follow the question mark, valid and percent-encoded.
    ///   - headers: names that are not readable by default become readable too.
    public init(
        method: HTTPMethod, path: String, query: String = "",
        headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        remoteAddress: String = "127.0.0.1"
    ) {
        let names = HeaderNames(
            readable: HTTPServerConfiguration.defaultReadableHeaders + headers.map(\.name),
            repeatable: [])
        var storage = Array(path.utf8)
        let pathCount = storage.count
        storage.append(contentsOf: query.utf8)
        let queryEnd = storage.count
        var fields: [RequestHead.Field] = []
        for (name, value) in headers {
            guard let nameIndex = names.index(of: name) else { continue }
            let start = storage.count
            storage.append(contentsOf: value.utf8)
            fields.append(.init(nameIndex: nameIndex, range: start..<storage.count))
        }
        identifier = RequestIdentifier(value: .random(in: .min ... .max))
        self.method = method
        head = RequestHead(
            storage: storage, pathCount: pathCount, queryEnd: queryEnd, fields: fields,
            names: names)
        self.remoteAddress = remoteAddress
        self.body = body
    }
}
