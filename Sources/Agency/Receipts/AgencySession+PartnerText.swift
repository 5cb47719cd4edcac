extension AgencySession {
    /// The most characters of a partner's reference that are kept.
    private static let maximumReferenceLength = 32

    /// A partner's reference as a settlement file can carry it: printable ASCII but for blank and `|`.
    ///
    /// A foreign text must not keep a day's file from being written.
    static func carried(_ reference: String) -> String {
        let bytes = reference.utf8.filter { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "|") }
        return String(decoding: bytes.prefix(maximumReferenceLength), as: UTF8.self)
    }

    /// The same in Chinese where it is one of ours; a partner's own words stay as it wrote them.
    static func toldInChinese(_ reason: String) -> String {
        SandboxPartner.Reason(rawValue: reason)?.chinese ?? told(reason)
    }

    /// A partner's reason as an operator is told it: letters and blanks, no numbers that might be a card's.
    static func told(_ reason: String) -> String {
        let characters = reason.unicodeScalars.filter {
            $0.properties.isAlphabetic || $0 == " "
        }
        return String(String.UnicodeScalarView(characters.prefix(80)))
    }
}
