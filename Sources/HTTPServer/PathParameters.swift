/// Why a path parameter is not what the route needs.
public enum PathParameterError: Error, Equatable {
    /// Not a decimal integer of 64 bits: `+1`, `01`, `-0` and blanks are refused too.
    case notAnInteger(name: String)
    /// Longer than the limit, in characters.
    case tooLong(name: String, maximumLength: Int)
}

/// The values that a path has for the parameters of its route.
public struct PathParameters: Sendable {
    private let names: [String]
    private let ranges: [Range<Int>]
    private let storage: [UInt8]

    init(names: [String], ranges: [Range<Int>], storage: [UInt8]) {
        self.names = names
        self.ranges = ranges
        self.storage = storage
    }

    /// Makes parameters without a router, for tests of handlers.
    public init(_ values: KeyValuePairs<String, String>) {
        var names: [String] = []
        var ranges: [Range<Int>] = []
        var storage: [UInt8] = []
        for (name, value) in values {
            let start = storage.count
            storage.append(contentsOf: value.utf8)
            names.append(name)
            ranges.append(start..<storage.count)
        }
        self.init(names: names, ranges: ranges, storage: storage)
    }

    /// The decoded text of a parameter: never empty, valid UTF-8, no control characters.
    ///
    /// - Precondition: the route's pattern has the parameter.
    public subscript(_ name: String) -> String {
        String(decoding: bytes(name), as: UTF8.self)
    }

    /// The parameter as an integer in its shortest decimal form.
    ///
    /// - Throws: `PathParameterError.notAnInteger`.
    public func integer(_ name: String) throws(PathParameterError) -> Int64 {
        let text = self[name]
        guard let value = Int64(text), String(value) == text else {
            throw .notAnInteger(name: name)
        }
        return value
    }

    /// The parameter as text of limited length.
    ///
    /// - Parameter maximumLength: in Unicode scalars.
    /// - Throws: `PathParameterError.tooLong`.
    public func text(
        _ name: String, maximumLength: Int
    ) throws(PathParameterError) -> String {
        let text = self[name]
        guard text.unicodeScalars.count <= maximumLength else {
            throw .tooLong(name: name, maximumLength: maximumLength)
        }
        return text
    }

    private func bytes(_ name: String) -> ArraySlice<UInt8> {
        guard let position = names.firstIndex(of: name) else {
            preconditionFailure("the route has no parameter \(name)")
        }
        return storage[ranges[position]]
    }
}
