import Cryptography
import Ledger
import SQL

/// A caller's claim that a request is one and the same, however often it arrives.
public struct IdempotencyClaim: Sendable {
    /// The lengths that a key may have, in characters.
    public static let keyLengths = 8...64

    /// The caller's key; keys that grow with time are the cheapest to keep.
    public let key: String
    /// Whose key it is: a terminal's number, or the negative of a person's.
    public let credential: Int64
    /// SHA-256 over the canonical request.
    public let fingerprint: SHA256Digest
    /// The number that the terminal gave the request, if it numbers its requests.
    public var terminalNumber: TerminalNumber?

    /// Makes a claim, or nothing when the key is not 8 to 64 of `A-Z a-z 0-9 . _ : -`.
    public init?(key: String, credential: Int64, fingerprint: SHA256Digest) {
        guard Self.isValid(key) else { return nil }
        self.key = key
        self.credential = credential
        self.fingerprint = fingerprint
    }

    /// Whether a text can serve as a key.
    public static func isValid(_ key: String) -> Bool {
        keyLengths.contains(key.utf8.count) && key.utf8.allSatisfy(isKeyByte)
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"): true
        case _: false
        }
    }
}

/// What became of a command under its key.
public enum CommandOutcome: Equatable, Sendable {
    /// Its answer, as the bytes of a JSON object.
    case done([UInt8])
    /// A rule refused it; the key is used up.
    case refused(Refusal)
    /// The first request under this key is not finished.
    case running
}

extension AgencySession {
    /// Runs `body` at most once under a key and keeps its answer with what it wrote.
    ///
    /// A repeat gets the first answer; the same key with another request is refused. What `body`
    /// wrote before a refusal is undone, and the refusal is kept as the answer.
    /// - Parameter passing: refusals that are told and not kept, for what hinders now passes.
    func once(
        _ claim: IdempotencyClaim, passing: Set<RefusalCode> = [], _ body: () throws -> [UInt8]
    ) throws -> CommandOutcome {
        if let known = try knownOutcome(of: claim) { return known }
        let result = try undoingRefusal(of: claim, passing: passing) {
            let answer = try body()
            try keep(claim, outcome: "done", answer: answer)
            return answer
        }
        switch result {
        case .success(let answer): return .done(answer)
        case .failure(let refusal): return .refused(refusal)
        }
    }

    /// Runs `body` under a new key; what it wrote before a refusal is undone, and the refusal is kept
    /// as the key's answer.
    ///
    /// - Parameter passing: refusals that are told and not kept.
    func undoingRefusal<Value>(
        of claim: IdempotencyClaim, passing: Set<RefusalCode> = [], _ body: () throws -> Value
    ) throws -> Result<Value, Refusal> {
        let (changes, numbers) = (connection.changeCount, receiptCounters.takenCount)
        do {
            return .success(try body())
        } catch let refusal as Refusal {
            if connection.changeCount != changes || receiptCounters.takenCount != numbers {
                try undoCommand()
            }
            if !passing.contains(refusal.code) { try refuse(claim, refusal) }
            return .failure(refusal)
        }
    }

    /// Keeps a refusal as the answer of a key that is not claimed yet.
    func refuse(_ claim: IdempotencyClaim, _ refusal: Refusal) throws {
        try keep(claim, outcome: "refused", answer: refusal.encoded)
    }

    /// Keeps the answer of a command that took several steps; a second answer changes nothing.
    func finish(key: String, credential: Int64, _ outcome: CommandOutcome) throws {
        let (name, answer): (String, [UInt8]) =
            switch outcome {
            case .done(let answer): ("done", answer)
            case .refused(let refusal): ("refused", refusal.encoded)
            case .running: preconditionFailure("a finished command is not running")
            }
        try connection.prepare(
            """
            UPDATE idempotency_key SET outcome = $1, answer = $2
            WHERE key = $3 AND credential = $4 AND outcome = 'running'
            """
        ).run(.text(name), .bytes(answer), .text(key), .integer(credential))
    }

    /// What is known of a key; nothing when it has not been used.
    ///
    /// A number that came with another key is refused, and that refusal is not kept.
    /// - Parameter isOfAnyRequest: whether the key alone counts, for what cannot be read as it was
    ///   on the line.
    func knownOutcome(
        of claim: IdempotencyClaim, isOfAnyRequest: Bool = false
    ) throws -> CommandOutcome? {
        if let refusal = try refusalOfNumber(claim) { return .refused(refusal) }
        guard let outcome = try outcome(of: claim, isOfAnyRequest: isOfAnyRequest) else {
            return nil
        }
        if case .refused(let refusal) = outcome, refusal.code == .idempotencyKeyReused {
            return outcome
        }
        try keepNumber(claim)
        return outcome
    }

    /// The outcome of a claim's key so far; nothing for a new one.
    private func outcome(
        of claim: IdempotencyClaim, isOfAnyRequest: Bool = false
    ) throws -> CommandOutcome? {
        try keptOutcome(
            key: claim.key, credential: claim.credential,
            fingerprint: isOfAnyRequest ? nil : claim.fingerprint)
    }

    /// The outcome of a key so far; nothing for a new one.
    ///
    /// - Parameter claimed: refuses the key of another request; nothing takes any.
    func keptOutcome(
        key: String, credential: Int64, fingerprint claimed: SHA256Digest? = nil
    ) throws -> CommandOutcome? {
        let kept = try connection.prepare(
            """
            SELECT fingerprint, outcome, answer FROM idempotency_key
            WHERE key = $1 AND credential = $2
            """
        ).first(.text(key), .integer(credential)) {
            ($0.bytes(0), $0.text(1), $0.bytes(2))
        }
        guard let (fingerprint, outcome, answer) = kept else { return nil }
        guard claimed.map({ fingerprint == $0.bytes }) ?? true else {
            return .refused(
                Refusal(
                    .idempotencyKeyReused,
                    "this Idempotency-Key was used for another request; use a new key",
                    zh: "此交易编号已用于另一笔请求；请重新发起交易"))
        }
        switch outcome {
        case "done": return .done(answer)
        case "refused": return .refused(try Refusal(encoded: answer))
        case "running": return .running
        case _: throw BookError.damaged(table: "idempotency_key", field: "outcome")
        }
    }

    /// Writes a claim's key with what it is told.
    func keep(_ claim: IdempotencyClaim, outcome: String, answer: [UInt8]) throws {
        try connection.prepare(
            """
            INSERT INTO idempotency_key (key, credential, fingerprint, recorded_at, outcome, answer)
            VALUES ($1, $2, $3, $4, $5, $6)
            """
        ).run { row in
            row.add(claim.key)
            row.add(claim.credential)
            claim.fingerprint.withUnsafeBytes { row.add($0) }
            row.add(now.millisecondsSinceEpoch)
            row.add(outcome)
            answer.withUnsafeBytes { row.add($0) }
        }
        try keepNumber(claim)
    }
}

extension Refusal {
    // Code, field and the details, each on a line: none of them holds a line feed.
    var encoded: [UInt8] {
        [UInt8]("\(code.rawValue)\n\(field ?? "")\n\(chineseDetail)\n\(detail)".utf8)
    }

    init(encoded bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let code = RefusalCode(rawValue: String(parts[0])) else {
            throw BookError.damaged(table: "idempotency_key", field: "answer")
        }
        self.init(
            code, String(parts[3]), zh: String(parts[2]),
            field: parts[1].isEmpty ? nil : String(parts[1]))
    }
}
