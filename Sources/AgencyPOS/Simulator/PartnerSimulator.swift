import CivilTime
import Dispatch
import HTTPServer
import PartnerAPI
import StrictJSON
import Synchronization

/// A partner for tests and demonstrations, which misbehaves when it is told to.
final class PartnerSimulator: Sendable {
    struct State {
        var book: SimulatorBook
        var behaviours = SimulatorBehaviours()
        var calls: [PartnerOperation: Int64] = [:]
    }

    let state: Mutex<State>
    private let verifier: RequestVerifier
    // Writing to the disk and waiting are not for the server's own thread.
    private let work = DispatchQueue(label: "partner-simulator")

    init(book: sending SimulatorBook, keys: [SigningKey]) {
        state = Mutex(State(book: book))
        verifier = RequestVerifier(keys: keys)
    }

    /// What the HTTP server must let the simulator read.
    static func configure(_ configuration: inout HTTPServerConfiguration) {
        configuration.readableHeaders += SignedRequest.Header.all.map { $0.lowercased() }
    }

    func router() -> Router {
        var routes = RouterBuilder()
        for operation in PartnerOperation.allCases {
            routes.on(.post, operation.path) { [self] request, _, responder in
                work.async { [self] in accept(operation, request, responder) }
            }
        }
        routes.on(.post, "/simulator/behaviour") { [self] request, _, responder in
            responder.respond(setBehaviour(request))
        }
        routes.on(.get, "/simulator/bookings") { [self] request, _, responder in
            responder.respond(bookings(request))
        }
        return routes.freeze()
    }

    /// A call whose signature is in order.
    private struct SignedCall: Sendable {
        let operation: PartnerOperation
        let body: [UInt8]
        let nonce: String
        let key: SigningKey
        let responder: Responder
    }

    private func accept(
        _ operation: PartnerOperation, _ request: HTTPRequest, _ responder: Responder
    ) {
        let behaviour = state.withLock { state in
            state.calls[operation, default: 0] += 1
            return state.behaviours.take(operation)
        }
        guard behaviour.kind != .goAway else { return responder.abandon() }
        let signed: SignedRequest
        do throws(SignatureError) {
            signed = try SignedRequest { request.header($0) }
        } catch {
            let fault = PartnerFault(code: error.code, detail: "\(error)")
            return responder.respond(.json(error.status, fault.encoded))
        }
        do throws(SignatureError) {
            let key = try verifier.verify(
                signed, method: "POST", path: operation.path, body: request.body, now: .now)
            let call = SignedCall(
                operation: operation, body: request.body, nonce: signed.nonce, key: key,
                responder: responder)
            carryOut(call, behaviour)
        } catch {
            let fault = PartnerFault(code: error.code, detail: "\(error)")
            let body = fault.encoded
            // Signed where the key is known, so that the caller may believe it.
            let headers = verifier.key(of: signed).map {
                SignedAnswer.headers(
                    status: error.status, body: body, nonce: signed.nonce, key: $0)
            }
            responder.respond(.json(error.status, body, headers: headers ?? []))
        }
    }

    private func carryOut(_ call: SignedCall, _ behaviour: SimulatorBehaviour) {
        switch behaviour.kind {
        case .normal, .answerTwice, .disagree, .misreport, .refuse, .badSignature, .unsigned,
            .garbage:
            answer(call, behaviour)
        case .slow:
            after(behaviour) { [self] in answer(call, behaviour) }
        case .late, .lateUnseen:
            if behaviour.kind == .late { hold(call) }
            after(behaviour) { [self] in
                _ = reply(to: call, behaviour)
                call.responder.abandon()
            }
        case .dropBeforeBooking:
            after(behaviour) { call.responder.abandon() }
        case .dropAfterBooking:
            _ = reply(to: call, behaviour)
            after(behaviour) { call.responder.abandon() }
        case .unavailable:
            let fault = PartnerFault(
                code: PartnerFault.Code.unavailable, detail: "told to be unavailable")
            send(call, behaviour, status: 503, fault.encoded)
        case .goAway:
            preconditionFailure("who goes away reads no request")
        }
    }

    private func after(_ behaviour: SimulatorBehaviour, _ body: @escaping @Sendable () -> Void) {
        guard behaviour.delayMilliseconds > 0 else { return body() }
        work.asyncAfter(
            deadline: .now() + .milliseconds(behaviour.delayMilliseconds), execute: body)
    }

    private func hold(_ call: SignedCall) {
        guard call.operation == .post else { return }
        do throws(JSONError) {
            let post = try PartnerPost(decoding: call.body)
            state.withLock { $0.book.hold(post) }
        } catch {
            // Refused for its form when its time has come.
        }
    }

    private func answer(_ call: SignedCall, _ behaviour: SimulatorBehaviour) {
        let (status, body) = reply(to: call, behaviour)
        send(call, behaviour, status: status, body)
    }

    private func send(
        _ call: SignedCall, _ behaviour: SimulatorBehaviour, status: Int, _ body: [UInt8]
    ) {
        var body = body
        if behaviour.kind == .garbage { body = Array("{\"result\":\"boo".utf8) }
        var signedBody = body
        if behaviour.kind == .badSignature { signedBody.append(0x20) }
        let headers = SignedAnswer.headers(
            status: status, body: signedBody, nonce: call.nonce, key: call.key)
        let isSigned = behaviour.kind != .unsigned
        call.responder.respond(.json(status, body, headers: isSigned ? headers : []))
    }

    /// Carries a call out, and gives status and body of its answer.
    private func reply(
        to call: SignedCall, _ behaviour: SimulatorBehaviour
    ) -> (status: Int, body: [UInt8]) {
        do {
            return (
                200,
                try state.withLock { try $0.book.reply(to: call.operation, call.body, behaviour) }
            )
        } catch let error as JSONError {
            let fault = PartnerFault(
                code: PartnerFault.Code.requestInvalid, detail: String(error.message.prefix(200)))
            return (400, fault.encoded)
        } catch let error as SimulatorFault {
            return (error.status, PartnerFault(code: error.code, detail: error.detail).encoded)
        } catch {
            let fault = PartnerFault(code: "state_not_written", detail: "the disk refused")
            return (500, fault.encoded)
        }
    }
}

extension HTTPResponse {
    /// A JSON answer of the simulator.
    static func json(
        _ status: Int, _ body: [UInt8], headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [("Content-Type", "application/json")] + headers,
            body: .bytes(body))
    }
}
