import Cryptography

/// A document by which an operator knows a person; its number is never stored.
public struct IdentityDocument: Sendable, Equatable {
    /// The documents that are accepted.
    public enum Kind: String, CaseIterable, Sendable {
        /// 居民身份证.
        case residentCard = "resident_card"
        /// 港澳台居民居住证, numbered as resident cards are.
        case residencePermit = "residence_permit"
        case passport
    }

    /// The length of any number, in characters.
    public static let numberLengths = 5...20

    public let kind: Kind
    /// Goes to a principal that wants it, and is kept nowhere.
    let number: String

    /// Makes a document, or nothing when its kind has no such number.
    ///
    /// A resident's number has 17 digits and a check character (GB 11643, ISO 7064 mod 11-2).
    public init?(kind: Kind, number: String) {
        guard Self.isValid(number, kind) else { return nil }
        self.kind = kind
        self.number = number
    }

    var lastFour: String { String(number.suffix(4)) }

    /// The number's digest under the book's key: numbers are few enough to guess without one.
    func digest(key: SymmetricKey) -> String {
        keyedDigest("identity", kind.rawValue + "/" + number, key: key)
    }

    private static func isValid(_ number: String, _ kind: Kind) -> Bool {
        let characters = Array(number.utf8)
        guard numberLengths.contains(characters.count) else { return false }
        switch kind {
        case .residentCard, .residencePermit: return isResidentNumber(characters)
        case .passport:
            return characters.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
            }
        }
    }

    private static func isResidentNumber(_ characters: [UInt8]) -> Bool {
        guard characters.count == 18,
            characters.dropLast().allSatisfy({ (0x30...0x39).contains($0) })
        else { return false }
        let sum = zip(characters, weights).reduce(0) { $0 + Int($1.0 - 0x30) * $1.1 }
        return characters[17] == checkCharacters[sum % 11]
    }

    private static let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    private static let checkCharacters = Array("10X98765432".utf8)
}

/// Whose document was checked.
enum CheckedPerson: String, Sendable {
    /// The holder of the card that is drawn on.
    case holder
    /// Who comes for the holder (代办).
    case agent
    /// Who pays in for another's account.
    case payer
}

/// A person's name as a counter may show it: the first character, the rest covered.
func masked(name: String) -> String {
    String(name.prefix(1)) + String(repeating: "*", count: max(1, name.count - 1))
}

/// The last four characters of a number as a counter may show it; nothing of a shorter one.
func masked(number: String) -> String {
    number.count > 4 ? "*" + number.suffix(4) : "****"
}

/// A digest under the book's key, apart for each purpose, so that none can be found from another's.
func keyedDigest(_ purpose: String, _ value: String, key: SymmetricKey) -> String {
    HMACSHA256.authenticate([UInt8]("\(purpose)/\(value)".utf8), key: key).hex
}

extension AgencySession {
    /// Records who was known by which document, and by which operator.
    func recordIdentityCheck(
        _ document: IdentityDocument, of person: CheckedPerson, serial: Int64, by shift: Shift
    ) throws {
        try connection.prepare(
            """
            INSERT INTO identity_check (serial, person, document_type, number_last_four,
                number_digest, checked_by)
            VALUES ($1, $2, $3, $4, $5, $6)
            """
        ).run(
            .integer(serial), .text(person.rawValue), .text(document.kind.rawValue),
            .text(document.lastFour), .text(document.digest(key: cardKey)),
            .integer(shift.staff.number))
    }

    static let identityNotChecked = Refusal(
        .identityNotChecked,
        "check the customer's identity document, then send its type and number",
        zh: "请先核对客户身份证件，再录入证件类型和号码", field: "/identity")
}
