/// The question what became of a serial.
public struct PartnerQuery: Sendable, Equatable {
    public var serial: PartnerSerial
    /// What was to be booked, in fen; not sent, but compared with what is answered.
    public var amountFen: Int64

    /// Makes a query.
    public init(serial: PartnerSerial, amountFen: Int64) {
        self.serial = serial
        self.amountFen = amountFen
    }
}

/// What a partner replies to a query.
public enum PartnerQueryReply: Sendable, Equatable {
    case booked(PartnerBooking)
    case refused(PartnerRefusal)
    /// The serial was reversed; it stays so.
    case reversed
    /// The partner has not heard of the serial; it may still be under way to it.
    case notFound
    /// The partner has it and has not decided; ask again.
    case inProgress
}

/// The order to undo a serial, whether or not it was booked; safe to repeat.
public struct PartnerReversal: Sendable, Equatable {
    public var serial: PartnerSerial
    /// What was to be booked, in fen.
    public var amountFen: Int64
    /// Why, in a few words.
    public var reason: String

    /// Makes a reversal.
    public init(serial: PartnerSerial, amountFen: Int64, reason: String) {
        self.serial = serial
        self.amountFen = amountFen
        self.reason = reason
    }
}

/// What a partner replies to a reversal.
public enum PartnerReversalReply: Sendable, Equatable {
    /// Nothing is booked under the serial, and nothing will be.
    case reversed
    /// It is too late, or the goods were used: what was booked stays.
    case refused(PartnerRefusal)
}

/// A signed answer of a partner that did not carry out the call at all.
public struct PartnerFault: Sendable, Equatable {
    /// The codes that the protocol gives a meaning.
    public enum Code {
        /// The request does not have the form of the protocol.
        public static let requestInvalid = "request_invalid"
        /// The partner cannot work now; nothing was booked.
        public static let unavailable = "unavailable"
        /// The serial is known with other contents.
        public static let serialConflict = "serial_conflict"
        /// The codes that promise that nothing was done. A repeated nonce is none of them: the
        /// copy that came first may have been carried out.
        static let nothingDone: Set = [
            requestInvalid, unavailable, "signature_missing", "key_unknown", "signature_wrong",
            "clock_skew",
        ]
    }

    public var code: String
    /// What is wrong and what to do about it.
    public var detail: String

    /// Makes a fault.
    public init(code: String, detail: String) {
        self.code = code
        self.detail = detail
    }
}

/// The four calls of the protocol.
public enum PartnerOperation: String, Sendable, CaseIterable {
    case inquire, post, query, reverse

    /// Where the call is sent, below the partner's base address.
    public var path: String { "/v1/\(rawValue)" }

    /// Whether the call may be sent again when no answer came.
    public var isSafeToRepeat: Bool {
        switch self {
        case .inquire, .query, .reverse: true
        case .post: false
        }
    }
}
