/// Why a signed request is not accepted; the order of the cases is the order of the checks.
public enum SignatureError: Error, Equatable, Sendable {
    /// A header field is missing.
    case missing(header: String)
    /// A header field does not have its form.
    case malformed(header: String)
    /// No key has this id.
    case unknownKey(id: String)
    /// The signature does not fit the request under its key.
    case wrongSignature
    /// The sender's clock and ours differ by more than is allowed, or the request is old.
    case clockSkew(milliseconds: Int64, allowedMilliseconds: Int64)
    /// The nonce has been used before.
    case repeatedNonce
    /// More requests are in the time allowed than nonces can be remembered.
    case tooManyRequests(limit: Int)

    /// The stable code that an error answer carries.
    public var code: String {
        switch self {
        case .missing, .malformed: "signature_missing"
        case .unknownKey: "key_unknown"
        case .wrongSignature: "signature_wrong"
        case .clockSkew: "clock_skew"
        case .repeatedNonce: "nonce_repeated"
        case .tooManyRequests: "unavailable"
        }
    }

    /// The status of an error answer.
    public var status: Int {
        switch self {
        case .missing, .malformed, .unknownKey, .wrongSignature, .clockSkew, .repeatedNonce: 401
        case .tooManyRequests: 503
        }
    }
}

extension SignatureError: CustomStringConvertible {
    /// What is wrong and what to do about it.
    public var description: String {
        switch self {
        case .missing(let header): "header \(header) is missing; send it"
        case .malformed(let header): "header \(header) does not have its form; see the protocol"
        case .unknownKey(let id): "no key has the id \(id.prefix(64)); use one that was agreed on"
        case .wrongSignature: "the signature does not fit; sign the bytes that are sent"
        case .clockSkew(let milliseconds, let allowed):
            "the timestamp is \(milliseconds) ms from our clock, \(allowed) are allowed; "
                + "set the clock"
        case .repeatedNonce: "the nonce has been used; make a new one for each request"
        case .tooManyRequests(let limit):
            "more than \(limit) requests came in the time allowed; try again later"
        }
    }
}
