import CivilTime

/// One transaction of the day, as a detail line carries it.
public struct SettlementDetail: Hashable, Sendable {
    /// The amounts of a line in fen: from 0.01 to just under a milliard yuan.
    public static let allowedAmountsFen: ClosedRange<Int64> = 1...99_999_999_999
    /// The fees and commissions of a line in fen.
    public static let allowedChargesFen: ClosedRange<Int64> = 0...99_999_999_999
    /// The most detail lines of a file; their sums stay below 10¹⁸ and cannot overflow.
    public static let maximumCount = 9_999_999
    /// The most characters of a partner's reference.
    public static let maximumPartnerReferenceCharacterCount = 64
    /// The most characters of an account reference.
    public static let maximumAccountReferenceCharacterCount = 32

    /// Our serial number, which the receipt shows; unique for the agency.
    public var serial: SettlementIdentifier
    /// The partner's own number of the transaction; empty when it gave none.
    public var partnerReference: String
    public var type: SettlementType
    /// The customer's number with the partner; twelve asterisks and four digits for a card.
    public var accountReference: String
    /// What the customer paid for the partner, or was paid out for it, without the fee.
    public var amountFen: Int64
    /// What the customer paid the agency for its service, on top of the amount.
    public var feeFen: Int64
    /// What the partner owes the agency for this transaction.
    public var commissionFen: Int64
    public var status: SettlementStatus
    /// Written in whole seconds; what is below a second is cut off.
    public var time: Instant

    public init(
        serial: SettlementIdentifier, partnerReference: String = "", type: SettlementType,
        accountReference: String, amountFen: Int64, feeFen: Int64 = 0, commissionFen: Int64,
        status: SettlementStatus = .posted, time: Instant
    ) {
        self.serial = serial
        self.partnerReference = partnerReference
        self.type = type
        self.accountReference = accountReference
        self.amountFen = amountFen
        self.feeFen = feeFen
        self.commissionFen = commissionFen
        self.status = status
        self.time = time
    }

    /// The account reference of a card, from the four digits that may be kept of its number.
    ///
    /// - Returns: Twelve asterisks and the digits, or nothing for other than four digits.
    public static func maskedCard(lastFour: String) -> String? {
        guard lastFour.utf8.count == 4, lastFour.utf8.allSatisfy(FieldGrammar.isDigit)
        else { return nil }
        return FieldGrammar.cardMask + lastFour
    }
}

extension SettlementDetail {
    /// Refuses what the line could not carry; the other parts are valid by their types.
    func check(line: Int) throws(SettlementError) {
        func refusal(
            _ field: SettlementField, _ value: String, _ cause: SettlementFieldCause
        ) -> SettlementError {
            .fieldInvalid(
                line: line, field: field, value: SafeText.of(value.utf8, field: field),
                cause: cause)
        }
        if let cause = FieldGrammar.fault(partnerReference: partnerReference) {
            throw refusal(.partnerReference, partnerReference, cause)
        }
        if let cause = FieldGrammar.fault(accountReference: accountReference, type: type) {
            throw refusal(.accountReference, accountReference, cause)
        }
        guard Self.allowedAmountsFen.contains(amountFen) else {
            throw refusal(.amount, "\(amountFen)", .outOfRange(Self.allowedAmountsFen))
        }
        guard Self.allowedChargesFen.contains(feeFen) else {
            throw refusal(.fee, "\(feeFen)", .outOfRange(Self.allowedChargesFen))
        }
        guard Self.allowedChargesFen.contains(commissionFen) else {
            throw refusal(.commission, "\(commissionFen)", .outOfRange(Self.allowedChargesFen))
        }
        guard FieldGrammar.isWritable(time) else {
            throw refusal(.time, "\(time.millisecondsSinceEpoch)", .timeInvalid)
        }
    }

    init(_ line: RecordLine) throws(SettlementError) {
        serial = try line.identifier(.serial)
        partnerReference = try line.value(.partnerReference) {
            bytes throws(SettlementFieldCause) in
            let text = try FieldGrammar.text(bytes)
            if let cause = FieldGrammar.fault(partnerReference: text) { throw cause }
            return text
        }
        let type: SettlementType = try line.code(.type)
        self.type = type
        accountReference = try line.value(.accountReference) {
            bytes throws(SettlementFieldCause) in
            let text = try FieldGrammar.text(bytes)
            if let cause = FieldGrammar.fault(accountReference: text, type: type) { throw cause }
            return text
        }
        amountFen = try line.integer(.amount, in: Self.allowedAmountsFen)
        feeFen = try line.integer(.fee, in: Self.allowedChargesFen)
        commissionFen = try line.integer(.commission, in: Self.allowedChargesFen)
        status = try line.code(.status)
        time = try line.value(.time, FieldGrammar.time)
    }
}
