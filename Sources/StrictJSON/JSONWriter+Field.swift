extension JSONWriter {
    /// Writes a member with a string.
    public mutating func field(_ name: StaticString, _ value: String) {
        key(name)
        string(value)
    }

    /// Writes a member with a whole number.
    public mutating func field(_ name: StaticString, _ value: Int64) {
        key(name)
        integer(value)
    }

    /// Writes a member with a count.
    public mutating func field(_ name: StaticString, _ value: Int) {
        key(name)
        integer(Int64(value))
    }

    /// Writes a member with true or false.
    public mutating func field(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// Writes a member with a string, or with null.
    public mutating func field(_ name: StaticString, orNull value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    /// Writes a member with a whole number, or with null.
    public mutating func field(_ name: StaticString, orNull value: Int64?) {
        key(name)
        if let value { integer(value) } else { null() }
    }

    /// Writes a member with true or false, or with null.
    public mutating func field(_ name: StaticString, orNull value: Bool?) {
        key(name)
        if let value { bool(value) } else { null() }
    }

    /// Writes a member with a string, or leaves it out.
    public mutating func field(_ name: StaticString, ifPresent value: String?) {
        if let value { field(name, value) }
    }

    /// Writes a member with a whole number, or leaves it out.
    public mutating func field(_ name: StaticString, ifPresent value: Int64?) {
        if let value { field(name, value) }
    }
}
