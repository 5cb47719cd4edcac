import CivilTime
import Cryptography
import StrictJSON

/// Requests that a terminal kept while its line was down, signed by the terminal.
public struct TerminalBatch: Sendable {
    /// The most items of a batch.
    public static let maximumItems = 500
    /// The first line of what is signed.
    public static let version = "agencypos-terminal-batch-1"

    public let terminalCode: String
    /// The numbers of the first and the last request that it tells of.
    public let sequences: ClosedRange<Int64>
    /// When the terminal made it, by its own clock, as it wrote it.
    public let createdAtText: String
    public let createdAt: Instant
    public let items: [TerminalItem]
    /// HMAC-SHA256 over ``signedBytes``.
    public let signature: MessageAuthenticationCode

    /// - Precondition: 1 to ``maximumItems`` items.
    public init(
        terminalCode: String, sequences: ClosedRange<Int64>, createdAtText: String,
        createdAt: Instant, items: [TerminalItem], signature: MessageAuthenticationCode
    ) {
        precondition((1...Self.maximumItems).contains(items.count), "an impossible batch")
        self.terminalCode = terminalCode
        self.sequences = sequences
        self.createdAtText = createdAtText
        self.createdAt = createdAt
        self.items = items
        self.signature = signature
    }

    /// What the terminal signs: a line for each value of the head, and for each item.
    public var signedBytes: [UInt8] {
        var bytes: [UInt8] = []
        let head = [
            Self.version, terminalCode, String(sequences.lowerBound),
            String(sequences.upperBound), String(items.count), createdAtText,
        ]
        for line in head {
            bytes.append(contentsOf: line.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
        for item in items {
            bytes.append(contentsOf: item.canonicalBytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// Tells this batch from every other one, one with another signature too.
    ///
    /// Identity and card numbers of its items are few enough to guess without a key.
    func digest(key: SymmetricKey) -> MessageAuthenticationCode {
        HMACSHA256.authenticate(
            [UInt8]("terminal-batch/".utf8) + signedBytes + signature.bytes, key: key)
    }

    /// Whether the terminal's key made the signature.
    ///
    /// - Parameter secretDigest: SHA-256 of the terminal's secret, which is the key.
    func isSigned(withDigest secretDigest: String) -> Bool {
        guard let key = SymmetricKey(hex: secretDigest) else { return false }
        return HMACSHA256.authenticate(signedBytes, key: key) == signature
    }
}

/// One request of a batch.
public struct TerminalItem: Sendable {
    /// What it asks for.
    public enum Action: Sendable, Equatable {
        /// Cash that was taken for a blind biller.
        case payBill(BillPaymentRequest)
        /// Numbered paper that was handed to a customer, by the serials on it.
        case sellStock(StockSaleRequest)
        /// The terminal gave the number to nothing, and never will.
        case unused
        /// What cannot be done, and why.
        case refused(Refusal)
    }

    public let sequence: Int64
    public let key: String
    /// The terminal's clock; kept as information, for the business date is the server's.
    public let recordedAt: Instant
    public let staffCode: String
    public let action: Action
    /// The item as canonical JSON: members sorted by name, no blanks.
    public let canonicalBytes: [UInt8]

    public init(
        sequence: Int64, key: String, recordedAt: Instant, staffCode: String, action: Action,
        canonicalBytes: [UInt8]
    ) {
        self.sequence = sequence
        self.key = key
        self.recordedAt = recordedAt
        self.staffCode = staffCode
        self.action = action
        self.canonicalBytes = canonicalBytes
    }

    /// SHA-256 for the item's idempotency key: the same as of the request on the line.
    ///
    /// - Parameter key: what nobody can guess an identity or card number without.
    func fingerprint(key: SymmetricKey) -> SHA256Digest {
        switch action {
        case .payBill(let request): request.fingerprint
        case .sellStock(let request): request.fingerprint(key: key)
        case .unused, .refused:
            SHA256.hash(HMACSHA256.authenticate(canonicalBytes, key: key).bytes)
        }
    }
}

/// What became of one item of a batch.
public enum TerminalItemResult: Sendable, Equatable {
    /// It was done now; the answer's bytes are those that the request gets on the line.
    case applied([UInt8])
    /// The terminal's number is declared unused, now or again.
    case declaredUnused(isRepeated: Bool)
    /// It was done or refused before, on the line or in a batch: this was its first answer.
    case repeated(CommandOutcome)
    /// A rule refused it; its key is used up.
    case refused(Refusal)
    /// It cannot be done now; the number stays missing, and the item may be handed in again.
    case postponed(Refusal)
    /// Its number is not greater than the one before it, or not one of the batch's.
    case outOfOrder
}

/// What a terminal hears of its batch.
public struct TerminalBatchReport: Sendable {
    public let batch: Int64
    public let receivedAt: Instant
    /// In the order of the items.
    public let results: [(sequence: Int64, result: TerminalItemResult)]
    public let numbers: TerminalNumbers
}

/// Which numbers of a terminal arrived.
public struct TerminalNumbers: Sendable, Equatable {
    /// The most ranges of missing numbers that are listed.
    public static let maximumRanges = 100

    /// The highest number that is known of.
    public let highest: Int64
    /// All numbers up to this one arrived.
    public let completeTo: Int64
    /// Those that did not, lowest first; the first ``maximumRanges`` ranges of them.
    public let missing: [ClosedRange<Int64>]
}
