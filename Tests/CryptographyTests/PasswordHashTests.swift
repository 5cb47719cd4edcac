import Testing

@testable import Cryptography

@Suite struct PasswordHashTests {
    /// Cheap on purpose; the default cost is tried once below.
    static func cheapCost() throws -> ScryptCost {
        try ScryptCost(iterations: 16, blockSize: 1, parallelization: 1)
    }

    struct Vector: Sendable, CustomTestStringConvertible {
        let secret: String
        let salt: String
        let numbers: (Int, Int, Int)
        let hex: String
        var testDescription: String { "N = \(numbers.0)" }
    }

    /// RFC 7914, section 12; its fourth vector needs a gibibyte and is left out.
    static let vectors = [
        Vector(
            secret: "", salt: "", numbers: (16, 1, 1),
            hex: "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"),
        Vector(
            secret: "password", salt: "NaCl", numbers: (1_024, 8, 16),
            hex: "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"),
        Vector(
            secret: "pleaseletmein", salt: "SodiumChloride", numbers: (16_384, 8, 1),
            hex: "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"),
    ]

    @Test("published secrets have their published keys", arguments: vectors)
    func published(vector: Vector) throws {
        let (iterations, blockSize, parallelization) = vector.numbers
        let cost = try ScryptCost(
            iterations: iterations, blockSize: blockSize, parallelization: parallelization)
        let derived = deriveScrypt(
            vector.secret, salt: Array(vector.salt.utf8), cost: cost, byteCount: 64)
        #expect(Hexadecimal.encode(derived) == vector.hex)
    }

    @Test("a stored hash knows its secret and no other") func verify() throws {
        let stored = try PasswordHash.make("246810", cost: Self.cheapCost()).text
        let hash = try PasswordHash(stored)
        #expect(hash.verify("246810"))
        let others = [
            "246811", "24681", "2468100", "", " 246810", String(repeating: "1", count: 1_025),
        ]
        for other in others { #expect(!hash.verify(other)) }
        #expect(hash.text == stored)
    }

    @Test("the default cost is the documented one") func defaultCost() throws {
        let hash = try PasswordHash.make("246810")
        #expect(hash.text.hasPrefix("scrypt$16384$8$1$"))
        #expect(hash.verify("246810"))
        #expect(!hash.verify("135790"))
    }

    @Test("the same secret never has the same hash twice") func salted() throws {
        let cost = try Self.cheapCost()
        let first = try PasswordHash.make("1", cost: cost)
        let second = try PasswordHash.make("1", cost: cost)
        #expect(first.salt != second.salt)
        #expect(first.hash != second.hash)
    }

    @Test("secrets outside the limits are refused", arguments: [0, 1_025])
    func secretLength(byteCount: Int) throws {
        let cost = try Self.cheapCost()
        #expect(
            throws: CryptographyError.secretLengthInvalid(byteCount: byteCount, allowed: 1...1_024)
        ) { try PasswordHash.make(String(repeating: "1", count: byteCount), cost: cost) }
    }

    static let salt = String(repeating: "5a", count: 16)
    static let hash = String(repeating: "00", count: 32)

    @Test(
        "text of any other form is refused by the part that is wrong",
        arguments: [
            ("", "field count"),
            ("scrypt$16$1$1$\(salt)", "field count"),
            ("scrypt$16$1$1$\(salt)$\(hash)$", "field count"),
            ("Scrypt$16$1$1$\(salt)$\(hash)", "algorithm"),
            ("scrypt$+16$1$1$\(salt)$\(hash)", "N"),
            ("scrypt$16$01$1$\(salt)$\(hash)", "r"),
            ("scrypt$16$1$$\(salt)$\(hash)", "p"),
            ("scrypt$16$1$99999999999999999999$\(salt)$\(hash)", "p"),
            ("scrypt$16$1$1$\(salt)0$\(hash)", "salt"),
            ("scrypt$16$1$1$00000000000000$\(hash)", "salt"),
            ("scrypt$16$1$1$\(salt)$\(hash)00", "hash"),
            ("scrypt$16$1$1$\(salt)$\(hash.dropLast())g", "hash"),
            (String(repeating: "$", count: 257), "length"),
        ])
    func malformed(text: String, field: String) {
        #expect(throws: CryptographyError.passwordHashMalformed(field: field)) {
            try PasswordHash(text)
        }
    }

    @Test(
        "a cost that could stop the server is refused",
        arguments: [
            ("0$1$1", "N", 0), ("1$1$1", "N", 1), ("15$1$1", "N", 15),
            ("2097152$1$1", "N", 2_097_152), ("-16$1$1", "N", -16),
            ("16$0$1", "r", 0), ("16$33$1", "r", 33), ("16$1$0", "p", 0), ("16$1$17", "p", 17),
            ("131072$8$1", "memory", 134_217_728), ("65536$8$3", "work", 1_572_864),
        ])
    func costly(numbers: String, field: String, value: Int) {
        #expect(throws: CryptographyError.passwordCostOutOfBounds(field: field, value: value)) {
            try PasswordHash("scrypt$\(numbers)$\(Self.salt)$\(Self.hash)")
        }
    }

    @Test("the dearest allowed cost can be computed") func dearest() throws {
        let cost = try ScryptCost(iterations: 65_536, blockSize: 8, parallelization: 1)
        #expect(deriveScrypt("1", salt: [1], cost: cost, byteCount: 32).count == 32)
    }

    @Test("nothing prints the salt or the hash") func secrecy() throws {
        let hash = try PasswordHash("scrypt$16$1$1$\(Self.salt)$\(Self.hash)")
        var dumped = ""
        dump(hash, to: &dumped)
        for text in ["\(hash)", String(reflecting: hash), dumped] {
            #expect(!text.contains("5a5a") && !text.contains("90, 90"))
        }
    }
}
