/// Parses a JSON text (RFC 8259) and refuses all that a money interface must not guess about.
///
/// Refused beyond the RFC: numbers that are not plain whole numbers in the range of `Int64`,
/// duplicate names, a byte order mark, and sizes past the limits. The first fault in the order of
/// the bytes is the one reported; size of the whole text comes before all others.
public struct StrictJSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    var position = 0

    /// Members that most objects of an interface stay under, so that one allocation holds them.
    private static let usualMembers = 8

    /// Parses one JSON text.
    ///
    /// - Parameters:
    ///   - bytes: The whole text in UTF-8; not read after the call returns.
    ///   - limits: The sizes that the text may have.
    /// - Throws: `JSONError` with the path, the byte offset and the rule broken.
    public static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .request
    ) throws(JSONError) -> JSONValue {
        var parser = StrictJSONParser(bytes: bytes, limits: limits)
        return try parser.text()
    }

    /// Parses one JSON text held in an array.
    ///
    /// - Throws: `JSONError` with the path, the byte offset and the rule broken.
    public static func parse(
        _ bytes: [UInt8], limits: JSONLimits = .request
    ) throws(JSONError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) -> JSONValue in
            try parse(buffer, limits: limits)
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    private mutating func text() throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.maximumBytes else {
            throw refusal(
                .tooLong, at: limits.maximumBytes,
                "the text is longer than \(limits.maximumBytes) bytes; send less at once")
        }
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw refusal(
                .byteOrderMark, at: 0, "the text starts with a byte order mark; leave it out")
        }
        skipBlanks()
        guard position < bytes.count else {
            throw refusal(.empty, at: 0, "there is no text; send a JSON value")
        }
        let value = try value(depth: 0)
        skipBlanks()
        guard position == bytes.count else {
            throw refusal(
                .trailingBytes, at: position,
                "something follows the value; send one JSON value and nothing after it")
        }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard position < bytes.count else { throw end("a value") }
        switch bytes[position] {
        case Byte.quote: return .string(try string())
        case Byte.minus, Byte.zero...Byte.nine: return .integer(try integer())
        case Byte.openBrace:
            try checkDepth(depth)
            return .object(try members(depth: depth + 1))
        case Byte.openBracket:
            try checkDepth(depth)
            return .array(try elements(depth: depth + 1))
        case Byte.t: return try literal("true", .bool(true))
        case Byte.f: return try literal("false", .bool(false))
        case Byte.n: return try literal("null", .null)
        case _: throw unexpected("a value")
        }
    }

    private mutating func members(depth: Int) throws(JSONError) -> [JSONMember] {
        position += 1
        skipBlanks()
        if take(Byte.closeBrace) { return [] }
        var members: [JSONMember] = []
        members.reserveCapacity(Self.usualMembers)
        while true {
            guard position < bytes.count else { throw end("a name in quotes") }
            guard bytes[position] == Byte.quote else { throw unexpected("a name in quotes") }
            members.append(try member(after: members, depth: depth))
            if try separator(closing: Byte.closeBrace) { return members }
        }
    }

    private mutating func member(
        after earlier: [JSONMember], depth: Int
    ) throws(JSONError) -> JSONMember {
        let nameOffset = position
        let name = try string()
        for member in earlier where member.name == name {
            throw refusal(
                .duplicateName, at: nameOffset, "the name is given twice; give it once"
            ).inside(name)
        }
        guard earlier.count < limits.maximumMembers else {
            throw refusal(
                .tooManyMembers, at: nameOffset,
                "the object has more than \(limits.maximumMembers) members; send fewer")
        }
        skipBlanks()
        guard position < bytes.count else { throw end("a colon").inside(name) }
        guard take(Byte.colon) else { throw unexpected("a colon").inside(name) }
        skipBlanks()
        let offset = position
        do throws(JSONError) {
            return JSONMember(name: name, value: try value(depth: depth), offset: offset)
        } catch {
            throw error.inside(name)
        }
    }

    private mutating func elements(depth: Int) throws(JSONError) -> [JSONValue] {
        position += 1
        skipBlanks()
        if take(Byte.closeBracket) { return [] }
        var elements: [JSONValue] = []
        while true {
            guard elements.count < limits.maximumElements else {
                throw refusal(
                    .tooManyElements, at: position,
                    "the array has more than \(limits.maximumElements) elements; send fewer")
            }
            do throws(JSONError) {
                elements.append(try value(depth: depth))
            } catch {
                throw error.inside(String(elements.count))
            }
            if try separator(closing: Byte.closeBracket) { return elements }
        }
    }

    /// Takes a comma, or the closing bracket; true when the container has ended.
    private mutating func separator(closing bracket: UInt8) throws(JSONError) -> Bool {
        skipBlanks()
        guard position < bytes.count else { throw end("a comma or a closing bracket") }
        if take(bracket) { return true }
        let comma = position
        guard take(Byte.comma) else { throw unexpected("a comma or a closing bracket") }
        skipBlanks()
        guard position < bytes.count, bytes[position] == bracket else { return false }
        throw refusal(
            .trailingComma, at: comma, "a comma stands before the closing bracket; remove it")
    }

    private mutating func literal(
        _ word: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count else { throw end("true, false or null") }
            guard bytes[position] == word.utf8Start[index] else {
                throw unexpected("true, false or null")
            }
            position += 1
        }
        return value
    }

    private func checkDepth(_ depth: Int) throws(JSONError) {
        guard depth < limits.maximumDepth else {
            throw refusal(
                .tooDeep, at: position,
                "objects and arrays lie more than \(limits.maximumDepth) deep; nest less")
        }
    }
}

extension StrictJSONParser {
    mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case Byte.space, Byte.tab, Byte.newline, Byte.carriageReturn: position += 1
            case _: return
            }
        }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    @inline(never)
    func refusal(_ kind: JSONError.Kind, at offset: Int, _ problem: String) -> JSONError {
        JSONError(path: "", offset: offset, kind: kind, problem: problem)
    }

    @inline(never)
    func end(_ expected: String) -> JSONError {
        refusal(.unexpectedEnd, at: position, "the text ends where \(expected) should be")
    }

    @inline(never)
    func unexpected(_ expected: String) -> JSONError {
        refusal(.unexpectedByte, at: position, "this is not JSON; \(expected) should be here")
    }
}
