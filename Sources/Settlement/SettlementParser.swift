/// Reads a file once from its first to its last line and checks all but the MAC.
///
///     start ──H──▶ details ──S──▶ subtotals ──T──▶ ended
///                    │ ▲ D           │ ▲ S
///                    └─┘   └────────T┴─┘──────────▶ ended
///
/// In `details` the totals are those of the lines so far; from `subtotals` on they are final.
struct SettlementParser {
    private enum State {
        case start
        case details
        /// How many of the present types have had their subtotal line.
        case subtotals(doneCount: Int)
        case ended
    }

    private let name: SettlementFileName
    private var reader: LineReader
    private var state = State.start
    private var header: SettlementHeader?
    private var totals = SettlementTotals()

    init(_ file: FileDescriptor, name: SettlementFileName) {
        self.name = name
        reader = LineReader(file)
    }

    /// The next detail, or nothing once the file has been read and checked to its end.
    mutating func nextDetail() throws(SettlementError) -> SettlementDetail? {
        while true {
            let bytes = try reader.next()
            switch state {
            case .start:
                try read(header: bytes)
            case .details:
                let line = try self.line(bytes, [.detail, .subtotal, .trailer])
                switch line.record {
                case .header, .acknowledgement, .item, .end:
                    preconditionFailure("only what was expected is read")
                case .detail: return try read(detail: line)
                case .subtotal: try read(subtotal: line, doneCount: 0)
                case .trailer: try read(trailer: line, doneCount: 0)
                }
            case .subtotals(let doneCount):
                let line = try self.line(bytes, [.subtotal, .trailer])
                switch line.record {
                case .header, .detail, .acknowledgement, .item, .end:
                    preconditionFailure("only what was expected is read")
                case .subtotal: try read(subtotal: line, doneCount: doneCount)
                case .trailer: try read(trailer: line, doneCount: doneCount)
                }
            case .ended:
                guard bytes == nil else { throw .contentAfterTrailer(line: reader.lineNumber) }
                return nil
            }
        }
    }

    /// What the whole file says, after ``nextDetail()`` has given nothing.
    ///
    /// - Throws: ``SettlementError/fileChanged(name:)`` when other bytes were read before.
    mutating func end(
        expecting contents: FileContents
    ) throws(SettlementError) -> (SettlementHeader, SettlementTotals) {
        guard let header else { preconditionFailure("the file has not been read") }
        guard reader.contents() == contents else { throw .fileChanged(name: name.text) }
        return (header, totals)
    }

    private func line(
        _ bytes: ArraySlice<UInt8>?, _ expected: [SettlementRecord]
    ) throws(SettlementError) -> RecordLine {
        guard let bytes else { throw .trailerMissing(line: reader.lineNumber + 1) }
        let line = try RecordLine(bytes, number: reader.lineNumber, expected: expected)
        try line.checkFieldCount()
        return line
    }

    private mutating func read(header bytes: ArraySlice<UInt8>?) throws(SettlementError) {
        guard let bytes else { throw .trailerMissing(line: 1) }
        let header = try SettlementHeader(SettlementHeader.recordLine(bytes))
        try name.check(header)
        self.header = header
        state = .details
    }

    private mutating func read(
        detail line: RecordLine
    ) throws(SettlementError) -> SettlementDetail {
        let expected = totals.detailCount + 1
        guard expected <= SettlementDetail.maximumCount else {
            throw .detailCountExceeded(line: line.number, limit: SettlementDetail.maximumCount)
        }
        let number = try Int(
            line.integer(.lineNumber, in: 1...Int64(SettlementDetail.maximumCount)))
        guard number == expected else {
            throw .lineNumberWrong(line: line.number, value: number, expected: expected)
        }
        let detail = try SettlementDetail(line)
        totals.add(detail)
        return detail
    }

    private mutating func read(
        subtotal line: RecordLine, doneCount: Int
    ) throws(SettlementError) {
        let type: SettlementType = try line.code(.subtotalType)
        let rest = totals.presentTypes.dropFirst(doneCount)
        guard rest.contains(type) else {
            throw .subtotalOutOfOrder(line: line.number, value: type)
        }
        guard rest.first == type else {
            throw .subtotalMissing(line: line.number, type: rest.first ?? type)
        }
        try totals.check(subtotal: line, type: type)
        state = .subtotals(doneCount: doneCount + 1)
    }

    private mutating func read(
        trailer line: RecordLine, doneCount: Int
    ) throws(SettlementError) {
        if let type = totals.presentTypes.dropFirst(doneCount).first {
            throw .subtotalMissing(line: line.number, type: type)
        }
        try totals.check(trailer: line)
        state = .ended
    }
}
