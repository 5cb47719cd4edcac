/// Changes of a settlement file by chance.
struct Mutation {
    private let bytes: [UInt8]
    private let lines: [[UInt8]]
    private let fields: [[[UInt8]]]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        lines = bytes.split(separator: 0x0A).map { Array($0) + [0x0A] }
        fields = bytes.split(separator: 0x0A).map {
            $0.split(separator: 0x7C, omittingEmptySubsequences: false).map(Array.init)
        }
    }

    /// Changes as a line, a disk or a careless hand makes them: of bits, bytes and lines.
    func any(_ random: inout SplitMix) -> [UInt8] {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: ofOneByte(&random)
        case 1: ofLines(&random)
        case _: ofNumbers(&random)
        }
    }

    /// Changes, drops, doubles or inserts a byte, flips a bit, cuts the rest off, or adds to it.
    func ofOneByte(_ random: inout SplitMix) -> [UInt8] {
        var mutated = bytes
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: mutated[place] ^= UInt8.random(in: 1...255, using: &random)
        case 1: mutated[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: mutated.remove(at: place)
        case 3: mutated.insert(mutated[place], at: place)
        case 4: mutated.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 5: mutated.removeSubrange(place...)
        case _: mutated += bytes[place...]
        }
        return mutated
    }

    /// Drops or doubles a line, swaps two, cuts the file, or adds a line or a carriage return.
    ///
    /// None of this gives a valid file, with whatever code: lines are numbered, each record has
    /// its place, and nothing may be missing or stand at the end.
    func ofLines(_ random: inout SplitMix) -> [UInt8] {
        var lines = lines
        let place = Int.random(in: 0..<lines.count, using: &random)
        let other = Int.random(in: 0..<lines.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: lines.remove(at: place)
        case 1: lines.insert(lines[place], at: place)
        case 2: lines.swapAt(place, other)
        case 3: return Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
        case 4: lines.append(lines[place])
        case _: lines[place].insert(0x0D, at: lines[place].count - 1)
        }
        return lines.reduce(into: []) { $0 += $1 }
    }

    /// Changes a number, type or status that a total or the file's name holds fast.
    ///
    /// None of this gives a valid file, with whatever code. A reversed line's money is in no
    /// total, and neither are serials, references and times: they stay as they are.
    func ofNumbers(_ random: inout SplitMix) -> [UInt8] {
        var lines = fields
        let place = Int.random(in: 0..<lines.count, using: &random)
        let isReversed = lines[place].contains(Array("REVERSED".utf8))
        let positions =
            switch lines[place].first {
            case [0x48]: [5, 7]
            case [0x44]: isReversed ? [2, 5, 10] : [2, 5, 7, 8, 9, 10]
            case [0x53]: [2, 3, 4, 5, 6, 7]
            case _: [2, 3, 4, 5, 6, 7, 8]
            }
        let position = positions[Int.random(in: 0..<positions.count, using: &random)] - 1
        let field = lines[place][position]
        lines[place][position] =
            switch String(decoding: field, as: UTF8.self) {
            case "POSTED": Array("REVERSED".utf8)
            case "REVERSED": Array("POSTED".utf8)
            case let word where word.first?.isLetter == true: otherType(than: word, &random)
            case _: otherNumber(than: field, &random)
            }
        return lines.reduce(into: []) { bytes, fields in
            for field in fields { bytes += field + [0x7C] }
            bytes[bytes.count - 1] = 0x0A
        }
    }

    private func otherType(than word: String, _ random: inout SplitMix) -> [UInt8] {
        let others = [
            "BILL_PAYMENT", "TICKET_SALE", "WITHDRAWAL", "STOCK_SALE", "PRIZE_PAYMENT",
            "REMITTANCE", "TRANSFER",
        ].filter { $0 != word }
        return Array(others[Int.random(in: 0..<others.count, using: &random)].utf8)
    }

    /// Another digit, one more, one less, or the other sign.
    private func otherNumber(than field: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var digits = field
        let place = Int.random(in: 0..<field.count, using: &random)
        let digit = UInt8.random(in: 0x30...0x39, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: digits[place] = digit
        case 1: digits.insert(digit, at: place)
        case 2: digits.remove(at: place)
        case _: if digits.first == 0x2D { digits.removeFirst() } else { digits.insert(0x2D, at: 0) }
        }
        return digits
    }
}
