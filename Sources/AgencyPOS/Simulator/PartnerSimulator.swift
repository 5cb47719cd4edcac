import CivilTime
import Dispatch
import HTTPServer
import PartnerAPI
import StrictJSON
import Synchronization

/// A partner for tests and demonstrations, which misbehaves when it is told to.
final class PartnerSimulator: Sendable {
    private struct State {
        var book: SimulatorBook
        var behaviours = SimulatorBehaviours()
        var calls: [PartnerOperation: Int64] = [:]
    }

    /// Serials in one list of bookings: the latest.
    static let maximumListedBookings = 100_000

    private let state: Mutex<State>
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

    // MARK: Control

    private func setBehaviour(_ request: HTTPRequest) -> HTTPResponse {
        do throws(JSONError) {
            try state.withLock { (state) throws(JSONError) in
                try state.behaviours.set(decoding: request.body)
            }
            return .json(200, Array("{}".utf8))
        } catch {
            let fault = PartnerFault(
                code: PartnerFault.Code.requestInvalid, detail: String(error.message.prefix(200)))
            return .json(400, fault.encoded)
        }
    }

    private func bookings(_ request: HTTPRequest) -> HTTPResponse {
        var wanted: String?
        do throws(QueryError) {
            wanted = try request.query("serial")
        } catch {
            let fault = PartnerFault(
                code: PartnerFault.Code.requestInvalid, detail: "serial comes twice; send one")
            return .json(400, fault.encoded)
        }
        let serial = wanted.flatMap { PartnerSerial($0) }
        let (entries, calls) = state.withLock { state in
            let entries =
                wanted == nil
                ? state.book.latest(Self.maximumListedBookings)
                : [serial.flatMap { state.book.entry($0) }].compactMap { $0 }
            return (entries, state.calls)
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("calls")
        writer.beginObject()
        for operation in PartnerOperation.allCases {
            writer.key(escaping: operation.rawValue)
            writer.integer(calls[operation] ?? 0)
        }
        writer.endObject()
        writer.key("bookings")
        writer.beginArray()
        for entry in entries { entry.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return .json(200, writer.bytes)
    }

    // MARK: Calls

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

extension SimulatorBook {
    /// Carries out a call as the behaviour wants it.
    fileprivate mutating func reply(
        to operation: PartnerOperation, _ body: [UInt8], _ behaviour: SimulatorBehaviour
    ) throws -> [UInt8] {
        switch operation {
        case .inquire:
            let inquiry = try PartnerInquiry(decoding: body)
            return behaviour.kind == .refuse
                ? PartnerInquiryReply.refused(behaviour.refusal).encoded
                : inquire(inquiry).encoded
        case .post:
            let post = try PartnerPost(decoding: body)
            return try reply(to: post, behaviour).encoded(serial: post.serial)
        case .query:
            let serial = try PartnerQuery.serial(decoding: body)
            return reply(to: query(serial), behaviour).encoded(serial: serial)
        case .reverse:
            let reversal = try PartnerReversal(decoding: body)
            let reply: PartnerReversalReply =
                behaviour.kind == .refuse
                ? .refused(behaviour.refusal) : try reverse(reversal.serial)
            return reply.encoded(serial: reversal.serial)
        }
    }

    private mutating func reply(
        to post: PartnerPost, _ behaviour: SimulatorBehaviour
    ) throws -> PartnerPostReply {
        // Whoever answers twice forgets what it has booked, and books again.
        if behaviour.kind != .answerTwice, let earlier = try earlierReply(to: post) {
            return earlier
        }
        if behaviour.kind == .refuse { return try refuse(post, behaviour.refusal) }
        let isOther = behaviour.kind == .disagree
        let reply = try book(
            post, amountFen: isOther ? behaviour.amount(insteadOf: post.amountFen) : nil)
        guard behaviour.kind == .misreport, case .booked(var booking) = reply else { return reply }
        booking.amountFen = behaviour.amount(insteadOf: booking.amountFen)
        return .booked(booking)
    }

    private func reply(
        to truth: PartnerQueryReply, _ behaviour: SimulatorBehaviour
    ) -> PartnerQueryReply {
        switch (behaviour.kind, truth) {
        case (.disagree, _): return .notFound
        case (.refuse, _): return .refused(behaviour.refusal)
        case (.misreport, .booked(var booking)):
            booking.amountFen = behaviour.amount(insteadOf: booking.amountFen)
            return .booked(booking)
        case (_, _): return truth
        }
    }
}

extension HTTPResponse {
    fileprivate static func json(
        _ status: Int, _ body: [UInt8], headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [("Content-Type", "application/json")] + headers,
            body: .bytes(body))
    }
}
