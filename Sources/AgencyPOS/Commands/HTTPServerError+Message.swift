import Foundation
import HTTPServer

extension HTTPServerError {
    /// What the user of the command line is told.
    var message: String {
        switch self {
        case .invalidConfiguration(let field, let reason):
            "the setting \(field) cannot be used: \(reason)"
        case .cannotListen(let host, let port, let code):
            "cannot listen on \(host):\(port): \(String(cString: strerror(code)))"
        case .outOfResources(let what, let code):
            "the system gives no \(what): \(String(cString: strerror(code)))"
        case .alreadyStarted: "the server was started twice"
        }
    }
}
