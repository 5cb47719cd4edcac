import CivilTime

extension FieldGrammar {
    /// The offset of every time in a file.
    static let zone = ZoneOffset.china

    static func date(_ bytes: ArraySlice<UInt8>) throws(SettlementFieldCause) -> BusinessDate {
        guard let date = BusinessDate(String(decoding: bytes, as: UTF8.self)), isWritable(date)
        else { throw .dateInvalid }
        return date
    }

    /// A time as `2026-11-21T09:05:07+08:00`, in whole seconds and this offset only.
    static func time(_ bytes: ArraySlice<UInt8>) throws(SettlementFieldCause) -> Instant {
        let start = bytes.startIndex
        guard bytes.count == timePattern.count else { throw .timeInvalid }
        for (index, expected) in timePattern.enumerated() {
            let byte = bytes[start + index]
            guard expected == Ascii.zero ? isDigit(byte) : byte == expected else {
                throw .timeInvalid
            }
        }
        func number(_ positions: Range<Int>) -> Int {
            positions.reduce(0) { $0 * 10 + Int(bytes[start + $1] - Ascii.zero) }
        }
        let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
        guard hour < 24, minute < 60, second < 60,
            let date = BusinessDate(year: number(0..<4), month: number(5..<7), day: number(8..<10)),
            isWritable(date), bytes.suffix(offset.count).elementsEqual(offset)
        else { throw .timeInvalid }
        let milliseconds = Int64((hour * 60 + minute) * 60 + second) * 1_000
        return zone.midnight(startOf: date).adding(milliseconds: milliseconds)
    }

    // A zero stands for any digit.
    private static let timePattern = Array("0000-00-00T00:00:00+00:00".utf8)
    private static let offset = Array("+08:00".utf8)
}
