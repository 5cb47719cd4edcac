import CSQLite

/// The values of a statement's parameters, added in order; valid only inside the closure.
public struct Parameters {
    private let handle: OpaquePointer
    /// How many were added.
    private(set) var count = 0
    /// The first result that was not OK.
    private(set) var result = SQLITE_OK

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    /// Adds an integer.
    public mutating func add(_ integer: Int64) {
        note(sqlite3_bind_int64(handle, next(), integer))
    }

    /// Adds an integer, or null for nothing.
    public mutating func add(_ integer: Int64?) {
        guard let integer else { return addNull() }
        add(integer)
    }

    /// Adds a text.
    public mutating func add(_ text: String) {
        var text = text
        let index = next()
        // The pointer of an empty text may be null, which would bind NULL instead.
        guard !text.isEmpty else {
            return note(sqlite3_bind_text(handle, index, "", 0, agencypos_sqlite_transient()))
        }
        let result = text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { characters in
                sqlite3_bind_text(
                    handle, index, characters.baseAddress, Int32(characters.count),
                    agencypos_sqlite_transient())
            }
        }
        note(result)
    }

    /// Adds a text, or null for nothing.
    public mutating func add(_ text: String?) {
        guard let text else { return addNull() }
        add(text)
    }

    /// Adds bytes.
    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let index = next()
        note(
            bytes.isEmpty
                ? sqlite3_bind_zeroblob(handle, index, 0)
                : sqlite3_bind_blob(
                    handle, index, bytes.baseAddress, Int32(bytes.count),
                    agencypos_sqlite_transient()))
    }

    mutating func add(_ value: SQLValue) {
        switch value {
        case .integer(let integer): add(integer)
        case .text(let text): add(text)
        case .bytes(let bytes): bytes.withUnsafeBytes { add($0) }
        case .null: addNull()
        }
    }

    private mutating func addNull() {
        note(sqlite3_bind_null(handle, next()))
    }

    private mutating func next() -> Int32 {
        count += 1
        return Int32(count)
    }

    private mutating func note(_ result: Int32) {
        if self.result == SQLITE_OK { self.result = result }
    }
}
