/// Why a query parameter cannot be read.
public enum QueryError: Error, Equatable {
    /// The name occurs more than once.
    case duplicate(name: String)
}

/// The query of a request target, already checked for escapes and control characters.
struct QueryString {
    private let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// Names in the order of the query, duplicates included.
    var names: [String] {
        pairs.map(\.name)
    }

    /// The value of a name; an absent one is nil and a name without `=` has an empty value.
    func value(_ name: String) throws(QueryError) -> String? {
        guard !bytes.isEmpty else { return nil }
        var found: String?
        for pair in pairs where pair.name == name {
            guard found == nil else { throw .duplicate(name: name) }
            found = pair.value
        }
        return found
    }

    private var pairs: [(name: String, value: String)] {
        bytes.split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return (text(name), text(pair.dropFirst(name.count + 1)))
        }
    }

    private func text(_ escaped: ArraySlice<UInt8>) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(escaped.count)
        // The target was refused when an escape in it was malformed, so nothing is lost here.
        _ = PercentEncoding.decode(escaped, plusIsBlank: true, into: &decoded)
        return String(decoding: decoded, as: UTF8.self)
    }
}
