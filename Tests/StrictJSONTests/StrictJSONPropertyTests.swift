import Testing

@testable import StrictJSON

@Suite("For all JSON texts")
struct StrictJSONPropertyTests {
    static let rounds = 3_000

    @Test(
        "what is written is read back unchanged, and written again to the same bytes",
        arguments: SeededNumbers.seeds(for: "round trip"))
    func roundTrip(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<Self.rounds {
            let value = Self.value(depth: 0, &numbers)
            var writer = JSONWriter()
            writer.value(value)
            let parsed = try StrictJSONParser.parse(writer.bytes)
            #expect(parsed == value)
            var again = JSONWriter()
            again.value(parsed)
            #expect(again.bytes == writer.bytes)
        }
    }

    @Test(
        "bytes at random are refused inside the text, or read and written without loss",
        arguments: SeededNumbers.seeds(for: "random bytes"))
    func randomBytes(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let alphabet = Array(#"{}[]",:\u0019eE+-. tfn/ad8"#.utf8) + [0x00, 0x80, 0xC3, 0xE6, 0xED]
        for _ in 0..<Self.rounds * 10 {
            let length = Int.random(in: 0...24, using: &numbers)
            let bytes = (0..<length).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &numbers)]
            }
            try Self.check(bytes)
        }
    }

    @Test(
        "a good text with a few bytes changed, added or cut is refused or read without loss",
        arguments: SeededNumbers.seeds(for: "mutations"))
    func mutations(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<Self.rounds {
            var writer = JSONWriter()
            writer.value(Self.value(depth: 0, &numbers))
            var bytes = writer.bytes
            for _ in 0..<Int.random(in: 1...3, using: &numbers) where !bytes.isEmpty {
                let position = Int.random(in: 0..<bytes.count, using: &numbers)
                let byte = UInt8.random(in: .min ... .max, using: &numbers)
                switch Int.random(in: 0...3, using: &numbers) {
                case 0: bytes[position] = byte
                case 1: bytes.insert(byte, at: position)
                case 2: bytes.remove(at: position)
                case _: bytes.removeSubrange(position...)
                }
            }
            try Self.check(bytes)
        }
    }

    /// Parses; an error must point inside the text, and a value must survive a round trip.
    private static func check(_ bytes: [UInt8]) throws {
        do throws(JSONError) {
            let value = try StrictJSONParser.parse(bytes)
            var writer = JSONWriter()
            writer.value(value)
            #expect(try StrictJSONParser.parse(writer.bytes) == value)
        } catch {
            #expect((0...bytes.count).contains(error.offset), "\(bytes)")
            #expect(error.message.unicodeScalars.allSatisfy { !$0.breaksLine }, "\(bytes)")
        }
    }

    private static func value(depth: Int, _ numbers: inout SeededNumbers) -> JSONValue {
        let kinds = depth < 4 ? 0...6 : 2...6
        switch Int.random(in: kinds, using: &numbers) {
        case 0:
            let count = Int.random(in: 0...5, using: &numbers)
            var members: [JSONMember] = []
            for index in 0..<count {
                let name = "\(index)" + string(&numbers)
                members.append(JSONMember(name: name, value: value(depth: depth + 1, &numbers)))
            }
            return .object(members)
        case 1:
            let count = Int.random(in: 0...5, using: &numbers)
            return .array((0..<count).map { _ in value(depth: depth + 1, &numbers) })
        case 2: return .integer(Int64(truncatingIfNeeded: numbers.next()))
        case 3: return .integer(Int64.random(in: -100...100, using: &numbers))
        case 4: return .bool(Bool.random(using: &numbers))
        case 5: return .null
        case _: return .string(string(&numbers))
        }
    }

    private static func string(_ numbers: inout SeededNumbers) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...8, using: &numbers) {
            // Each length of UTF-8 comes up about as often as the others.
            let bits = UInt32.random(in: 7...21, using: &numbers)
            let value = UInt32.random(in: 0..<(1 << bits), using: &numbers)
            if let scalar = Unicode.Scalar(value) { text.append(scalar) }
        }
        return String(text)
    }
}
