import CSQLite

/// The values of a statement's parameters, added in order; valid only inside the closure.
///
/// Texts and bytes are kept in the statement's room, as far as there is some, until it is bound anew:
/// SQLite, told to keep them itself, would ask for memory for each.
public struct Parameters {
    private let handle: OpaquePointer
    /// What is left of the statement's room.
    private var room: UnsafeMutableRawBufferPointer
    /// How many were added.
    private(set) var count = 0
    /// The first result that was not OK.
    private(set) var result = SQLITE_OK

    init(_ handle: OpaquePointer, room: UnsafeMutableRawBufferPointer) {
        self.handle = handle
        self.room = room
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
        let index = next()
        // The pointer of an empty text may be null, which would bind NULL instead.
        guard !text.isEmpty else {
            return note(sqlite3_bind_text(handle, index, "", 0, nil))
        }
        var text = text
        text.withUTF8 { utf8 in
            let (kept, destructor) = keep(UnsafeRawBufferPointer(utf8))
            note(
                sqlite3_bind_text(
                    handle, index, kept.assumingMemoryBound(to: CChar.self), Int32(utf8.count),
                    destructor))
        }
    }

    /// Adds a text, or null for nothing.
    public mutating func add(_ text: String?) {
        guard let text else { return addNull() }
        add(text)
    }

    /// Adds bytes.
    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let index = next()
        guard !bytes.isEmpty else { return note(sqlite3_bind_zeroblob(handle, index, 0)) }
        let (kept, destructor) = keep(bytes)
        note(sqlite3_bind_blob(handle, index, kept, Int32(bytes.count), destructor))
    }

    mutating func add(_ value: SQLValue) {
        switch value {
        case .integer(let integer): add(integer)
        case .text(let text): add(text)
        case .bytes(let bytes): bytes.withUnsafeBytes { add($0) }
        case .null: addNull()
        }
    }

    /// Where SQLite finds bytes: in the room, where they stay, or else where it must copy them from.
    private mutating func keep(
        _ bytes: UnsafeRawBufferPointer
    ) -> (UnsafeRawPointer, sqlite3_destructor_type?) {
        guard let source = bytes.baseAddress else { preconditionFailure("there are no bytes") }
        guard bytes.count <= room.count, let place = room.baseAddress else {
            return (source, agencypos_sqlite_transient())
        }
        place.copyMemory(from: source, byteCount: bytes.count)
        room = UnsafeMutableRawBufferPointer(rebasing: room[bytes.count...])
        return (UnsafeRawPointer(place), nil)
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
