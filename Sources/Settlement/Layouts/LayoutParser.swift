import CivilTime

/// Reads a partner's file once from its first to its last line and checks all that it tells.
///
///     skipped ──▶ head ──▶ header ──▶ details ──▶ trailer ──▶ ended
///
/// What a layout does not have is passed over. In `trailer` the header of the trailer has come.
struct LayoutParser {
    private enum State {
        case skipped(restCount: Int)
        case head
        case header
        case details
        case trailer
        case ended
    }

    let layout: PartnerLayout
    private let decoder: TextDecoder
    private var reader: LineReader
    private var state: State
    /// What the head promises.
    private var promises: [LayoutPromise] = []
    /// Whether there was any line but empty ones.
    private var hasContent = false
    private var emptyLine: Int?
    var tally = LayoutTally()
    var totals: LayoutTotals
    /// The business date that has been told so far.
    private(set) var businessDate: BusinessDate?

    /// - Parameter businessDate: The date that the file's name tells.
    init(
        _ file: FileDescriptor, _ layout: PartnerLayout, businessDate: BusinessDate?
    ) throws(LayoutError) {
        self.layout = layout
        self.businessDate = businessDate
        decoder = try TextDecoder(layout.encoding)
        reader = LineReader(
            file, limitBytes: LayoutLimits.maximumLineByteCount, mayLackLastLineFeed: true)
        totals = LayoutTotals(hasCommission: layout.fields.commission != nil)
        state = .skipped(restCount: layout.skippedLineCount)
    }

    /// The next transaction, or nothing once the file has been read and checked to its end.
    mutating func next() throws(LayoutError) -> LayoutLine? {
        while let line = try nextLine() {
            passOver()
            switch state {
            case .skipped(let restCount): state = .skipped(restCount: restCount - 1)
            case .head:
                try read(head: line)
                state = .header
            case .header:
                try read(header: line)
                state = .details
            case .details:
                if let detail = try read(inDetails: line) { return detail }
            case .trailer:
                guard let trailer = layout.trailer else { preconditionFailure("no trailer") }
                try read(trailer: trailer, line)
                state = .ended
            case .ended: throw .contentAfterTrailer(line: lineNumber)
            }
        }
        try end()
        return nil
    }

    /// The number of the line that was read last, from 1.
    var lineNumber: Int { reader.lineNumber }

    /// What the file held, once ``next()`` has given nothing.
    mutating func contents() -> FileContents { reader.contents() }

    /// Leaves the states for which the layout has no line.
    private mutating func passOver() {
        if case .skipped(restCount: 0) = state { state = .head }
        if case .head = state, layout.head == nil { state = .header }
        if case .header = state, layout.header == nil { state = .details }
    }

    private mutating func end() throws(LayoutError) {
        guard hasContent else {
            guard layout.mayBeEmpty else { throw .fileEmpty }
            return
        }
        passOver()
        let part: LayoutPart? =
            switch state {
            case .skipped: .skipped
            case .head: .head
            case .header: .header
            case .details: layout.trailer == nil ? nil : .trailer
            case .trailer: .trailer
            case .ended: nil
            }
        if let part { throw .lineMissing(line: lineNumber + 1, part) }
        for promise in promises { try compare(promise) }
    }
}

extension LayoutParser {
    /// A line as the file has it and in UTF-8.
    typealias Line = (raw: ArraySlice<UInt8>, text: ArraySlice<UInt8>)

    /// The next line that is neither a comment nor empty; empty ones may only end the file.
    private mutating func nextLine() throws(LayoutError) -> Line? {
        while var raw = try rawLine() {
            if lineNumber == 1, raw.starts(with: layout.encoding.byteOrderMark) {
                raw = raw.dropFirst(layout.encoding.byteOrderMark.count)
            }
            if raw.last == Ascii.carriageReturn { raw = raw.dropLast() }
            if case .skipped(let restCount) = state, restCount > 0 {
                hasContent = true
                return (raw, raw)
            }
            guard let text = decoder.decode(raw) else {
                throw .textUndecodable(line: lineNumber)
            }
            if text.isEmpty {
                emptyLine = emptyLine ?? lineNumber
                continue
            }
            hasContent = true
            if let prefix = layout.commentPrefix, text.starts(with: prefix.utf8) { continue }
            if let emptyLine { throw .lineEmpty(line: emptyLine) }
            return (raw, text)
        }
        return nil
    }

    private mutating func rawLine() throws(LayoutError) -> ArraySlice<UInt8>? {
        do throws(SettlementError) {
            return try reader.next()
        } catch {
            throw .file(error)
        }
    }

    func record(
        _ line: Line, columnCount: Int?, byteCount: Int? = nil
    ) throws(LayoutError) -> LayoutRecord {
        try LayoutRecord(
            line.raw, text: line.text, number: lineNumber, layout, decoder,
            columnCount: columnCount, byteCount: byteCount)
    }

    private mutating func read(head line: Line) throws(LayoutError) {
        guard let head = layout.head else { preconditionFailure("no head") }
        switch head.mark {
        case .none, .header: break
        case .beginning(let text):
            guard line.text.starts(with: text.utf8) else {
                throw .beginningWrong(line: lineNumber, .head, expected: text)
            }
        }
        let record = try record(line, columnCount: head.columnCount)
        if let date = head.date { try agree(on: record.moment(date, .businessDate).date) }
        promises += try promised(head, record)
    }

    private func read(header line: Line) throws(LayoutError) {
        guard let header = layout.header else { preconditionFailure("no header") }
        guard header.isEqual(line.text, layout) else {
            throw .headerWrong(line: lineNumber, expected: header.text)
        }
    }

    /// A transaction, or nothing for a line that is skipped or of the trailer.
    private mutating func read(inDetails line: Line) throws(LayoutError) -> LayoutLine? {
        if let trailer = layout.trailer {
            switch trailer.mark {
            case .none: break
            case .beginning(let text):
                if line.text.starts(with: text.utf8) {
                    try read(trailer: trailer, line)
                    state = .ended
                    return nil
                }
            case .header(let header):
                if header.isEqual(line.text, layout) {
                    state = .trailer
                    return nil
                }
            }
        }
        if let prefix = layout.detailPrefix, !line.text.starts(with: prefix.utf8) {
            throw .beginningWrong(line: lineNumber, .detail, expected: prefix)
        }
        return try read(detail: line)
    }

    private mutating func read(
        trailer: LayoutSummary, _ line: Line
    ) throws(LayoutError) {
        let record = try record(line, columnCount: trailer.columnCount)
        for promise in try promised(trailer, record) { try compare(promise) }
    }

    /// Refuses a business date that is not the one told before.
    mutating func agree(on date: BusinessDate?) throws(LayoutError) {
        if let date, let businessDate, date != businessDate {
            throw .businessDateContradicts(
                line: lineNumber, value: "\(date)", expected: "\(businessDate)")
        }
        businessDate = businessDate ?? date
    }
}
