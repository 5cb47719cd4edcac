import CivilTime

/// A difference as bytes that sort as the results do: by serial, reference, class and content.
enum ResultRecord {
    private static let classes = MatchClass.allCases
    private static let bases = MatchBasis.allCases
    private static let types = SettlementType.allCases

    /// Writes a difference.
    ///
    /// - Parameter standing: For a duplicate the line that stands for it.
    static func bytes(_ difference: MatchDifference, standing: MatchLine? = nil) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        if let line = difference.ours ?? difference.theirs {
            append(line.serial, to: &bytes)
            append(line.partnerReference, to: &bytes)
        }
        bytes.append(UInt8(classes.firstIndex(of: difference.matchClass) ?? 0))
        bytes.append(UInt8((difference.basis.flatMap(bases.firstIndex) ?? -1) + 1))
        for line in [difference.ours, difference.theirs, standing] {
            bytes.append(line == nil ? 0 : 1)
            if let line { append(line, to: &bytes) }
        }
        return bytes
    }

    /// Reads what ``bytes(_:standing:)`` wrote.
    static func difference(_ bytes: UnsafeRawBufferPointer) -> MatchDifference {
        var reader = Reader(bytes: bytes)
        _ = reader.text()
        _ = reader.text()
        let matchClass = classes[Int(reader.byte())]
        let basis = Int(reader.byte())
        let ours = reader.byte() == 1 ? reader.line() : nil
        let theirs = reader.byte() == 1 ? reader.line() : nil
        let standing = reader.byte() == 1 ? reader.line() : nil
        return MatchDifference(
            matchClass: matchClass, basis: basis == 0 ? nil : bases[basis - 1], ours: ours,
            theirs: theirs, explanations: standing.map { [.duplicate(of: $0)] } ?? [])
    }

    private static func append(_ line: MatchLine, to bytes: inout [UInt8]) {
        append(line.time.millisecondsSinceEpoch, to: &bytes)
        append(line.amountFen, to: &bytes)
        bytes.append(line.status == .posted ? 0 : 1)
        append(line.serial, to: &bytes)
        append(line.partnerReference, to: &bytes)
        bytes.append(UInt8((line.type.flatMap(types.firstIndex) ?? -1) + 1))
        append(line.accountReference, to: &bytes)
        bytes.append(line.isCarried ? 0 : 1)
        append(Int64(line.lineNumber), to: &bytes)
    }

    /// No text holds a zero byte, so that it may end one: "a" comes before "ab".
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes += text.utf8
        bytes.append(0)
    }

    /// Big-endian and without sign, so that bytes sort as numbers do.
    private static func append(_ number: Int64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: (UInt64(bitPattern: number) ^ (1 << 63)).bigEndian) { bytes += $0 }
    }

    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var place = 0

        mutating func byte() -> UInt8 {
            defer { place += 1 }
            return bytes[place]
        }

        mutating func text() -> String {
            let start = place
            while bytes[place] != 0 { place += 1 }
            defer { place += 1 }
            return String(decoding: bytes[start..<place], as: UTF8.self)
        }

        mutating func number() -> Int64 {
            defer { place += 8 }
            let number = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            return Int64(bitPattern: UInt64(bigEndian: number) ^ (1 << 63))
        }

        mutating func line() -> MatchLine {
            let time = Instant(millisecondsSinceEpoch: number())
            let amountFen = number()
            let status: SettlementStatus = byte() == 0 ? .posted : .reversed
            let serial = text(), reference = text()
            let type = Int(byte())
            let account = text()
            let isCarried = byte() == 0
            return MatchLine(
                serial: serial, partnerReference: reference,
                type: type == 0 ? nil : types[type - 1], accountReference: account,
                amountFen: amountFen, status: status, time: time, lineNumber: Int(number()),
                isCarried: isCarried)
        }
    }
}
