import CivilTime
import Synchronization

/// Checks the signatures of requests that arrive, and that none comes twice; use from any thread.
public final class RequestVerifier: Sendable {
    /// How far the sender's clock may be from ours, in milliseconds.
    public static let usualSkewMilliseconds: Int64 = 5 * 60 * 1_000
    /// Nonces that are remembered at once.
    public static let usualMaximumNonces = 200_000

    private let keys: [String: SigningKey]
    private let allowedSkewMilliseconds: Int64
    private let memory: Mutex<NonceMemory>

    /// Makes a verifier.
    ///
    /// - Parameter keys: all that are accepted; two while one replaces the other.
    /// - Precondition: no two keys have the same id.
    public init(
        keys: [SigningKey],
        allowedSkewMilliseconds: Int64 = RequestVerifier.usualSkewMilliseconds,
        maximumNonces: Int = RequestVerifier.usualMaximumNonces
    ) {
        self.keys = Dictionary(uniqueKeysWithValues: keys.map { ($0.id, $0) })
        self.allowedSkewMilliseconds = allowedSkewMilliseconds
        // A nonce may arrive from one skew before our time until one skew after.
        memory = Mutex(
            NonceMemory(
                lifeMilliseconds: 2 * allowedSkewMilliseconds, maximumCount: maximumNonces))
    }

    /// Accepts a request once.
    ///
    /// A nonce is remembered only when the signature is right, so that nobody without a key can
    /// fill the memory.
    ///
    /// - Returns: the key, with which the answer is to be signed.
    /// - Throws: `SignatureError`.
    public func verify(
        _ request: SignedRequest, method: String, path: String, body: [UInt8], now: Instant
    ) throws(SignatureError) -> SigningKey {
        let key = try verifyUnremembered(
            request, method: method, path: path, body: body, now: now)
        let limit = try memory.withLock { (memory) throws(SignatureError) -> Int? in
            switch memory.remember(request.keyID + "/" + request.nonce, now: now) {
            case .new: return nil
            case .repeated: throw .repeatedNonce
            case .full: return memory.maximumCount
            }
        }
        if let limit { throw .tooManyRequests(limit: limit) }
        return key
    }

    /// The key of a request, to sign an error answer with; nil when it is not ours.
    public func key(of request: SignedRequest) -> SigningKey? { keys[request.keyID] }

    private func verifyUnremembered(
        _ request: SignedRequest, method: String, path: String, body: [UInt8], now: Instant
    ) throws(SignatureError) -> SigningKey {
        guard let key = keys[request.keyID] else { throw .unknownKey(id: request.keyID) }
        guard request.isValid(method: method, path: path, body: body, key: key) else {
            throw .wrongSignature
        }
        let (skew, hasOverflow) = request.timestamp.millisecondsSinceEpoch
            .subtractingReportingOverflow(now.millisecondsSinceEpoch)
        guard !hasOverflow, skew.magnitude <= allowedSkewMilliseconds.magnitude else {
            throw .clockSkew(milliseconds: skew, allowedMilliseconds: allowedSkewMilliseconds)
        }
        return key
    }
}

/// Remembers texts for a time at least, in two generations; it forgets none early.
struct NonceMemory {
    enum Outcome: Equatable {
        case new
        case repeated
        /// Nothing was remembered: the memory has no room, and forgets nothing to make some.
        case full
    }

    let lifeMilliseconds: Int64
    let maximumCount: Int
    private var young: Set<String> = []
    private var old: Set<String> = []
    private var youngSince: Instant?

    init(lifeMilliseconds: Int64, maximumCount: Int) {
        self.lifeMilliseconds = lifeMilliseconds
        self.maximumCount = maximumCount
    }

    mutating func remember(_ text: String, now: Instant) -> Outcome {
        turn(now)
        guard !young.contains(text), !old.contains(text) else { return .repeated }
        guard young.count + old.count < maximumCount else { return .full }
        young.insert(text)
        return .new
    }

    private mutating func turn(_ now: Instant) {
        guard let since = youngSince else {
            youngSince = now
            return
        }
        // A clock that goes back keeps all for longer, which is the safe side.
        guard now >= since.adding(milliseconds: lifeMilliseconds) else { return }
        let areAllPast = now >= since.adding(milliseconds: 2 * lifeMilliseconds)
        old = areAllPast ? [] : young
        young = []
        youngSince = now
    }
}
