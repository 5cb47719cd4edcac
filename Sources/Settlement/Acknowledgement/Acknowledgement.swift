import CivilTime
import Cryptography

/// What one side says of a file of the other: whether it counts, and which lines do not agree.
public struct Acknowledgement: Hashable, Sendable {
    /// The version of the format that this module writes and reads.
    public static let version = "APA1"
    /// The most items of a file.
    public static let maximumItemCount = 20_000
    /// The largest file that is looked at, in bytes; it is read into memory.
    public static let maximumByteCount = (maximumItemCount + 2) * RecordLine.maximumByteCount
    /// The most characters of the name of the file that is acknowledged.
    public static let maximumNameCharacterCount = 100

    /// Whether the file counts.
    public enum Verdict: String, CaseIterable, Hashable, Sendable {
        /// All of it, and all lines agree.
        case accepted = "ACCEPTED"
        /// It counts, and the items tell which lines do not agree.
        case partly = "PARTLY"
        /// No line of it counts.
        case rejected = "REJECTED"
    }

    public var agencyID: SettlementIdentifier
    public var partnerID: SettlementIdentifier
    /// The date in the file's name, on which it was made.
    public var date: BusinessDate
    /// Counts the acknowledgements of one sender to one receiver from 1.
    public var number: Int
    public var keyID: SettlementIdentifier
    /// Written in whole seconds; what is below a second is cut off.
    public var createdAt: Instant
    /// The name of the acknowledged file, without a folder.
    public var fileName: String
    /// SHA-256 of the acknowledged file's bytes.
    public var fileDigest: SHA256Digest
    public var verdict: Verdict
    /// Why the file does not count, in one word; empty unless it is rejected.
    public var fault: String
    public var items: [AcknowledgementItem]

    public init(
        agencyID: SettlementIdentifier, partnerID: SettlementIdentifier, date: BusinessDate,
        number: Int, keyID: SettlementIdentifier, createdAt: Instant, fileName: String,
        fileDigest: SHA256Digest, verdict: Verdict, fault: String = "",
        items: [AcknowledgementItem] = []
    ) {
        self.agencyID = agencyID
        self.partnerID = partnerID
        self.date = date
        self.number = number
        self.keyID = keyID
        self.createdAt = createdAt
        self.fileName = fileName
        self.fileDigest = fileDigest
        self.verdict = verdict
        self.fault = fault
        self.items = items
    }

    /// The name under which it is sent.
    ///
    /// - Throws: ``SettlementError`` for a date or number that no name can have.
    public func name() throws(SettlementError) -> SettlementFileName {
        try SettlementFileName(
            kind: .acknowledgement, agencyID: agencyID, partnerID: partnerID, businessDate: date,
            sequence: number)
    }
}

/// A line that does not agree.
public struct AcknowledgementItem: Hashable, Sendable {
    /// The most characters of the serial, which may be the partner's reference.
    public static let maximumSerialCharacterCount = 64
    /// The most characters of the cause.
    public static let maximumCauseCharacterCount = 120
    /// What a line number may be: 0, or a line of the largest file.
    public static let allowedLines: ClosedRange<Int64> =
        0...Int64(SettlementDetail.maximumCount + SettlementType.allCases.count + 2)

    /// Why a line does not agree; the acknowledging side is "here".
    public enum Code: String, CaseIterable, Hashable, Sendable {
        /// The file holds the line, and nothing like it is here.
        case notFound = "NOT_FOUND"
        /// It is here, and the file does not hold it.
        case missing = "MISSING"
        /// Both hold it, with other amounts.
        case amountDiffers = "AMOUNT_DIFFERS"
        /// Both hold it, one as posted and one as reversed.
        case statusDiffers = "STATUS_DIFFERS"
        /// One side holds it more than once.
        case duplicate = "DUPLICATE"
        /// The commissions differ; where no line is named, in the sum.
        case commissionDiffers = "COMMISSION_DIFFERS"
        /// One side alone holds it, so near the day cut that the next file may bring the other.
        case timing = "TIMING"
        /// More lines differ than can be named.
        case fileDiffers = "FILE_DIFFERS"
    }

    /// The line in the acknowledged file, the header being 1; 0 where the file has none.
    public var lineNumber: Int
    /// The number of the transaction, as far as it is known; may be empty.
    public var serial: String
    public var code: Code
    /// The same in words; never an account or a card.
    public var cause: String

    public init(lineNumber: Int, serial: String, code: Code, cause: String) {
        self.lineNumber = lineNumber
        self.serial = serial
        self.code = code
        self.cause = cause
    }

    /// Whether a serial can be written; it may be empty.
    public static func isWritable(serial: String) -> Bool {
        FieldGrammar.fault(serial, limit: maximumSerialCharacterCount) == nil
    }

    /// Whether a cause can be written; it may be empty.
    public static func isWritable(cause: String) -> Bool {
        FieldGrammar.fault(cause, limit: maximumCauseCharacterCount) == nil
    }

    /// A cause that can be written, made from a text of ours: cut, and without forbidden characters.
    public static func writableCause(_ text: String) -> String {
        var cause = String.UnicodeScalarView()
        for character in text.unicodeScalars.prefix(maximumCauseCharacterCount) {
            cause.append(FieldGrammar.isForbidden(character) ? "?" : character)
        }
        while cause.first == " " { cause.removeFirst() }
        while cause.last == " " { cause.removeLast() }
        return String(cause)
    }
}
