/// Pseudo-random numbers (xoshiro256**) that depend on seed and stream alone, on every machine.
///
/// The standard library's own ways to draw from a range may change between versions; fixtures
/// must not, so the drawing is done here. Never for secrets of a real network.
struct SeededGenerator {
    /// What is drawn; each file has its own stream, so that one does not shift the others.
    enum Stream: UInt64 {
        case network = 1
        case staff = 2
        case credentials = 3
        case bills = 4
        case trips = 5
        case prizes = 6
    }

    private var state: (UInt64, UInt64, UInt64, UInt64)

    init(seed: UInt64, stream: Stream) {
        // SplitMix64 spreads a small seed over the whole state, as the authors advise.
        var mixer = seed ^ (stream.rawValue &* 0xD6E8_FEB8_6659_FD93)
        func next() -> UInt64 {
            mixer &+= 0x9E37_79B9_7F4A_7C15
            var mixed = mixer
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
        state = (next(), next(), next(), next())
    }

    mutating func next() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }

    /// A number from 0 up to, but not including, a bound above 0.
    mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "nothing lies below the bound")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A number in a closed range.
    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// One of several elements.
    mutating func element<Element>(of elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    /// Random bytes in lower-case hexadecimal.
    mutating func hexadecimal(bytes count: Int) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = (0..<count * 2).map { _ in element(of: digits) }
        return String(decoding: text, as: UTF8.self)
    }
}
