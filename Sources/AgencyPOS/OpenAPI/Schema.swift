import StrictJSON

/// A JSON Schema (draft 2020-12), as far as this interface needs one.
indirect enum Schema: Sendable {
    /// An object; a closed one takes no member that is not listed.
    case object([Property], isClosed: Bool)
    case array(Schema)
    case text(TextRule)
    /// A whole number of 64 bits.
    case integer(ClosedRange<Int64>)
    case boolean
    /// A schema among the document's components.
    case named(String)
    case orNull(Schema)
    case oneOf([Schema])
}

/// A member of an object.
struct Property: Sendable {
    let name: String
    let schema: Schema
    let summary: String
    let isRequired: Bool

    init(_ name: String, _ schema: Schema, _ summary: String, isRequired: Bool = true) {
        self.name = name
        self.schema = schema
        self.summary = summary
        self.isRequired = isRequired
    }

    /// A member that may be left out or null.
    static func optional(_ name: String, _ schema: Schema, _ summary: String) -> Property {
        Property(name, .orNull(schema), summary, isRequired: false)
    }
}

/// What a text may be.
struct TextRule: Sendable {
    /// In characters (Unicode scalars).
    var lengths: ClosedRange<Int>?
    var format: String?
    var pattern: String?
    /// The only words allowed, when there are any.
    var words: [String] = []
}

extension Schema {
    /// An amount of money that a request brings, in fen.
    static let amountFen = Schema.integer(1...JSONObjectDecoder.maximumAmountFen)
    /// An amount that may be nothing, in fen.
    static let amountFenOrZero = Schema.integer(0...JSONObjectDecoder.maximumAmountFen)
    /// A sum or a balance, in fen.
    static let fen = Schema.integer(.min ... .max)
    static let count = Schema.integer(0 ... .max)
    static let date = Schema.text(TextRule(lengths: 10...10, format: "date"))
    static let time = Schema.text(TextRule(format: "date-time"))
    static let clockTime = Schema.text(TextRule(pattern: "^[0-2][0-9]:[0-5][0-9]$"))
    /// A code from the data files, such as a station's.
    static let code = Schema.text(TextRule(lengths: 1...32))
    /// A number that is shown as text.
    static let number = Schema.text(TextRule(lengths: 1...19, pattern: "^[1-9][0-9]*$"))
    /// A serial number as receipts show it.
    static let serial = Schema.text(TextRule(lengths: 1...18, pattern: "^[0-9]+$"))
    static let digest = Schema.text(TextRule(lengths: 64...64, pattern: "^[0-9a-f]{64}$"))
    static let anyText = Schema.text(TextRule())

    static func text(_ lengths: ClosedRange<Int>, pattern: String? = nil) -> Schema {
        .text(TextRule(lengths: lengths, pattern: pattern))
    }

    static func words(_ words: [String]) -> Schema { .text(TextRule(words: words)) }

    /// The words of an enumeration.
    static func words<Words>(_ type: Words.Type) -> Schema
    where Words: CaseIterable & RawRepresentable, Words.RawValue == String {
        words(Words.allCases.map(\.rawValue))
    }

    /// A request's body: nothing but these members.
    static func request(_ properties: Property...) -> Schema {
        .object(properties, isClosed: true)
    }

    /// An answer; later versions may add members.
    static func answer(_ properties: Property...) -> Schema {
        .object(properties, isClosed: false)
    }

    /// An answer of properties that several answers share.
    static func answer(_ properties: [Property]) -> Schema {
        .object(properties, isClosed: false)
    }

    /// A page of a list.
    static func page(_ name: String, of item: Schema) -> Schema {
        .answer(
            Property(name, .array(item), "The items of this page"),
            Property(
                "next_cursor", .orNull(.text(1...19)),
                "The cursor of the next page; null on the last one"))
    }
}

extension Schema {
    func encode(to writer: inout JSONWriter, summary: String? = nil) {
        writer.beginObject()
        writer.field("description", ifPresent: summary)
        encodeMembers(to: &writer)
        writer.endObject()
    }

    private func encodeMembers(to writer: inout JSONWriter) {
        switch self {
        case .object(let properties, let isClosed):
            Self.encode(properties, isClosed: isClosed, to: &writer)
        case .array(let item):
            writer.field("type", "array")
            writer.key("items")
            item.encode(to: &writer)
        case .text(let rule): rule.encodeMembers(to: &writer)
        case .integer(let range):
            writer.field("type", "integer")
            writer.field("format", "int64")
            if range.lowerBound != .min { writer.field("minimum", range.lowerBound) }
            if range.upperBound != .max { writer.field("maximum", range.upperBound) }
        case .boolean: writer.field("type", "boolean")
        case .named(let name): writer.field("$ref", "#/components/schemas/" + name)
        case .orNull(let schema):
            writer.key("anyOf")
            writer.beginArray()
            schema.encode(to: &writer)
            writer.beginObject()
            writer.field("type", "null")
            writer.endObject()
            writer.endArray()
        case .oneOf(let schemas):
            writer.key("oneOf")
            writer.beginArray()
            for schema in schemas { schema.encode(to: &writer) }
            writer.endArray()
        }
    }

    private static func encode(
        _ properties: [Property], isClosed: Bool, to writer: inout JSONWriter
    ) {
        writer.field("type", "object")
        let required = properties.filter(\.isRequired).map(\.name)
        if !required.isEmpty { writer.texts("required", required) }
        writer.key("properties")
        writer.beginObject()
        for property in properties {
            writer.key(escaping: property.name)
            property.schema.encode(to: &writer, summary: property.summary)
        }
        writer.endObject()
        if isClosed { writer.field("additionalProperties", false) }
    }
}

extension TextRule {
    fileprivate func encodeMembers(to writer: inout JSONWriter) {
        writer.field("type", "string")
        if let lengths {
            writer.field("minLength", lengths.lowerBound)
            writer.field("maxLength", lengths.upperBound)
        }
        writer.field("format", ifPresent: format)
        writer.field("pattern", ifPresent: pattern)
        if !words.isEmpty { writer.texts("enum", words) }
    }
}

extension JSONWriter {
    /// Writes a member with an array of strings.
    mutating func texts(_ name: StaticString, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }
}
