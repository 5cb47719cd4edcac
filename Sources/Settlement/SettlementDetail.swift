import CivilTime

/// One transaction of the day, as a detail line carries it.
public struct SettlementDetail: Hashable, Sendable {
    /// The amounts of a line in fen: up to just under a milliard yuan either way, and never zero.
    ///
    /// The fee and the commission lie in the same range; they may be zero, and otherwise have the
    /// amount's sign.
    public static let allowedAmountsFen: ClosedRange<Int64> = -99_999_999_999...99_999_999_999
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
    ///
    /// Negative in a void or refund, which takes back what ``originalSerial`` names.
    public var amountFen: Int64
    /// What the customer paid the agency for its service, on top of the amount.
    public var feeFen: Int64
    /// What the partner owes the agency for this transaction.
    public var commissionFen: Int64
    public var status: SettlementStatus
    /// Written in whole seconds; what is below a second is cut off.
    public var time: Instant
    /// The serial of the line that a negative line takes back, in this file or an earlier one.
    public var originalSerial: SettlementIdentifier?

    public init(
        serial: SettlementIdentifier, partnerReference: String = "", type: SettlementType,
        accountReference: String, amountFen: Int64, feeFen: Int64 = 0, commissionFen: Int64,
        status: SettlementStatus = .posted, time: Instant,
        originalSerial: SettlementIdentifier? = nil
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
        self.originalSerial = originalSerial
    }

    /// Whether the line takes another one back, as a void or a refund does.
    public var isCorrection: Bool { amountFen < 0 }

    /// What stands in place of a card's number but its last four digits.
    public static let cardMask = FieldGrammar.cardMask

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
        try check(.amount, amountFen, refusal)
        guard amountFen != 0 else { throw refusal(.amount, "0", .zero) }
        try check(.fee, feeFen, refusal)
        try check(.commission, commissionFen, refusal)
        guard FieldGrammar.isWritable(time) else {
            throw refusal(.time, "\(time.millisecondsSinceEpoch)", .timeInvalid)
        }
        guard isCorrection == (originalSerial != nil) else {
            throw refusal(.originalSerial, originalSerial?.text ?? "", .contradictsOriginal)
        }
    }

    private func check(
        _ field: SettlementField, _ valueFen: Int64,
        _ refusal: (SettlementField, String, SettlementFieldCause) -> SettlementError
    ) throws(SettlementError) {
        guard Self.allowedAmountsFen.contains(valueFen) else {
            throw refusal(field, "\(valueFen)", .outOfRange(Self.allowedAmountsFen))
        }
        guard Self.hasSign(of: amountFen, valueFen) else {
            throw refusal(field, "\(valueFen)", .contradictsSign)
        }
    }

    /// Whether a part of the line is zero or points the same way as its amount.
    private static func hasSign(of amountFen: Int64, _ partFen: Int64) -> Bool {
        partFen == 0 || (partFen < 0) == (amountFen < 0)
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
        let amountFen = try Self.amount(.amount, of: line) { $0 == 0 ? .zero : nil }
        self.amountFen = amountFen
        let signFault = { (partFen: Int64) -> SettlementFieldCause? in
            Self.hasSign(of: amountFen, partFen) ? nil : .contradictsSign
        }
        feeFen = try Self.amount(.fee, of: line, fault: signFault)
        commissionFen = try Self.amount(.commission, of: line, fault: signFault)
        status = try line.code(.status)
        time = try line.value(.time, FieldGrammar.time)
        originalSerial = try line.value(.originalSerial) {
            bytes throws(SettlementFieldCause) in
            guard bytes.isEmpty == (amountFen > 0) else { throw .contradictsOriginal }
            if bytes.isEmpty { return nil }
            return try FieldGrammar.identifier(bytes)
        }
    }

    private static func amount(
        _ field: SettlementField, of line: RecordLine, fault: (Int64) -> SettlementFieldCause?
    ) throws(SettlementError) -> Int64 {
        try line.value(field) { bytes throws(SettlementFieldCause) in
            let valueFen = try FieldGrammar.integer(bytes, in: allowedAmountsFen)
            if let cause = fault(valueFen) { throw cause }
            return valueFen
        }
    }
}
