import HTTPServer

extension Problem {
    /// What HTTP itself does not allow.
    init(_ fault: HTTPFault) {
        let (code, detail) = Self.words(for: fault)
        self.init(code, status: fault.status, detail: detail)
        if case .methodNotAllowed(let allowed) = fault {
            headers = [("Allow", allowed.map(\.rawValue).joined(separator: ", "))]
        }
    }

    private static func words(for fault: HTTPFault) -> (code: ProblemCode, detail: String) {
        switch fault {
        case .badRequest(let reason): (.badRequest, reason)
        case .notFound: (.notFound, "there is nothing at this path; see /openapi.json")
        case .methodNotAllowed: (.methodNotAllowed, "this path does not take that method")
        case .bodyTooLarge(let limit): (.bodyTooLarge, "a body has at most \(limit) bytes")
        case .lengthRequired: (.lengthRequired, "send Content-Length")
        case .unsupportedTransferCoding:
            (.unsupportedTransferCoding, "the only transfer coding taken is chunked")
        case .uriTooLong(let limit): (.uriTooLong, "path and query have at most \(limit) bytes")
        case .headerFieldsTooLarge(let limit):
            (.headersTooLarge, "the header fields have at most \(limit) bytes")
        case .expectationFailed: (.expectationFailed, "the only expectation is 100-continue")
        case .versionNotSupported: (.versionNotSupported, "use HTTP/1.1")
        case .requestTimeout: (.requestTimeout, "the request took too long to arrive")
        case .unanswered, .unusableResponse:
            (.internal, "the server failed; tell the centre the request_id")
        case .shuttingDown: (.shuttingDown, "the server is shutting down; try again")
        }
    }
}
