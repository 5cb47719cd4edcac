/// Reads a stream as an ESC/POS printer does: commands with their arguments, and text.
struct PrinterModel {
    enum Event: Equatable {
        case command([UInt8])
        case lineFeed
        case code([UInt8])
    }

    private(set) var events: [Event] = []
    /// The bytes of each line, without commands.
    private(set) var lines: [[UInt8]] = []
    /// Bytes that no printer of the profile understands.
    private(set) var strays: [UInt8] = []

    init(_ bytes: [UInt8]) {
        var line: [UInt8] = []
        var index = 0
        func argument(_ offset: Int) -> UInt8 {
            index + offset < bytes.count ? bytes[index + offset] : 0
        }
        while index < bytes.count {
            switch (bytes[index], argument(1)) {
            case (0x0A, _):
                events.append(.lineFeed)
                lines.append(line)
                line = []
                index += 1
            case (0x1B, 0x40), (0x1C, 0x26): index = take(2, bytes, index)
            case (0x1B, 0x61), (0x1B, 0x45), (0x1B, 0x64), (0x1D, 0x21), (0x1C, 0x21):
                index = take(3, bytes, index)
            case (0x1D, 0x56): index = take(4, bytes, index)
            case (0x1D, 0x28):
                let count = Int(argument(3)) + 256 * Int(argument(4))
                if argument(6) == 0x50 {
                    events.append(.code(Array(bytes[(index + 8)..<(index + 5 + count)])))
                    index += 5 + count
                } else {
                    index = take(5 + count, bytes, index)
                }
            case (0x00...0x1F, _), (0x7F, _):
                strays.append(bytes[index])
                index += 1
            case (0x81...0xFE, 0x30...0x39):
                line += [bytes[index], argument(1), argument(2), argument(3)]
                index += 4
            case (0x81...0xFE, 0x40...0xFE):
                line += [bytes[index], argument(1)]
                index += 2
            case (0x20...0x7E, _):
                line.append(bytes[index])
                index += 1
            case _:
                strays.append(bytes[index])
                index += 1
            }
        }
        if !line.isEmpty { strays += line }
    }

    /// The columns of a line: a character of one byte takes one, any other two.
    static func columns(_ line: [UInt8]) -> Int {
        var columns = 0
        var index = 0
        while index < line.count {
            let isASCII = line[index] < 0x80
            let isLong = !isASCII && index + 1 < line.count && line[index + 1] < 0x40
            columns += isASCII ? 1 : 2
            index += isASCII ? 1 : isLong ? 4 : 2
        }
        return columns
    }

    private mutating func take(_ count: Int, _ bytes: [UInt8], _ index: Int) -> Int {
        let end = min(index + count, bytes.count)
        events.append(.command(Array(bytes[index..<end])))
        return end
    }
}
