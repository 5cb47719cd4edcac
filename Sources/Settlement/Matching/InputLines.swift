/// The lines of one input, in their order, whatever the format.
struct InputLines {
    private let format: MatchInput.Format
    private let side: MatchSide
    private let isCarried: Bool
    private var dates = DateMemory()
    private var hasTrailer = false
    /// The number of the line that was read last, from 1.
    private(set) var number = 0
    /// Holds the texts of a line that the careful parser has read.
    private let texts: UnsafeMutablePointer<UInt8>

    /// The bytes that the two texts of a careful line and what may be read behind them can have.
    static let textsByteCount = 512

    /// - Parameter texts: Room for ``textsByteCount`` bytes, which outlives this value.
    init(_ input: MatchContent, side: MatchSide, texts: UnsafeMutablePointer<UInt8>) {
        self.texts = texts
        format = input.format
        isCarried = input.isCarried
        self.side = side
    }

    /// Checks the line of column names; gives where the next one begins.
    mutating func begin(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) throws(MatchError) -> UnsafePointer<UInt8> {
        switch format {
        case .settlementFile: return start
        case .table:
            number = 1
            var place = start
            var line = bytes(&place, end)
            if line.starts(with: CanonicalTable.byteOrderMark) {
                line = line.dropFirst(CanonicalTable.byteOrderMark.count)
            }
            if line.last == Ascii.carriageReturn { line = line.dropLast() }
            guard line.elementsEqual(CanonicalTable.header.utf8) else {
                throw .headerWrong(side: side)
            }
            return place
        }
    }

    /// The next line, or nothing for one that is no transaction; moves the place behind it.
    @inline(__always)
    mutating func next(
        _ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) throws(MatchError) -> FastLine? {
        number += 1
        switch format {
        case .table:
            if let line = FastLine.table(place, &dates) {
                place = line.end
                if number > MatchLimits.maximumLineCount + 1 { throw tooMany }
                return line
            }
        case .settlementFile:
            if !hasTrailer, number > 1, let line = FastLine.detail(place, &dates) {
                place = line.end
                return line
            }
        }
        return try carefulNext(&place, end)
    }

    private var tooMany: MatchError {
        .lineCountExceeded(side: side, limit: MatchLimits.maximumLineCount)
    }

    /// Accepts or refuses a line by the parser that knows all rules.
    @inline(never)
    private mutating func carefulNext(
        _ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) throws(MatchError) -> FastLine? {
        let bytes = bytes(&place, end)
        guard bytes.count < MatchLimits.maximumLineByteCount else {
            throw .lineTooLong(
                side: side, line: number, limitBytes: MatchLimits.maximumLineByteCount)
        }
        switch format {
        case .table:
            guard number <= MatchLimits.maximumLineCount + 1 else { throw tooMany }
            return fast(
                try CanonicalTable.parse(
                    bytes, number: number, side: side, isCarried: isCarried), end: place)
        case .settlementFile:
            guard let line = try settlementLine(bytes) else { return nil }
            return fast(line, end: place)
        }
    }

    /// A detail line of a settlement file, or nothing for a line of another record.
    private mutating func settlementLine(
        _ bytes: ArraySlice<UInt8>
    ) throws(MatchError) -> MatchLine? {
        do throws(SettlementError) {
            guard !hasTrailer else { throw .contentAfterTrailer(line: number) }
            if number == 1 {
                _ = try SettlementHeader(SettlementHeader.recordLine(bytes))
                return nil
            }
            let line = try RecordLine(
                bytes, number: number, expected: [.detail, .subtotal, .trailer])
            try line.checkFieldCount()
            switch line.record {
            case .detail:
                return MatchLine(
                    try SettlementDetail(line), lineNumber: number, isCarried: isCarried)
            case .header, .subtotal, .acknowledgement, .item, .end: return nil
            case .trailer:
                hasTrailer = true
                return nil
            }
        } catch {
            throw .file(side: side, error)
        }
    }

    /// What the reader needs of a line, with its texts in the buffer until the next line.
    private func fast(_ line: MatchLine, end: UnsafePointer<UInt8>) -> FastLine {
        let bytes = Array(line.serial.utf8) + Array(line.accountReference.utf8)
        precondition(
            bytes.count + MatchKeyer.paddingByteCount <= Self.textsByteCount, "texts too long")
        for (index, byte) in bytes.enumerated() { texts[index] = byte }
        let serialByteCount = line.serial.utf8.count
        return FastLine(
            serial: texts, serialByteCount: serialByteCount, account: texts + serialByteCount,
            accountByteCount: bytes.count - serialByteCount, amountFen: line.amountFen,
            isReversed: line.status == .reversed, end: end)
    }

    private func bytes(
        _ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> ArraySlice<UInt8> {
        let start = place
        while place < end, place.pointee != Ascii.lineFeed { place += 1 }
        defer { place += 1 }
        return Array(UnsafeBufferPointer(start: start, count: place - start))[...]
    }

    /// Refuses a last line without line feed, where the format asks for one.
    func checkUnterminated() throws(MatchError) {
        switch format {
        case .table: break
        case .settlementFile: throw .file(side: side, .lineUnterminated(line: number + 1))
        }
    }

    /// Refuses an input that ended too early.
    func end() throws(MatchError) {
        switch format {
        case .table:
            guard number > 0 else { throw .headerWrong(side: side) }
        case .settlementFile:
            guard hasTrailer else {
                throw .file(side: side, .trailerMissing(line: number + 1))
            }
        }
    }
}

extension MatchLine {
    /// The parts of a detail that are compared.
    public init(_ detail: SettlementDetail, lineNumber: Int, isCarried: Bool = false) {
        self.init(
            serial: detail.serial.text, partnerReference: detail.partnerReference,
            type: detail.type, accountReference: detail.accountReference,
            amountFen: detail.amountFen, status: detail.status, time: detail.time,
            lineNumber: lineNumber, isCarried: isCarried)
    }
}
