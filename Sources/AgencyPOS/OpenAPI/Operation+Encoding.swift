import Agency
import StrictJSON

extension Operation {
    func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("operationId", name)
        writer.texts("tags", [tag])
        writer.field("summary", summary)
        if roles.isEmpty {
            writer.key("security")
            writer.beginArray()
            writer.endArray()
        } else {
            writer.texts("x-roles", Role.allCases.filter(roles.contains).map(\.rawValue))
        }
        encodeParameters(to: &writer)
        if let body { body.encode(to: &writer) }
        writer.key("responses")
        writer.beginObject()
        writer.key(escaping: String(answer.status))
        answer.encode(to: &writer)
        for other in [unfinishedAnswer, repeatedAnswer].compactMap({ $0 }) {
            writer.key(escaping: String(other.status))
            other.encode(to: &writer)
        }
        for (status, codes) in problems.sorted(by: { $0.key < $1.key }) {
            writer.key(escaping: String(status))
            Self.encodeProblem(codes, to: &writer)
        }
        writer.key("default")
        writer.beginObject()
        writer.field("$ref", "#/components/responses/HTTPProblem")
        writer.endObject()
        writer.endObject()
        writer.endObject()
    }

    private func encodeParameters(to writer: inout JSONWriter) {
        guard !parameters.isEmpty || needsKey else { return }
        writer.key("parameters")
        writer.beginArray()
        for parameter in parameters { parameter.encode(to: &writer) }
        if needsKey {
            writer.beginObject()
            writer.field("$ref", "#/components/parameters/IdempotencyKey")
            writer.endObject()
            writer.beginObject()
            writer.field("$ref", "#/components/parameters/TerminalSequence")
            writer.endObject()
        }
        writer.endArray()
    }

    /// A response that is one of the problems with these codes.
    static func encodeProblem(_ codes: [String], to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("description", "Problem: " + codes.joined(separator: ", "))
        writer.key("content")
        writer.beginObject()
        writer.key("application/problem+json")
        writer.beginObject()
        writer.key("schema")
        writer.beginObject()
        writer.key("allOf")
        writer.beginArray()
        Schema.named("Problem").encode(to: &writer)
        Schema.answer(
            Property("type", .words(codes.map { Problem.typePrefix + $0 }), "The stable type")
        ).encode(to: &writer)
        writer.endArray()
        writer.endObject()
        writer.endObject()
        writer.endObject()
        writer.endObject()
    }
}

extension Parameter {
    fileprivate func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("name", name)
        writer.field("in", place.rawValue)
        writer.field("required", isRequired)
        writer.field("description", summary)
        writer.key("schema")
        schema.encode(to: &writer)
        writer.endObject()
    }
}

extension Operation.Body {
    fileprivate func encode(to writer: inout JSONWriter) {
        writer.key("requestBody")
        writer.beginObject()
        writer.field("required", true)
        writer.key("content")
        writer.beginObject()
        writer.key("application/json")
        writer.beginObject()
        writer.key("schema")
        Schema.named(schema).encode(to: &writer)
        writer.key("examples")
        writer.beginObject()
        for (name, value) in examples {
            writer.key(escaping: name)
            writer.beginObject()
            writer.key("value")
            writer.value(value)
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
        writer.endObject()
        writer.endObject()
    }
}

extension Operation.Answer {
    fileprivate func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("description", summary)
        switch content {
        case .nothing: break
        case .json(let schema): Self.encode("application/json", schema, to: &writer)
        case .bytes(let mediaType): Self.encode(mediaType, .anyText, to: &writer)
        case .text: Self.encode("text/plain; charset=utf-8", .anyText, to: &writer)
        }
        writer.endObject()
    }

    private static func encode(
        _ mediaType: String, _ schema: Schema, to writer: inout JSONWriter
    ) {
        writer.key("content")
        writer.beginObject()
        writer.key(escaping: mediaType)
        writer.beginObject()
        writer.key("schema")
        schema.encode(to: &writer)
        writer.endObject()
        writer.endObject()
    }
}
