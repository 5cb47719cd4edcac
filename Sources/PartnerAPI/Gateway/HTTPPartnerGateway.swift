import CivilTime
import Cryptography
import HTTPClient
import StrictJSON

/// How to reach a partner over HTTP.
public struct HTTPPartnerConfiguration: Sendable {
    /// The partner's base address without a slash at its end, `https://pay.example.cn/agency`.
    public var baseURL: String
    /// Signs our requests and must sign the partner's answers.
    public var key: SigningKey
    /// Time limits and sizes.
    public var client = HTTPClientConfiguration()

    /// Makes a configuration with the usual limits.
    public init(baseURL: String, key: SigningKey) {
        self.baseURL = baseURL
        self.key = key
    }

    /// The path of the base address, which a signature covers too; nil for another address.
    var basePath: String? {
        for scheme in ["https://", "http://"] where baseURL.hasPrefix(scheme) {
            let rest = baseURL.dropFirst(scheme.count)
            let path = rest.firstIndex(of: "/").map { rest[$0...] } ?? ""
            let isPlain = baseURL.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            guard isPlain, !rest.isEmpty, rest.first != "/", path.last != "/",
                !rest.contains(where: { "?#@\\".contains($0) })
            else { return nil }
            return String(path)
        }
        return nil
    }
}

/// The protocol of `docs/partner-api.md` over HTTP; use it from any thread.
public final class HTTPPartnerGateway: PartnerGateway {
    private let configuration: HTTPPartnerConfiguration
    private let basePath: String
    private let client: HTTPClient
    private let now: @Sendable () -> Instant

    /// Prepares a gateway; nothing is connected yet.
    ///
    /// - Parameter now: the wall clock that stamps requests.
    /// - Throws: `HTTPClientError.invalidConfiguration`.
    public init(
        configuration: HTTPPartnerConfiguration,
        now: @escaping @Sendable () -> Instant = { Instant.now }
    ) throws(HTTPClientError) {
        guard let basePath = configuration.basePath else {
            throw .invalidConfiguration(
                field: "baseURL",
                reason: "give http:// or https://, a host, and a path without a slash at its end")
        }
        self.basePath = basePath
        self.configuration = configuration
        self.now = now
        client = try HTTPClient(configuration: configuration.client)
    }

    public func inquire(_ inquiry: PartnerInquiry) -> PartnerInquiryAnswer {
        switch call(.inquire, inquiry.encoded) {
        case .failed(let failure, _): return .unanswered(failure)
        case .answered(let body):
            do throws(JSONError) {
                switch try PartnerInquiryReply(decoding: body, kind: inquiry.kind) {
                case .bills(let bills): return .bills(bills)
                case .offers(let offers): return .offers(offers)
                case .balance(let balance): return .balance(balance)
                case .refused(let refusal): return .refused(refusal)
                }
            } catch {
                return .unanswered(.malformed(error))
            }
        }
    }

    public func post(_ post: PartnerPost) -> PartnerPostAnswer {
        switch call(.post, post.encoded) {
        case .failed(let failure, let isCertainlyNotBooked):
            return isCertainlyNotBooked ? .notSent(failure) : .unknown(failure)
        case .answered(let body):
            do throws(JSONError) {
                switch try PartnerPostReply(decoding: body, serial: post.serial) {
                case .booked(let booking):
                    return booking.amountFen == post.amountFen
                        ? .booked(booking) : .disagreed(booking)
                case .refused(let refusal): return .refused(refusal)
                }
            } catch {
                return .unknown(.malformed(error))
            }
        }
    }

    public func query(_ query: PartnerQuery) -> PartnerQueryAnswer {
        switch call(.query, query.encoded) {
        case .failed(let failure, _): return .unanswered(failure)
        case .answered(let body):
            do throws(JSONError) {
                switch try PartnerQueryReply(decoding: body, serial: query.serial) {
                case .booked(let booking):
                    return booking.amountFen == query.amountFen
                        ? .booked(booking) : .disagreed(booking)
                case .refused(let refusal): return .refused(refusal)
                case .reversed: return .reversed
                case .notFound: return .notFound
                case .inProgress: return .inProgress
                }
            } catch {
                return .unanswered(.malformed(error))
            }
        }
    }

    public func reverse(_ reversal: PartnerReversal) -> PartnerReversalAnswer {
        switch call(.reverse, reversal.encoded) {
        case .failed(let failure, _): return .unanswered(failure)
        case .answered(let body):
            do throws(JSONError) {
                switch try PartnerReversalReply(decoding: body, serial: reversal.serial) {
                case .reversed: return .reversed
                case .refused(let refusal): return .refused(refusal)
                }
            } catch {
                return .unanswered(.malformed(error))
            }
        }
    }

    /// What came back: the body of a signed answer, or why there is none.
    private enum Outcome {
        case answered([UInt8])
        case failed(PartnerFailure, isCertainlyNotBooked: Bool)
    }

    /// Sends one request and checks the answer's signature.
    private func call(_ operation: PartnerOperation, _ body: [UInt8]) -> Outcome {
        let nonce: [UInt8]
        do throws(CryptographyError) {
            nonce = try SecureRandom.bytes(SignedRequest.nonceBytes)
        } catch {
            let failure = PartnerFailure(kind: .connection, detail: "no nonce: \(error)")
            return .failed(failure, isCertainlyNotBooked: true)
        }
        let signed = SignedRequest(
            method: "POST", path: basePath + operation.path, body: body, key: configuration.key,
            timestamp: now(), nonce: nonce)
        let request = HTTPClientRequest(
            url: configuration.baseURL + operation.path,
            headers: [("Content-Type", "application/json"), ("Accept", "application/json")]
                + signed.headers,
            body: body)
        do throws(HTTPClientError) {
            return check(try client.post(request), nonce: signed.nonce)
        } catch {
            let isCertainlyNotBooked = error.isCertainlyNotSent
            return .failed(PartnerFailure(error), isCertainlyNotBooked: isCertainlyNotBooked)
        }
    }

    private func check(_ answer: HTTPClientAnswer, nonce: String) -> Outcome {
        let isSigned = SignedAnswer.isValid(
            status: answer.status, body: answer.body, nonce: nonce, key: configuration.key,
            header: { answer.header($0) })
        guard isSigned else {
            let failure = PartnerFailure(
                kind: .unsigned,
                detail: "the answer of status \(answer.status) is not signed for this request; "
                    + "check that both sides have the key \(configuration.key.id)")
            return .failed(failure, isCertainlyNotBooked: false)
        }
        guard answer.status != 200 else { return .answered(answer.body) }
        do throws(JSONError) {
            let fault = try PartnerFault(decoding: answer.body)
            let failure = PartnerFailure(
                kind: .partnerFault, detail: "\(answer.status) \(fault.code): \(fault.detail)")
            // A conflict, or a code that we do not know, promises nothing.
            let isNothingDone = PartnerFault.Code.nothingDone.contains(fault.code)
            return .failed(failure, isCertainlyNotBooked: isNothingDone)
        } catch {
            return .failed(.malformed(error), isCertainlyNotBooked: false)
        }
    }
}

extension PartnerFailure {
    init(_ error: HTTPClientError) {
        let kind: Kind =
            switch error {
            case .invalidConfiguration: .connection
            case .notSent(let reason, _): reason == .timeout ? .timeout : .connection
            case .mayHaveArrived(let reason, _):
                switch reason {
                case .timeout: .timeout
                case .tooLarge, .malformed: .malformed
                case .name, .connection, .security, .broken, .library: .broken
                }
            }
        self.init(kind: kind, detail: "\(error)")
    }

    static func malformed(_ error: JSONError) -> PartnerFailure {
        PartnerFailure(kind: .malformed, detail: error.message)
    }
}
