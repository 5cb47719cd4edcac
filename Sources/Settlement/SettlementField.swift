/// The kinds of lines, by the letter that begins them.
public enum SettlementRecord: String, CaseIterable, Hashable, Sendable {
    case header = "H"
    case detail = "D"
    case subtotal = "S"
    case trailer = "T"
    /// The first line of an acknowledgement file.
    case acknowledgement = "A"
    case item = "I"
    /// The last line of an acknowledgement file.
    case end = "E"

    /// The records of a settlement file, in its order.
    public static let ofSettlementFile: [SettlementRecord] = [
        .header, .detail, .subtotal, .trailer,
    ]
    /// The records of an acknowledgement file, in its order.
    public static let ofAcknowledgement: [SettlementRecord] = [.acknowledgement, .item, .end]

    /// How many fields a line has, its letter included.
    public var fieldCount: Int {
        switch self {
        case .header: 13
        case .detail: 12
        case .subtotal: 7
        case .trailer: 8
        case .acknowledgement: 13
        case .item: 6
        case .end: 2
        }
    }
}

/// A field of a settlement file: the record, the position from 1, and the documented name.
public struct SettlementField: Hashable, Sendable {
    public let record: SettlementRecord
    /// Counted from 1; position 1 is the letter of the record.
    public let position: Int
    public let name: String

    private init(_ record: SettlementRecord, _ position: Int, _ name: String) {
        self.record = record
        self.position = position
        self.name = name
    }

    static let version = SettlementField(.header, 2, "format version")
    static let agencyID = SettlementField(.header, 3, "agency id")
    static let partnerID = SettlementField(.header, 4, "partner id")
    static let businessDate = SettlementField(.header, 5, "business date")
    static let currency = SettlementField(.header, 6, "currency")
    static let sequence = SettlementField(.header, 7, "file sequence number")
    static let algorithm = SettlementField(.header, 8, "MAC algorithm")
    static let keyID = SettlementField(.header, 9, "key id")
    static let previousDigest = SettlementField(.header, 10, "previous file's SHA-256")
    static let createdAt = SettlementField(.header, 11, "creation time")
    static let ledgerRoot = SettlementField(.header, 12, "ledger root")
    static let ledgerSize = SettlementField(.header, 13, "ledger size")

    static let lineNumber = SettlementField(.detail, 2, "line number")
    static let serial = SettlementField(.detail, 3, "serial")
    static let partnerReference = SettlementField(.detail, 4, "partner's reference")
    static let type = SettlementField(.detail, 5, "type")
    static let accountReference = SettlementField(.detail, 6, "account reference")
    static let amount = SettlementField(.detail, 7, "amount")
    static let fee = SettlementField(.detail, 8, "fee")
    static let commission = SettlementField(.detail, 9, "commission")
    static let status = SettlementField(.detail, 10, "status")
    static let time = SettlementField(.detail, 11, "time")
    static let originalSerial = SettlementField(.detail, 12, "original serial")

    static let subtotalType = SettlementField(.subtotal, 2, "type")
    static let subtotalPostedCount = SettlementField(.subtotal, 3, "posted count")
    static let subtotalReversedCount = SettlementField(.subtotal, 4, "reversed count")
    static let subtotalAmount = SettlementField(.subtotal, 5, "amount")
    static let subtotalFee = SettlementField(.subtotal, 6, "fee")
    static let subtotalCommission = SettlementField(.subtotal, 7, "commission")

    static let detailCount = SettlementField(.trailer, 2, "detail count")
    static let postedCount = SettlementField(.trailer, 3, "posted count")
    static let reversedCount = SettlementField(.trailer, 4, "reversed count")
    static let totalAmount = SettlementField(.trailer, 5, "amount")
    static let totalFee = SettlementField(.trailer, 6, "fee")
    static let totalCommission = SettlementField(.trailer, 7, "commission")
    static let net = SettlementField(.trailer, 8, "net")

    static let acknowledgementVersion = SettlementField(.acknowledgement, 2, "format version")
    static let acknowledgingAgencyID = SettlementField(.acknowledgement, 3, "agency id")
    static let acknowledgingPartnerID = SettlementField(.acknowledgement, 4, "partner id")
    static let acknowledgementDate = SettlementField(.acknowledgement, 5, "date")
    static let acknowledgementNumber = SettlementField(
        .acknowledgement, 6, "acknowledgement number")
    static let acknowledgementAlgorithm = SettlementField(.acknowledgement, 7, "MAC algorithm")
    static let acknowledgementKeyID = SettlementField(.acknowledgement, 8, "key id")
    static let acknowledgementCreatedAt = SettlementField(.acknowledgement, 9, "creation time")
    static let acknowledgedName = SettlementField(.acknowledgement, 10, "acknowledged file")
    static let acknowledgedDigest = SettlementField(
        .acknowledgement, 11, "acknowledged file's SHA-256")
    static let verdict = SettlementField(.acknowledgement, 12, "verdict")
    static let fault = SettlementField(.acknowledgement, 13, "fault")

    static let itemNumber = SettlementField(.item, 2, "item number")
    static let itemLine = SettlementField(.item, 3, "line in the file")
    static let itemSerial = SettlementField(.item, 4, "serial")
    static let rejectCode = SettlementField(.item, 5, "reject code")
    static let cause = SettlementField(.item, 6, "cause")

    static let itemCount = SettlementField(.end, 2, "item count")

    /// Every field of a settlement file but the letters, in its order.
    public static let all: [SettlementField] = [
        version, agencyID, partnerID, businessDate, currency, sequence, algorithm, keyID,
        previousDigest, createdAt, ledgerRoot, ledgerSize, lineNumber, serial, partnerReference,
        type,
        accountReference, amount, fee, commission, status, time, originalSerial,
        subtotalType, subtotalPostedCount, subtotalReversedCount, subtotalAmount, subtotalFee,
        subtotalCommission, detailCount, postedCount, reversedCount, totalAmount, totalFee,
        totalCommission, net,
    ]

    /// Every field of an acknowledgement file but the letters, in its order.
    public static let ofAcknowledgement: [SettlementField] = [
        acknowledgementVersion, acknowledgingAgencyID, acknowledgingPartnerID, acknowledgementDate,
        acknowledgementNumber, acknowledgementAlgorithm, acknowledgementKeyID,
        acknowledgementCreatedAt, acknowledgedName, acknowledgedDigest, verdict, fault, itemNumber,
        itemLine, itemSerial, rejectCode, cause, itemCount,
    ]
}

extension SettlementField: CustomStringConvertible {
    /// For example `D7 amount`.
    public var description: String { "\(record.rawValue)\(position) \(name)" }
}

/// Why a field's value is refused.
public enum SettlementFieldCause: Error, Hashable, Sendable {
    case empty
    /// The limit is in characters, that is Unicode code points.
    case tooLong(limit: Int)
    case notUTF8
    case characterForbidden
    case spaceAtEdge
    case notAnInteger
    case outOfRange(ClosedRange<Int64>)
    /// An amount of zero moves nothing.
    case zero
    /// Fee and commission have the sign of the amount, or are zero.
    case contradictsSign
    /// A negative line names the line that it takes back, and a positive one names none.
    case contradictsOriginal
    case codeUnknown
    case currencyMalformed
    case dateInvalid
    case timeInvalid
    case digestMalformed
    /// A card is named by twelve asterisks and four digits, and by nothing else.
    case cardNotMasked
    /// The first file, and no other, has 64 zeros for the previous file's digest.
    case contradictsSequence
    /// A fault belongs to a file that is rejected, and items to one that is accepted in part.
    case contradictsVerdict
}

extension SettlementFieldCause: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty: "must not be empty"
        case .tooLong(let limit): "longer than \(limit) characters"
        case .notUTF8: "not UTF-8"
        case .characterForbidden: "has a forbidden character"
        case .spaceAtEdge: "begins or ends with a space"
        case .notAnInteger: "not a plain decimal integer"
        case .outOfRange(let range): "outside \(range.lowerBound) to \(range.upperBound)"
        case .zero: "must not be 0"
        case .contradictsSign: "has not the sign of the amount"
        case .contradictsOriginal: "belongs to a negative amount and to no other"
        case .codeUnknown: "not a known code"
        case .currencyMalformed: "not three capital letters"
        case .dateInvalid: "not a date YYYY-MM-DD of the years 2000 to 9999"
        case .timeInvalid: "not a time YYYY-MM-DDThh:mm:ss+08:00 of the years 2000 to 9999"
        case .digestMalformed: "not 64 lower-case hexadecimal digits"
        case .cardNotMasked: "not twelve asterisks and four digits"
        case .contradictsSequence: "64 zeros belong to file number 1 and to no other"
        case .contradictsVerdict: "does not go with the verdict"
        }
    }
}
