extension JSONObjectDecoder {
    /// Takes an array.
    ///
    /// - Parameters:
    ///   - name: The field.
    ///   - maximumCount: The most elements allowed.
    /// - Throws: `JSONError`: missing, not an array, too many elements.
    public mutating func array(
        _ name: String, maximumCount: Int
    ) throws(JSONError) -> [JSONValue] {
        try checkedArray(require(name), maximumCount)
    }

    /// Takes an array that may be missing or null.
    ///
    /// - Throws: `JSONError`: not an array, too many elements.
    public mutating func optionalArray(
        _ name: String, maximumCount: Int
    ) throws(JSONError) -> [JSONValue]? {
        guard let member = takeUnlessNull(name) else { return nil }
        return try checkedArray(member, maximumCount)
    }

    /// Takes an array of objects and opens each; their paths carry the index.
    ///
    /// - Throws: `JSONError`: missing, not an array, too many elements, an element is no object.
    public mutating func objects(
        _ name: String, maximumCount: Int
    ) throws(JSONError) -> [JSONObjectDecoder] {
        try opened(require(name), maximumCount)
    }

    /// Takes an array of objects that may be missing or null, and opens each.
    ///
    /// - Throws: `JSONError`: not an array, too many elements, an element is no object.
    public mutating func optionalObjects(
        _ name: String, maximumCount: Int
    ) throws(JSONError) -> [JSONObjectDecoder]? {
        guard let member = takeUnlessNull(name) else { return nil }
        return try opened(member, maximumCount)
    }

    private func opened(
        _ member: JSONMember, _ maximumCount: Int
    ) throws(JSONError) -> [JSONObjectDecoder] {
        let elements = try checkedArray(member, maximumCount)
        let base = path + JSONPointer.component(member.name)
        var decoders: [JSONObjectDecoder] = []
        decoders.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            // An element's own place is not kept: its first value's is, and the array's otherwise.
            let place: Int? =
                if case .object(let members) = element, let first = members.first {
                    first.offset
                } else {
                    member.offset
                }
            decoders.append(
                try JSONObjectDecoder(element, path: "\(base)/\(index)", offset: place))
        }
        return decoders
    }

    /// Takes an object and opens it; call `finish()` on it too.
    ///
    /// - Throws: `JSONError`: missing, not an object.
    public mutating func object(_ name: String) throws(JSONError) -> JSONObjectDecoder {
        try opened(require(name))
    }

    /// Takes an object that may be missing or null, and opens it.
    ///
    /// - Throws: `JSONError`: not an object.
    public mutating func optionalObject(
        _ name: String
    ) throws(JSONError) -> JSONObjectDecoder? {
        guard let member = takeUnlessNull(name) else { return nil }
        return try opened(member)
    }

    private func checkedArray(
        _ member: JSONMember, _ maximumCount: Int
    ) throws(JSONError) -> [JSONValue] {
        guard case .array(let elements) = member.value else {
            throw wrongType(member, "an array")
        }
        guard elements.count <= maximumCount else {
            throw error(
                member, .tooManyItems,
                "the array has \(elements.count) elements; send at most \(maximumCount)")
        }
        return elements
    }

    private func opened(_ member: JSONMember) throws(JSONError) -> JSONObjectDecoder {
        try JSONObjectDecoder(
            member.value, path: path + JSONPointer.component(member.name), offset: member.offset)
    }
}
