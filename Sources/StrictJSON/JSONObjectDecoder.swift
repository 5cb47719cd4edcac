/// Takes an object apart field by field, and refuses what nobody asked for.
///
/// Ask for every field once, then call `finish()`:
///
///     var body = try JSONObjectDecoder(StrictJSONParser.parse(bytes))
///     let account = try body.string("account_number", lengthIn: 1...32)
///     let amountFen = try body.integer("amount_fen", in: 1...100_000_000)
///     try body.finish()
///
/// An optional field is absent when its name is missing or its value is null.
public struct JSONObjectDecoder: Sendable {
    /// Where the object is, as a JSON pointer; empty for the whole text.
    public let path: String
    /// Where the object starts in the text, in bytes; its first value's place where not known.
    public let offset: Int

    private let members: [JSONMember]
    private var usedMembers: UInt64 = 0
    private var nextIndex = 0

    /// Opens an object.
    ///
    /// - Parameters:
    ///   - value: The value that should be an object.
    ///   - path: Where the value is, as a JSON pointer.
    ///   - offset: Where the value starts in the text, in bytes, if known.
    /// - Throws: `JSONError` when the value is no object, or has more members than can be tracked.
    public init(_ value: JSONValue, path: String = "", offset: Int? = nil) throws(JSONError) {
        guard case .object(let members) = value else {
            throw JSONError(
                path: path, offset: offset ?? 0, kind: .wrongType,
                problem: "this is \(value.kindInWords); send an object")
        }
        self.path = path
        self.offset = offset ?? members.first?.offset ?? 0
        self.members = members
        guard members.count <= JSONLimits.memberCeiling else {
            throw error(
                .tooManyMembers,
                "the object has more than \(JSONLimits.memberCeiling) members; send fewer")
        }
    }

    /// Whether the object has a member of that name, null or not.
    public func contains(_ name: String) -> Bool {
        members.contains { $0.name == name }
    }

    /// Refuses the members that nobody asked for.
    ///
    /// - Throws: `JSONError` that names the first of them.
    public func finish() throws(JSONError) {
        guard usedMembers.nonzeroBitCount != members.count else { return }
        for (index, member) in members.enumerated() where usedMembers & 1 << index == 0 {
            throw error(member, .unknownName, "the field is not known here; remove it")
        }
    }

    /// The member of that name, marked as asked for; nothing when it is missing.
    mutating func take(_ name: String) -> JSONMember? {
        // Senders mostly keep the documented order, so the next member is usually the one.
        if nextIndex < members.count, members[nextIndex].name == name { return use(nextIndex) }
        guard let index = members.firstIndex(where: { $0.name == name }) else { return nil }
        return use(index)
    }

    /// The member of that name unless it is null.
    mutating func takeUnlessNull(_ name: String) -> JSONMember? {
        guard let member = take(name), member.value != .null else { return nil }
        return member
    }

    /// The member of that name, which must be there.
    mutating func require(_ name: String) throws(JSONError) -> JSONMember {
        if let member = take(name) { return member }
        throw JSONError(
            path: path + JSONPointer.component(name), offset: offset, kind: .missingName,
            problem: "the field is missing; send it")
    }

    private mutating func use(_ index: Int) -> JSONMember {
        usedMembers |= 1 << UInt64(index)
        nextIndex = index + 1
        return members[index]
    }

    /// An error about the object as a whole.
    func error(_ kind: JSONError.Kind, _ problem: String) -> JSONError {
        JSONError(path: path, offset: offset, kind: kind, problem: problem)
    }

    /// An error about one member.
    @inline(never)
    func error(_ member: JSONMember, _ kind: JSONError.Kind, _ problem: String) -> JSONError {
        JSONError(
            path: path + JSONPointer.component(member.name), offset: member.offset, kind: kind,
            problem: problem)
    }

    /// An error about one field by a rule of the receiver's own, with the field's place.
    ///
    /// - Parameters:
    ///   - name: The field; it need not be there.
    ///   - kind: The rejection it resembles most.
    ///   - problem: What is wrong and what to do; never the value of a secret.
    public func refusal(
        of name: String, _ kind: JSONError.Kind, _ problem: String
    ) -> JSONError {
        let place = members.first { $0.name == name }?.offset ?? offset
        return JSONError(
            path: path + JSONPointer.component(name), offset: place, kind: kind, problem: problem)
    }

    func wrongType(_ member: JSONMember, _ expected: String) -> JSONError {
        error(member, .wrongType, "this is \(member.value.kindInWords); send \(expected)")
    }
}
