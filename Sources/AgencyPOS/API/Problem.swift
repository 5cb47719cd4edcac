import Agency
import HTTPServer
import StrictJSON

/// An error as RFC 9457 tells it: a stable type, a status, what is wrong and what to do.
struct Problem: Error {
    /// The prefix of every problem type.
    static let typePrefix = "urn:agencypos:problem:"
    /// How long a client that met a full queue should wait, in seconds.
    static let retryAfterSeconds = 1

    let code: String
    /// The type in words, in Chinese; as stable as the type.
    let chineseTitle: String
    let status: Int
    let detail: String
    /// What is wrong and what to do, in Chinese.
    let chineseDetail: String
    var field: String?
    var headers: [(name: String, value: String)] = []

    /// A problem that is no refusal of a business rule.
    ///
    /// - Precondition: the status is one of the code's.
    init(
        _ code: ProblemCode, status: Int, detail: String, field: String? = nil,
        headers: [(name: String, value: String)] = []
    ) {
        precondition(code.statuses.contains(status), "\(code) does not come with \(status)")
        chineseTitle = code.chineseTitle
        chineseDetail = field.map(code.chineseDetail(at:)) ?? code.chineseDetail
        self.code = code.rawValue
        self.status = status
        self.detail = detail
        self.field = field
        self.headers = headers
    }

    /// What a business rule refused.
    init(_ refusal: Refusal) {
        code = refusal.code.rawValue
        chineseTitle = refusal.code.chineseTitle
        status = refusal.code.status
        detail = refusal.detail
        chineseDetail = refusal.chineseDetail
        field = refusal.field
        if refusal.code == .signInLocked {
            headers = [("Retry-After", String(SignIn.lockMilliseconds / 1000))]
        }
        // RFC 9110, 15.5.2: every 401 names a scheme.
        if status == 401 { headers = [("WWW-Authenticate", "Bearer")] }
    }

    private var title: String { Self.title(of: code) }

    /// A code in words: `bill-already-paid` is "Bill already paid".
    static func title(of code: String) -> String {
        let words = code.split(separator: "-").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// The problem as a response.
    func response(requestID: String) -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        encodeMembers(to: &writer)
        writer.field("request_id", requestID)
        writer.endObject()
        return HTTPResponse(
            status: status,
            headers: [("Content-Type", "application/problem+json")] + headers,
            body: .bytes(writer.bytes))
    }

    /// Writes what is told of the problem wherever it is told.
    func encodeMembers(to writer: inout JSONWriter) {
        writer.field("type", Self.typePrefix + code)
        writer.field("title", title)
        writer.field("title_zh", chineseTitle)
        writer.field("status", status)
        writer.field("detail", detail)
        writer.field("detail_zh", chineseDetail)
        writer.field("field", ifPresent: field)
    }
}
