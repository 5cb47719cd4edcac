import Cryptography

/// What a supervisor found out about a serial that was missing.
public enum StockFinding: String, CaseIterable, Sendable {
    case damaged, voided
    /// It is there after all, and is sold next.
    case found
}

/// A supervisor's account of a frozen pack.
public struct StockResolution: Sendable {
    /// The most serials that one resolution tells of.
    public static let maximumCount = 200
    /// The characters of a reason.
    public static let reasonLengths = 2...120

    /// What became of one serial.
    public struct Line: Sendable {
        public let serial: String
        public let finding: StockFinding
        public let reason: String

        public init(serial: String, finding: StockFinding, reason: String) {
            self.serial = serial
            self.finding = finding
            self.reason = reason
        }
    }

    public let pack: Int64
    public let lines: [Line]
    /// The serials that were counted in the pack by hand.
    public let countedLeft: Int64

    public init(pack: Int64, lines: [Line], countedLeft: Int64) {
        self.pack = pack
        self.lines = lines
        self.countedLeft = countedLeft
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    public var fingerprint: SHA256Digest {
        let text = lines.map { "\($0.serial)=\($0.finding.rawValue)=\($0.reason)" }
        return fingerprintOf(
            "stock_resolution", text.joined(separator: "\u{1E}"), "\(pack)", countedLeft)
    }
}
