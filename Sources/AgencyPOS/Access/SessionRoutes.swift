import Agency
import Cryptography
import HTTPServer
import StrictJSON

extension API {
    /// Signing in and out.
    func addSessionRoutes(to routes: inout RouteTable) {
        routes.open(.post, "/v1/sessions") { request, responder in
            var body = try JSONObjectDecoder(StrictJSONParser.parse(request.body))
            let staffCode = try body.string("staff_id", lengthIn: 1...32)
            let pin = try body.string("pin", lengthIn: 4...64)
            let terminal = try body.optionalString("terminal_id", lengthIn: 1...32)
            let secret = try body.optionalString("terminal_secret", lengthIn: 1...128)
            guard (terminal == nil) == (secret == nil) else {
                throw body.refusal(
                    of: terminal == nil ? "terminal_id" : "terminal_secret", .missingName,
                    "terminal_id and terminal_secret go together; send both or neither")
            }
            try body.finish()
            let signIn = SignInRequest(
                staffCode: staffCode, pin: pin,
                terminal: terminal.flatMap { code in secret.map { (code, $0) } })
            let isQueued = signInWorkers.submit {
                do {
                    let bytes = try SignIn(readers: book.readers, writer: book.writer)
                        .open(signIn, at: book.clock())
                    responder.respond(.json(bytes, status: 201))
                } catch {
                    fail(error, request, responder)
                }
            }
            if !isQueued { throw RouteTable.busy }
        }
        routes.command(.delete, "/v1/sessions/current", for: .everyone) { call in
            guard let token = bearerToken(of: call.request) else { return }
            let digest = SHA256.hash(token).hex
            try book.writer.submit({ try $0.endSession(tokenDigest: digest) }) { result in
                switch result {
                case .success:
                    sessions.forget(token: token)
                    call.responder.respond(HTTPResponse(status: 204))
                case .failure(let error): fail(error, call.request, call.responder)
                }
            }
        }
    }
}
