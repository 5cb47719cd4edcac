/// A table, index, trigger or view that is not as the migrations make it.
///
/// A guard that is missing lets through what it was to refuse, and a trigger that was added does
/// what nobody asked for; neither leaves a trace in the rows.
public struct SchemaFault: Equatable, Sendable {
    /// How an object differs.
    public enum Difference: String, Sendable {
        case missing = "it is missing"
        case changed = "it differs from what the migrations made"
        case added = "no migration made it"
    }

    /// Such as `trigger posting_kept`.
    public let object: String
    public let difference: Difference
}

extension SchemaFault: CustomStringConvertible {
    public var description: String { "\(object): \(difference.rawValue)" }
}

extension Migrator {
    /// Compares a database's schema, object by object, with what the migrations make of nothing.
    ///
    /// - Throws: `MigrationError`, `SQLError` when the schema cannot be read.
    public func schemaFaults(in connection: Connection) throws -> [SchemaFault] {
        let pattern = try Connection(path: ":memory:", access: .write)
        try migrate(pattern)
        let expected = try Self.objects(of: pattern)
        let found = try Self.objects(of: connection)
        let differing = expected.keys.sorted().compactMap { object -> SchemaFault? in
            guard let text = found[object] else {
                return SchemaFault(object: object, difference: .missing)
            }
            guard text != expected[object] else { return nil }
            return SchemaFault(object: object, difference: .changed)
        }
        let added = found.keys.filter { expected[$0] == nil }.sorted()
        return differing + added.map { SchemaFault(object: $0, difference: .added) }
    }

    /// Checks that nobody changed the schema since the migrations made it.
    ///
    /// - Throws: `MigrationError.altered` with the first difference.
    public func checkSchema(of connection: Connection) throws {
        if let fault = try schemaFaults(in: connection).first {
            throw MigrationError.altered(fault)
        }
    }

    /// The text of each object, but for SQLite's own: indexes of constraints and statistics.
    private static func objects(of connection: Connection) throws -> [String: String] {
        let rows = try connection.prepare(
            """
            SELECT type || ' ' || name || CASE WHEN type = 'table' THEN '' ELSE ' of ' || tbl_name
                END, sql
            FROM sqlite_schema WHERE sql IS NOT NULL
                AND NOT (type = 'table' AND (name = 'sqlite_sequence' OR name LIKE 'sqlite!_stat_'
                    ESCAPE '!'))
            """
        ).all { ($0.text(0), $0.text(1)) }
        // A damaged schema may name an object twice.
        return Dictionary(rows) { $0 + ";" + $1 }
    }
}
