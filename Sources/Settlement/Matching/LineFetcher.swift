/// Reads single lines again, for results and for the steps after the first.
struct LineFetcher {
    private let contents: [[MatchContent]]

    /// - Parameter contents: For each side the input of the date and then the carried one, if any.
    init(_ contents: [[MatchContent]]) {
        self.contents = contents
    }

    /// The line of an entry.
    func line(_ entry: MatchEntry, _ side: MatchSide) throws(MatchError) -> MatchLine {
        let content = contents[side.rawValue][entry.isCarried ? 1 : 0]
        let changed = MatchError.fileChanged(side: side, line: entry.lineNumber)
        var failure: SettlementError?
        let bytes = [UInt8](unsafeUninitializedCapacity: MatchLimits.maximumLineByteCount) {
            buffer, count in
            do throws(SettlementError) {
                count = try content.read(into: .init(buffer), at: entry.offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw .file(side: side, failure) }
        let line = try parse(
            bytes.prefix { $0 != Ascii.lineFeed }, of: content, entry.lineNumber, side)
        guard line.amountFen == entry.amountFen,
            (line.status == .reversed) == entry.isReversed
        else { throw changed }
        return line
    }

    private func parse(
        _ bytes: ArraySlice<UInt8>, of content: MatchContent, _ number: Int, _ side: MatchSide
    ) throws(MatchError) -> MatchLine {
        do {
            switch content.format {
            case .table:
                return try CanonicalTable.parse(
                    bytes, number: number, side: side, isCarried: content.isCarried)
            case .settlementFile:
                let record = try RecordLine(bytes, number: number, expected: [.detail])
                try record.checkFieldCount()
                return MatchLine(
                    try SettlementDetail(record), lineNumber: number,
                    isCarried: content.isCarried)
            }
        } catch {
            // It was right when it was read first.
            throw .fileChanged(side: side, line: number)
        }
    }
}

extension MatchLine {
    /// The order in which lines of one number stand: the first one stands for the others.
    ///
    /// It looks at what the lines say; only of lines that say the same the earlier one comes first.
    func stands(before other: MatchLine) -> Bool {
        if isCarried != other.isCarried { return isCarried }
        if time != other.time { return time < other.time }
        if amountFen != other.amountFen { return amountFen < other.amountFen }
        if status != other.status { return status == .posted }
        let texts = [serial, partnerReference, type?.rawValue ?? "", accountReference]
        let others = [
            other.serial, other.partnerReference, other.type?.rawValue ?? "",
            other.accountReference,
        ]
        for (text, other) in zip(texts, others) where !text.utf8.elementsEqual(other.utf8) {
            return text.utf8.lexicographicallyPrecedes(other.utf8)
        }
        return lineNumber < other.lineNumber
    }
}
