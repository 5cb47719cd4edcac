import CivilTime
import Cryptography

/// The first line of a settlement file: whose it is, for which day, and under which key.
public struct SettlementHeader: Hashable, Sendable {
    /// The version of the format that this module writes and reads.
    public static let version = "APS1"
    /// The only MAC algorithm of this version.
    public static let algorithm = "HMAC-SHA256"
    /// The file sequence numbers, six digits in a file's name.
    public static let allowedSequences: ClosedRange<Int64> = 1...999_999
    /// The sizes of a ledger, in entries.
    public static let allowedLedgerSizes: ClosedRange<Int64> = 0...999_999_999_999_999

    public var agencyID: SettlementIdentifier
    public var partnerID: SettlementIdentifier
    public var businessDate: BusinessDate
    /// Three capital letters of ISO 4217; amounts are in its hundredth, the fen of CNY.
    public var currency: String
    /// Counts the files from this agency to this partner from 1, over all days.
    public var sequence: Int
    public var keyID: SettlementIdentifier
    /// SHA-256 of the exact bytes of the file before this one; zero for the first.
    public var previousDigest: SHA256Digest
    /// Written in whole seconds; what is below a second is cut off.
    public var createdAt: Instant
    /// The root of the Merkle tree over the agency's journal at the close of the day.
    public var ledgerRoot: SHA256Digest
    /// How many entries that tree has.
    public var ledgerSize: Int64

    public init(
        agencyID: SettlementIdentifier, partnerID: SettlementIdentifier,
        businessDate: BusinessDate, currency: String = "CNY", sequence: Int,
        keyID: SettlementIdentifier, previousDigest: SHA256Digest, createdAt: Instant,
        ledgerRoot: SHA256Digest, ledgerSize: Int64
    ) {
        self.agencyID = agencyID
        self.partnerID = partnerID
        self.businessDate = businessDate
        self.currency = currency
        self.sequence = sequence
        self.keyID = keyID
        self.previousDigest = previousDigest
        self.createdAt = createdAt
        self.ledgerRoot = ledgerRoot
        self.ledgerSize = ledgerSize
    }

    /// Which key the header asks for.
    public var keyReference: SettlementKeyReference {
        SettlementKeyReference(agencyID: agencyID, partnerID: partnerID, keyID: keyID)
    }
}

/// Names one key of one partner; a partner's key never vouches for another partner's file.
public struct SettlementKeyReference: Hashable, Sendable {
    public let agencyID: SettlementIdentifier
    public let partnerID: SettlementIdentifier
    public let keyID: SettlementIdentifier

    public init(
        agencyID: SettlementIdentifier, partnerID: SettlementIdentifier,
        keyID: SettlementIdentifier
    ) {
        self.agencyID = agencyID
        self.partnerID = partnerID
        self.keyID = keyID
    }
}

extension SettlementHeader {
    /// Refuses what the line could not carry; the other parts are valid by their types.
    func check() throws(SettlementError) {
        func refusal(
            _ field: SettlementField, _ value: String, _ cause: SettlementFieldCause
        ) -> SettlementError {
            .fieldInvalid(
                line: 1, field: field, value: SafeText.of(value.utf8, field: field), cause: cause)
        }
        guard FieldGrammar.isWritable(businessDate) else {
            throw refusal(.businessDate, "\(businessDate)", .dateInvalid)
        }
        guard FieldGrammar.isCurrency(currency.utf8) else {
            throw refusal(.currency, currency, .currencyMalformed)
        }
        guard Self.allowedSequences.contains(Int64(sequence)) else {
            throw refusal(.sequence, "\(sequence)", .outOfRange(Self.allowedSequences))
        }
        guard Self.allowedLedgerSizes.contains(ledgerSize) else {
            throw refusal(.ledgerSize, "\(ledgerSize)", .outOfRange(Self.allowedLedgerSizes))
        }
        guard (sequence == 1) == (previousDigest == .zero) else {
            throw refusal(.previousDigest, previousDigest.hex, .contradictsSequence)
        }
        guard FieldGrammar.isWritable(createdAt) else {
            throw refusal(.createdAt, "\(createdAt.millisecondsSinceEpoch)", .timeInvalid)
        }
    }

    /// Takes the first line apart: the version first, since it says what the other fields are.
    static func recordLine(_ bytes: ArraySlice<UInt8>) throws(SettlementError) -> RecordLine {
        let line = try RecordLine(bytes, number: 1, expected: [.header])
        guard line.holds(version, in: .version) else {
            throw .versionUnsupported(value: SafeText.of(line.bytes(.version)))
        }
        try line.checkFieldCount()
        guard line.holds(algorithm, in: .algorithm) else {
            throw .algorithmUnsupported(value: SafeText.of(line.bytes(.algorithm)))
        }
        return line
    }

    init(_ line: RecordLine) throws(SettlementError) {
        agencyID = try line.identifier(.agencyID)
        partnerID = try line.identifier(.partnerID)
        businessDate = try line.value(.businessDate, FieldGrammar.date)
        currency = try line.value(.currency, FieldGrammar.currency)
        sequence = try Int(line.integer(.sequence, in: Self.allowedSequences))
        keyID = try line.identifier(.keyID)
        previousDigest = try line.value(.previousDigest, FieldGrammar.digest)
        createdAt = try line.value(.createdAt, FieldGrammar.time)
        ledgerRoot = try line.value(.ledgerRoot, FieldGrammar.digest)
        ledgerSize = try line.integer(.ledgerSize, in: Self.allowedLedgerSizes)
        try check()
    }
}
