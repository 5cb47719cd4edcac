extension FieldGrammar {
    /// Why a partner's reference cannot be written, or nothing; it may be empty.
    static func fault(partnerReference text: String) -> SettlementFieldCause? {
        fault(text, limit: SettlementDetail.maximumPartnerReferenceCharacterCount)
    }

    /// Why a serial of a foreign table is refused, or nothing; it may be empty or mangled.
    static func fault(serial text: String) -> SettlementFieldCause? {
        fault(text, limit: MatchLimits.maximumSerialCharacterCount)
    }

    /// Why an account reference cannot be written, or nothing.
    static func fault(
        accountReference text: String, type: SettlementType
    ) -> SettlementFieldCause? {
        guard !text.isEmpty else { return .empty }
        let limit = SettlementDetail.maximumAccountReferenceCharacterCount
        if let cause = fault(text, limit: limit) { return cause }
        switch type {
        case .billPayment, .ticketSale, .stockSale, .prizePayment, .adjustment: return nil
        case .withdrawal: return isMaskedCard(text.utf8) ? nil : .cardNotMasked
        case .remittance, .transfer:
            // An account or a card; what looks like a mask has to be the whole of it.
            let isAccount = !text.utf8.contains(Ascii.asterisk)
            return isAccount || isMaskedCard(text.utf8) ? nil : .cardNotMasked
        }
    }

    /// Why a text of at most so many characters cannot be written, or nothing; it may be empty.
    static func fault(_ text: String, limit: Int) -> SettlementFieldCause? {
        // Counted first and in code points, so that an endless text is not searched to its end.
        guard text.utf8.count <= limit * 4, text.unicodeScalars.count <= limit else {
            return .tooLong(limit: limit)
        }
        guard !text.unicodeScalars.contains(where: isForbidden) else { return .characterForbidden }
        guard text.utf8.first != Ascii.space, text.utf8.last != Ascii.space else {
            return .spaceAtEdge
        }
        return nil
    }

    private static func isMaskedCard(_ text: String.UTF8View) -> Bool {
        text.count == cardMask.utf8.count + 4 && text.starts(with: cardMask.utf8)
            && text.suffix(4).allSatisfy(isDigit)
    }

    /// The separator, controls, line breaks, and marks that change the order of what is shown.
    static func isForbidden(_ character: Unicode.Scalar) -> Bool {
        switch character.value {
        case 0x00...0x1F, 0x7C, 0x7F...0x9F: true
        case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
        case 0xFDD0...0xFDEF, 0xFFF9...0xFFFB: true
        // The last two code points of each plane are not characters.
        case let value: value & 0xFFFE == 0xFFFE
        }
    }
}

/// Texts from a file made safe for an error or a log.
public enum SafeText {
    /// The most characters of a foreign text that an error repeats.
    static let maximumCharacterCount = 64
    /// The shortest run of digits that could be a card number.
    static let minimumCardDigitCount = 13

    /// Cuts a text, strips what could disturb a terminal, and masks what may be a card number.
    ///
    /// - Parameter field: Where the text stood; an account reference is not repeated at all.
    public static func of(
        _ bytes: some Collection<UInt8>, field: SettlementField? = nil
    ) -> String {
        if field == .accountReference { return "(\(bytes.count) bytes withheld)" }
        // Masked before it is cut, since a cut could leave twelve digits of sixteen.
        let masked = maskingCards(Array(bytes.prefix(maximumCharacterCount * 4)))
        var text = ""
        for character in String(decoding: masked, as: UTF8.self).unicodeScalars
            .prefix(maximumCharacterCount)
        {
            text.unicodeScalars.append(FieldGrammar.isForbidden(character) ? "?" : character)
        }
        return text
    }

    private static func maskingCards(_ bytes: [UInt8]) -> [UInt8] {
        var masked = bytes
        var start = 0
        while start < bytes.count {
            let run = bytes[start...].prefix(while: FieldGrammar.isDigit)
            if run.count >= minimumCardDigitCount {
                for index in run.dropLast(4).indices { masked[index] = 0x2A }
            }
            start = run.endIndex + 1
        }
        return masked
    }
}
