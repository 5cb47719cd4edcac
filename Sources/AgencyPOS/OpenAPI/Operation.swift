import Agency
import HTTPServer
import StrictJSON

/// One route, as the description of the interface tells it.
struct Operation: Sendable {
    let method: HTTPMethod
    /// The route's pattern.
    let path: String
    /// The name that generated clients give it.
    let name: String
    let tag: String
    let summary: String
    /// Who may call it; empty for a route that asks for no session.
    var roles: Set<Role> = []
    var parameters: [Parameter] = []
    var body: Body?
    /// Whether it moves money, or may, and so needs an `Idempotency-Key`.
    var needsKey = false
    /// The longest body in bytes, where it differs from the server's limit.
    var maximumBodyBytes: Int?
    let answer: Answer
    /// The answer of a request that is taken and not finished.
    var unfinishedAnswer: Answer?
    /// The answer of a request that had come before, where that has a status of its own.
    var repeatedAnswer: Answer?
    /// What its business rules refuse.
    var refusals: [RefusalCode] = []

    /// A request's body.
    struct Body: Sendable {
        /// The name of its schema among the components.
        let schema: String
        /// The same values as the files in `fixtures/requests`.
        let examples: [(name: String, value: JSONValue)]
    }

    /// The answer of a request that succeeds.
    struct Answer: Sendable {
        enum Content: Sendable {
            case json(Schema)
            case text
            /// Bytes of another media type.
            case bytes(String)
            case nothing
        }

        let status: Int
        let summary: String
        let content: Content

        static func json(
            _ schema: Schema, _ summary: String, status: Int = 200
        ) -> Answer {
            Answer(status: status, summary: summary, content: .json(schema))
        }

        static func bytes(_ mediaType: String, _ summary: String) -> Answer {
            Answer(status: 200, summary: summary, content: .bytes(mediaType))
        }

        static func text(_ summary: String) -> Answer {
            Answer(status: 200, summary: summary, content: .text)
        }
    }
}

/// A parameter of the query or the path.
struct Parameter: Sendable {
    enum Place: String, Sendable {
        case query, path
    }

    let place: Place
    let name: String
    let schema: Schema
    let summary: String
    var isRequired = false

    static func query(
        _ name: String, _ schema: Schema, _ summary: String, isRequired: Bool = false
    ) -> Parameter {
        Parameter(
            place: .query, name: name, schema: schema, summary: summary, isRequired: isRequired)
    }

    static func path(_ name: String, _ schema: Schema, _ summary: String) -> Parameter {
        Parameter(place: .path, name: name, schema: schema, summary: summary, isRequired: true)
    }

    /// The parameters of a list that comes in pages.
    static func page(upTo maximum: Int) -> [Parameter] {
        [
            .query("cursor", .text(1...19), "next_cursor of the page before"),
            .query(
                "limit", .integer(1...Int64(maximum)),
                "Items of a page; \(Call.usualPageSize) unless given"),
        ]
    }
}

extension Operation {
    /// The stable codes of the problems that the route answers with, by status.
    var problems: [Int: [String]] {
        var problems: [Int: [String]] = [:]
        func add(_ code: ProblemCode, _ status: Int? = nil) {
            for status in status.map({ [$0] }) ?? code.statuses {
                problems[status, default: []].append(code.rawValue)
            }
        }
        add(.internal)
        add(.busy)
        add(.shuttingDown)
        if method != .get { add(.storageFull) }
        if body != nil {
            add(.invalidJSON)
            add(.bodyTooLarge)
        } else if needsKey {
            add(.invalidJSON, 422)
        }
        if needsKey {
            add(.idempotencyKeyMissing)
            add(.idempotencyKeyInvalid)
        }
        if !roles.isEmpty { add(.unauthorized) }
        // Routes that are open to anyone do not look at the query.
        if !roles.isEmpty { add(.invalidParameter, 400) }
        // Without a session a wrong path gets a page.
        if !roles.isEmpty, parameters.contains(where: { $0.place == .path }) {
            add(.invalidParameter, 404)
        }
        for refusal in allRefusals {
            problems[refusal.status, default: []].append(refusal.rawValue)
        }
        return problems.mapValues { $0.sorted() }
    }

    private var allRefusals: [RefusalCode] {
        var all = refusals
        if needsKey {
            all += [.idempotencyKeyReused, .idempotencyKeyRunning, .terminalNumberReused]
        }
        if !roles.isEmpty, roles != .everyone { all.append(.notPermitted) }
        return all
    }
}
