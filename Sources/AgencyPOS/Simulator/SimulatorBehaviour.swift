import PartnerAPI
import StrictJSON

/// How the simulator treats the calls of one operation until it is told otherwise.
struct SimulatorBehaviour: Sendable, Equatable {
    /// What goes wrong; docs/partner-api.md describes each.
    enum Kind: String, Sendable, CaseIterable {
        case normal
        case slow
        case late
        case lateUnseen = "late_unseen"
        case dropBeforeBooking = "drop_before_booking"
        case dropAfterBooking = "drop_after_booking"
        case answerTwice = "answer_twice"
        case goAway = "go_away"
        case unavailable
        case disagree
        case misreport
        case refuse
        case badSignature = "bad_signature"
        case unsigned
        case garbage
    }

    /// The longest delay that can be asked for, in milliseconds.
    static let maximumDelayMilliseconds: Int64 = 600_000

    var kind = Kind.normal
    /// For `slow`, `late` and the two that drop: how long until it happens, in milliseconds.
    var delayMilliseconds = 0
    /// For `disagree` and `misreport`: the other amount; one fen more unless given.
    var otherAmountFen: Int64?
    /// For `refuse`.
    var refusal = PartnerRefusal(code: "refused_by_simulator", reason: "told to refuse")
    /// For how many calls; nil until told otherwise.
    var remainingCalls: Int64?

    /// The amount to book or to tell instead of another.
    func amount(insteadOf amountFen: Int64) -> Int64 {
        otherAmountFen ?? amountFen + 1
    }
}

/// The behaviours of all operations.
struct SimulatorBehaviours: Sendable {
    private var byOperation: [PartnerOperation: SimulatorBehaviour] = [:]

    /// The behaviour for a call that has just come, which uses it up.
    mutating func take(_ operation: PartnerOperation) -> SimulatorBehaviour {
        guard let behaviour = byOperation[operation] else { return SimulatorBehaviour() }
        guard let remaining = behaviour.remainingCalls else { return behaviour }
        byOperation[operation]?.remainingCalls = remaining - 1
        if remaining <= 1 { byOperation[operation] = nil }
        return behaviour
    }

    /// Sets what a body of `POST /simulator/behaviour` says.
    ///
    /// - Throws: `JSONError`.
    mutating func set(decoding body: [UInt8]) throws(JSONError) {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(body))
        let name = try object.string("operation", lengthIn: 1...16)
        let operation = PartnerOperation(rawValue: name)
        guard operation != nil || name == "any" else {
            throw object.refusal(
                of: "operation", .valueNotAllowed,
                "the value is not one of these; send one: inquire, post, query, reverse, any")
        }
        var behaviour = SimulatorBehaviour()
        behaviour.kind = try object.enumeration("behaviour")
        let delay = try object.optionalInteger(
            "delay_ms", in: 0...SimulatorBehaviour.maximumDelayMilliseconds)
        behaviour.delayMilliseconds = Int(delay ?? 0)
        behaviour.otherAmountFen = try object.optionalInteger(
            "amount_fen", in: PartnerLimits.amountsOrZeroFen)
        if let code = try object.optionalString("code", lengthIn: PartnerLimits.identifiers) {
            behaviour.refusal.code = code
        }
        if let reason = try object.optionalString("reason", lengthIn: PartnerLimits.texts) {
            behaviour.refusal.reason = reason
        }
        behaviour.remainingCalls = try object.optionalInteger("calls", in: 1...1_000_000)
        try object.finish()
        for each in PartnerOperation.allCases where operation == nil || operation == each {
            byOperation[each] = behaviour
        }
    }
}
