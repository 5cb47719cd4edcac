import Agency
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// Handing a till over, and taking it from one who is gone.
    func addHandoverRoutes(to routes: inout RouteTable) {
        routes.command(.post, "/v1/shifts/{shift_id}/handover", for: [.operator]) { call in
            let shift = try call.parameters.integer("shift_id")
            var body = try call.body()
            let successor = try body.string("successor_id", lengthIn: 1...32)
            let (witness, pin) = try body.witness()
            let count = try body.cashCount(in: book.profile.currency)
            try body.finish()
            let claim = try call.claim(
                HandoverOffer.fingerprint(
                    shift: shift, successorCode: successor, witnessCode: witness, count: count))
            try confirmWitness(witness, pin: pin, call) { confirmed in
                try writeOnce(call, status: 201) {
                    try $0.offer(
                        HandoverOffer(
                            shift: shift, successorCode: successor, witness: confirmed,
                            count: count),
                        claim: claim, by: call.principal)
                }
            }
        }
        routes.command(.post, "/v1/shifts/{shift_id}/handover/withdraw", for: [.operator]) { call in
            let shift = try call.parameters.integer("shift_id")
            try call.takesNoBody()
            try write(call) { try $0.withdrawHandover(shift: shift, by: call.principal) }
        }
        routes.command(.post, "/v1/shifts/{shift_id}/handover/accept", for: [.operator]) { call in
            let shift = try call.parameters.integer("shift_id")
            var body = try call.body()
            let count = try body.cashCount(in: book.profile.currency)
            try body.finish()
            let claim = try call.claim(acceptHandoverFingerprint(shift: shift, count: count))
            try writeOnce(call, status: 201) {
                try $0.acceptHandover(
                    shift: shift, count: count, claim: claim, by: call.principal)
            }
        }
        addForcedSignOffRoute(to: &routes)
    }

    private func addForcedSignOffRoute(to routes: inout RouteTable) {
        routes.command(
            .post, "/v1/shifts/{shift_id}/forced-sign-off", for: [.supervisor]
        ) { call in
            let shift = try call.parameters.integer("shift_id")
            var body = try call.body()
            let (witness, pin) = try body.witness()
            let count = try body.cashCount(in: book.profile.currency)
            let reason = try body.reason()
            try body.finish()
            let claim = try call.claim(
                ForcedSignOff.fingerprint(
                    shift: shift, witnessCode: witness, count: count, reason: reason))
            try confirmWitness(witness, pin: pin, call) { confirmed in
                let request = ForcedSignOff(
                    shift: shift, witness: confirmed, count: count, reason: reason)
                try book.writer.submit({
                    try $0.forceSignOff(request, claim: claim, by: call.principal)
                }) {
                    // The operator's sessions have ended with the shift.
                    if case .success(.done) = $0 { sessions.forgetAll() }
                    answer($0, call, status: 200)
                }
            }
        }
    }

    /// Checks a witness's PIN beside the writer, for scrypt is slow on purpose; then goes on.
    private func confirmWitness(
        _ code: String, pin: String, _ call: Call,
        _ next: @escaping @Sendable (StaffWitness) throws -> Void
    ) throws {
        let isQueued = signInWorkers.submit {
            do {
                let witness = try SignIn(readers: book.readers, writer: book.writer)
                    .witness(staffCode: code, pin: pin, at: book.clock())
                try next(witness)
            } catch {
                fail(error, call.request, call.responder)
            }
        }
        if !isQueued { throw RouteTable.busy }
    }
}

extension JSONObjectDecoder {
    /// Takes who stands by, with the person's own PIN.
    fileprivate mutating func witness() throws(JSONError) -> (code: String, pin: String) {
        (
            try string("witness_id", lengthIn: 1...32),
            try string("witness_pin", lengthIn: 4...64)
        )
    }
}
