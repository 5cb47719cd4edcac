import Cryptography
import Testing

@testable import Agency

@Suite struct IdentityDocumentTests {
    @Test(
        "a number is taken only if its kind of document can have it",
        arguments: [
            (IdentityDocument.Kind.residentCard, "990001199001010013", true),
            (.residentCard, "990001198805050024", true),
            (.residentCard, "990001199001010014", false),
            (.residentCard, "990001199001010031", false),
            (.residentCard, "99000119900101001", false),
            (.residentCard, "9900011990010100133", false),
            (.residentCard, "99000119900101001x", false),
            (.residentCard, "", false),
            (.residencePermit, "990001197503030031", true),
            (.residencePermit, "990001197503030032", false),
            (.passport, "E12345678", true), (.passport, "12345", true),
            (.passport, "e12345678", false), (.passport, "E1234", true),
            (.passport, "E123", false), (.passport, "护照12345678", false),
            (.passport, "E12345678901234567890", false),
        ])
    func number(_ kind: IdentityDocument.Kind, _ number: String, _ isValid: Bool) {
        #expect((IdentityDocument(kind: kind, number: number) != nil) == isValid)
    }

    // ISO 7064: each single wrong digit, and each two neighbours exchanged, is found.
    @Test("a wrong digit or two exchanged ones never pass") func checkCharacter() {
        let right = Array("990001199001010013")
        for place in 0..<17 {
            for digit in "0123456789" where digit != right[place] {
                var wrong = right
                wrong[place] = digit
                #expect(IdentityDocument(kind: .residentCard, number: String(wrong)) == nil)
            }
        }
        for place in 0..<16 where right[place] != right[place + 1] {
            var wrong = right
            wrong.swapAt(place, place + 1)
            #expect(IdentityDocument(kind: .residentCard, number: String(wrong)) == nil)
        }
    }

    @Test("the same number of another kind, or under another key, has another digest")
    func digest() throws {
        let key = try SymmetricKey(bytes: [UInt8](repeating: 1, count: 32))
        let other = try SymmetricKey(bytes: [UInt8](repeating: 2, count: 32))
        let number = "990001199001010013"
        let card = try #require(IdentityDocument(kind: .residentCard, number: number))
        let permit = try #require(IdentityDocument(kind: .residencePermit, number: number))
        let digests = [
            card.digest(key: key), permit.digest(key: key), card.digest(key: other),
            keyedDigest("account", number, key: key), digestOfCard(number, key: key),
        ]
        #expect(Set(digests).count == digests.count)
    }
}
