/// A request method that a route can be registered for.
public enum HTTPMethod: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"

    /// Dense position of the method, so that a route table can be an array.
    var index: Int {
        switch self {
        case .get: 0
        case .head: 1
        case .post: 2
        case .put: 3
        case .patch: 4
        case .delete: 5
        }
    }

    /// Whether requests of this method normally carry a body (RFC 9110, 9.3).
    var usuallyHasBody: Bool {
        switch self {
        case .get, .head, .delete: false
        case .post, .put, .patch: true
        }
    }

    /// Reads a method token; methods are case-sensitive (RFC 9110, 9.1).
    init?(token: UnsafeBufferPointer<UInt8>) {
        for method in HTTPMethod.allCases where token.elementsEqual(method.rawValue.utf8) {
            self = method
            return
        }
        return nil
    }
}
