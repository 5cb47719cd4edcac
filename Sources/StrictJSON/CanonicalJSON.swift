/// JSON in its one canonical spelling (RFC 8785), for what is signed.
///
/// Members are sorted by name (by UTF-16 code units), nothing stands between the parts, and strings
/// have the shortest escapes. Numbers are whole here, so that theirs is the plain decimal spelling.
public enum CanonicalJSON {
    /// The canonical bytes of a value.
    public static func bytes(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(sorted(value))
        return writer.bytes
    }

    private static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                members.map { JSONMember(name: $0.name, value: sorted($0.value)) }
                    .sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) })
        case .array(let elements): .array(elements.map(sorted))
        case .string, .integer, .bool, .null: value
        }
    }
}
