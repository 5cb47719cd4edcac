import CivilTime
import Cryptography

/// Reads an acknowledgement file from its first to its last line and checks all but the MAC.
///
///     start ──A──▶ items ──E──▶ ended
///                   │ ▲ I
///                   └─┘
struct AcknowledgementParser {
    private let name: SettlementFileName
    private var lines: MemoryLines
    private var items: [AcknowledgementItem] = []

    private init(_ bytes: [UInt8], name: SettlementFileName) {
        self.name = name
        lines = MemoryLines(bytes)
    }

    /// Reads a whole file.
    ///
    /// - Throws: ``SettlementError`` for its first fault, in the order of the documentation.
    static func parse(
        _ bytes: [UInt8], name: SettlementFileName
    ) throws(SettlementError) -> Acknowledgement {
        var parser = AcknowledgementParser(bytes, name: name)
        return try parser.read()
    }

    /// What the first line says of its key, with as little trust as possible.
    static func keyReference(
        _ bytes: [UInt8]
    ) throws(SettlementError) -> SettlementKeyReference {
        var lines = MemoryLines(bytes)
        let line = try firstLine(&lines)
        return SettlementKeyReference(
            agencyID: try line.identifier(.acknowledgingAgencyID),
            partnerID: try line.identifier(.acknowledgingPartnerID),
            keyID: try line.identifier(.acknowledgementKeyID))
    }

    /// Takes the first line apart: the version first, since it says what the other fields are.
    private static func firstLine(
        _ lines: inout MemoryLines
    ) throws(SettlementError) -> RecordLine {
        guard let bytes = try lines.next() else { throw .trailerMissing(line: 1) }
        let line = try RecordLine(bytes, number: 1, expected: [.acknowledgement])
        guard line.holds(Acknowledgement.version, in: .acknowledgementVersion) else {
            throw .versionUnsupported(value: SafeText.of(line.bytes(.acknowledgementVersion)))
        }
        try line.checkFieldCount()
        guard line.holds(SettlementHeader.algorithm, in: .acknowledgementAlgorithm) else {
            throw .algorithmUnsupported(value: SafeText.of(line.bytes(.acknowledgementAlgorithm)))
        }
        return line
    }

    private mutating func read() throws(SettlementError) -> Acknowledgement {
        var acknowledgement = try Acknowledgement(Self.firstLine(&lines))
        try name.check(acknowledgement)
        while true {
            let line = try nextLine()
            switch line.record {
            case .item: try read(item: line, acknowledgement.verdict)
            case .end:
                try read(end: line, acknowledgement.verdict)
                guard try lines.next() == nil else {
                    throw .contentAfterTrailer(line: lines.number)
                }
                acknowledgement.items = items
                return acknowledgement
            case .header, .detail, .subtotal, .trailer, .acknowledgement:
                preconditionFailure("only what was expected is read")
            }
        }
    }

    private mutating func nextLine() throws(SettlementError) -> RecordLine {
        guard let bytes = try lines.next() else {
            throw .trailerMissing(line: lines.number + 1)
        }
        let line = try RecordLine(bytes, number: lines.number, expected: [.item, .end])
        try line.checkFieldCount()
        return line
    }

    private mutating func read(
        item line: RecordLine, _ verdict: Acknowledgement.Verdict
    ) throws(SettlementError) {
        let allowed = 1...Int64(Acknowledgement.maximumItemCount)
        let number = try Int(line.integer(.itemNumber, in: allowed))
        guard number == items.count + 1 else {
            throw .lineNumberWrong(line: line.number, value: number, expected: items.count + 1)
        }
        switch verdict {
        case .partly: break
        case .accepted, .rejected:
            throw .fieldInvalid(
                line: line.number, field: .itemNumber, value: "\(number)",
                cause: .contradictsVerdict)
        }
        items.append(try AcknowledgementItem(line))
    }

    private func read(
        end line: RecordLine, _ verdict: Acknowledgement.Verdict
    ) throws(SettlementError) {
        try line.expect(
            .itemCount, Int64(items.count), in: 0...Int64(Acknowledgement.maximumItemCount))
        guard verdict != .partly || !items.isEmpty else {
            throw .fieldInvalid(
                line: line.number, field: .itemCount, value: "0", cause: .contradictsVerdict)
        }
    }
}

/// The lines of a file in memory.
private struct MemoryLines {
    private let bytes: [UInt8]
    private var position = 0
    /// The number of the line that was read last, from 1; 0 before the first.
    private(set) var number = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next line without its line feed, or nothing at the end.
    ///
    /// - Throws: ``SettlementError`` for a line that is too long or has no line feed.
    mutating func next() throws(SettlementError) -> ArraySlice<UInt8>? {
        guard position < bytes.count else { return nil }
        number += 1
        let limit = RecordLine.maximumByteCount
        let window = bytes[position...].prefix(limit)
        guard let end = window.firstIndex(of: Ascii.lineFeed) else {
            if window.count < limit { throw .lineUnterminated(line: number) }
            throw .lineTooLong(line: number, limitBytes: limit)
        }
        defer { position = end + 1 }
        return bytes[position..<end]
    }
}

extension Acknowledgement {
    /// Reads the first line; the items are read apart.
    fileprivate init(_ line: RecordLine) throws(SettlementError) {
        agencyID = try line.identifier(.acknowledgingAgencyID)
        partnerID = try line.identifier(.acknowledgingPartnerID)
        date = try line.value(.acknowledgementDate, FieldGrammar.date)
        number = try Int(
            line.integer(.acknowledgementNumber, in: SettlementHeader.allowedSequences))
        keyID = try line.identifier(.acknowledgementKeyID)
        createdAt = try line.value(.acknowledgementCreatedAt, FieldGrammar.time)
        fileName = try line.text(
            .acknowledgedName, limit: Self.maximumNameCharacterCount, mayBeEmpty: false)
        fileDigest = try line.value(.acknowledgedDigest, FieldGrammar.digest)
        let verdict: Verdict = try line.code(.verdict)
        self.verdict = verdict
        fault = try line.value(.fault) { bytes throws(SettlementFieldCause) in
            guard bytes.isEmpty == (verdict != .rejected) else { throw .contradictsVerdict }
            if bytes.isEmpty { return "" }
            return try FieldGrammar.identifier(bytes).text
        }
        items = []
    }
}

extension AcknowledgementItem {
    fileprivate init(_ line: RecordLine) throws(SettlementError) {
        lineNumber = try Int(line.integer(.itemLine, in: Self.allowedLines))
        serial = try line.text(.itemSerial, limit: Self.maximumSerialCharacterCount)
        code = try line.code(.rejectCode)
        cause = try line.text(.cause, limit: Self.maximumCauseCharacterCount)
    }
}

extension RecordLine {
    fileprivate func text(
        _ field: SettlementField, limit: Int, mayBeEmpty: Bool = true
    ) throws(SettlementError) -> String {
        try value(field) { bytes throws(SettlementFieldCause) in
            guard mayBeEmpty || !bytes.isEmpty else { throw .empty }
            let text = try FieldGrammar.text(bytes)
            if let cause = FieldGrammar.fault(text, limit: limit) { throw cause }
            return text
        }
    }
}

extension SettlementFileName {
    /// Refuses an acknowledgement that belongs under another name.
    fileprivate func check(_ acknowledgement: Acknowledgement) throws(SettlementError) {
        let pairs = [
            (
                SettlementField.acknowledgingAgencyID, acknowledgement.agencyID.text,
                agencyID.text
            ),
            (.acknowledgingPartnerID, acknowledgement.partnerID.text, partnerID.text),
            (.acknowledgementDate, "\(acknowledgement.date)", "\(businessDate)"),
            (.acknowledgementNumber, "\(acknowledgement.number)", "\(sequence)"),
        ]
        for (field, value, expected) in pairs where value != expected {
            throw .fileNameMismatch(field: field, value: value, expected: expected)
        }
    }
}
