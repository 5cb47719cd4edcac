import Agency

extension Operations {
    static let system = [
        Operation(
            method: .get, path: "/healthz", name: "getHealth", tag: "system",
            summary: "Whether the server can commit",
            answer: .json(.named("Health"), "It commits")),
        Operation(
            method: .get, path: "/openapi.json", name: "getDescription", tag: "system",
            summary: "This document",
            answer: .json(.answer(), "An OpenAPI 3.1 document")),
    ]

    static let systemSchemas: [(name: String, schema: Schema)] = [
        (
            "Health",
            .answer(
                Property("status", .words(["ok"]), "Always ok"),
                Property("version", .anyText, "The server's version"))
        ),
        (
            "Problem",
            .answer(
                problemProperties + [
                    Property("request_id", .anyText, "What to tell the centre; it is in the log")
                ])
        ),
    ]

    /// What is told of a problem wherever it is told.
    static let problemProperties = [
        Property("type", .words(problemTypes), "What is wrong: stable, for programs"),
        Property("title", .anyText, "The type in words; as stable"),
        Property("title_zh", .anyText, "The same in Chinese, for the operator"),
        Property("status", .integer(400...599), "The HTTP status"),
        Property("detail", .anyText, "What is wrong here and what to do, for people"),
        Property("detail_zh", .anyText, "The same in Chinese, for the operator"),
        Property(
            "field", .anyText, "The JSON pointer of the field, or the parameter's name",
            isRequired: false),
    ]

    /// Every stable problem type.
    static let problemTypes =
        (ProblemCode.allCases.map(\.rawValue) + RefusalCode.allCases.map(\.rawValue)).sorted()
        .map { Problem.typePrefix + $0 }
}
